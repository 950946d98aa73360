"""``grader worker ADDRESS``: this machine makes runs for the gradings of others."""

import asyncio
import tempfile
from pathlib import Path

import click

from grader.cli.help import Explained
from grader.cli.options import (
    AskedTls,
    data_dir_option,
    folder_option,
    jobs_option,
    language_option,
    quiet_option,
    sandbox_option,
    tls_options,
)
from grader.cli.rendering import tell
from grader.model.errors import SchedulerUnavailable
from grader.orchestration.cluster import AskedCluster, require_extra, tls_of
from grader.wiring import Request, open_station
from grader.words import say

_PATIENCE = 60.0


@click.command("worker", cls=Explained, help="help.worker")
@click.argument("address")
@jobs_option(1, "--nthreads")
@click.option("--name", metavar="NAME", help="help.worker_name")
@folder_option("course")
@data_dir_option
@sandbox_option()
@click.option("--gpu", default="auto", metavar="G", help="help.gpu")
@tls_options
@click.option("--death-timeout", type=float, default=_PATIENCE, metavar="S", help="help.worker_patience")
@click.option("--memory-limit", metavar="M", help="help.worker_memory")
@click.option("--protocol", metavar="P", help="help.worker_memory")
@quiet_option("help.worker_quiet")
@language_option
def command(
    *,
    address: str,
    jobs: int,
    name: str | None,
    course: Path | None,
    data_dir: Path | None,
    sandbox: str,
    gpu: str,
    tls: AskedTls,
    death_timeout: float,
    memory_limit: str | None,
    protocol: str | None,
    quiet: bool,
) -> int:
    """Try what ``doctor`` tries, then make runs until the scheduler goes or somebody ends it."""
    del memory_limit, protocol  # what a queue gives its jobs: the limits of each run are its order's
    require_extra()
    from grader.worker.dask_worker import serve

    asked = AskedCluster(scheduler=address, ca_file=tls.ca_file, certificate=tls.certificate, key=tls.key)
    request = Request(sandbox=sandbox, data_dir=data_dir, gpu=gpu)

    def ready(where: str) -> None:
        if not quiet:
            tell(say("worker-ready", slots=jobs, scheduler=address, address=where))

    with (
        tempfile.TemporaryDirectory(prefix="grader-worker-") as folder,
        open_station(Path(folder), request, slots=jobs, course=course) as station,
    ):
        try:
            asyncio.run(
                serve(
                    station,
                    address,
                    name=name,
                    security=tls_of(asked, "worker"),
                    patience=death_timeout,
                    ready=ready,
                )
            )
        except (OSError, TimeoutError, ValueError, RuntimeError) as problem:
            told = str(problem) or type(problem).__name__
            raise SchedulerUnavailable(
                say("scheduler-not-reached", address=address, problem=told)
            ) from problem
    return 0
