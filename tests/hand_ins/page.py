"""docs/reference/hand-ins.md: what becomes of each program; as a program, grades them and writes it.

``python -m tests.hand_ins.page [FOLDER [WORD ...]]``; what was graded in FOLDER before is not run again.
With words only the programs whose path holds one of them are graded, and only their rows are written anew.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.hand_ins.grading import ROOT, Ending, Now, everything, grade, wrong
from tests.hand_ins.listed import ClassReceived, HandIn, classes, hand_ins

PAGE = ROOT / "docs" / "reference" / "hand-ins.md"
COLUMNS = (
    "program",
    "assignment",
    "what it stands for",
    "should",
    "now",
    "points",
    "evidence",
    "code",
    "person",
    "accused",
    "graded",
)
NOTHING = "—"
GROUPS = {
    "hand_ins/": "In the manner of public notebooks",
    "course_programs/": "Of the course texts",
    "": "Look-alikes and others",
}
SHARED = ("graded", "told", "person", "accused")
SHARE_COLUMNS = ("programs", "number", *SHARED, "honest and accused", "person without cause")
CLASS_COLUMNS = ("received", "what it stands for", "students should be", "read as")
INTRODUCTION = """# Hand-ins

What the grader makes of programs as students hand them in:
small ones in the manner of public notebooks, those of the course texts, and honest look-alikes of attacks.
Each stands for a kind of fault, or of honest work that graders are known to trip over.

Made by `make hand-ins`:
all programs were handed in as one class and graded by `grader grade`, up to three runs each.
Each row says on which day (UTC):
those of some programs can be made anew by themselves (`make hand-ins ONLY="pele swap"`).
Of the audits that take runs of their own,
*placebo* was made in `banknote`, `california`, `digits-any`, `digits-audited` and `digits-short`,
where programs train without Keras, and no other;
every audit that takes none was made everywhere.
What should happen stands in `tests/hand_ins/hand_ins.toml`.
To add a program, write it into `tests/hand_ins/programs/`, name it there, and run `make hand-ins`.

* **graded**: measured; passed or failed.
* **told**: nothing could be measured, the error is the program's own, and the message names it.
* **person**: somebody must look, and the page says why.
* **accused**: an audit holds something against the author.

An ending in bold is not what it should be: a gap, named below the tables.
Training is random: points, and codes of what is close to a bar, may differ the next time.
`pytest -m slow tests/e2e/test_hand_ins.py` fails where an ending is not what it should be.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Ending):
    """What the page shows of one program."""

    amiss: bool
    day: str

    @property
    def share(self) -> str:
        """The share that it counts to."""
        return "graded" if self.ending in ("passed", "failed") else self.ending


def shown(one: HandIn, was: Now, day: str = "") -> Shown:
    """Return what the page shows of ``one``, graded on ``day``."""
    return Shown(
        ending=was.ending,
        amiss=bool(wrong(one, was)),
        points=was.points,
        evidence=was.evidence,
        code=was.code,
        day=day,
    )


def line(cells: Sequence[str]) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(cells)} |"


def row(one: HandIn, was: Shown) -> str:
    """Return the line of ``one``."""
    return line(
        (
            f"`{one.place}`",
            f"`{one.assignment}`",
            one.kind,
            " or ".join(one.should),
            f"**{was.ending}**" if was.amiss else was.ending,
            was.points or NOTHING,
            was.evidence or NOTHING,
            was.code,
            "yes" if was.person else "no",
            "yes" if was.accused else "no",
            was.day,
        )
    )


def without_cause(handed_in: Sequence[HandIn], done: Mapping[str, Shown]) -> list[str]:
    """Return the names of those that need a person, though nothing in them says why."""
    cause = {"person", "accused"}
    return [one.name for one in handed_in if done[one.name].person and not cause & set(one.should)]


def accused_honest(handed_in: Sequence[HandIn], done: Mapping[str, Shown]) -> list[str]:
    """Return the names of honest programs whose authors something is held against."""
    return [one.name for one in handed_in if one.honest and done[one.name].accused]


def group_of(one: HandIn) -> str:
    """Return the heading under which ``one`` stands."""
    return next(title for start, title in GROUPS.items() if one.place.startswith(start))


def shares(handed_in: Sequence[HandIn], done: Mapping[str, Shown]) -> list[str]:
    """Return the table of shares."""
    lines = [line(SHARE_COLUMNS), "|---" * len(SHARE_COLUMNS) + "|"]
    for title in (*GROUPS.values(), "All"):
        some = [one for one in handed_in if title in ("All", group_of(one))]
        count = Counter(done[one.name].share for one in some)
        told = [f"{count[what]} ({count[what] / len(some):.0%})" for what in SHARED]
        few = [str(len(found(some, done))) for found in (accused_honest, without_cause)]
        lines.append(line((title, str(len(some)), *told, *few)))
    return lines


def class_row(one: ClassReceived, read_as: Mapping[str, str]) -> str:
    """Return the line of a whole class."""
    found = ", ".join(f"{name}: {verdict}" for name, verdict in sorted(read_as.items()))
    return line((f"`{one.name}`", one.kind, ", ".join(one.students), found))


def page(
    handed_in: Sequence[HandIn],
    done: Mapping[str, Shown],
    read_as: Mapping[str, Mapping[str, str]],
) -> str:
    """Return the whole page."""
    lines = [INTRODUCTION, "## Shares", "", *shares(handed_in, done)]
    for title in GROUPS.values():
        lines += ["", f"## {title}", "", line(COLUMNS), "|---" * len(COLUMNS) + "|"]
        lines += [row(one, done[one.name]) for one in handed_in if group_of(one) == title]
    gaps = [f"* `{one.place}`: {one.gap}" for one in handed_in if one.gap]
    lines += ["", "## Gaps", "", *(gaps or ["None is known."])]
    lines += ["", "## Whole classes", "", line(CLASS_COLUMNS), "|---" * len(CLASS_COLUMNS) + "|"]
    lines += [class_row(one, read_as[one.name]) for one in classes()]
    return "\n".join(lines) + "\n"


def read(text: str) -> tuple[dict[str, Shown], dict[str, dict[str, str]]]:
    """Return what a page shows, by the places of programs and the names of classes."""
    rows = [
        [cell.strip() for cell in each[1:-1].split(" | ")] for each in text.splitlines() if each[:3] == "| `"
    ]
    done = {
        cells[0].strip("`"): Shown(
            ending=cells[4].strip("*"),
            amiss=cells[4].startswith("*"),
            points=cells[5].replace(NOTHING, ""),
            evidence=cells[6].replace(NOTHING, ""),
            code=cells[7],
            day=cells[10],
        )
        for cells in rows
        if len(cells) == len(COLUMNS)
    }
    read_as = {
        cells[0].strip("`"): dict(each.rsplit(": ", 1) for each in cells[3].split(", "))
        for cells in rows
        if len(cells) == len(CLASS_COLUMNS)
    }
    return done, read_as


def main(folder: str = "build/hand-ins", *words: str) -> None:
    """Grade everything in ``folder``, or some, and write the page; say what is not as it should be."""
    handed_in = hand_ins()
    place = (ROOT / folder).resolve()
    chosen = [one for one in handed_in if not words or any(word in one.place for word in words)]
    kept, read_as = read(PAGE.read_text(encoding="utf-8")) if words else ({}, {})
    if words:
        place.mkdir(parents=True, exist_ok=True)
        found = grade(place, chosen)
    else:
        found, read_as = everything(place)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    done = {one.name: kept[one.place] for one in handed_in if one.place in kept}
    done |= {one.name: shown(one, found[one.name], day) for one in chosen}
    PAGE.write_text(page(handed_in, done, read_as), encoding="utf-8")
    amiss = [f"{one.place}: {told}" for one in chosen if (told := wrong(one, found[one.name]))]
    print("\n".join([*shares(handed_in, done), "", *amiss]))  # noqa: T201 - a command


if __name__ == "__main__":
    main(*sys.argv[1:])
