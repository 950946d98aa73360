"""The check for machines with a GPU, as far as one without shows: what it would grade is a sound course."""

import os
from pathlib import Path

import pytest

from benchmarks.gpu_check import GPU_OF, _course
from grader.coursefiles.load_course import load_course
from grader.model.assignment import GpuNeed
from grader.wiring import known_names


@pytest.mark.parametrize(("python", "backend"), [(None, "tensorflow"), ("/venv/bin/python", "torch")])
def test_the_course_that_it_grades_is_sound_and_requires_a_gpu(
    tmp_path: Path, python: str | None, backend: str
) -> None:
    folder = _course(tmp_path, None if python is None else Path(python), backend)
    course = load_course(folder, known_names())
    assert sorted(course.slugs) == ["digits", "mnist-dense"]
    assert course.broken == ()
    assert {one.run.gpu for one in course.assignments} == {GpuNeed.REQUIRED}
    chosen = {(one.run.runtime, one.run.backend) for one in course.assignments}
    assert chosen == {("keras3", "") if python is None else (python, backend)}
    for file in folder.glob("submissions/*/*/*.py"):
        compile(file.read_text(encoding="utf-8"), str(file), "exec")
    assert len(list(folder.glob("submissions/*/*/*.py"))) == 4


@pytest.mark.parametrize("program", GPU_OF.values())
def test_what_looks_for_a_device_is_a_program(program: str) -> None:
    compile(program, "looks", "exec")


def test_it_can_be_started() -> None:
    assert os.access(Path(__file__).parents[2] / "tools" / "gpu-check.sh", os.X_OK)
