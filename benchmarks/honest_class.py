"""Honest programs graded as an ordinary class, every audit made: what became of each beside its recipe."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.many_trainings import batched
from grader.files.plain_data import plain_of, read_plain
from tests.hand_ins.grading import ROOT, graded, lay_out
from tests.hand_ins.listed import HandIn, hand_ins

TEXTS, REFERENCES, OTHERS = "course texts", "references", "hand-ins"
_TOGETHER = 12
_NOT_TRAINED_AGAIN = "GR434"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One metric: what was delivered, and what the recipe gave again."""

    metric: str
    delivered: float
    retrained: tuple[float, ...]
    stands: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of one program.

    ``recipe``: whether it has one; ``why`` is the code of the reason if not, or of why it was not trained.
    ``findings`` are the codes of those that a person is shown, ``audits`` the outcome of each.
    """

    place: str
    group: str
    assignment: str
    measured: bool
    recipe: bool
    why: str | None = None
    assurance: str | None = None
    beside: tuple[Beside, ...] = ()
    findings: tuple[str, ...] = ()
    audits: dict[str, str] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def doubted(self) -> bool:
        """Whether something is said against where its answers come from."""
        return self.assurance == "doubted" or any(one.stands == "better" for one in self.beside)


def honest_programs() -> list[tuple[str, HandIn]]:
    """Return the honest programs that something can be measured of, each with its group: quick ones first."""
    found = [(OTHERS if "course_programs" not in one.place else TEXTS, one) for one in hand_ins()]
    found = [(group, one) for group, one in found if one.honest and {"passed", "failed"} & set(one.should)]
    for folder in sorted((ROOT / "reference_solutions").iterdir()):
        if folder.is_dir():
            file = next(file for file in sorted(folder.iterdir()) if file.suffix in (".py", ".ipynb"))
            found.append((REFERENCES, HandIn(file=file, assignment=folder.name, should=("passed",), kind="")))
    return sorted(found, key=lambda each: each[1].assignment in ("mnist-dense", "fashion-mnist"))


def became(folder: Path, chosen: Sequence[tuple[str, HandIn]]) -> list[Became]:
    """Grade ``chosen`` in ``folder``, a few at a time; what stands there is not graded again."""
    kept = folder / "became"
    kept.mkdir(parents=True, exist_ok=True)
    missing = [each for each in chosen if not _file(kept, each[1]).is_file()]
    for some in batched(missing, _TOGETHER):
        lay_out(folder, [one for _, one in some], audited=True)
        rows = graded(folder, folder / "submissions", "reports")
        by_name = {(row["student"], row["assignment"]): row for row in rows}
        for group, one in some:
            told = _became(group, one, by_name[one.name, one.assignment])
            _file(kept, one).write_text(json.dumps(plain_of(told)), encoding="utf-8")
    return kept_in(folder, chosen)


def kept_in(folder: Path, chosen: Sequence[tuple[str, HandIn]]) -> list[Became]:
    """Return what became of those of ``chosen`` that were graded in ``folder``."""
    files = [_file(folder / "became", one) for _, one in chosen]
    return [read_plain(Became, json.loads(file.read_bytes())) for file in files if file.is_file()]


def place_of(one: HandIn) -> str:
    """Return where ``one`` stands in the checkout."""
    return one.file.relative_to(ROOT).as_posix()


def _file(kept: Path, one: HandIn) -> Path:
    return kept / f"{one.assignment}-{one.name}.json"


def _became(group: str, one: HandIn, row: dict[str, Any]) -> Became:
    recipe = row["recipe"]
    beside = () if recipe is None else recipe["beside"].items()
    return Became(
        place=place_of(one),
        group=group,
        assignment=one.assignment,
        measured=bool(row["metrics"]),
        recipe=recipe is not None and recipe["code"] in (None, _NOT_TRAINED_AGAIN),
        why=None if recipe is None else recipe["code"],
        assurance=row["assurance"],
        beside=tuple(
            Beside(
                metric=name,
                delivered=told["delivered"],
                retrained=tuple(told["retrained"]),
                stands=told["stands"],
            )
            for name, told in beside
        ),
        findings=tuple(found["code"] for found in row["findings"] if found["severity"] != "info"),
        audits={told["audit"]: told["outcome"] for told in row["audits"]},
        cpu={origin: _cpu(row, origin) for origin in ("program", "recipe")},
    )


def _cpu(row: dict[str, Any], origin: str) -> float:
    return sum(run["cpu_seconds"] or 0.0 for run in row["runs"] if run["origin"] == origin)
