import re
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from grader.measuring.metrics import Accuracy, ErrorRate
from grader.model.check import CheckResult
from grader.model.errors import CourseError, UnknownPlugin
from grader.model.message import Language
from grader.model.metric import Direction
from grader.model.result import Grading
from grader.plugins.interfaces import CheckKind
from grader.plugins.registry import (
    CHECKS,
    EXPORTERS,
    METRICS,
    SANDBOXES,
    Kind,
    Plugins,
    load_kinds,
    load_plugins,
)
from grader.plugins.tables import CheckTable

HERE = "tests.unit.plugins.test_registry"
KINDS = (METRICS, CHECKS, SANDBOXES, EXPORTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does it do what it should?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misspelt(Spec):
    """A table with a field of a type that no file can hold."""

    at_most: "Nothing" = 1  # type: ignore[name-defined]  # noqa: F821 - that is its mistake


class Halfway:
    """A metric without direction, and not callable."""

    name = "halfway"
    group = "test"
    counts_rows = True


class Untyped(Accuracy):
    """A metric whose attributes are what somebody types who has not read the contract."""

    name = "untyped"
    direction = "lower"  # type: ignore[assignment]
    counts_rows = 1  # type: ignore[assignment]
    group = ""


class Lonely(Accuracy):
    name = "lonely"

    def __call__(self, predicted: Any) -> float:  # type: ignore[override]
        return float(predicted.sum())


class Touchy(Accuracy):
    name = "touchy"

    @property
    def group(self) -> str:  # type: ignore[override]
        raise RuntimeError("not now\nnor later")


class Alias(Accuracy):
    name = "exactness"


class Spaced(Accuracy):
    name = "two words"


class Noise:
    def __init__(self, level: int) -> None:
        self.level = level


class Unanswered(CheckKind[Spec]):
    """A kind of check that leaves out the one thing that nobody else can write."""

    name = "unanswered"
    table = Spec


class Tableless(CheckKind[Spec]):
    name = "tableless"

    def answer(self, facts: Any, spec: Spec) -> CheckResult:
        raise NotImplementedError(facts, spec)


class OfPlainData(Tableless):
    name = "of_plain_data"
    table = dict  # type: ignore[assignment]


class OfWrongWords(Tableless):
    name = "of_wrong_words"
    table = Misspelt


class Elsewhere:
    """An exporter that would write outside the reports folder."""

    name = "elsewhere"
    file_name = "../elsewhere.txt"

    def __call__(self, grading: Grading, language: Language) -> bytes:
        return f"{grading.course} {language}".encode()


ready = Alias()


def by_function(predicted: Any, truth: Any) -> float:
    return float((predicted == truth).mean())


by_function.name = "by_function"  # type: ignore[attr-defined]
by_function.direction = Direction.HIGHER_IS_BETTER  # type: ignore[attr-defined]
by_function.group = "test"  # type: ignore[attr-defined]
by_function.counts_rows = True  # type: ignore[attr-defined]


def entry(name: str, value: str, group: str = METRICS.group) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=group)


def loaded(*entries: EntryPoint, kind: Kind = METRICS) -> Plugins:
    return load_plugins(kind, entries=entries)


def mistakes(*entries: EntryPoint, kinds: tuple[Kind, ...] = (METRICS,)) -> list[str]:
    with pytest.raises(CourseError) as caught:
        load_kinds(*kinds, entries=entries)
    assert all(message.pt for message in caught.value.messages)
    return [message.en for message in caught.value.messages]


def test_a_class_is_made_and_an_object_is_taken_as_it_is() -> None:
    plugins = loaded(
        entry("error_rate", "grader.measuring.metrics:ErrorRate"), entry("exactness", f"{HERE}:ready")
    )
    assert isinstance(plugins["error_rate"], ErrorRate)
    assert plugins["exactness"] is not None
    assert plugins["error_rate"].direction is Direction.LOWER_IS_BETTER
    assert list(plugins) == ["error_rate", "exactness"]
    assert len(plugins) == 2


def test_a_function_with_the_attributes_of_a_metric_is_one() -> None:
    metric = loaded(entry("by_function", f"{HERE}:by_function"))["by_function"]
    assert metric.__name__ == "by_function"


def test_the_built_in_plugins_come_in_by_the_same_door() -> None:
    metrics, checks, sandboxes, _ = load_kinds(*KINDS)
    assert {"error_rate", "accuracy", "noise_error", "rmse", "mae", "r2"} <= set(metrics)
    assert {"metric", "architecture", "reference", "runs", "figure", "fit"} <= set(checks)
    assert {"bubblewrap", "none"} <= set(sandboxes)


def test_an_unknown_name_tells_the_near_miss_and_what_there_is() -> None:
    plugins = loaded(entry("error_rate", "grader.measuring.metrics:ErrorRate"))
    assert "errorrate" not in plugins
    with pytest.raises(UnknownPlugin) as near:
        plugins["errorrate"]
    assert "did you mean 'error_rate'?" in near.value.message.en
    with pytest.raises(UnknownPlugin) as far:
        plugins["zzz"]
    assert "There are: error_rate" in far.value.message.en
    assert "did you mean" not in far.value.message.en


def test_who_may_do_without_a_plugin_gets_none() -> None:
    plugins = loaded(entry("error_rate", "grader.measuring.metrics:ErrorRate"))
    assert plugins.get("errorrate") is None
    assert plugins.get("error_rate") is plugins["error_rate"]


def test_a_plugin_that_lacks_something_is_told_what_and_what_is_expected() -> None:
    (message,) = mistakes(entry("halfway", f"{HERE}:Halfway"))
    assert message.startswith(
        f"the plugin 'halfway' of the package {HERE} (grader.metrics: {HERE}:Halfway) "
        "breaks the contract Metric: "
    )
    assert "the attribute direction is missing (needed: one of these: Direction.LOWER_IS_BETTER, " in message
    assert message.endswith("the method __call__(predicted, truth) is missing")


def test_a_plugin_whose_attributes_are_of_another_type_is_told_each() -> None:
    (message,) = mistakes(entry("untyped", f"{HERE}:Untyped"))
    assert "the attribute direction is 'lower' (str) (needed: one of these: Direction." in message
    assert "the attribute counts_rows is 1 (int) (needed: one of these: True, False)" in message
    assert "the attribute group is '' (str) (needed: a text that is not empty)" in message


def test_a_method_that_does_not_take_what_it_will_be_given_is_told_with_both_signatures() -> None:
    (message,) = mistakes(entry("lonely", f"{HERE}:Lonely"))
    assert "the method __call__(predicted) cannot be called as __call__(predicted, truth)" in message


def test_an_attribute_that_raises_is_told_in_one_line() -> None:
    (message,) = mistakes(entry("touchy", f"{HERE}:Touchy"))
    assert "the attribute group cannot be read: RuntimeError: not now (needed: a text" in message
    assert "nor later" not in message


def test_a_name_that_is_not_the_plugins_own_is_refused() -> None:
    (message,) = mistakes(entry("accuracy", f"{HERE}:Alias"))
    assert "calls itself 'exactness'" in message


def test_a_name_that_no_course_could_write_is_refused() -> None:
    (message,) = mistakes(entry("two words", f"{HERE}:Spaced"))
    assert "has a name that cannot be written in a course" in message


def test_of_two_plugins_of_one_name_both_packages_are_told() -> None:
    (message,) = mistakes(
        entry("accuracy", "grader.measuring.metrics:Accuracy"),
        entry("accuracy", "tests.unit.plugins.twice:Accuracy"),
    )
    assert "of the package tests.unit.plugins.twice" in message
    assert "a plugin of the package grader.measuring.metrics already has" in message


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("Unanswered", "the method answer(facts, spec) is missing"),
        ("Tableless", "the attribute table is missing (needed: "),
        ("OfPlainData", "the attribute table is <class 'dict'> (needed: "),
        ("OfWrongWords", "the attribute table cannot be read: "),
    ],
)
def test_a_kind_of_check_that_lacks_its_table_or_its_answer_is_told(name: str, lacking: str) -> None:
    snake = re.sub("(?<!^)([A-Z])", r"_\1", name).lower()
    (message,) = mistakes(entry(snake, f"{HERE}:{name}", CHECKS.group), kinds=(CHECKS,))
    assert f"breaks the contract CheckKind: {lacking}" in message


def test_an_exporter_names_a_file_and_no_place() -> None:
    (message,) = mistakes(entry("elsewhere", f"{HERE}:Elsewhere", EXPORTERS.group), kinds=(EXPORTERS,))
    assert "the attribute file_name is '../elsewhere.txt' (needed: a file name without a folder" in message


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("no_such_module:Metric", "ModuleNotFoundError: No module named 'no_such_module'"),
        (f"{HERE}:no_such_class", "AttributeError: module"),
        (f"{HERE}:Noise", "TypeError: Noise.__init__() missing 1 required positional argument"),
        ("tests.unit.plugins:x", "AttributeError: module"),
        ("tests.unit.plugins.raises:Metric", "RuntimeError: this machine has no licence)"),
        ("tests.unit.plugins.exits:Metric", "SystemExit: 7"),
        ("not an entry point", "AttributeError"),
    ],
)
def test_a_plugin_that_does_not_load_is_told_with_its_package_and_the_first_line_of_why(
    value: str, why: str
) -> None:
    (message,) = mistakes(entry("broken", value))
    assert f"of the package {value.split(':', maxsplit=1)[0]} " in message
    assert f"does not load ({why}" in message
    assert "\n" not in message


def test_the_mistakes_of_every_kind_are_told_at_once() -> None:
    lines = mistakes(
        entry("a", "no_such:A"),
        entry("b", f"{HERE}:Halfway"),
        entry("c", "no_such:C", SANDBOXES.group),
        entry("elsewhere", f"{HERE}:Elsewhere", EXPORTERS.group),
        kinds=KINDS,
    )
    assert len(lines) == 4
    assert sum("no_such" in line for line in lines) == 2


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.group)
def test_of_every_kind_an_empty_plugin_is_told_all_that_its_contract_asks_for(kind: Kind) -> None:
    (message,) = mistakes(entry("empty", "builtins:object", kind.group), kinds=(kind,))
    assert "the attribute name is missing (needed: a text that is not empty)" in message
    assert "the method " in message


def test_a_plugin_is_asked_for_by_name_only() -> None:
    plugins: Any = loaded()
    assert len(plugins) == 0
    with pytest.raises(UnknownPlugin):
        plugins["accuracy"]
