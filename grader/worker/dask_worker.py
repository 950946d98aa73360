"""A station that a dask scheduler can reach: what is called on the worker by a grading elsewhere.

Nothing but bytes goes through dask, and these two functions by name: both sides have this grader installed.
"""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable

from distributed import Security, Worker, WorkerPlugin, get_worker

from grader.words import say
from grader.words.plain import to_plain
from grader.worker.parcel import unpack_order
from grader.worker.station import Station

PLUGIN = "grader-station"
PLACE = "grader_slot"
GPU = "grader_gpu"
"""Names of dask's resources: how many runs at a time, and how many of them with a GPU."""


class StationPlugin(WorkerPlugin):
    """Holds the station of a dask worker, and ends its runs when the worker closes."""

    name = PLUGIN

    def __init__(self, station: Station) -> None:
        self.station = station

    def teardown(self, worker: Worker) -> None:
        """End what is under way."""
        del worker
        self.station.close()


def perform(parcel: bytes) -> bytes:
    """Make the run that is ordered by ``parcel``; called in a thread of the dask worker."""
    worker = get_worker()
    key = worker.get_current_task()
    station: Station = worker.plugins[PLUGIN].station

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state == "executing"

    return station.perform(parcel, wanted)


def announce(dask_worker: Worker) -> bytes:
    """Return what the worker says of itself; nothing, where it is no grader's."""
    plugin = dask_worker.plugins.get(PLUGIN)
    return json.dumps(plugin.station.announced() if plugin is not None else {}).encode()


async def look(parcel: bytes, *, dask_worker: Worker) -> bytes:
    """Return why the order in ``parcel`` cannot be made there, as a plain message; nothing where it can."""
    station: Station = dask_worker.plugins[PLUGIN].station
    order = unpack_order(parcel).order
    try:
        why = await asyncio.to_thread(station.unfit_for, order)
    except Exception as problem:  # noqa: BLE001 - whatever it is, this worker is not fit and the others are asked
        why = say("run-internal-error", problem=f"{type(problem).__name__}: {problem}"[:300])
    return b"" if why is None else json.dumps(to_plain(why)).encode()


async def serve(
    station: Station,
    address: str,
    *,
    name: str | None,
    security: Security,
    patience: float,
    ready: Callable[[str], None],
) -> None:
    """Work for the scheduler at ``address`` until it goes, or somebody ends this process.

    Raises:
        OSError: the scheduler was not reached within ``patience`` seconds.
    """
    resources = {PLACE: station.slots, GPU: len(station.gpus)}
    worker = Worker(
        address,
        nthreads=station.slots,
        resources={kind: float(count) for kind, count in resources.items() if count},
        name=name or f"{socket.gethostname()}-{os.getpid()}",
        security=security,
        plugins=(StationPlugin(station),),
        memory_limit=0,
        dashboard=False,
        dashboard_address=None,
        death_timeout=patience,
    )
    loop = asyncio.get_running_loop()
    ending: list[asyncio.Task[object]] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: ending.append(loop.create_task(worker.close())))
    async with worker:
        ready(worker.address)
        await worker.finished()
