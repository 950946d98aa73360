"""Opens a scheduler of other machines: one that runs already, one of this machine's own, or Slurm's."""

import importlib.util
import ipaddress
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from grader.model.errors import SchedulerUnavailable
from grader.model.message import Message
from grader.orchestration.ports import Executor, Progress
from grader.running.owned_names import new_name
from grader.words import say
from grader.worker.processes import processors_of

if TYPE_CHECKING:
    from distributed import Client, Security

_FIRST_WORKER_SECONDS = 60.0
_FIRST_JOB_SECONDS = 3600.0
"""A queue of Slurm may be long."""
_LOOK_SECONDS = 0.5
_TO_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCluster:
    """What was asked of other machines; the files of TLS where dask's own settings do not name them."""

    scheduler: str
    ca_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cluster:
    """Other machines ready to make runs: their executor, and what all of them have together."""

    executor: Executor
    slots: int
    processors: int
    gpu_names: tuple[str, ...]


def tls_of(asked: AskedCluster, role: str) -> "Security":
    """Return how connections of ``role`` (``client`` or ``worker``) are secured; files given come first."""
    from distributed import Security

    given = {
        "tls_ca_file": asked.ca_file,
        f"tls_{role}_cert": asked.certificate,
        f"tls_{role}_key": asked.key,
    }
    chosen: dict[str, Any] = {name: str(path) for name, path in given.items() if path is not None}
    if asked.scheduler.startswith("tls://"):
        chosen["require_encryption"] = True
    return Security(**chosen)


def require_extra() -> None:
    """Return where what ``grader[dask]`` brings is installed; dask then tells its own log only what is grave.

    Raises:
        SchedulerUnavailable: it is not.
    """
    if importlib.util.find_spec("distributed") is None:
        raise SchedulerUnavailable(say("scheduler-extra-missing", package="grader[dask]"))
    if os.environ.get("GRADER_DEBUG") != "1":
        import dask

        # Read once, when distributed is first imported.
        dask.config.set(logging={"distributed": "critical", "distributed.client": "critical"})


@contextmanager
def open_cluster(
    asked: AskedCluster, progress: Progress, *, jobs: int, arguments: tuple[str, ...] = ()
) -> Iterator[Cluster]:
    """Give the machines that were asked for, once a first worker is there.

    ``jobs`` is how many workers are started where we start them ourselves, ``arguments`` what each is told.

    Raises:
        SchedulerUnavailable: the scheduler is not reached, or no worker of a grader came.
    """
    require_extra()
    from distributed import Client

    from grader.orchestration.dask_executor import DaskExecutor

    with ExitStack() as held:
        patience = _FIRST_JOB_SECONDS if asked.scheduler == "slurm" else _FIRST_WORKER_SECONDS
        if asked.scheduler == "local":
            address, security = held.enter_context(_own(jobs, arguments))
        elif asked.scheduler == "slurm":
            address, security = held.enter_context(_slurm(jobs, arguments))
        else:
            address, security = _address(asked.scheduler), tls_of(asked, "client")
            if address.startswith("tcp://") and not _is_loopback(address):
                progress.say(say("scheduler-without-tls", address=address))
        try:
            client = held.enter_context(Client(address, security=security, set_as_default=False))
        except (OSError, TimeoutError, ValueError, RuntimeError) as problem:
            told = str(problem) or type(problem).__name__
            raise SchedulerUnavailable(
                say("scheduler-not-reached", address=address, problem=told)
            ) from problem
        wanted = jobs if asked.scheduler == "local" else 1
        told_by = _announcements(client, patience, wanted)
        slots = sum(int(one["slots"]) for one in told_by.values())
        progress.say(say("scheduler-joined", workers=len(told_by), slots=slots))
        yield Cluster(
            executor=DaskExecutor(client),
            slots=slots,
            processors=sum(int(one["processors"]) for one in told_by.values()),
            gpu_names=tuple(str(gpu) for one in told_by.values() for gpu in one["gpus"]),
        )


def _not_reached(address: str, problem: BaseException) -> Message:
    told = str(problem) or type(problem).__name__
    return say("scheduler-not-reached", address=address, problem=told)


def _address(value: str) -> str:
    parts = urlsplit(value)
    with suppress(ValueError):  # of a port that is none
        if parts.scheme in ("tcp", "tls") and parts.hostname and parts.port:
            return value
    raise SchedulerUnavailable(say("scheduler-address-not-understood", value=value))


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _announcements(client: "Client", patience: float, wanted: int) -> Mapping[str, Mapping[str, Any]]:
    """Return what each worker says of itself, once ``wanted`` are there or ``patience`` is over.

    Raises:
        SchedulerUnavailable: there is none.
    """
    from grader.orchestration.dask_executor import stations_of
    from grader.worker.dask_worker import announce

    until = time.monotonic() + patience
    there = stations_of(client)
    while len(there) < wanted and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
        there = stations_of(client)
    if not there:
        raise SchedulerUnavailable(say("scheduler-without-workers", seconds=patience))
    found = client.run(announce, workers=list(there), on_error="ignore")
    return {address: json.loads(content) for address, content in found.items() if isinstance(content, bytes)}


@contextmanager
def _own(jobs: int, arguments: tuple[str, ...]) -> Iterator[tuple[str, "Security"]]:
    """Start a scheduler on this machine alone and ``jobs`` workers, each with processors of its own.

    Other users of this machine are kept out by certificates made for this one grading.
    """
    from distributed import LocalCluster, Security

    security = Security.temporary()
    with ExitStack() as held:
        folder = (
            Path(tempfile.gettempdir()) / f"{new_name()}-tls"
        )  # swept by the next grader where this one is killed
        folder.mkdir(mode=0o700)
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        names = {"--tls-ca-file": "ca.pem", "--tls-cert": "cert.pem", "--tls-key": "key.pem"}
        texts = (security.tls_ca_file, security.tls_worker_cert, security.tls_worker_key)
        for name, text in zip(names.values(), texts, strict=True):
            (folder / name).write_text(str(text))
        tls = [part for option, name in names.items() for part in (option, str(folder / name))]
        cluster = held.enter_context(
            LocalCluster(
                n_workers=0,
                host="tls://127.0.0.1",
                security=security,
                dashboard_address="127.0.0.1:0",
                silence_logs=True,
            )
        )
        address = cluster.scheduler_address
        for number in range(jobs):
            command = (sys.executable, "-m", "grader", "worker", address, "-j", "1", "-q", *tls, *arguments)
            held.callback(_end, _started(command, processors_of(number, jobs)))
        yield address, security


def _started(command: tuple[str, ...], processors: frozenset[int]) -> "subprocess.Popen[bytes]":
    """Start a worker that keeps to ``processors``, in a group that Ctrl-C at the terminal does not reach."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    finally:
        os.sched_setaffinity(0, own)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_TO_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _slurm(jobs: int, arguments: tuple[str, ...]) -> Iterator[tuple[str, "Security"]]:
    """Ask Slurm for ``jobs`` jobs, each a worker, as dask's own settings for Slurm say.

    Raises:
        SchedulerUnavailable: dask-jobqueue is not installed, or its settings do not do.
    """
    if importlib.util.find_spec("dask_jobqueue") is None:
        raise SchedulerUnavailable(say("scheduler-extra-missing", package="dask-jobqueue"))
    from dask_jobqueue import SLURMCluster
    from distributed import Security

    security = Security.temporary()
    try:
        cluster = SLURMCluster(
            worker_command="grader worker",
            worker_extra_args=[*arguments],
            nanny=False,
            processes=1,
            protocol="tls://",
            security=security,
            shared_temp_directory=str(Path.cwd()),
            scheduler_options={"dashboard_address": "127.0.0.1:0"},
        )
    except (OSError, TypeError, ValueError, RuntimeError) as problem:
        raise SchedulerUnavailable(_not_reached("slurm", problem)) from problem
    with cluster:
        cluster.scale(jobs=jobs)
        yield cluster.scheduler_address, security
