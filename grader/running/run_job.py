"""One job in, one output out: the only step that ever touches a student's code."""

from grader.model.ask import unknown_kinds
from grader.model.errors import SandboxError
from grader.model.run import (
    Limits,
    NotRun,
    PredictJob,
    RetrainJob,
    Run,
    RunJob,
    RunOutput,
    RunStatus,
    SandboxCommand,
    SandboxOutcome,
)
from grader.plugins.interfaces import Sandbox
from grader.running.staging.workspace import neutral_folder, stage_model, stage_recipe, stage_submission
from grader.words import say

OUTPUT_FILE = "output.bin"
STARVED_SHARE = 0.4
"""From this share of its time limit on, what others kept from a run is taken for why it did not end."""


def run_job(job: RunJob, sandbox: Sandbox) -> RunOutput | NotRun:
    """Run the submission of ``job`` once; what it left behind lies in ``job.folder``.

    A sandbox that fails is a :class:`NotRun`, never the student's failure; so is a run whose time ran out
    while others on the machine kept the processors from it.
    """
    unknown = unknown_kinds(job.asks)
    if unknown:
        return NotRun(reason=say("ask-without-taker", kinds=", ".join(unknown)))
    with neutral_folder() as scratch:
        return _run(stage_submission(job, scratch), sandbox, number=job.number, seed=job.seed)


def predict_job(job: PredictJob, sandbox: Sandbox) -> RunOutput | NotRun:
    """Apply the model of ``job`` to its rows in a sandbox of its own."""
    with neutral_folder() as scratch:
        return _run(stage_model(job, scratch), sandbox, number=0, seed=0)


def retrain_job(job: RetrainJob, sandbox: Sandbox) -> RunOutput | NotRun:
    """Train the recipe of ``job`` in a sandbox of its own."""
    with neutral_folder() as scratch:
        return _run(stage_recipe(job, scratch), sandbox, number=0, seed=0)


def _run(command: SandboxCommand, sandbox: Sandbox, *, number: int, seed: int) -> RunOutput | NotRun:
    command.into.mkdir(parents=True, exist_ok=True)
    try:
        outcome = sandbox.run(command)
    except SandboxError as error:
        return NotRun(reason=error.message)
    if starved(outcome, command.limits):
        figures = {"seconds": outcome.seconds, "cpu": outcome.cpu_seconds, "lost": outcome.starved_seconds}
        return NotRun(reason=say("run-starved", **figures), again=True)
    (command.into / OUTPUT_FILE).write_bytes(outcome.output)
    return RunOutput(
        run=_record(outcome, command, number, seed),
        folder=command.into,
        files=(*outcome.collected, OUTPUT_FILE),
        refused=outcome.refused,
    )


def starved(outcome: SandboxOutcome, limits: Limits) -> bool:
    """Return whether the time limit ended a run that others had kept from its processors."""
    at_the_limit = outcome.status is RunStatus.TIMEOUT and outcome.seconds >= limits.wall_seconds
    return at_the_limit and outcome.starved_seconds >= STARVED_SHARE * limits.wall_seconds


def _record(outcome: SandboxOutcome, command: SandboxCommand, number: int, seed: int) -> Run:
    threads = dict(command.environment)["OMP_NUM_THREADS"]
    return Run(
        number=number,
        seed=seed,
        status=outcome.status,
        seconds=round(outcome.seconds, 3),
        cpu_seconds=round(outcome.cpu_seconds, 3),
        peak_memory_bytes=outcome.peak_memory_bytes,
        memory_guard=outcome.memory_guard,
        threads=int(threads),
        gpu=None if command.gpu is None else str(command.gpu),
        signal=outcome.signal,
        exit_code=outcome.exit_code,
        output_dropped=outcome.output_dropped,
        warm=outcome.warm,
        cold=outcome.cold,
    )
