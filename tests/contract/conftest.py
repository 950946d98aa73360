"""What the contract tests stand on."""

from tests.integration.conftest import driver

__all__ = ["driver"]
