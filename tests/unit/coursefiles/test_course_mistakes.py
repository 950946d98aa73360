import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.coursefiles.contradictions import contradictions
from grader.coursefiles.load_course import load_course
from grader.coursefiles.read_checks import read_checks
from grader.coursefiles.schema import PATTERNS, AssignmentFile
from grader.model.errors import CourseError
from grader.readers.shape_mistakes import shape_mistakes
from grader.words.catalogue import codes
from tests.unit.coursefiles.written import KNOWN, VALID, a_course, told

SCALE = 'kind = "scale"\nmetric = "error_rate"\nfrom = 0.16\n'
FILE = "assignments/mnist-dense/assignment.toml"


def _mistakes(folder: Path, text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(CourseError) as caught:
        load_course(a_course(folder, text), KNOWN)
    assert caught.value.exit_code == 2
    english = told(caught.value)
    for message in caught.value.messages:
        assert message.pt != message.en
    return english


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = (
        VALID.replace('dataset = "mnist"', 'dataset = "mnits"\nlabel = "none"')
        .replace('runtime = "keras3"', 'runtime = "keras4"')
        .replace('"20 min"', '"20"')
        .replace('"error_rate"', '"error_rat"')
        .replace("points = 10", 'points = "10"')
        .replace('kind = "runs"', 'kind = "run"')
    )
    mistakes = _mistakes(tmp_path, text)
    assert len(mistakes) == 7
    assert all(m.startswith(f"{FILE}, ") for m in mistakes)
    for key in ("data.dataset", "data.label", "run.runtime", "run.timeout", "check.error.metric"):
        assert any(m.startswith(f"{FILE}, {key}: ") for m in mistakes), key


def test_the_mistakes_of_all_assignments_are_told_at_once(tmp_path: Path) -> None:
    a_course(tmp_path, VALID.replace("points = 10", "points = 11"))
    a_course(tmp_path, "[[check", slug="other")
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path, KNOWN)
    assert [m.code for m in caught.value.messages] == ["GR108", "GR101"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("timeout", "timout", "run.timout: unknown key; did you mean 'timeout'?"),
        ("[deliver]", "[delivr]", "delivr: unknown key; did you mean 'deliver'?"),
        ("below = 0.0161", "bellow = 0.0161", "check.error.bellow: unknown key; did you mean 'below'?"),
        ("0.02, points = 3 }", "0.02, point = 3 }", "check.error.partial.1.point: unknown key"),
        ('kind = "runs"', 'kind = "runs"\nmetric = "x"', "check.runs.metric: unknown key"),
        ('kind = "metric"', 'kind = "metrics"', 'there is no "metrics"; there are: architecture, claim'),
        ('kind = "metric"', 'kind = "metrics"', "did you mean 'metric'?"),
        ('kind = "runs"\n', "", "check.runs.kind: is missing"),
        ("points = 10", "", "assignment.points: is missing"),
        ("from =", "sources =", "deliver.sources: unknown key"),
        ('kind = "runs"', 'kind = "claim"\nmetrics = 1', "check.runs.metrics: unknown key"),
        ('kind = "runs"', 'kind = ["runs"]', 'check.runs.kind: got ["runs"]; needed is a text'),
        ('dataset = "mnist"', 'dataset = "minst"', "did you mean 'mnist'?"),
        ('runtime = "keras3"', 'runtime = "Keras3"', "did you mean 'keras3'?"),
        ('runtime = "keras3"', 'backend = "torch"', "keras3 computes with tensorflow alone. To use torch"),
        ('"keras3"', '"keras2"\nbackend = "jax"', "keras2 computes with tensorflow alone. To use jax"),
        ('runtime = "keras3"', 'backend = "pytorch"', "run.backend: "),
        ("points = 10", "points = 12", "add up to 10, but assignment.points is 12"),
        ('id = "runs"', 'id = "error"', "the id error appears more than once"),
        ("min = 1, max = 5", "min = 6, max = 5", "min (6) is larger than max (5)"),
        ("min = 1, max = 5", "min = 6", "min (6) is larger than max (5)"),
        ("below = 0.0161", "", "check.error: exactly one bar is needed"),
        ("below = 0.0161", "below = 0.0161\nabove = 0.9", "check.error: exactly one bar is needed"),
        ("{ below = 0.02,", "{ above = 0.02,", "check.error.partial.1: needed is below, as in the check"),
        ("{ below = 0.02,", "{ below = 0.01,", "check.error.partial.1: a partial tier must be easier"),
        ("points = 3 }", "points = 7.5 }", "check.error.partial.1: a partial tier must be easier"),
        ("below = 0.0161", "above = 0.0161", "check.error.above: the bar of error_rate is below"),
        ("below = 0.0161", "below = 1.61", "Did you mean 0.0161 (1.61 %)?"),
        ("below = 0.02,", "below = 2,", "check.error.partial.1.below: got 2;"),
        ('kind = "runs"', 'kind = "scale"\nmetric = "error_rate"', "check.runs.from: is missing"),
        ('kind = "runs"', SCALE + "to = 0.2", "the end of the scale (0.2, with its margin) must be better"),
        ('kind = "runs"', SCALE + "to = 0.15\nmargin = 0.02", "check.runs.to: of error_rate, the end"),
        ('kind = "runs"', SCALE + "to = true", 'got true; needed is a number, or "reference"'),
        ('kind = "runs"', SCALE + f"to = 1{'0' * 400}", 'needed is a number, or "reference"'),
        ('kind = "runs"', SCALE + 'to = "referance"', 'needed is a number, or "reference"'),
        ('kind = "runs"', SCALE.replace("0.16", "16"), "Did you mean 0.16 (16 %)?"),
        ('kind = "runs"', SCALE + "below = 0.1", "check.runs.below: unknown key"),
        ('kind = "runs"', SCALE.replace("error_rate", "error_rat"), "did you mean 'error_rate'?"),
        ("[deliver]", '[verdict]\nrule = "most"\n[deliver]', "verdict.rule: got"),
        ('kind = "runs"', 'kind = "reference"\nmargin = -1', "got -1; needed is a number not below 0"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_place_and_what_is_needed(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in VALID
    assert any(said in mistake for mistake in _mistakes(tmp_path, VALID.replace(old, new))), said


def test_a_reference_check_without_a_metric_needs_exactly_one_metric_check(tmp_path: Path) -> None:
    text = VALID.replace('kind = "runs"', 'kind = "reference"').replace('kind = "metric"', 'kind = "metrik"')
    assert any("check.runs.metric: is missing" in m for m in _mistakes(tmp_path, text))


def test_a_claim_check_needs_a_measured_error_or_accuracy(tmp_path: Path) -> None:
    text = VALID.replace('kind = "runs"', 'kind = "claim"').replace('metric = "error_rate"', 'metric = "mae"')
    assert any(
        "check.runs: a claim check holds what the student states" in m for m in _mistakes(tmp_path, text)
    )


WRONG_VALUES = [
    ("points = 10", 'points = "10"', "a number from 0 to 1000"),
    ("points = 10", "points = true", "a number from 0 to 1000"),
    ("points = 10", "points = nan", "a number from 0 to 1000"),
    ("points = 10", "points = -1", "a number from 0 to 1000"),
    ("points = 10", "points = 10.0001", "a number from 0 to 1000"),
    ("points = 10", "points = 1979-05-27", "a number from 0 to 1000"),
    ("points = 10", "points = []", "a number from 0 to 1000"),
    ("below = 0.0161", 'below = "0.0161"', "a number, without quotes"),
    ("below = 0.0161", "below = true", "a number, without quotes"),
    ("below = 0.0161", "below = nan", "a number, without quotes"),
    ("below = 0.0161", "below = inf", "a number, without quotes"),
    ("min = 1", 'min = "1"', "a whole number"),
    ("min = 1", "min = 1.0", "a whole number"),
    ("min = 1", "min = true", "a whole number"),
    ("min = 1", "min = 0", "a number not below 1"),
    ("max = 5", "max = 101", "a number not above 100"),
    ('"20 min"', "20", "a text in quotes"),
    ('"20 min"', '"0 min"', "more than zero"),
    ('"20 min"', '"20 minutes"', 'a time such as "20 min"'),
    ('"4 GiB"', '"4 GB"', 'a size such as "4 GiB"'),
    ('"4 GiB"', '"0 MiB"', "more than zero"),
    ('["predict", "predictions"]', '"predict"', "a list"),
    ('["predict", "predictions"]', "[]", "a list of at least 1 item"),
    ('["predict", "predictions"]', '["modle"]', "one of these: predict, predictions, captured, model"),
    ('dataset = "mnist"', 'dataset = "mnist"\nlabels = "canaries"', "one of these: canary, none"),
    ('dataset = "mnist"', 'dataset = "mnist"\nsplit = "random"', "one of these: official"),
    ('kind = "runs"', 'kind = "runs"\nrequired = "yes"', "true or false"),
    ('kind = "runs"', 'kind = "figure"\nat_least = 21', "a number not above 20"),
    ('kind = "runs"', 'kind = "architecture"\nallow = []', "a list of at least 1 item"),
    ('kind = "runs"', 'kind = "architecture"\nallow = ["My Layer"]', "a name as in Python"),
    ('id = "runs"', 'id = "The runs"', "lower-case letters"),
    ('en = "MNIST with a dense network"', 'en = ""', "a text that is not empty"),
    ('en = "MNIST with a dense network"', f'en = "{"x" * 201}"', "a text of at most 200 characters"),
    ("runs = { min = 1, max = 5 }", "runs = 3", "a table"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "needed"), WRONG_VALUES)
def test_a_wrong_value_is_told_with_what_is_needed_in_our_own_words(
    tmp_path: Path, old: str, new: str, needed: str
) -> None:
    assert old in VALID
    mistakes = _mistakes(tmp_path, VALID.replace(old, new))
    assert any(needed in mistake for mistake in mistakes), mistakes
    assert not any("Input should" in mistake or "valid" in mistake for mistake in mistakes), mistakes


@pytest.mark.parametrize(
    "text", ["assignment = 3", "check = 3\n", "check = [3]", "[check]\nid = 'x'", "[data]", ""]
)
def test_a_file_of_another_shape_is_told_as_well(tmp_path: Path, text: str) -> None:
    assert any("is missing" in m for m in _mistakes(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[assignment]\npoints = 1\npoints = 2\n", "line 3, column 11: is not valid TOML: the same key"),
        ("a = [1, 2\n", "is not valid TOML: a quote, bracket or brace that is not closed"),
        ('a = "never closed\n', "line 1, column 18: is not valid TOML:"),
        ("points 10\n", "line 1, column 8: is not valid TOML: a line is `key = value`"),
        ("below = 0.40x\n", "line 1, column 13: is not valid TOML: 0.40x is no number as it is written here"),
        ("below = 0,40\n", "is not valid TOML: 0,40 is no number as it is written here: digits with"),
        ("below = 40%  # of them\n", "is not valid TOML: 40% is no number as it is written here"),
        ("below = .4\n", "is not valid TOML: .4 is no number as it is written here"),
        ("a.b = 1 2\n", "is not valid TOML: 1 2 is no number as it is written here"),
        ("a = 1 b = 2\n", "is not valid TOML: a line is `key = value`"),
        ("points = ten\n", "the value is not a number, a quoted text"),
        ('path = "C:\\xdata"\n', "a backslash is written"),
        ("points = " + "9" * 5000, "is not valid TOML"),
        ("a = " + "[" * 5000, "too many lists"),
    ],
)
def test_broken_toml_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (mistake,) = _mistakes(tmp_path, text)
    assert said in mistake


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (mistake,) = _mistakes(tmp_path, "[assignment]\n# exercício\n".encode("latin-1"))
    assert (
        mistake
        == f"{FILE}, line 2: is not valid TOML: the file is not in UTF-8. Save it again with that encoding"
    )


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode()
    assert load_course(a_course(tmp_path, content), KNOWN).assignments


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    (mistake,) = _mistakes(tmp_path, "#" * 2**20 + "\n")
    assert "too large" in mistake


def test_a_misspelt_file_name_is_told(tmp_path: Path) -> None:
    a_course(tmp_path)
    other = tmp_path / "assignments" / "pele"
    other.mkdir()
    (other / "asignment.toml").write_text(VALID)
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path, KNOWN)
    assert told(caught.value) == (
        "assignments/pele: assignment.toml is missing; here is asignment.toml. Is its name right?",
    )


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "assignments" / "mnist-dense" / "assignment.toml").mkdir(parents=True)
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path, KNOWN)
    assert [m.code for m in caught.value.messages] == ["GR118"]


def test_a_folder_name_that_cannot_be_a_file_name_is_told(tmp_path: Path) -> None:
    a_course(tmp_path, slug="exercício 1")
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path, KNOWN)
    assert [m.code for m in caught.value.messages] == ["GR117"]


@pytest.mark.parametrize("table", ["data", "run", "run.runs", "deliver", "verdict", "audits"])
def test_an_unknown_key_is_told_in_every_table(tmp_path: Path, table: str) -> None:
    text = re.sub(r"(?m)^runs = .*$", "", VALID)
    text = text if f"[{table}]" in text else f"{text}\n[{table}]\n"
    mistakes = _mistakes(tmp_path, text.replace(f"[{table}]", f"[{table}]\nzzz = 1"))
    assert [m.partition(": ")[0] for m in mistakes] == [f"{FILE}, {table}.zzz"]


@pytest.mark.parametrize(
    "text",
    [
        "a = (\x0f\x1b[2J",
        VALID.replace('runtime = "keras3"', r'runtime = "k\u001b[2J\n\u202e3"'),
        VALID.replace('runtime = "keras3"', r'"run\n\u202etime" = "keras3"'),
        VALID.replace('id = "runs"', r'id = "ru\u001b[2J\nns"'),
        VALID.replace("points = 10", f"points = [{', '.join(['10'] * 5000)}]"),
    ],
    ids=["line", "value", "key", "id", "list"],
)
def test_what_is_shown_of_a_file_is_short_and_moves_no_cursor(tmp_path: Path, text: str) -> None:
    for mistake in _mistakes(tmp_path, text):
        assert mistake.isprintable()
        assert len(mistake) < 400


@pytest.mark.parametrize(
    "text",
    [
        VALID + "\n[z]\n" + "a." * 1_000 + "a = 1\n",
        VALID + "\n[" + "'a' . " * 1_000 + "a]\n",
        VALID.replace("points = 10", "points = [{" + "a." * 1_000 + "a = 1}]"),
        VALID.replace("points = 10", "points = " + "[{a.a.a.a.a.a.a.a.a.a.a.a = " * 100 + "1" + "}]" * 100),
    ],
    ids=["key", "table", "in a list", "by turns"],
)
def test_tables_inside_tables_without_end_are_told(tmp_path: Path, text: str) -> None:
    # tomllib's memory grows with the square of them, and whatever walks the tables recurses.
    tracemalloc.start()
    try:
        assert _mistakes(tmp_path, text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 2**20


def test_words_with_dots_between_them_are_no_nesting(tmp_path: Path) -> None:
    a_course(tmp_path, VALID.replace('en = "MNIST', f'en = "{". ".join("abcdefghijk")}... 1.2.3.4.5 MNIST'))
    assert load_course(tmp_path, KNOWN).assignments


_TOML = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "assignment",
                    "title",
                    "pt-BR",
                    "data",
                    "dataset",
                    "run",
                    "runs",
                    "min",
                    "deliver",
                    "from",
                    "check",
                    "id",
                    "kind",
                    "points",
                    "metric",
                    "below",
                    "above",
                    "partial",
                    "allow",
                ]
            ),
            st.one_of(inner, st.sampled_from(["metric", "reference", "mnist", "error_rate"])),
            max_size=6,
        ),
    ),
    max_leaves=30,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(["assignment", "data", "run", "deliver", "check"]), _TOML, max_size=5))
def test_whatever_stands_in_a_file_its_mistakes_can_be_told(raw: dict[str, object]) -> None:
    told_of = contradictions(raw, FILE, KNOWN) + read_checks(raw, FILE, KNOWN.kinds).mistakes
    try:
        AssignmentFile.model_validate(raw)
    except ValidationError as error:
        known = AssignmentFile.model_json_schema(by_alias=True)
        errors = error.errors(include_url=False)
        told_of += shape_mistakes(raw, FILE, errors, known=known, patterns=PATTERNS)
    assert told_of
    for message in told_of:
        assert message.code in codes()
        assert not re.search(r"Input should|something else", message.en), message.en
