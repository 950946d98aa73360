"""The one place that chooses an implementation for every port, and reads environment and machine, once."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader import __version__
from grader.authoring.lint.look import Installed
from grader.coursefiles.load_course import Known
from grader.coursefiles.own_data import OwnData
from grader.datasets.own import own_names, prepare_own
from grader.model.errors import CourseError
from grader.model.message import Message
from grader.orchestration.cluster import AskedCluster, Cluster, open_cluster
from grader.orchestration.executors import ProcessExecutor, SerialExecutor
from grader.orchestration.means import Means, Options, Tools
from grader.orchestration.ports import Executor, Progress
from grader.plugins.interfaces import Exporter, Sandbox
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.machine import list_gpus
from grader.running.probing.probes import require_every_wall, require_walls
from grader.running.staging.workspace import sweep_folders
from grader.running.warm.sandbox import WarmSandbox
from grader.storage.run_store import open_store
from grader.words import say
from grader.worker.station import Station
from grader.worker.workplace import Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks of the machine."""

    sandbox: str = "auto"
    data_dir: Path | None = None
    gpu: str = "auto"
    warm: bool = False
    private: tuple[Path, ...] = ()
    cluster: AskedCluster | None = None


def cache_folder() -> Path:
    """Return the folder of runtimes and datasets: ``GRADER_CACHE_DIR``, else the platform's."""
    chosen = os.environ.get("GRADER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("grader")


def data_folder(chosen: Path | None) -> Path | None:
    """Return ``--data-dir``, else ``GRADER_DATA_DIR``, else nothing."""
    if chosen is not None:
        return chosen
    from_environment = os.environ.get("GRADER_DATA_DIR")
    return Path(from_environment).expanduser() if from_environment else None


def known_names() -> Known:
    """Return the names that assignments may refer to.

    Whoever opens a course is told of every installed plugin that is wrong, whether or not the course uses it.

    Raises:
        CourseError: installed plugins do not load or break their contracts.
    """
    from grader.datasets.catalogue import names as dataset_names
    from grader.plugins.registry import CHECKS, EXPORTERS, METRICS, SANDBOXES, load_kinds
    from grader.runtimes.catalogue import names as runtime_names

    wrong = _mistakes_of(dataset_names)
    try:
        metrics, kinds, *_ = load_kinds(METRICS, CHECKS, EXPORTERS, SANDBOXES)
    except CourseError as error:
        raise CourseError(*error.messages, *wrong) from None
    return Known(
        datasets=dataset_names(),
        metrics=metrics,
        runtimes=runtime_names(),
        kinds=kinds,
        own_data=_own_data,
    )


def installed(known: Known, data_dir: Path | None) -> Installed:
    """Return the plugins that a course's specs speak of, and where its data are looked for."""
    return Installed(
        kinds=known.kinds, metrics=known.metrics, cache=cache_folder(), data_dir=data_folder(data_dir)
    )


def _mistakes_of(question: Callable[[], object]) -> tuple[Message, ...]:
    """Return why ``question`` has no answer, to be told with the mistakes of others."""
    try:
        question()
    except CourseError as error:
        return error.messages
    return ()


def _own_data(assignment: Path) -> OwnData:
    """Return what the own dataset of the assignment in this folder says."""
    from grader.datasets.own import own_dataset

    try:
        entry = own_dataset(assignment)
    except CourseError as error:
        return OwnData(mistakes=error.messages)
    return OwnData(
        labels_hidden=entry.labels_hidden, has_classes=bool(entry.classes), definition=entry.definition
    )


def tools_for(request: Request) -> Tools:
    """Return the implementations for this machine.

    Raises:
        CourseError: an unknown sandbox, or a plugin that does not load.
        SandboxUnavailable: no working sandbox; nothing is run.
    """
    from grader.plugins.registry import CHECKS, METRICS, load_plugins

    gpus = _gpus(request.gpu)
    return Tools(
        metrics=load_plugins(METRICS),
        checks=load_plugins(CHECKS),
        sandbox=_sandbox(request.sandbox, gpus, warm=request.warm),
        cache=cache_folder(),
        data_dir=data_folder(request.data_dir),
        gpus=gpus,
        gpu_names=tuple(gpu.model for gpu in list_gpus() if gpu.number in gpus),
        cpus=len(os.sched_getaffinity(0)),
        version=__version__,
        private=request.private,
    )


@contextmanager
def open_grader(
    place: Path, request: Request, options: Options, *, progress: Progress, serial: bool = False
) -> Iterator[Means]:
    """Open the store at ``place`` for one grading and yield all that it works with; every face enters here.

    Raises:
        CourseError: an unknown sandbox, or a plugin that does not load.
        SandboxUnavailable: no working sandbox; nothing is run.
        StorageError: the folder cannot be written, or another grading holds it.
    """
    with ExitStack() as held:
        store = held.enter_context(open_store(place))
        executor: Executor
        if request.cluster is not None:
            cluster = held.enter_context(
                open_cluster(
                    request.cluster, progress, jobs=options.jobs, arguments=_told_to_workers(request)
                )
            )
            tools, executor = _tools_elsewhere(request, cluster), cluster.executor
            options = replace(options, jobs=cluster.slots)
        else:
            tools = tools_for(request)
            executor = SerialExecutor(tools.gpus) if serial else ProcessExecutor(options.jobs, tools.gpus)
        yield Means(
            tools=tools,
            options=options,
            executor=executor,
            store=store,
            progress=progress,
            clock=lambda: datetime.now(UTC),
        )


@contextmanager
def open_station(place: Path, request: Request, *, slots: int, course: Path | None) -> Iterator[Station]:
    """Yield this machine as a worker of other machines' gradings, all that ``doctor`` tries tried on it.

    What is sent here is kept below ``place``. The own data of ``course`` are made ready, where one is named.

    Raises:
        CourseError: an unknown sandbox or GPU, or mistakes in the course's own data.
        SandboxUnavailable: no working sandbox; this machine runs nothing.
    """
    gpus = _gpus(request.gpu)
    sandbox = sandbox_called(request.sandbox)
    sweep_folders()
    if confines(sandbox):
        require_every_wall(sandbox, gpus)
    cache, data_dir = cache_folder(), data_folder(request.data_dir)
    if course is not None:
        for name in own_names(course):
            prepare_own(course / "assignments" / name, data_dir=data_dir, cache=cache)
    with open_store(place) as store:
        private = (store.folder, *((course.absolute(),) if course is not None else ()))
        workplace = Workplace(
            store=store, sandbox=sandbox, cache=cache, data_dir=data_dir, cuda=bool(gpus), private=private
        )
        names = tuple(gpu.model for gpu in list_gpus() if gpu.number in gpus)
        yield Station(workplace=workplace, slots=slots, gpus=gpus, gpu_names=names)


def _told_to_workers(request: Request) -> tuple[str, ...]:
    """Return the options of workers that this grading starts itself: those that it was given."""
    data = data_folder(request.data_dir)
    given = {"--sandbox": request.sandbox, "--gpu": request.gpu, "--data-dir": data and str(data.absolute())}
    return tuple(part for option, value in given.items() if value for part in (option, value))


def _tools_elsewhere(request: Request, cluster: Cluster) -> Tools:
    """Return the implementations for a grading whose runs other machines make: nothing is confined here."""
    from grader.plugins.registry import CHECKS, METRICS, load_plugins

    return Tools(
        metrics=load_plugins(METRICS),
        checks=load_plugins(CHECKS),
        sandbox=sandbox_called(request.sandbox),
        cache=cache_folder(),
        data_dir=data_folder(request.data_dir),
        gpus=tuple(range(len(cluster.gpu_names))),
        gpu_names=cluster.gpu_names,
        cpus=cluster.processors,
        version=__version__,
        private=request.private,
    )


def exporters() -> Mapping[str, Exporter]:
    """Return what a grading can be written as, by name.

    Raises:
        CourseError: an installed exporter does not load or breaks its contract.
    """
    from grader.plugins.registry import EXPORTERS, load_plugins

    return load_plugins(EXPORTERS)


def sandbox_called(name: str) -> Sandbox:
    """Return the sandbox of this name, not tried yet; ``auto`` is bubblewrap.

    Raises:
        CourseError: there is none of this name, or a plugin does not load.
    """
    from grader.plugins.registry import SANDBOXES, load_plugins

    sandboxes = load_plugins(SANDBOXES)
    wanted = "bubblewrap" if name == "auto" else name
    if wanted not in sandboxes:
        raise CourseError(say("unknown-sandbox", name=name, available=", ".join(sandboxes)))
    sandbox: Sandbox = sandboxes[wanted]
    return sandbox


def confines(sandbox: Sandbox) -> bool:
    """Return whether ``sandbox`` promises anything; ``--sandbox=none`` does not."""
    return sandbox.name != "none"


def _sandbox(name: str, gpus: tuple[int, ...], *, warm: bool) -> Sandbox:
    """Return a sandbox of which every quick probe went well; ``warm``: it starts runs warm where it can."""
    sandbox = sandbox_called(name)
    sweep_folders()
    if confines(sandbox):
        require_walls(sandbox, gpus)
    return WarmSandbox(sandbox) if warm and isinstance(sandbox, BubblewrapSandbox) else sandbox


def has_gpus() -> bool:
    """Return whether this machine has an NVIDIA GPU, and so wants the runtimes built for one."""
    return bool(list_gpus())


def _gpus(chosen: str) -> tuple[int, ...]:
    if chosen == "none":
        return ()
    present = tuple(gpu.number for gpu in list_gpus())
    if chosen == "auto":
        return present
    try:
        asked = tuple(int(part) for part in chosen.split(","))
    except ValueError:
        raise CourseError(
            say(
                "option-value-not-understood", option="gpu", value=repr(chosen), examples="auto, none, 0, 0,1"
            )
        ) from None
    missing = [number for number in asked if number not in present]
    if missing:
        raise CourseError(
            say(
                "chosen-gpu-missing",
                missing=", ".join(map(str, missing)),
                present=", ".join(map(str, present)) or say("gpu.none"),
            )
        )
    return asked
