from importlib.metadata import EntryPoint
from typing import Any

import pytest

from grader.measuring.checks.metric_checks import MetricAnswer
from grader.measuring.metrics import Accuracy, ErrorRate
from grader.model.errors import CourseError, UnknownPlugin
from grader.model.metric import Direction
from grader.plugins.registry import CHECKS, METRICS, SANDBOXES, Kind, Plugins, load_plugins

HERE = "tests.unit.plugins.test_registry"


class Halfway:
    """A metric without direction, and not callable."""

    name = "halfway"
    group = "test"
    counts_rows = True


class Alias(Accuracy):
    name = "exactness"


class Noise:
    def __init__(self, level: int) -> None:
        self.level = level


ready = Alias()


def entry(name: str, value: str, group: str = METRICS.group) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=group)


def loaded(*entries: EntryPoint, kind: Kind = METRICS) -> Plugins:
    return load_plugins(kind, entries=entries)


def mistakes(*entries: EntryPoint) -> list[str]:
    with pytest.raises(CourseError) as caught:
        loaded(*entries)
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


def test_the_built_in_metrics_and_checks_come_in_by_the_same_door() -> None:
    metrics = load_plugins(METRICS)
    assert {"error_rate", "accuracy", "noise_error", "rmse", "mae", "r2"} <= set(metrics)
    checks = load_plugins(CHECKS)
    assert {"metric", "architecture", "reference", "runs", "figure", "fit"} <= set(checks)
    assert isinstance(checks["metric"], MetricAnswer)
    assert {"bubblewrap", "none"} <= set(load_plugins(SANDBOXES))


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


def test_a_plugin_that_lacks_something_is_told_what() -> None:
    (told,) = mistakes(entry("halfway", f"{HERE}:Halfway"))
    assert "direction: Direction" in told
    assert "__call__()" in told


def test_a_name_that_is_not_the_plugins_own_is_refused() -> None:
    (told,) = mistakes(entry("accuracy", f"{HERE}:Alias"))
    assert "calls itself 'exactness'" in told


def test_two_plugins_of_one_name_are_refused() -> None:
    (told,) = mistakes(entry("exactness", f"{HERE}:Alias"), entry("exactness", f"{HERE}:ready"))
    assert "another package already answers" in told


@pytest.mark.parametrize(
    "value", ["no_such_module:Metric", f"{HERE}:no_such_class", f"{HERE}:Noise", "tests.unit.plugins:x"]
)
def test_a_plugin_that_does_not_load_stops_with_its_package(value: str) -> None:
    (told,) = mistakes(entry("broken", value))
    assert value.split(":", maxsplit=1)[0] in told
    assert "does not load" in told


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes(entry("a", "no_such:A"), entry("b", f"{HERE}:Halfway"), entry("c", "no_such:C"))
    assert len(told) == 3


def test_a_plugin_is_asked_for_by_name_only() -> None:
    plugins: Any = loaded()
    assert len(plugins) == 0
    with pytest.raises(UnknownPlugin):
        plugins["accuracy"]
