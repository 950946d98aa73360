import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.load_course import choose_assignments, find_course, load_course
from grader.coursefiles.units import parse_duration, parse_reference_factor, parse_size
from grader.measuring.checks import claim, metric, reference, runs, scale
from grader.model.assignment import Assignment, Basis, Labels, OnClose, RecipeNeed
from grader.model.errors import CourseError
from grader.model.metric import Direction, Rule
from grader.wiring import known_names
from tests.unit.coursefiles.written import KNOWN, VALID, a_course, told


def _loaded(folder: Path, text: str = VALID) -> Assignment:
    return load_course(a_course(folder, text), KNOWN).assignments[0]


def test_a_course_is_read_into_the_model(tmp_path: Path) -> None:
    assignment = _loaded(tmp_path)
    assert assignment.slug == "mnist-dense"
    assert assignment.title.pt == "MNIST com rede densa"
    assert assignment.points == Decimal(10)
    assert assignment.data.labels is Labels.CANARY
    assert assignment.run.timeout_seconds == 1200
    assert assignment.run.memory_bytes == 4 * 2**30
    bar, ran = assignment.checks
    assert isinstance(bar, metric.Spec)
    assert bar.required
    assert bar.points == Decimal("7.5")
    assert bar.threshold.direction is Direction.LOWER_IS_BETTER
    assert bar.partial[0].points == Decimal(3)
    assert isinstance(ran, runs.Spec)
    assert not ran.required


def test_the_courses_shipped_here_have_no_mistake() -> None:
    course = load_course(Path(__file__).parents[3], known_names())
    assert {"digits", "mnist-dense", "pele"} <= {a.slug for a in course.assignments}


def test_the_version_changes_with_a_threshold_and_the_runs_version_does_not(tmp_path: Path) -> None:
    before = _loaded(tmp_path / "before")
    after = _loaded(tmp_path / "after", VALID.replace("0.0161", "0.0162"))
    assert before.version != after.version
    assert before.run_version == after.run_version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"20 min"', '"21 min"'),
        ('"mnist"', '"digits"'),
        ('"predict",', ""),
        ("timeout", 'gpu = "none"\ntimeout'),
    ],
)
def test_the_runs_version_changes_with_what_a_run_depends_on(tmp_path: Path, old: str, new: str) -> None:
    before = _loaded(tmp_path / "before")
    after = _loaded(tmp_path / "after", VALID.replace(old, new))
    assert before.run_version != after.run_version


def test_a_new_title_changes_neither_version(tmp_path: Path) -> None:
    before = _loaded(tmp_path / "before")
    after = _loaded(tmp_path / "after", VALID.replace("a dense network", "dense layers"))
    assert (before.version, before.run_version) == (after.version, after.run_version)


def test_a_reference_check_may_name_its_metric_where_no_metric_check_stands(tmp_path: Path) -> None:
    alone = VALID[: VALID.index("[[check]]")] + (
        '[[check]]\nid = "ref"\nkind = "reference"\nmetric = "accuracy"\nmargin = 0.01\npoints = 10\n'
    )
    (check,) = _loaded(tmp_path, alone).checks
    assert isinstance(check, reference.Spec)
    assert check.metric == "accuracy"


SCALE = 'id = "error"\nkind = "scale"\nmetric = "error_rate"\nfrom = 0.16\nmargin = 0.005\npoints = 7.5\n'


def with_scale(more: str = "") -> str:
    start, end = VALID.index('id = "error"'), VALID.index('[[check]]\nid = "runs"')
    return VALID[:start] + SCALE + more + VALID[end:]


@pytest.mark.parametrize(
    ("more", "full"), [("", None), ('to = "reference"\n', None), ("to = 0.1\n", 0.1), ("to = 0\n", 0.0)]
)
def test_a_scale_ends_at_a_number_or_at_the_reference(tmp_path: Path, more: str, full: float | None) -> None:
    check = _loaded(tmp_path, with_scale(more)).checks[0]
    assert isinstance(check, scale.Spec)
    assert (check.start, check.full, check.margin) == (0.16, full, 0.005)
    assert check.required


def test_a_kind_requires_its_checks_or_not_unless_the_file_says_so(tmp_path: Path) -> None:
    text = VALID.replace('kind = "runs"', 'kind = "claim"')
    check = _loaded(tmp_path / "own", text).checks[1]
    assert isinstance(check, claim.Spec)
    assert not check.required
    asked = text.replace('kind = "claim"', 'kind = "claim"\nrequired = true')
    assert _loaded(tmp_path / "asked", asked).checks[1].required


def test_the_verdicts_rule_and_who_gets_the_benefit_are_read(tmp_path: Path) -> None:
    verdict = _loaded(tmp_path, VALID + '[verdict]\nrule = "median"\non_close = "review"\n').verdict
    assert (verdict.rule, verdict.on_close) == (Rule.MEDIAN, OnClose.REVIEW)


def test_the_recipe_decides_and_is_preferred_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    verdict = _loaded(tmp_path / "silent", VALID).verdict
    assert (verdict.basis, verdict.recipe) == (Basis.RECIPE, RecipeNeed.PREFERRED)
    text = VALID + '[verdict]\nbasis = "run"\nrecipe = "required"\n'
    verdict = _loaded(tmp_path / "said", text).verdict
    assert (verdict.basis, verdict.recipe) == (Basis.RUN, RecipeNeed.REQUIRED)


def test_an_own_interpreter_is_meant_from_the_courses_folder(tmp_path: Path) -> None:
    assignment = _loaded(tmp_path, VALID.replace('"keras3"', '"venv/bin/python"'))
    assert assignment.run.runtime == str(tmp_path.resolve() / "venv/bin/python")


def test_what_keras_computes_with_is_chosen_and_makes_other_runs(tmp_path: Path) -> None:
    own = VALID.replace('"keras3"', '"/venv/bin/python"')
    silent = _loaded(tmp_path / "silent", own)
    assert silent.run.backend == ""
    chosen = [
        _loaded(tmp_path / name, own.replace('python"', f'python"\nbackend = "{name}"'))
        for name in ("torch", "jax", "tensorflow")
    ]
    assert [one.run.backend for one in chosen] == ["torch", "jax", "tensorflow"]
    assert len({one.run_version for one in (silent, *chosen)}) == 4
    assert _loaded(tmp_path / "shipped", VALID.replace("[run]", '[run]\nbackend = "tensorflow"')).run.backend


def test_a_time_may_be_told_by_the_references(tmp_path: Path) -> None:
    assignment = _loaded(tmp_path, VALID.replace('"20 min"', '"5 x reference"'))
    assert assignment.run.timeout_factor == 5
    assert assignment.run.timeout_seconds == 3600


def test_the_course_is_the_nearest_folder_upward(tmp_path: Path) -> None:
    course = a_course(tmp_path / "course")
    assert find_course(course / "assignments" / "mnist-dense") == course.resolve()


def test_a_course_that_is_not_there_is_not_looked_for_further_up(tmp_path: Path) -> None:
    course = a_course(tmp_path / "course")
    with pytest.raises(CourseError) as caught:
        find_course(course / "asignments")
    assert [m.code for m in caught.value.messages] == ["GR100"]
    assert caught.value.exit_code == 2


def test_a_folder_without_a_course_says_so(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="no assignments/ folder"):
        find_course(tmp_path)


def test_a_course_without_assignments_says_so(tmp_path: Path) -> None:
    (tmp_path / "assignments" / "pictures").mkdir(parents=True)
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path, KNOWN)
    assert [m.code for m in caught.value.messages] == ["GR112"]


def test_every_unknown_assignment_is_told_with_its_near_miss(tmp_path: Path) -> None:
    course = load_course(a_course(tmp_path), KNOWN)
    with pytest.raises(CourseError) as caught:
        choose_assignments(course, ["mnist-dnse", "zzz", "mnist-dense"])
    near, far = told(caught.value)
    assert "did you mean 'mnist-dense'" in near
    assert "did you mean" not in far


def test_assignments_are_chosen_once_and_all_when_none_is_named(tmp_path: Path) -> None:
    course = load_course(a_course(tmp_path), KNOWN)
    assert choose_assignments(course, ["mnist-dense", "mnist-dense"]) == course.assignments
    assert choose_assignments(course, []) == course.assignments


@given(st.integers(1, 10**9 - 1), st.sampled_from([("s", 1), ("min", 60), ("h", 3600)]))
def test_a_duration_is_its_amount_times_its_unit(amount: int, unit: tuple[str, int]) -> None:
    assert parse_duration(f" {amount} {unit[0]} ") == amount * unit[1]


@given(st.integers(1, 10**6), st.sampled_from([("MiB", 20), ("GiB", 30)]))
def test_a_size_is_its_amount_times_its_unit(amount: int, unit: tuple[str, int]) -> None:
    assert parse_size(f"{amount}{unit[0]}") == amount * 2 ** unit[1]


@pytest.mark.parametrize(
    "text", ["20", "0 min", "0.0 s", "-1 s", "1 day", "5 x reference", "1e3 s", "9" * 400 + " s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_duration(text)


@pytest.mark.parametrize("text", ["4", "4 GB", "0 GiB", "nan GiB", "9" * 400 + " MiB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_size(text)


def test_a_factor_of_the_reference_is_no_plain_time() -> None:
    assert parse_reference_factor("2.5 x reference") == 2.5
    assert parse_reference_factor("5 min") is None


@given(st.text())
def test_no_text_breaks_the_units(text: str) -> None:
    for parse in (parse_duration, parse_size):
        try:
            amount = parse(text)
        except ValueError:
            continue
        assert amount > 0


def test_mistakes_in_assignments_that_nobody_asked_for_stop_nothing(tmp_path: Path) -> None:
    a_course(tmp_path)
    a_course(tmp_path, "points = [", slug="broken")
    course = load_course(tmp_path, KNOWN, only=["mnist-dense"])
    assert [a.slug for a in course.assignments] == ["mnist-dense"]
    assert [b.slug for b in course.broken] == ["broken"]
    assert course.slugs == ("mnist-dense", "broken")
    for asked in ((), ("broken",), ("broken", "mnist-dense")):
        with pytest.raises(CourseError):
            load_course(tmp_path, KNOWN, only=asked)


def test_a_course_of_broken_assignments_says_what_is_wrong_whatever_was_asked_for(tmp_path: Path) -> None:
    a_course(tmp_path, "points = [", slug="broken")
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path, KNOWN, only=["other"])
    assert [m.code for m in caught.value.messages] == ["GR101"]
