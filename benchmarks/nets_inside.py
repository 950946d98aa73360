"""Run by the runtime's Python: ``nets_inside.py JOB`` trains many nets in one process.

``JOB`` names a JSON file: for each net its program, its recipe and seeds. Each program is executed once for
each of its own seeds, as its author would; each recipe is trained by the harness, as the sandbox does it.
What both answer for the graded rows goes into ``answers.npz`` beside the job, as ``NAME/own`` and
``NAME/again``, a line for each seed, and what it cost into ``cpu.json``.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def main(job_path: str) -> None:
    """Train all nets of the job; what is done is written after each of them."""
    folder = Path(job_path).parent
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    rows = {name: np.load(path) for name, path in job["rows"].items()}
    for name, array in (("ax", "x_train"), ("ay", "y_train"), ("qx", "x_test")):
        table = rows[array].reshape(len(rows[array]), -1)
        lines = [f"{len(table)} {table.shape[1]}", *(" ".join(map(repr, row)) for row in table.tolist())]
        Path(f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    answers: dict[str, Any] = {}
    spent: dict[str, list[float]] = {}
    for net in job["nets"]:
        begun = time.process_time()
        answers[f"{net['name']}/own"] = [_own(text) for text in net["programs"]]
        between = time.process_time()
        answers[f"{net['name']}/again"] = _again(net["recipe"], net["seeds"], rows)
        spent[net["name"]] = [between - begun, time.process_time() - between]
        part = folder / "part.npz"
        arrays: dict[str, Any] = {name: np.array(one, dtype="int8") for name, one in answers.items()}
        np.savez_compressed(part, **arrays)
        part.replace(folder / "answers.npz")
        (folder / "cpu.json").write_text(json.dumps(spent), encoding="utf-8")


def _own(text: str) -> Any:
    import keras  # type: ignore[import-not-found] # noqa: PLC0415 - in the runtime alone

    keras.backend.clear_session()
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 - drawn by us, and executed as its author would
    return names["QP"]


def _again(recipe: dict[str, Any], seeds: list[int], rows: dict[str, Any]) -> list[Any]:
    import keras  # noqa: PLC0415
    from grader_harness.retraining.course import (  # type: ignore[import-not-found] # noqa: PLC0415
        Course,
        Training,
        answers_of,
    )
    from grader_harness.retraining.keras_models import (  # type: ignore[import-not-found] # noqa: PLC0415
        KerasTrainer,
    )

    if not seeds:
        return []
    keras.backend.clear_session()
    course = Course(rows["x_train"], rows["y_train"], rows["x_test"], classes=True)
    trainer = KerasTrainer(recipe, course, keras)
    made = []
    for seed in seeds:
        training = Training(name=f"seed-{seed}", seed=seed)
        done = trainer.train(training)
        if not done.whole:
            raise RuntimeError(f"plain fit: {recipe['models'][0]['config']['layers']}")
        made.append(answers_of(done.outputs, recipe, course, training))
    return made


if __name__ == "__main__":
    main(sys.argv[1])
