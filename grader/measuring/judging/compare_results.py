"""One result as its certificate has it, beside the same result made again: what is the same, what is not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from grader.measuring.judging.compare_means import compare_means
from grader.measuring.judging.verdict_within_noise import only_beside_a_bar
from grader.model.assignment import Assignment
from grader.model.certificate import (
    DIGESTS,
    Answer,
    Bound,
    Certificate,
    CertifiedCheck,
    Difference,
    MetricPair,
    RunPair,
    Verification,
)
from grader.model.metric import Baseline
from grader.model.submission import Submission
from grader.plugins.interfaces import CheckKind, Metric


def compare_results(
    certified: Certificate,
    now: Certificate,
    *,
    repeated: Sequence[bool],
    assignment: Assignment,
    metrics: Mapping[str, Metric],
    kinds: Mapping[str, CheckKind[Any]],
    baseline: Baseline | None,
) -> Verification:
    """Return what came of making ``certified`` again; ``repeated`` says it of each run's served data.

    *Same*: every run ended, answered and measured exactly alike, and so is all that was said of them. *Within
    noise*: the points are the same, and so is the verdict but for what noise does beside a bar; every run
    ended alike, and no metric's mean is further off than noise from run to run explains. Where every run is
    the same there is no noise, so a check or a value that is not was never measured.
    """
    runs = tuple(
        RunPair(certified=then, now=again, repeated=served)
        for then, again, served in zip(certified.runs, now.runs, repeated, strict=True)
    )
    pairs = _metric_pairs(certified, now, metrics, baseline)
    exact = all(one.same for one in runs) and certified.trainings == now.trainings
    beside = not exact and only_beside_a_bar(
        certified, now, assignment, metrics=metrics, kinds=kinds, baseline=baseline
    )
    judged = [] if beside else _unequal("verdict", _value(certified.verdict), _value(now.verdict))
    differences = tuple(_differences(certified, now, runs, pairs, judged))
    alike = Answer.SAME if exact else Answer.WITHIN_NOISE
    answer = Answer.DIFFERENT if differences else alike
    return Verification(
        certificate=certified,
        now=now,
        answer=answer,
        bound=Bound.UNBOUND,
        differences=differences,
        conditions=(*(_apart_beside(certified, now) if beside else ()), *_conditions(certified, now)),
        runs=runs,
        metrics=pairs,
        shares=frozenset(name for name in metrics if metrics[name].counts_rows),
    )


def compare_submissions(
    certified: Certificate, submission: Submission, *, proved: bool
) -> tuple[Difference, ...]:
    """Return what of ``submission`` is not as it was graded; nothing when it is the same to the last byte.

    Whose the certificate says it is counts too, unless that is ``proved`` already: names of folders change.
    """
    then = {file.name: file.sha256 for file in certified.files}
    now = {file.name: file.sha256 for file in submission.files}
    differences = list(_apart("file", then, now))
    differences += _unequal("main", certified.main, submission.main)
    if not proved:
        differences += _unequal("student", certified.student, submission.student)
    return tuple(differences or _unequal("submission", certified.digests["submission"], submission.digest))


def _metric_pairs(
    certified: Certificate, now: Certificate, metrics: Mapping[str, Metric], baseline: Baseline | None
) -> tuple[MetricPair, ...]:
    again = {summary.metric: summary for summary in now.metrics}
    both = [summary for summary in certified.metrics if summary.metric in again and summary.metric in metrics]
    return tuple(
        compare_means(
            summary,
            again[summary.metric],
            counts_rows=metrics[summary.metric].counts_rows,
            direction=metrics[summary.metric].direction,
            baseline=baseline,
            metrics=len(both),
        )
        for summary in both
    )


def _apart_beside(certified: Certificate, now: Certificate) -> Iterator[Difference]:
    """Yield what noise made of a result beside a bar: told, and no reason to call it different."""
    yield from _unequal("verdict", _value(certified.verdict), _value(now.verdict))
    yield from _apart("check", _checks(certified.checks), _checks(now.checks))


def _differences(
    certified: Certificate,
    now: Certificate,
    runs: Sequence[RunPair],
    pairs: Sequence[MetricPair],
    verdicts: Sequence[Difference],
) -> Iterator[Difference]:
    """Yield what makes the answer *different*; ``verdicts`` is what the verdicts differ by, beyond noise."""
    exact = all(run.same for run in runs)
    judged = [
        *verdicts,
        *_unequal("points", _points(certified.points), _points(now.points)),
        *_unequal("max_points", _points(certified.max_points), _points(now.max_points)),
        *_unequal("reason", _value(certified.reason), _value(now.reason)),
    ]
    yield from judged
    if judged or exact:  # elsewhere a check that came out otherwise and changed nothing is noise
        yield from _apart("check", _checks(certified.checks), _checks(now.checks))
    yield from _unequal("evidence", _value(certified.evidence), _value(now.evidence))
    for run in runs:
        ended = _unequal("status", run.certified.status.value, run.now.status.value, str(run.now.number))
        yield from ended
    made = [str(len(one.trainings)) for one in (certified, now)]
    yield from _unequal("trainings", made[0], made[1])
    then, again = {m.metric for m in certified.metrics}, {m.metric for m in now.metrics}
    for name in sorted(then ^ again):
        means = [
            next((repr(m.mean) for m in one.metrics if m.metric == name), None) for one in (certified, now)
        ]
        yield Difference(what="metric", name=name, certified=means[0], now=means[1])
    if exact:
        yield from _values_apart(certified, now)
        return
    for pair in pairs:
        if not pair.within:
            yield Difference(
                what="metric", name=pair.metric, certified=repr(pair.certified), now=repr(pair.now)
            )


def _values_apart(certified: Certificate, now: Certificate) -> Iterator[Difference]:
    """Yield the summaries that are not those of the runs; each by its value, or by its runs' values."""
    again = {summary.metric: summary for summary in now.metrics}
    for then in certified.metrics:
        summary = again.get(then.metric)
        if summary is None or (then.value, then.values) == (summary.value, summary.values):
            continue
        shown = [(one.value,) if then.value != summary.value else one.values for one in (then, summary)]
        told = [" ".join(map(repr, values)) for values in shown]
        yield Difference(what="value", name=then.metric, certified=told[0], now=told[1])


def _conditions(certified: Certificate, now: Certificate) -> Iterator[Difference]:
    """Yield what was not as it was then, and need not matter."""
    yield from _unequal("grader", certified.grader, now.grader)
    for name in DIGESTS:
        yield from _unequal(name, certified.digests[name], now.digests[name])
    yield from _unequal("runtime_name", certified.runtime, now.runtime)
    yield from _unequal("sandbox", certified.sandbox, now.sandbox)
    yield from _apart("version", certified.versions, now.versions)
    references = [{name: repr(value) for name, value in one.reference.items()} for one in (certified, now)]
    yield from _apart("reference", *references)
    for what, of in (("processor", _processors), ("gpu", _gpus)):
        yield from _unequal(what, of(certified), of(now))


def _apart(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Difference]:
    for name in (*then, *(name for name in now if name not in then)):
        yield from _unequal(what, then.get(name), now.get(name), name)


def _unequal(what: str, then: str | None, now: str | None, name: str = "") -> list[Difference]:
    return [] if then == now else [Difference(what=what, name=name, certified=then, now=now)]


def _checks(checks: Iterable[CertifiedCheck]) -> dict[str, str]:
    return {check.id: f"{check.outcome.value}, {float(check.points):g}" for check in checks}


def _value(one: Enum | None) -> str | None:
    return None if one is None else str(one.value)


def _points(points: Decimal | None) -> str | None:
    return None if points is None else repr(float(points))


def _processors(certificate: Certificate) -> str | None:
    return _listed(run.conditions.processor for run in certificate.runs if run.conditions)


def _gpus(certificate: Certificate) -> str | None:
    return _listed(run.conditions.gpu for run in certificate.runs if run.conditions and run.conditions.gpu)


def _listed(names: Iterable[str | None]) -> str | None:
    return ", ".join(sorted({name for name in names if name})) or None
