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
    return Assurance.DOUBTED if check.metric in doubted else answers
