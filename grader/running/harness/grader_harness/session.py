"""One run of one submission, from the request to the report."""

import os
import random
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from grader_harness.control import take_channel
from grader_harness.deliver import deliver, find_takers
from grader_harness.ended import Ended
from grader_harness.estimators import Estimators
from grader_harness.evidence import Evidence
from grader_harness.figures import Figures
from grader_harness.import_hooks import ImportHooks
from grader_harness.imported import Imported
from grader_harness.job import PROTOCOL, Job, Served, read_job, read_served
from grader_harness.joined_batches import JoinedBatches
from grader_harness.ledger import Ledger
from grader_harness.observing import observation_faults
from grader_harness.own_threads import join_threads
from grader_harness.places import Places
from grader_harness.program_errors import ErrorLog
from grader_harness.recipe.fit_book import FitBook
from grader_harness.recipe.keras_door import KerasDoor
from grader_harness.script import run_script
from grader_harness.seeds import Seeds
from grader_harness.served_loaders import ServedLoaders
from grader_harness.shadows import drop_shadowing, find_shadows, forget_shadowed
from grader_harness.shims import install_shims
from grader_harness.so_far import SoFar
from grader_harness.states import ABSENT
from grader_harness.teaching import teaching
from grader_harness.threads import ThreadPins
from grader_harness.writing import write_report

SOURCES = ("predict", "predictions", "captured", "model")
"""The places that predictions can come from; each is told of, asked for or not."""


class Session:
    """Everything that is set up before the program starts and read after it has ended."""

    def __init__(self, job: Job, scratch: Path, told: bytes) -> None:
        self.job = job
        self.takers = find_takers(job.asks)
        self.served = read_served(job.data)
        self.imported = Imported()
        self.hooks = ImportHooks(self.imported)
        self.places = Places(job.work, job.main)
        self.ledger = Ledger(self.places, scratch / "ledger.jsonl")
        self.seeds = Seeds(job.seed, self.places)
        self.figures = Figures(job.out, self.ledger, kept=job.asks_for("figures"))
        taught, self._count_epochs = teaching(told)
        self.evidence = Evidence(self.served, calls=job.asks_for("captured", "model"), taught=taught)
        self.fit_book = FitBook(self.served) if job.asks_for("recipe") else None
        self.pins = ThreadPins(self.ledger)
        self.shadows: dict[str, str] = {}
        self.errors = ErrorLog(self.places, self.shadows)
        self.notebook = self._notebook() if job.kind == "notebook" else None
        self.so_far = SoFar(job.asks, self.ended_so_far, self._write_so_far)

    def _notebook(self) -> Any:
        from grader_harness.notebook import NotebookRun

        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as a kernel sets it
        return NotebookRun(
            out=self.job.out,
            seed=self.job.seed,
            places=self.places,
            errors=self.errors,
            ledger=self.ledger,
            figures=self.figures,
        )

    def install(self, scratch: Path) -> None:
        """Hook into the libraries; nothing heavy is imported."""
        self.hooks.install()
        self.seeds.install(self.hooks)
        ServedLoaders(self.served, self.ledger).install(self.hooks)
        if self.job.joins_batches:
            JoinedBatches(self.ledger).install(self.hooks)
        if self.fit_book is not None:
            KerasDoor(self.fit_book).install(self.hooks)
        self.evidence.install(self.hooks)
        self._count_epochs(self.hooks)
        Estimators(self.evidence, self.fit_book).install(self.hooks)
        self.figures.install(self.hooks)
        self.pins.install(self.hooks)
        install_shims(
            self.hooks,
            ledger=self.ledger,
            served=self.served,
            figures=self.figures,
            job=self.job,
            scratch=scratch,
        )

    def run(self) -> dict[str, Any]:
        """Run the program to its end and return its variables."""
        main = self.job.work / self.job.main
        self.so_far.watch(self.job.seconds)
        self.imported.begin()
        if self.notebook is not None:
            self.notebook.after_cell = self.so_far.take
            namespace = self.notebook.run(main)
        else:
            namespace = run_script(main, errors=self.errors, ledger=self.ledger)
            if threading.active_count() > 1:
                self.so_far.take()
        join_threads()
        self.imported.end()
        return namespace

    def ended_so_far(self) -> Ended:
        """Return the program as if it had ended now."""
        return Ended(self.job, self.served, self.evidence, self.figures, self._namespace(), running=True)

    def _namespace(self) -> dict[str, Any]:
        if self.notebook is not None:
            namespace: dict[str, Any] = self.notebook.namespace
            return namespace
        return getattr(sys.modules.get("__main__"), "__dict__", {})  # a program may take that away

    def _write_so_far(self, states: dict[str, dict[str, str]]) -> None:
        told = dict.fromkeys(SOURCES, ABSENT) | states
        write_report(self.job.out / "report.json", self.report(states=told, layers=[], finished=False))

    def report(
        self, *, states: dict[str, dict[str, str]], layers: list[str], finished: bool
    ) -> dict[str, Any]:
        """Return ``report.json`` as it stands now."""
        fits = [{k: v for k, v in fit.items() if k != "loop"} for fit in self.evidence.fits]
        return {
            "protocol": PROTOCOL,
            "finished": finished,
            "imports": self.imported.names(self._namespace()),
            "drawings": self.figures.drawings(),
            "errors": self.errors.records,
            "sources": states,
            "ledger": self.ledger.entries(),
            "fits": fits,
            "estimators": self.evidence.estimators,
            "own_seed": self.seeds.own_seed,
            "figures": self.figures.count,
            "layers": layers,
            "target_values": self.evidence.target_values,
            "given": {"files": list(self.served.files), "loader": self.served.loader or ""},
            "versions": _versions(),
            "faults": [*self.hooks.faults, *observation_faults()],
        }


def run_session(job_path: str, *, started_with: frozenset[str]) -> int:
    """Run the submission that the file ``job_path`` asks for; leave evidence and report behind.

    Returns the exit status: 0 when the program ended without an error, else 1.
    """
    job = read_job(job_path)
    scratch = Path(tempfile.mkdtemp(prefix="harness-"))
    os.environ.setdefault("KERAS_HOME", str(scratch / "keras"))
    session = Session(job, scratch, take_channel())
    _lay_out(job, session.served)
    session.install(scratch)
    _enter(job, session, started_with)
    process = os.getpid()
    namespace = session.run()
    if os.getpid() != process:  # a child that the program forked and did not end: its evidence is nobody's
        os._exit(0)
    session.so_far.end()
    _leave(job, session.shadows)
    session.pins.compare()
    states: dict[str, dict[str, str]] = dict.fromkeys(SOURCES, ABSENT)
    report_path = job.out / "report.json"
    # Should taking the evidence end the process, what the program did is told all the same.
    write_report(report_path, session.report(states=states, layers=[], finished=False))
    ended = Ended(job, session.served, session.evidence, session.figures, namespace, session.fit_book)
    states |= deliver(session.takers, ended)
    write_report(report_path, session.report(states=states, layers=ended.shown_layers(), finished=True))
    shutil.rmtree(scratch, ignore_errors=True)
    return 1 if session.errors.records else 0


def _lay_out(job: Job, served: Served) -> None:
    """Copy the submission and the served files into the working directory.

    A name of the dataset is always the served file: a copy of the data in the submission has another order
    and true labels. Every other name is the student's own file.
    """
    job.work.mkdir(parents=True, exist_ok=True)
    job.out.mkdir(parents=True, exist_ok=True)
    # Not copytree: it sets the mode of the working directory, which belongs to root in root mode.
    for source in sorted(job.staged.rglob("*")):
        target = job.work / source.relative_to(job.staged)
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    for name in served.files:
        target = job.work / name
        if target.is_dir():  # the submission has a folder of that name
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(served.folder / "files" / name, target)


def _enter(job: Job, session: Session, started_with: frozenset[str]) -> None:
    """Make the process look as it does to a program started in its own folder."""
    main = job.work / job.main
    session.shadows.update(find_shadows(main.parent))
    os.chdir(job.work)
    if job.kind != "notebook":
        forget_shadowed(session.shadows, started_with)
    sys.path[0] = str(main.parent)
    random.seed(job.seed)


def _leave(job: Job, shadows: dict[str, str]) -> None:
    """Keep what the program left behind from disturbing what we do now."""
    os.chdir(job.work)
    folders = {str(job.work), str((job.work / job.main).parent), "", "."}
    sys.path[:] = [entry for entry in sys.path if entry not in folders]
    drop_shadowing(shadows)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue


def _versions() -> dict[str, str]:
    versions = {"python": sys.version.split()[0]}
    for name in ("keras", "tf_keras", "tensorflow", "numpy", "sklearn"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            versions[name] = version
    return versions
