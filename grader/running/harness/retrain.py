"""``python /harness/retrain.py /job/job.json`` trains a recipe on the course's own rows, from the start.

No file of the submission is here but its recipe, read and written anew by the grader: names, numbers and no
line of a program. Test rows stand here without labels, in an order that says nothing. What comes out is one
array of answers for each training, as soon as it is made, and a report of how it went.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from grader_harness.job import PROTOCOL
from grader_harness.retraining.course import Course, NotTrained, Trained, Training, answers_of
from grader_harness.writing import write_array

MAX_TEXT = 500


def main(job_path: str) -> int:
    """Write ``NAME.npy`` for each training asked for, and ``report.json``; 1 when one could not be made."""
    begun = time.process_time()
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    out = Path(job["paths"]["out"])
    report: dict[str, Any] = {"protocol": PROTOCOL, "finished": False, "error": None, "trainings": []}
    try:
        recipe = json.loads(Path(job["recipe"]).read_text(encoding="utf-8"))
        course = _course(job)
        trainer = _trainer(recipe, course)
        report["import_seconds"] = round(time.process_time() - begun, 3)
        for asked in job["trainings"]:
            report["trainings"].append(_one(trainer, recipe, course, Training(**asked), out))
            _write_json(out / "report.json", report)
        report["finished"] = True
    except Exception as error:
        report["error"] = _told(error)
    report["cpu_seconds"] = round(time.process_time() - begun, 3)
    _write_json(out / "report.json", report)
    failed = report["error"] or any(one["why"] not in (None, "untrained") for one in report["trainings"])
    return 1 if failed else 0


def _course(job: dict[str, Any]) -> Course:
    import numpy as np

    arrays = {name: np.load(path, allow_pickle=False) for name, path in job["rows"].items()}
    return Course(arrays["x_train"], arrays["y_train"], arrays["x_test"], classes=bool(job["classes"]))


def _trainer(recipe: dict[str, Any], course: Course) -> Any:
    if recipe["library"] == "sklearn":
        from grader_harness.retraining.estimators import EstimatorTrainer

        return EstimatorTrainer(recipe, course)
    from grader_harness.retraining.keras_models import KerasTrainer

    if recipe["library"] == "tf-keras":
        import tf_keras as keras
    else:
        import keras
    return KerasTrainer(recipe, course, keras)


def _one(
    trainer: Any, recipe: dict[str, Any], course: Course, training: Training, out: Path
) -> dict[str, Any]:
    """Make one training, leave its answers, and return what is reported of it."""
    begun = time.process_time()
    done, why, error = Trained(None), None, None
    try:
        done = trainer.train(training)
        write_array(out / f"{training.name}.npy", answers_of(done.outputs, recipe, course, training))
    except Exception as problem:
        why, error = _why(problem), _told(problem)
    return {
        "name": training.name,
        "cpu_seconds": round(time.process_time() - begun, 3),
        "loss": done.loss,
        "epochs": done.epochs,
        "whole_epochs": done.whole,
        "why": why,
        "error": error,
    }


def _why(problem: Exception) -> str:
    if isinstance(problem, MemoryError) or type(problem).__name__ == "ResourceExhaustedError":
        return "memory"
    return problem.why if isinstance(problem, NotTrained) else "training"


def _told(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:MAX_TEXT]


def _write_json(path: Path, value: dict[str, Any]) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
