"""Valid model objects, any field overridden: ``a_result(points=None)``.

What they say is made up, but consistent: five runs of the course notes' program on MNIST, with the
figures the notes' own program was measured at.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from grader.model.check import CheckResult, Outcome
from grader.model.evidence import (
    Fit,
    LedgerEntry,
    Place,
    ProgramError,
    Source,
    SourceReport,
    SourceState,
)
from grader.model.message import Language, Message, Text
from grader.model.metric import Direction, MetricSummary, Threshold
from grader.model.result import (
    Claim,
    Grading,
    Machine,
    RunResult,
    Status,
    SubmissionResult,
    Verdict,
)
from grader.model.run import MemoryGuard, Run, RunStatus
from grader.model.shown import Picture, Sample, Shown
from grader.model.submission import Finding, Severity, SubmittedFile
from grader.orchestration.publish import Publisher
from grader.plugins.registry import EXPORTERS, load_plugins

ERRORS = (0.0156, 0.0176, 0.0179, 0.0163, 0.0141)
"""Error rates of five runs of the notes' program 5."""

_Fields = dict[str, Any]


def _built(kind: Callable[..., Any], defaults: _Fields, overrides: _Fields) -> Any:
    return kind(**{**defaults, **overrides})


def a_message(pt: str = "Tudo certo.", en: str = "All is well.", code: str = "GR200") -> Message:
    """Return a message with a code."""
    return Text(pt, en, code)


def a_file(**fields: Any) -> SubmittedFile:
    """Return one submitted script."""
    defaults = {"name": "mlp2.py", "path": Path("mlp2.py"), "sha256": "ab" * 32, "size": 1200}
    file: SubmittedFile = _built(SubmittedFile, defaults, fields)
    return file


def a_run(**fields: Any) -> Run:
    """Return a run that ended well after 171 s."""
    defaults = {
        "number": 1,
        "seed": 0,
        "status": RunStatus.OK,
        "seconds": 171.2,
        "cpu_seconds": 320.0,
        "peak_memory_bytes": 731_906_048,
        "memory_guard": MemoryGuard.CGROUP_V2,
        "threads": 2,
        "exit_code": 0,
    }
    run: Run = _built(Run, defaults, fields)
    return run


def a_fit(**fields: Any) -> Fit:
    """Return a fit of 12 epochs whose loss falls and whose validation loss turns up again."""
    epochs = range(12)
    defaults = {
        "epochs": 12,
        "seconds": 150.0,
        "history": {
            "loss": tuple(0.42 * 0.72**epoch + 0.004 for epoch in epochs),
            "accuracy": tuple(0.9985 - 0.12 * 0.66**epoch for epoch in epochs),
            "val_loss": tuple(0.2 * 0.7**epoch + 0.06 + 0.001 * epoch for epoch in epochs),
            "val_accuracy": tuple(0.983 - 0.05 * 0.6**epoch for epoch in epochs),
        },
        "on_test_rows": False,
    }
    fit: Fit = _built(Fit, defaults, fields)
    return fit


def a_program_error(**fields: Any) -> ProgramError:
    """Return an error in cell 7, line 12."""
    defaults = {
        "type": "ValueError",
        "text": "Argument(s) not recognized: {'lr': 0.01}",
        "place": Place(cell=7, line=12),
        "traceback": 'Traceback (most recent call last):\n  File "mlp2.py", line 12\nValueError: …\n',
    }
    error: ProgramError = _built(ProgramError, defaults, fields)
    return error


def a_run_result(**fields: Any) -> RunResult:
    """Return a run with its error rate and one fit."""
    defaults = {"run": a_run(), "metrics": {"error_rate": 0.0163}, "fits": (a_fit(),), "errors": ()}
    result: RunResult = _built(RunResult, defaults, fields)
    return result


def a_summary(**fields: Any) -> MetricSummary:
    """Return the error rate over five runs."""
    defaults = {
        "metric": "error_rate",
        "value": 0.0163,
        "n": 10_000,
        "values": ERRORS,
        "sampling_low": 0.0139,
        "sampling_high": 0.0190,
        "seed_sd": 0.0015,
        "seed_low": 0.0144,
        "seed_high": 0.0182,
        "wrong": 163.0,
    }
    summary: MetricSummary = _built(MetricSummary, defaults, fields)
    return summary


def a_threshold(**fields: Any) -> Threshold:
    """Return the notes' bar, below 1.61 %."""
    defaults = {"value": 0.0161, "direction": Direction.LOWER_IS_BETTER}
    threshold: Threshold = _built(Threshold, defaults, fields)
    return threshold


def a_check(**fields: Any) -> CheckResult:
    """Return a passed, required metric check worth 6 points."""
    defaults = {
        "id": "error",
        "kind": "metric",
        "outcome": Outcome.PASSED,
        "points": Decimal(6),
        "max_points": Decimal(6),
        "required": True,
        "message": Text(
            "A taxa de erro é 1,63 % (média de 5 execuções); era preciso menos de 1,61 %.",
            "The error rate is 1.63 % (mean of 5 runs); needed was below 1.61 %.",
            "GR201",
        ),
        "metric": "error_rate",
        "threshold": a_threshold(),
    }
    check: CheckResult = _built(CheckResult, defaults, fields)
    return check


def a_finding(*, code: str | None = None, **fields: Any) -> Finding:
    """Return a finding of the canary audit; ``code``: its message's, where it is another."""
    defaults = {
        "severity": Severity.REVIEW,
        "message": Text(
            "As predições concordam com 184 de 200 rótulos trocados.",
            "The predictions agree with 184 of 200 flipped labels.",
            "GR402",
        ),
        "p_value": 1e-9,
    }
    finding: Finding = _built(Finding, defaults, fields)
    if code is None:
        return finding
    return replace(finding, message=Text(finding.message.pt, finding.message.en, code))


def _ring(radius: int) -> bytes:
    """Return 28 x 28 pixels with a bright ring."""
    distance = [abs(((x - 14) ** 2 + (y - 14) ** 2) ** 0.5 - radius) for y in range(28) for x in range(28)]
    return bytes(max(0, round(255 - 90 * away)) for away in distance)


def a_picture(**fields: Any) -> Picture:
    """Return a confusion matrix of ten digits and twenty small grey images, two of them wrong."""
    digits = tuple(str(digit) for digit in range(10))
    confusion = tuple(
        tuple(984 if true == guess else (true * 7 + guess * 3) % 5 for guess in range(10))
        for true in range(10)
    )
    samples = tuple(
        Sample(
            pixels=_ring(3 + number % 7),
            height=28,
            width=28,
            truth=str(number % 10),
            predicted=str((number + (number in (8, 17))) % 10),
        )
        for number in range(20)
    )
    defaults = {"classes": digits, "confusion": confusion, "samples": samples, "figures": ()}
    picture: Picture = _built(Picture, defaults, fields)
    return picture


def a_result(**fields: Any) -> SubmissionResult:
    """Return a graded, inconclusive submission with something in every field, the page's own among them."""
    runs = tuple(
        a_run_result(run=a_run(number=number, seed=number - 1), metrics={"error_rate": ERRORS[number - 1]})
        for number in range(1, 6)
    )
    defaults = {
        "id": "ana",
        "student": "ana",
        "assignment": "mnist-dense",
        "attempt": 1,
        "files": (a_file(),),
        "main": "mlp2.py",
        "status": Status.GRADED,
        "verdict": Verdict.INCONCLUSIVE,
        "reason": None,
        "reason_message": None,
        "points": Decimal("9.0"),
        "max_points": Decimal(10),
        "evidence": Source.CAPTURED,
        "sources": (
            SourceReport(
                source=Source.PREDICT,
                state=SourceState.PASSED_OVER,
                why="signature",
                detail="predict(X, W1, b1, W2, b2, f, g)",
            ),
            SourceReport(source=Source.PREDICTIONS, state=SourceState.ABSENT),
            SourceReport(source=Source.CAPTURED, state=SourceState.OK),
            SourceReport(source=Source.MODEL, state=SourceState.OK),
        ),
        "runs": runs,
        "metrics": (a_summary(),),
        "reference": (
            a_summary(
                value=0.0118,
                values=(0.0123, 0.0110, 0.0113, 0.0121, 0.0123),
                seed_sd=0.0006,
                seed_low=0.0111,
                seed_high=0.0125,
            ),
        ),
        "reference_fits": (a_fit(epochs=12),),
        "checks": (
            a_check(outcome=Outcome.INCONCLUSIVE),
            a_check(
                id="dense-only",
                kind="architecture",
                points=Decimal(2),
                max_points=Decimal(2),
                message=Text(
                    "O modelo usa só camadas permitidas.",
                    "The model uses allowed layers only.",
                    "GR210",
                ),
                metric=None,
                threshold=None,
            ),
            a_check(
                id="claim",
                kind="claim",
                outcome=Outcome.FAILED,
                points=Decimal(0),
                max_points=Decimal(1),
                required=False,
                message=Text(
                    "O programa declara 1,2 %; foi medido 1,63 %.",
                    "The program claims 1.2 %; measured was 1.63 %.",
                    "GR230",
                ),
                metric=None,
                threshold=None,
            ),
        ),
        "findings": (a_finding(),),
        "ledger": (
            LedgerEntry(kind="pip", what="!pip install tensorflow==2.4", place=Place(cell=1, line=1)),
        ),
        "notes": (
            Text(
                "O programa fixa a própria semente.",
                "The program fixes its own seed.",
                "GR310",
                "program-fixes-own-seed",
            ),
        ),
        "layers": ("InputLayer", "Flatten", "Dense", "Dense"),
        "output": "Epoch 1/12\nloss: 0.42\nTest accuracy: 0.9839\n",
        "picture": a_picture(),
        "report": "mnist-dense/ana.html",
        "log": "mnist-dense/ana.log",
        "certificate": "mnist-dense/ana.certificate.json",
        "record": {
            "submission": "ab" * 32,
            "assignment": "cd" * 32,
            "run_version": "01" * 32,
            "data": "ef" * 32,
            "runtime": "23" * 32,
            "runtime_name": "keras3",
            "harness": "45" * 32,
            "keras (inside)": "3.15.1",
            "tensorflow (inside)": "2.21.0",
        },
        "claimed": Claim(metric="error_rate", value=0.012, where="mlp2.py:38"),
    }
    every = {**defaults, **fields}
    on_the_page = {field.name for field in dataclasses.fields(Shown)} & every.keys()
    drawn = {name: every.pop(name) for name in on_the_page}
    every.setdefault("shown", Shown(**drawn))
    return SubmissionResult(**every)


def a_machine(**fields: Any) -> Machine:
    """Return a machine with two processors and bubblewrap."""
    defaults = {"cpus": 2, "gpus": (), "sandbox": "bubblewrap", "memory_limit": "cgroup-v2"}
    machine: Machine = _built(Machine, defaults, fields)
    return machine


def a_grading(**fields: Any) -> Grading:
    """Return a grading of one submission."""
    defaults = {
        "grader": "0.1.0",
        "course": "PSI5790 2026",
        "started": datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC),
        "finished": datetime(2026, 11, 21, 9, 30, 5, tzinfo=UTC),
        "machine": a_machine(),
        "titles": {"mnist-dense": Text("MNIST com rede densa", "MNIST with a dense network")},
        "submissions": (a_result(),),
    }
    grading: Grading = _built(Grading, defaults, fields)
    return grading


def a_publisher(reports: Path) -> Publisher:
    """Return a publisher into ``reports``, in English, with the exporters that are installed."""
    return Publisher(reports=reports, language=Language.EN, exporters=load_plugins(EXPORTERS))
