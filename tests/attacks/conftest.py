"""The confined graders of the integration tests, for attacks."""

from tests.integration.conftest import confined, driver

__all__ = ["confined", "driver"]
