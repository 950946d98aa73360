"""A kind of check joins by one file and one entry point: its table, its mistakes, its answer."""

from decimal import Decimal
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import jsonschema
import pytest

from grader.coursefiles.load_course import Known, load_course
from grader.coursefiles.schema import json_schema
from grader.measuring.judging.judge import gather, judge
from grader.measuring.judging.measure import metrics_wanted
from grader.measuring.judging.more_runs import more_runs_wanted
from grader.model.ask import Ask
from grader.model.check import Outcome
from grader.model.errors import CourseError
from grader.model.evidence import Fit
from grader.plugins.registry import CHECKS, Plugins, load_plugins
from tests.unit.coursefiles.written import METRICS, VALID, a_course, told
from tests.unit.measuring.made import METRICS as ALL_METRICS
from tests.unit.measuring.made import counted, report, run_facts

MODULE = '''
from dataclasses import dataclass
from typing import Annotated

from grader.model.ask import Ask
from grader.model.message import Text
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Field, Name, Several, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Table):
    """A part of the training."""

    name: Name
    epochs: Annotated[int, Field(ge=1)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Did the program train for long enough?"""

    epochs: Annotated[int, Field(ge=1, le=1000, alias="at-least")]
    stages: Several[Stage] = ()
    required: bool = True


class EpochsKind(CheckKind[Spec]):
    """Counts the epochs of all that was trained."""

    name = "epochs"
    table = Spec

    def needs(self, spec):
        if spec.epochs == 15:
            raise ZeroDivisionError("needs")
        return (Ask(kind="values", names=("stages",)),)

    def mistakes(self, written):
        if written.table.get("at-least") == 13:
            yield Text(f"{written.file}, {written.key}: 13 não", f"{written.file}, {written.key}: not 13")
        if written.table.get("at-least") == 14:
            raise ZeroDivisionError("ours")

    def answer(self, facts, spec):
        trained = sum(fit.epochs for fit in facts.runs[0].report.fits)
        words = Text(f"{trained} épocas", f"{trained} epochs")
        return passed(spec, words) if trained >= spec.epochs else failed(spec, words)

    def more_runs_wanted(self, facts, spec):
        return len(facts.runs) < 2
'''
CHECK = """\
id = "long"
kind = "epochs"
at-least = 5
stages = [ { name = "first" }, { name = "last", epochs = 3 } ]
"""


@pytest.fixture
def kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    """The kinds there are, and one of a package that was not there when the grader was written."""
    (tmp_path / "somebody_elses.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    own = EntryPoint(name="epochs", value="somebody_elses:EpochsKind", group=CHECKS.group)
    return load_plugins(CHECKS, entries=[*entry_points(group=CHECKS.group), own])


def _known(kinds: Plugins) -> Known:
    return Known(datasets=("mnist",), metrics=METRICS, runtimes=("keras3",), kinds=kinds)


def _with(check: str) -> str:
    return VALID.replace('id = "runs"\nkind = "runs"\n', check)


def test_it_is_loaded_like_ours(kinds: Plugins) -> None:
    assert kinds["epochs"].needs_predictions
    assert set(kinds) == {*load_plugins(CHECKS), "epochs"}


def test_a_run_is_graded_with_it(tmp_path: Path, kinds: Plugins) -> None:
    asked = load_course(a_course(tmp_path / "course", _with(CHECK)), _known(kinds)).assignments[0]
    spec = asked.checks[1]
    assert (spec.kind, spec.points, spec.required) == ("epochs", Decimal("2.5"), True)
    assert Ask(kind="values", names=("stages",)) in asked.asks
    assert metrics_wanted(asked.checks, kinds) == ("error_rate",)
    for epochs, outcome in ((5, Outcome.PASSED), (4, Outcome.FAILED)):
        fits = (Fit(epochs=epochs, seconds=1.0, history={}, on_test_rows=False),)
        one = run_facts(counted("error_rate", 10, 10_000), said=report(fits=fits))
        facts = gather(asked, [one], metrics=ALL_METRICS, kinds=kinds)
        answer = judge(facts).checks[1]
        assert (answer.outcome, answer.message.en) == (outcome, f"{epochs} epochs")
        assert more_runs_wanted(facts)
        assert not more_runs_wanted(gather(asked, [one, one], metrics=ALL_METRICS, kinds=kinds))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at-least = 5", "at_least = 5", "check.long.at_least: unknown key; did you mean 'at-least'?"),
        ("at-least = 5", "at-least = 0", "check.long.at-least: got 0; needed is a number not below 1"),
        ("at-least = 5", 'at-least = "5"', 'check.long.at-least: got "5"; needed is a whole number'),
        ("at-least = 5\n", "", "check.long.at-least: is missing"),
        ("epochs = 3", "epoch = 3", "check.long.stages.2.epoch: unknown key; did you mean 'epochs'?"),
        ('name = "first"', 'name = "1 st"', 'check.long.stages.1.name: got "1 st"; needed is a name'),
        ('{ name = "first" }', "1", "check.long.stages.1: got 1; needed is a table"),
        ("at-least = 5", "at-least = 13", "check.long: not 13"),
        ("at-least = 5", "at-least = 14", "'epochs' stopped with ZeroDivisionError: ours"),
        ("at-least = 5", "at-least = 15", "'epochs' stopped with ZeroDivisionError: needs"),
        ('"epochs"', '"epoch"', 'check.long.kind: there is no "epoch"; there are: architecture'),
    ],
)  # fmt: skip
def test_its_mistakes_are_told_like_ours(
    tmp_path: Path, kinds: Plugins, old: str, new: str, said: str
) -> None:
    assert old in CHECK
    with pytest.raises(CourseError) as caught:
        load_course(a_course(tmp_path / "course", _with(CHECK.replace(old, new))), _known(kinds))
    assert any(said in mistake for mistake in told(caught.value)), told(caught.value)


def test_the_schema_for_editors_has_its_table(kinds: Plugins) -> None:
    whole = json_schema(kinds)
    jsonschema.Draft202012Validator.check_schema(whole)
    document = {
        "assignment": {"title": {"pt-BR": "a", "en": "a"}, "points": 1},
        "data": {"dataset": "mnist"},
        "check": [{"id": "long", "kind": "epochs", "at-least": 5, "stages": [{"name": "first"}]}],
    }
    jsonschema.validate(document, whole)
    document["check"] = [{"id": "long", "kind": "epochs", "at-least": 5, "stages": [{"nam": "first"}]}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, whole)


def test_an_assignments_versions_know_what_it_asks_for(tmp_path: Path, kinds: Plugins) -> None:
    def loaded(name: str, check: str) -> tuple[str, str]:
        asked = load_course(a_course(tmp_path / name, _with(check)), _known(kinds)).assignments[0]
        return asked.version, asked.run_version

    first = loaded("first", CHECK)
    assert loaded("again", CHECK) == first
    longer = loaded("longer", CHECK.replace("at-least = 5", "at-least = 6"))
    assert longer[0] != first[0]
    assert longer[1] == first[1]
    without = loaded("without", 'id = "runs"\nkind = "runs"\n')
    assert without[1] != first[1]
