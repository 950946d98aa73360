"""How the points of each check are known to be earned, once it is known how the answers came about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.model.assurance import Assurance
from grader.model.check import CheckResult
from grader.plugins.interfaces import CheckKind

_WEAKEST_FIRST = (Assurance.DOUBTED, Assurance.NOT_CONTRADICTED, Assurance.MADE_AGAIN)


def assured(
    checks: Sequence[CheckResult],
    kinds: Mapping[str, CheckKind[Any]],
    *,
    answers: Assurance | None,
    doubted: Collection[str] = (),
) -> tuple[CheckResult, ...]:
    """Return ``checks`` with what stands behind the points of each.

    ``answers`` is what stands behind the predictions; the metrics in ``doubted`` are doubted apart from that.
    A check that earned nothing has nothing behind it; nor has one that rests on the submission's own word.
    One that asks no metric and was not answered from the recipe looked at the program's own run, which was
    not made again.
    """
    return tuple(
        replace(check, assurance=_of(check, kinds[check.kind], answers, doubted)) for check in checks
    )


def weakest(checks: Sequence[CheckResult]) -> Assurance | None:
    """Return the weakest assurance among the checks that earned points; None where none of them has one."""
    found = {check.assurance for check in checks if check.points > 0}
    return next((one for one in _WEAKEST_FIRST if one in found), None)


def _of(
    check: CheckResult, kind: CheckKind[Any], answers: Assurance | None, doubted: Collection[str]
) -> Assurance | None:
    if check.points <= 0 or kind.own_word or not kind.needs_predictions:
        return None
    if check.metric in doubted:
        return Assurance.DOUBTED
    of_own_run = check.metric is None and not check.by_recipe
    return Assurance.NOT_CONTRADICTED if of_own_run and answers is Assurance.MADE_AGAIN else answers
