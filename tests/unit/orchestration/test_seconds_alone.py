import pytest

from grader.orchestration.baseline import seconds_alone
from tests.unit.measuring.made import run


@pytest.mark.parametrize(
    ("clock", "processor", "gpu", "alone"),
    [(129.0, 14.0, None, 14.0), (42.0, 80.0, None, 42.0), (30.0, 8.0, "0", 30.0)],
)
def test_a_busy_machine_does_not_make_the_reference_slow(
    clock: float, processor: float, gpu: str | None, alone: float
) -> None:
    assert seconds_alone(run(seconds=clock, cpu_seconds=processor, gpu=gpu)) == alone
