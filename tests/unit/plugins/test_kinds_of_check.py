"""Every kind of check there is, as a course's file meets it: what is promised holds for all of them."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from grader.coursefiles.read_checks import read_checks
from grader.coursefiles.schema import json_schema
from grader.plugins.registry import CHECKS, load_plugins
from grader.words.mistake_words import nearest

FILE = "assignments/a/assignment.toml"
KINDS = load_plugins(CHECKS)
DEFINED = json_schema(KINDS)["$defs"]
TABLES = {kind: table for kind, table in DEFINED.items() if kind.removeprefix("check.") in KINDS}
EXAMPLES = {"number": 0.5, "integer": 1, "string": "error_rate", "boolean": True}


def _filled_in(kind: str) -> dict[str, Any]:
    """Return the smallest check of ``kind`` that its table takes."""
    smallest: dict[str, Any] = _example(TABLES[f"check.{kind}"])
    return smallest | {"id": "a", "kind": kind}


def _example(schema: dict[str, Any]) -> Any:
    """Return the smallest value that ``schema`` takes."""
    if "$ref" in schema:
        return _example(DEFINED[schema["$ref"].rpartition("/")[2]])
    if schema.get("type") == "object":
        return {key: _example(schema["properties"][key]) for key in schema.get("required", ())}
    return [_example(schema["items"])] if schema["type"] == "array" else EXAMPLES[schema["type"]]


@st.composite
def _mistyped(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a kind, and a key that is a slip of the hand away from one of its own."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    keys = sorted(TABLES[f"check.{kind}"]["properties"])
    key = draw(st.sampled_from(keys))
    at = draw(st.integers(0, len(key) - 1))
    slips = (key[:at] + key[at + 1 :], key[: at + 1] + key[at:], key[:at] + "x" + key[at:])
    slip = draw(st.sampled_from(slips))
    assume(slip and slip not in keys)
    return kind, slip


def test_every_kind_takes_what_its_json_schema_says_it_needs() -> None:
    for kind in KINDS:
        read = read_checks({"check": [_filled_in(kind)]}, FILE, KINDS)
        assert read.mistakes == [], kind
        assert [spec.kind for spec in read.specs] == [kind]


@given(_mistyped())
def test_an_unknown_key_of_any_kind_is_one_mistake_with_file_key_and_near_miss(
    drawn: tuple[str, str],
) -> None:
    kind, slip = drawn
    (mistake,) = read_checks({"check": [_filled_in(kind) | {slip: 1}]}, FILE, KINDS).mistakes
    assert mistake.key == "unknown-key"
    assert mistake.en.startswith(f"{FILE}, check.a.{slip}: ")
    near = nearest(slip, TABLES[f"check.{kind}"]["properties"])
    assert near is None or f"did you mean '{near}'?" in mistake.en
    assert near is None or f"'{near}'" in mistake.pt
    assert near is not None or len(slip) < 2


@given(
    st.sampled_from(sorted(KINDS)),
    st.text(min_size=1, max_size=300),
    st.integers() | st.text() | st.lists(st.none()),
)
def test_whatever_key_stands_in_a_check_it_is_told_once(kind: str, key: str, value: object) -> None:
    assume(key not in TABLES[f"check.{kind}"]["properties"])
    (mistake,) = read_checks({"check": [_filled_in(kind) | {key: value}]}, FILE, KINDS).mistakes
    assert mistake.key == "unknown-key"
    assert mistake.en.isprintable()
