"""What came of making a certified result again, in sentences and as JSON (``grader/verification/v1``)."""

from collections.abc import Collection, Iterator
from typing import Any

from grader.model.certificate import Answer, Bound, Certificate, Difference, MetricPair, RunPair, Verification
from grader.model.message import Joined, Message
from grader.model.result import Verdict
from grader.reporting.in_words import (
    known,
    metric_told,
    number_told,
    same,
    value_told,
    verdict_told,
)
from grader.reporting.results_json import json_text
from grader.words.catalogue import say

SCHEMA = "grader/verification/v1"
REFUTED = ("changed", "mark_gone")
"""Differences that are about the certificate itself: nothing has two sides to be shown."""
_DIGEST_SHOWN = 12
_DIGEST = 64


def verification_told(verification: Verification) -> tuple[Message, ...]:
    """Return what is to be said, a line each; the answer comes first."""
    return tuple(_lines(verification))


def verification_json(verification: Verification) -> str:
    """Return the same for programs; metrics are numbers, everything that differs is text."""
    certificate, now = verification.certificate, verification.now
    return json_text(
        {
            "schema": SCHEMA,
            "answer": verification.answer.value,
            "bound": verification.bound.value,
            "student": certificate.student,
            "assignment": certificate.assignment,
            "certified": _outcome(certificate),
            "now": None if now is None else _outcome(now),
            "differences": [_difference(one) for one in verification.differences],
            "conditions": [_difference(one) for one in verification.conditions],
            "runs": [_run(pair) for pair in verification.runs],
            "metrics": {pair.metric: _metric(pair) for pair in verification.metrics},
            "audits": {
                "made": list(verification.audits_made),
                "not_made": list(verification.audits_not_made),
            },
        }
    )


def _outcome(certificate: Certificate) -> dict[str, Any]:
    return {
        "grader": certificate.grader,
        "verdict": certificate.verdict.value if certificate.verdict else None,
        "points": None if certificate.points is None else float(certificate.points),
        "max_points": float(certificate.max_points),
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {"what": one.what, "name": one.name, "certified": one.certified, "now": one.now}


def _run(pair: RunPair) -> dict[str, Any]:
    then, now = pair.certified, pair.now
    return {
        "number": now.number,
        "seed": now.seed,
        "threads": now.threads,
        "same": pair.same,
        "served_again": pair.repeated,
        "status": {"certified": then.status.value, "now": now.status.value},
        "predictions": {"certified": then.predictions, "now": now.predictions},
        "metrics": {"certified": dict(then.metrics), "now": dict(now.metrics)},
    }


def _metric(pair: MetricPair) -> dict[str, Any]:
    return {
        "certified": pair.certified,
        "now": pair.now,
        "spread": pair.spread,
        "allowed": pair.allowed,
        "within": pair.within,
    }


def _lines(verification: Verification) -> Iterator[Message]:
    certificate, shares = verification.certificate, verification.shares
    who = {"student": certificate.student, "assignment": certificate.assignment}
    answer = verification.answer
    proved = verification.bound is Bound.PROVED or answer is Answer.DIFFERENT
    yield say(f"verify.answer.{answer.value}" + ("" if proved else ".unproved"), **who)
    if any(one.what in REFUTED for one in verification.differences):
        yield from (say(f"verify.{one.what}") for one in verification.differences)
        yield say("verify.not_run.certificate")
        return
    yield say(f"verify.bound.{verification.bound.value}")
    yield from (_told(one, shares) for one in verification.differences)
    if verification.now is None:
        yield say("verify.not_run")
        return
    yield from (_run_told(pair, shares) for pair in verification.runs)
    yield from (_metric_told(pair) for pair in verification.metrics)
    yield say(
        "verify.result",
        verdict=verdict_told(verification.now.verdict),
        points=_points_told(verification.now),
        max_points=number_told(verification.now.max_points),
    )
    if verification.audits_made:
        yield say("verify.audits.made", audits=", ".join(verification.audits_made))
    if verification.audits_not_made:
        yield say("verify.audits.not_made", audits=", ".join(verification.audits_not_made))
    if verification.conditions:
        yield say("verify.conditions")
        yield from (_told(one, shares) for one in verification.conditions)


def _points_told(certificate: Certificate) -> Message:
    return say("verify.withheld") if certificate.points is None else number_told(certificate.points)


def _told(difference: Difference, shares: Collection[str]) -> Message:
    name = (
        metric_told(difference.name)
        if difference.what in ("metric", "reference", "value")
        else same(difference.name)
    )
    share = difference.name in shares
    ends = {
        "certified": _side(difference, difference.certified, share=share),
        "now": _side(difference, difference.now, share=share),
    }
    return say("verify.difference", what=say(f"verify.{difference.what}", name=name), **ends)


def _side(difference: Difference, text: str | None, *, share: bool) -> Message:
    """Return one side of a difference in words; a digest by its beginning."""
    if text is None:
        return say("verify.withheld" if difference.what == "points" else "verify.absent")
    match difference.what:
        case "verdict":
            words = verdict_told(Verdict(text))
        case "points" | "max_points":
            words = number_told(float(text))
        case "metric" | "reference":
            words = value_told(float(text), share=share)
        case "value":
            values = [value_told(float(value), share=share) for value in text.split()]
            words = Joined("; ", tuple(values))
        case "status" | "evidence" | "reason":
            key = f"{'source' if difference.what == 'evidence' else difference.what}.{text}"
            words = say(key) if known(key) else same(text)
        case _:
            words = same(f"{text[:_DIGEST_SHOWN]}…" if len(text) == _DIGEST else text)
    return words


def _run_told(pair: RunPair, shares: Collection[str]) -> Message:
    then, now = pair.certified, pair.now
    measured = [name for name in then.metrics if name in now.metrics]
    measured_twice = [
        say(
            "verify.run.value",
            metric=metric_told(name),
            certified=value_told(then.metrics[name], share=name in shares),
            now=value_told(now.metrics[name], share=name in shares),
        )
        for name in measured
    ]
    values = Joined(", ", tuple(measured_twice))
    alike = "none" if then.predictions is None and now.predictions is None else None
    alike = alike or ("same" if then.predictions == now.predictions else "other")
    return say(
        "verify.run",
        number=now.number,
        seed=now.seed,
        threads=now.threads,
        values=values if measured_twice else say("verify.run.none"),
        predictions=say(f"verify.predictions.{alike}"),
        served=say("verify.served.repeated" if pair.repeated else "verify.served.anew"),
    )


def _metric_told(pair: MetricPair) -> Message:
    def figure(value: float) -> Message:
        return value_told(value, share=pair.counts_rows)

    mean = say(
        "verify.mean",
        metric=metric_told(pair.metric),
        certified=figure(pair.certified),
        now=figure(pair.now),
        apart=figure(abs(pair.now - pair.certified)),
    )
    if pair.spread is None or pair.allowed is None:
        return say("verify.mean.unknown", mean=mean)
    return say("verify.mean.noise", mean=mean, spread=figure(pair.spread), allowed=figure(pair.allowed))
