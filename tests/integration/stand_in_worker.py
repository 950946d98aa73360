"""A worker process whose sandbox runs nothing; its arguments: the scheduler's address, FOLDER, its name.

What its programs do stands in the submission: a line ``# do: WORD``. Signs are left in FOLDER.
"""

import asyncio
import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from distributed import Security

from grader.model.run import SandboxCommand, SandboxOutcome
from grader.orchestration.cluster import require_extra
from grader.storage.run_store import open_store
from grader.wiring import cache_folder
from grader.worker.dask_worker import serve
from grader.worker.station import Station
from grader.worker.workplace import Workplace
from tests.fakes import FakeSandbox, Files, npy, secret_order

_PATIENCE = 60.0
REPORT = json.dumps({"protocol": 1, "finished": True, "errors": [], "sources": {}}).encode()


@dataclass
class StandInSandbox:
    """Does what a submission says without running it; can be sent to the process of a slot."""

    folder: Path
    worker: str
    name: str = "stand-in"

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Do what the submission says, and leave answers that follow from the order of the rows alone."""
        staged = next(bind.source for bind in command.binds if bind.target == "/staged")
        text = "".join(path.read_text() for path in staged.glob("*.py"))
        word = text.partition("do: ")[2].split()[0]
        self._sign(f"{word}.begun.{self.worker}.{os.getpid()}")
        if word == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if word.startswith("waits"):
            self._await(word)
        outcome = FakeSandbox(_answers).run(command)
        self._sign(f"{word}.ended.{self.worker}.{os.getpid()}")
        return outcome

    def probe(self) -> None:
        """Always works."""

    def _sign(self, name: str) -> None:
        (self.folder / name).touch()

    def _await(self, word: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not (self.folder / f"{word}.go").exists() and time.monotonic() < deadline:
            time.sleep(0.02)


def _answers(command: SandboxCommand) -> Files:
    return {"predictions.npy": npy(secret_order(command) % 10), "report.json": REPORT}


def main() -> None:
    """Work for the scheduler until it goes."""
    require_extra()
    address, folder, name = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    with open_store(folder / f"store-{name}") as store:
        workplace = Workplace(
            store=store,
            sandbox=StandInSandbox(folder, name),
            cache=cache_folder(),
            data_dir=None,
            cuda=False,
            private=(store.folder,),
        )
        station = Station(workplace=workplace, slots=1)
        asyncio.run(
            serve(
                station,
                address,
                name=name,
                security=Security(),
                patience=_PATIENCE,
                ready=lambda _: (folder / f"{name}.ready").touch(),
            )
        )


if __name__ == "__main__":
    main()
