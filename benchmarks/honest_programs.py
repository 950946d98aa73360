"""``python -m benchmarks.honest_programs [FOLDER [WORD ...]]``: honest programs beside their recipes.

Grades the programs of the course texts, the references and the hand-ins as an ordinary class in FOLDER, every
audit made, and trains fifty nets drawn by chance, three programs each; what stands in FOLDER is not made
again. With words only the programs whose place holds one of them are graded. Writes
docs/reference/honest-programs.md, of all that was graded in FOLDER, and its figure.
"""

import statistics
import sys
from collections import Counter
from collections.abc import Sequence

from benchmarks.honest_class import (
    OTHERS,
    REFERENCES,
    TEXTS,
    Became,
    became,
    honest_programs,
    kept_in,
    place_of,
)
from benchmarks.many_trainings import Trained, held, kept
from benchmarks.random_nets import random_nets
from benchmarks.scatter import Dot, Kind, scatter
from grader.model.assurance import Beside as Stands
from tests.hand_ins.grading import ROOT
from tests.hand_ins.page import line

PAGE = ROOT / "docs" / "reference" / "honest-programs.md"
FIGURE = ROOT / "docs" / "images" / "honest-programs.svg"
NETS, SEEDS = 50, 3
COUNTED = "error_rate"
NOTHING = "—"
AUDITS = ("pair", "placebo", "fresh")
INTRODUCTION = """# Honest programs beside their recipes

What the rule of [recipes](../explanation/made-again.md) makes of honest work:
how many programs have a recipe, how what they delivered stands to what the grader trains by it again,
how many are doubted, and what becomes of those that have none.

Made by `make honest`.
The programs of the course texts, the references and the honest [hand-ins](hand-ins.md)
were graded by `grader grade` as one class, every audit made, up to three runs each.
Fifty dense nets for the digits were drawn by chance: depth, width, activation, optimizer, rate, dropout,
batch, epochs, loss, map of the rows (`benchmarks/random_nets.py`).
Three programs, each with a seed of its own, trained each of them by Keras' own `fit`;
their recipes were trained by the code that trains in the sandbox.
No record of a reference helped to judge the nets: what is known of their spread is what they told themselves.
"""


def main(folder: str = "build/honest", *words: str) -> None:
    """Grade and train what is missing in ``folder`` and write page and figure."""
    place = (ROOT / folder).resolve()
    programs = honest_programs()
    chosen = [each for each in programs if not words or any(word in place_of(each[1]) for word in words)]
    became(place / "class", chosen)
    nets = kept(random_nets(NETS), place / "nets", own=SEEDS)
    done = kept_in(place / "class", programs)
    FIGURE.write_text(drawing(done, nets), encoding="utf-8")
    text = page(done, len(programs), nets)
    PAGE.write_text(text, encoding="utf-8")
    print(text)


def drawing(done: Sequence[Became], nets: Sequence[Trained]) -> str:
    """Return the figure: delivered against trained again, where both are shares of wrong rows."""
    of_nets = [_dot(own, held(own, net.again).retrained) for net in nets for own in net.own]
    of_programs = [
        _dot(one.delivered, one.retrained)
        for program in done
        for one in program.beside
        if one.metric == COUNTED
    ]
    return scatter(
        (
            Kind(name="nets drawn by chance", colour="#0b5fa5", dots=tuple(of_nets)),
            Kind(name="course texts, references, hand-ins", colour="#b5530f", dots=tuple(of_programs)),
        ),
        title="wrong rows as delivered, against wrong rows of the recipe trained again",
        across="the recipe trained again: mean, and from least to greatest",
        up="delivered",
    )


def _dot(delivered: float, again: Sequence[float]) -> Dot:
    return Dot(delivered=delivered, least=min(again), mean=statistics.fmean(again), greatest=max(again))


def page(done: Sequence[Became], programs: int, nets: Sequence[Trained]) -> str:
    """Return the whole page."""
    lines = [INTRODUCTION, "## Shares", "", *_shares(done, programs, nets)]
    lines += ["", "![what was delivered against the recipe trained again](../images/honest-programs.svg)"]
    lines += ["", "## Without a recipe", "", *_without(done)]
    lines += ["", "## With a recipe", "", *_with(done)]
    lines += ["", "## Nets drawn by chance", "", *_nets(nets)]
    return "\n".join(lines) + "\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [line(columns), "|" + "---|" * len(columns), *(line(row) for row in rows)]


def _shares(done: Sequence[Became], programs: int, nets: Sequence[Trained]) -> list[str]:
    rows = []
    for title in (TEXTS, REFERENCES, OTHERS, "all"):
        some = [one for one in done if title in (one.group, "all")]
        measured = [one for one in some if one.measured]
        recipes = sum(one.recipe for one in measured)
        doubted = sum(one.doubted for one in measured)
        counts = [len(some), len(measured), recipes]
        rows.append([title, *map(str, counts), _percent(recipes, len(measured)), str(doubted)])
    doubted_nets = sum(any(_stands(own, net) is Stands.BETTER for own in net.own) for net in nets)
    own = sum(len(net.own) for net in nets)
    rows.append([f"nets ({len(nets)}, {own} programs)", *[str(len(nets))] * 3, "100 %", str(doubted_nets)])
    columns = ("programs", "graded", "measured", "with a recipe", "share", "doubted")
    stands = Counter(_where(own, net) for net in nets for own in net.own)
    told = ", ".join(f"{count} {where}" for where, count in sorted(stands.items()))
    return [
        *_table(columns, rows),
        "",
        f"Of {programs} honest programs {len(done)} were graded. A net counts once, with its three programs.",
        f"Of what the nets' programs delivered, beside the first four trainings of each: {told}.",
    ]


def _stands(own: float, net: Trained) -> Stands:
    return held(own, net.again).beside


def _where(own: float, net: Trained) -> str:
    again = net.again[:4]
    if own < min(again):
        return "better than all four"
    return "worse than all four" if own > max(again) else "between them"


def _percent(some: int, of: int) -> str:
    return f"{some / of:.0%}".replace("%", " %") if of else NOTHING


def _without(done: Sequence[Became]) -> list[str]:
    some = [one for one in done if one.measured and not one.recipe]
    made = {audit: [one for one in some if one.audits.get(audit)] for audit in AUDITS}
    told = [
        f"`{audit}` was made of {len(programs)}: {_outcomes(programs, audit)}"
        for audit, programs in made.items()
        if programs
    ]
    silent = [one for one in some if SILENT in one.findings]
    rows = [
        [
            f"`{one.place}`",
            one.why or NOTHING,
            *(one.audits.get(audit, NOTHING) for audit in AUDITS),
            ", ".join(one.findings) or NOTHING,
            one.assurance or NOTHING,
        ]
        for one in some
    ]
    columns = ("program", "why", *AUDITS, "shown to a person", "assurance")
    return [
        f"Of {len(some)} measured programs without a recipe, audits of their own runs: {'; '.join(told)}.",
        f"Silent in a run of an audit (GR420): {len(silent)}.",
        "",
        *_table(columns, rows),
    ]


SILENT = "GR420"


def _outcomes(programs: Sequence[Became], audit: str) -> str:
    counted = Counter(one.audits[audit] for one in programs)
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items()))


def _with(done: Sequence[Became]) -> list[str]:
    rows = [
        [
            f"`{program.place}`",
            one.metric,
            _value(one.delivered, one.metric),
            str(len(one.retrained)),
            " to ".join(_value(value, one.metric) for value in (min(one.retrained), max(one.retrained))),
            one.stands,
            program.assurance or NOTHING,
        ]
        for program in done
        for one in program.beside
    ]
    columns = ("program", "metric", "delivered", "trainings", "trained again", "stands", "assurance")
    return _table(columns, rows)


def _value(value: float, metric: str) -> str:
    return f"{value * 100:.2f} %" if metric == COUNTED else f"{value:.4g}"


def _nets(nets: Sequence[Trained]) -> list[str]:
    rows = []
    for one in nets:
        net = one.net
        told = [net.activation, f"{net.optimizer} {net.rate:g}", f"batch {net.batch}", f"{net.epochs} epochs"]
        told += [f"dropout {net.dropout:g}"] if net.dropout else []
        told += ["normalised"] if net.normalised else []
        rows.append(
            [
                net.name,
                f"64-{'-'.join(map(str, net.widths))}-10, {', '.join(told)}, {net.rows} rows",
                ", ".join(_value(own, COUNTED) for own in one.own),
                str(len(one.again)),
                " to ".join(_value(value, COUNTED) for value in (min(one.again), max(one.again))),
                ", ".join(_stands(own, one).value for own in one.own),
            ]
        )
    return _table(("net", "what it is", "delivered", "trainings", "trained again", "stands"), rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
