"""From one result to what its page shows."""

from collections.abc import Mapping
from urllib.parse import quote

from grader.model.assurance import Origin
from grader.model.check import CheckResult, Outcome
from grader.model.evidence import ProgramError, Source
from grader.model.message import Message, Text
from grader.model.result import AuditResult, Grading, RunResult, SubmissionResult, Verdict
from grader.model.run import MemoryGuard, RunStatus
from grader.model.submission import Finding, Severity
from grader.reporting.chips import audit_chip, outcome_chip, run_chip, severity_chip, verdict_chip
from grader.reporting.in_words import (
    bytes_told,
    is_share,
    known,
    ledger_told,
    metric_told,
    number_told,
    place_told,
    reason_told,
    same,
    seconds_told,
    source_told,
    value_told,
)
from grader.reporting.measure_view import metric_cards
from grader.reporting.model_view import layer_table
from grader.reporting.picture_view import confusion, drawn_figures, tiles
from grader.reporting.printed_view import shortened
from grader.reporting.recipe_view import all_runs, no_recipe
from grader.reporting.summary import is_symptom
from grader.reporting.training_view import training
from grader.reporting.views import (
    CheckRow,
    FindingRow,
    Pair,
    Problem,
    RunRow,
    SourceRow,
    StudentView,
)
from grader.words.catalogue import say

_MOST_PROBLEMS = 4
_MOST_LEDGER = 20
_MOST_FILES = 12
_MOST_LAYERS = 40
_TEXT = 600
_QUOTED = 240
_TRACEBACK = 1500
_INSIDE = " (inside)"
_DOUBT = frozenset({"audit-doubt-points-kept", "audit-doubt-points-withheld"})


def student_view(grading: Grading, result: SubmissionResult, figures: Mapping[str, bytes]) -> StudentView:
    """Return all that the page of ``result`` shows; ``figures`` are the PNGs it drew, by name."""
    title = grading.titles.get(result.assignment) or same(result.assignment)
    shown, refused = drawn_figures(figures, result.shown.picture.figures)
    matrix, too_large = confusion(result.shown.picture)
    metric_names = tuple(dict.fromkeys(name for run in all_runs(result) for name in run.metrics))
    problems = _problems(result)
    return StudentView(
        heading=say("page.title.student", student=result.student, title=title),
        title=title,
        student=result.student,
        attempt=result.attempt,
        main=result.main,
        chip=verdict_chip(result.verdict),
        points=same("—") if result.points is None else number_told(result.points),
        of_points=_of_points(result),
        why=_why(result),
        codes=" ".join(codes_to_explain(result)),
        unsandboxed=grading.machine.sandbox == "none",
        back=below_root(result, "index.html") if result.report else "",
        checks=tuple(_check(check) for check in result.checks),
        total=same("—") if result.points is None else number_told(result.points),
        max_total=number_told(result.max_points),
        metrics=metric_cards(result),
        claimed=_claimed(result),
        evidence=_evidence(result.evidence),
        sources=_sources(result),
        runs=_runs(result, metric_names),
        retrained=len(all_runs(result)) > len(result.runs),
        run_metrics=tuple(metric_told(name) for name in metric_names),
        problems=problems[:_MOST_PROBLEMS],
        more_problems=max(0, len(problems) - _MOST_PROBLEMS),
        training=training(result),
        layers=tuple(shortened(layer, 40) for layer in result.shown.layers[:_MOST_LAYERS]),
        model=layer_table(result.model),
        matrix=matrix,
        matrix_too_large=too_large,
        tiles=tiles(result.shown.picture),
        tiles_long=matrix is not None and matrix.long_names,
        figures=shown,
        figures_refused=refused,
        advice=tuple(note for note in result.shown.notes if is_symptom(note)),
        notes=(*(note for note in result.shown.notes if not is_symptom(note)), *no_recipe(result)),
        ledger=tuple(_short_message(ledger_told(entry), _QUOTED) for entry in result.ledger[:_MOST_LEDGER]),
        more_ledger=max(0, len(result.ledger) - _MOST_LEDGER),
        findings=tuple(finding_row(f) for f in by_severity(result.findings) if not f.about_others),
        audits=tuple(_audit_row(audit) for audit in result.audits),
        files=tuple((f.name, f.sha256, f.name == result.main) for f in result.files[:_MOST_FILES]),
        record=_record(grading, result),
        certificate=below_root(result, result.certificate) if result.certificate else "",
        footer=say("page.footer", version=grading.grader),
    )


def below_root(result: SubmissionResult, path: str) -> str:
    """Return the address of ``path``, below the reports folder, as seen from the page of ``result``."""
    depth = (result.report or f"{result.assignment}/x").count("/")
    return "../" * depth + ("" if depth else "./") + quoted(path)


def quoted(path: str) -> str:
    """Return ``path`` as the path of an address, whatever characters a student put in it."""
    return quote(path, errors="replace")


def by_severity(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return ``findings`` with those that most need a person first."""
    return sorted(findings, key=urgency)


def urgency(finding: Finding) -> int:
    """Return the place of ``finding`` among others: smaller needs a person more."""
    return (Severity.ERROR, Severity.REVIEW, Severity.INFO).index(finding.severity)


def _audit_row(audit: AuditResult) -> FindingRow:
    """Return one audit that took runs of its own as a page shows it."""
    return FindingRow(
        chip=audit_chip(audit.outcome),
        code=audit.audit,
        message=_short_message(audit.message),
        p_value=say("page.audit.cost", seconds=audit.cpu_seconds),
        path="",
    )


def finding_row(finding: Finding) -> FindingRow:
    """Return one finding as a page shows it."""
    return FindingRow(
        chip=severity_chip(finding.severity),
        code=finding.code,
        message=_short_message(finding.message),
        p_value=None if finding.p_value is None else say("page.finding.p", p=finding.p_value),
        path=finding.path,
    )


def _of_points(result: SubmissionResult) -> Message:
    if result.verdict is None:
        return say("page.no_points")
    return say("page.of_points", max=result.max_points)


def _why(result: SubmissionResult) -> tuple[Message, ...]:
    """Return the sentences under the verdict: what decided it, then what is to be done."""
    reasons: list[Message] = []
    if result.reason_message is not None:
        reasons.append(result.reason_message)
    elif result.reason is not None:
        reasons.append(reason_told(result.reason))
    else:
        reasons += _deciding(result)
    if result.verdict is None:
        reasons.append(say("page.look"))
    if result.verdict is Verdict.INCONCLUSIVE:
        reasons.append(say("page.inconclusive.audit" if _doubted(result) else "page.inconclusive"))
    return tuple(reasons)


def codes_to_explain(result: SubmissionResult) -> tuple[str, ...]:
    """Return the codes that tell why ``result`` came out as it did, what decided it first."""
    said = (result.reason_message, *(check.message for check in result.checks))
    codes = (message.code for message in said if message is not None)
    return tuple(dict.fromkeys(code for code in codes if code is not None and code.startswith("GR")))


def _doubted(result: SubmissionResult) -> bool:
    """Return whether bars are met and only an audit keeps the result from being passed."""
    open_checks = [c for c in result.checks if c.required and c.outcome is Outcome.INCONCLUSIVE]
    return bool(open_checks) and all(check.message.key in _DOUBT for check in open_checks)


def _deciding(result: SubmissionResult) -> list[Message]:
    """Return the messages of the required checks that made the verdict what it is."""
    if result.verdict is Verdict.PASSED:
        return [say("page.why.passed")]
    worst = Outcome.FAILED if result.verdict is Verdict.FAILED else Outcome.INCONCLUSIVE
    told = [check.message for check in result.checks if check.required and check.outcome is worst]
    return told or ([say("page.why.failed")] if result.verdict is Verdict.FAILED else [])


def _check(check: CheckResult) -> CheckRow:
    return CheckRow(
        id=check.id,
        chip=outcome_chip(check.outcome),
        points=number_told(check.points),
        max_points=number_told(check.max_points),
        message=check.message,
        code=check.message.code or "",
        required=say("page.required" if check.required else "page.optional"),
        assurance=say(f"page.assurance.{check.assurance.value}") if check.assurance else None,
    )


def _claimed(result: SubmissionResult) -> Message | None:
    claim = result.claimed
    if claim is None:
        return None
    value = value_told(claim.value, share=True)
    key = "page.claimed.printed" if claim.printed else "page.claimed.note"
    return say(key, value=value, where=shortened(claim.where, _TEXT))


def _evidence(source: Source | None) -> Message:
    return say(f"page.taken.{source.value if source else 'nothing'}")


def _sources(result: SubmissionResult) -> tuple[SourceRow, ...]:
    stopped = _stopped_early(result)
    return tuple(
        SourceRow(
            name=say(f"source.{report.source.value}"),
            key=report.source.value,
            taken=report.source is result.evidence,
            told=_short_message(source_told(report, result.evidence, stopped=stopped)),
        )
        for report in result.shown.sources
    )


def _stopped_early(result: SubmissionResult) -> bool:
    """Return whether no run came to the program's end: what comes last may only not have been reached."""
    left = any(entry.kind == "exit" for entry in result.ledger)
    ended = any(each.run.status is RunStatus.OK and not each.errors for each in result.runs)
    return left or not ended


def _runs(result: SubmissionResult, metrics: tuple[str, ...]) -> tuple[RunRow, ...]:
    shares = {summary.metric for summary in result.metrics if is_share(summary)}
    return tuple(
        RunRow(
            label=_run_label(each),
            seed=each.run.seed,
            chip=run_chip(each.run),
            # Of one training among several in a sandbox only the processor time is known.
            seconds=same("—") if _ours(each) else seconds_told(each.run.seconds),
            cpu=seconds_told(each.run.cpu_seconds),
            memory=same("—") if _ours(each) else bytes_told(each.run.peak_memory_bytes),
            guard=same("—") if _ours(each) else _guard(each.run.memory_guard),
            values=tuple(
                value_told(each.metrics[name], share=name in shares) if name in each.metrics else same("—")
                for name in metrics
            ),
        )
        for each in all_runs(result)
    )


def _ours(run: RunResult) -> bool:
    return run.origin is Origin.RECIPE


def _run_label(run: RunResult) -> Message:
    if _ours(run):
        return say("page.made_again.run", number=run.run.number)
    return same(str(run.run.number))


def _guard(guard: MemoryGuard) -> Message:
    return say("page.runs.guard.none") if guard is MemoryGuard.NONE else same(guard.value)


def _problems(result: SubmissionResult) -> tuple[Problem, ...]:
    """Return each error once, with the runs it happened in."""
    met: dict[tuple[str, str, int | None, int | None], tuple[ProgramError, list[int]]] = {}
    for each in result.runs:
        for error in each.errors:
            key = (error.type, error.text, error.place.cell, error.place.line)
            met.setdefault(key, (error, []))[1].append(each.run.number)
    return tuple(
        Problem(
            kind=shortened(error.type, 120),
            text=shortened(error.text, _TEXT),
            place=place_told(error.place),
            runs=_run_numbers(numbers),
            traceback=error.traceback[-_TRACEBACK:],
        )
        for error, numbers in met.values()
    )


def _run_numbers(numbers: list[int]) -> Message:
    unique = sorted(set(numbers))
    if len(unique) == 1:
        return say("page.run", number=unique[0])
    return say("page.runs_list", numbers=", ".join(str(number) for number in unique))


def _short_message(message: Message, most: int = _TEXT) -> Message:
    return Text(shortened(message.pt, most), shortened(message.en, most), message.code, message.key)


def _record(grading: Grading, result: SubmissionResult) -> tuple[Pair, ...]:
    """Return what is needed to repeat the result: machine and run settings, then the record."""
    runs = [each.run for each in result.runs]
    rows = [
        ("sandbox", same(grading.machine.sandbox)),
        ("memory", same(grading.machine.memory_limit)),
    ]
    if runs:
        rows.append(("seeds", same(", ".join(str(run.seed) for run in runs))))
        rows.append(("threads", same(", ".join(sorted({str(run.threads) for run in runs})))))
    rows += [(key, same(shortened(value, _TEXT))) for key, value in sorted(result.record.items())]
    return tuple(Pair(label=_record_label(key), text=text) for key, text in rows)


def _record_label(key: str) -> Message:
    name = key.removesuffix(_INSIDE)
    if name != key:
        return say("page.record.inside", name=name)
    return say(f"page.record.{key}") if known(f"page.record.{key}") else same(key)
