"""What is asked for is taken, and nothing else; what cannot be taken is a state."""

from pathlib import Path

import pytest

from tests.integration.harness_runs import PROGRAMS, banknotes, harness_run, images, serve, stage

pytestmark = pytest.mark.runtime

DRAWS = b"""
import matplotlib.pyplot as plt
QP = [0] * 120
def predict(x):
    return [0] * len(x)
plt.plot([1, 2]); plt.show()
plt.plot([2, 1])
"""


def test_what_is_not_asked_for_is_not_taken(tmp_path: Path) -> None:
    arrays = banknotes()
    served = serve(tmp_path / "data", arrays)
    left = harness_run(
        tmp_path, {"p.py": DRAWS}, served=served, rows=arrays["x_test"], asks={"predictions": ("QP",)}
    )
    assert left.report["sources"] == {
        "predict": {"state": "absent"},
        "predictions": {"state": "ok"},
        "captured": {"state": "absent"},
        "model": {"state": "absent"},
    }
    assert left.report["figures"] == 0
    assert {path.name for path in left.out.iterdir()} == {"predictions.npy", "report.json"}


def test_no_model_is_saved_where_nobody_looks_at_one_and_its_layers_are_shown(tmp_path: Path) -> None:
    served = serve(tmp_path / "data", images(), loader="mnist")
    left = harness_run(tmp_path, stage(PROGRAMS, "mlp2.py"), served=served, asks={"predictions": ("QP",)})
    assert left.report["errors"] == []
    assert {path.name for path in left.out.iterdir()} == {"report.json"}
    assert len(left.report["fits"]) == 1
    assert "Dense" in left.report["layers"]


def test_a_model_asked_for_alone_comes_with_what_it_was_fed(tmp_path: Path) -> None:
    served = serve(tmp_path / "data", images(), loader="mnist")
    left = harness_run(tmp_path, stage(PROGRAMS, "mlp2.py"), served=served, asks={"model": ("model",)})
    assert left.report["sources"]["model"] == {"state": "ok"}
    assert {path.name for path in left.out.iterdir()} == {
        *("captured_inputs.npy", "captured_model.keras", "model.keras"),
        *("fit_inputs.npy", "fit_targets.npy", "report.json"),
    }


def test_what_nothing_takes_is_told_before_the_program_starts(tmp_path: Path) -> None:
    left = harness_run(tmp_path, {"p.py": b"print('started')"}, asks={"telepathy": ()})
    assert left.status == 1
    assert left.printed == ""
    assert "nothing here takes 'telepathy'" in left.complained
    assert not left.out.exists()


def test_a_variable_whose_methods_end_the_program_is_a_state(tmp_path: Path) -> None:
    program = b"""
class Rows:
    def __array__(self, *a, **k):
        raise SystemExit('all tests passed')
QP = Rows()
"""
    served = serve(tmp_path / "data", banknotes())
    left = harness_run(tmp_path, {"p.py": program}, served=served)
    assert left.report["finished"] is True
    assert left.report["sources"]["predictions"] == {
        "state": "passed_over",
        "why": "raised",
        "detail": "SystemExit: all tests passed",
    }
