"""The request of the grader (``job.json``) and the served copy of the dataset (``served.json``)."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROTOCOL = 2


@dataclass(frozen=True)
class Ask:
    """One thing to bring back: the kind names its taker, the names what of it is wanted."""

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """One run as asked for by the grader; all paths are absolute."""

    main: str
    kind: str
    seed: int
    threads: int
    asks: tuple[Ask, ...]
    rows_on_request: bool
    staged: Path
    work: Path
    data: Path
    out: Path
    seconds: float = 0.0
    """After how long the run is killed; 0 where nobody says."""
    joins_batches: bool = False
    """Whether ``fit`` may train an epoch in one call where nothing looks at single batches."""

    def asks_for(self, *kinds: str) -> bool:
        """Return whether any of ``kinds`` is to be brought back."""
        return any(ask.kind in kinds for ask in self.asks)


@dataclass(frozen=True)
class Loads:
    """The names that libraries have for the dataset, beside ``load_data()`` of its loader; empty for none."""

    file: str = ""
    openml: str = ""
    sklearn: str = ""
    columns: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True)
class Served:
    """The served copy: arrays by name, files by name. A dataset typed into the program has no test rows."""

    folder: Path
    dataset: str = ""
    loader: str | None = None
    loads: Loads = field(default_factory=Loads)
    image_shape: tuple[int, ...] | None = None
    arrays: dict[str, Path] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    keras_files: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """What answers in words are read by, where the data has its labels in words."""
    test_files: tuple[str, ...] = ()
    """Where the test rows of a table stand that is handed over as training rows alone."""

    def load(self, name: str) -> Any:
        """Return the array ``name`` (``x_train``, ``y_test`` …) freshly read, or None when not served."""
        path = self.arrays.get(name)
        if path is None:
            return None
        import numpy as np

        return np.load(path, allow_pickle=False)

    def has(self, *names: str) -> bool:
        """Return whether all of ``names`` are served."""
        return all(name in self.arrays for name in names)


def read_job(path: str) -> Job:
    """Return the request in the file ``path``.

    Raises:
        ValueError: it speaks another protocol.
    """
    request = json.loads(Path(path).read_text(encoding="utf-8"))
    if request["protocol"] != PROTOCOL:
        raise ValueError(f"protocol {request['protocol']} asked for, {PROTOCOL} spoken")
    folders = {name: Path(value).absolute() for name, value in request["paths"].items()}
    return Job(
        main=request["main"],
        kind=request["kind"],
        seed=int(request["seed"]),
        threads=int(request["threads"]),
        asks=tuple(Ask(ask["kind"], tuple(ask["names"])) for ask in request["asks"]),
        rows_on_request=bool(request["rows_on_request"]),
        staged=folders["staged"],
        work=folders["work"],
        data=folders["data"],
        out=folders["out"],
        seconds=float(request.get("seconds", 0)),
        joins_batches=bool(request.get("joins_batches", False)),
    )


def read_served(folder: Path) -> Served:
    """Return what ``folder`` serves; nothing when it has no ``served.json``."""
    description = folder / "served.json"
    if not description.is_file():
        return Served(folder=folder)
    served = json.loads(description.read_text(encoding="utf-8"))
    shape = served.get("image_shape")
    return Served(
        folder=folder,
        dataset=served.get("dataset", ""),
        loader=served.get("loader"),
        loads=_loads(served.get("loads", {})),
        image_shape=tuple(shape) if shape else None,
        arrays={name: folder / file for name, file in served.get("arrays", {}).items()},
        files=tuple(served.get("files", ())),
        keras_files=tuple(served.get("keras_files", ())),
        classes=tuple(served.get("classes", ())),
        test_files=tuple(served.get("test_files", ())),
    )


def _loads(said: dict[str, Any]) -> Loads:
    names = {name: str(said.get(name, "")) for name in ("file", "openml", "sklearn", "target")}
    return Loads(columns=tuple(said.get("columns", ())), **names)
