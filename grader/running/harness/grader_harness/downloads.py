"""Answers downloads made from Python with the served files, when they are asked for by name."""

import functools
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from grader_harness.import_hooks import ImportHooks
from grader_harness.job import Served
from grader_harness.ledger import Ledger


class Downloads:
    """Replaces ``urllib.request.urlretrieve`` and the ``wget`` package."""

    def __init__(self, ledger: Ledger, served: Served) -> None:
        self._ledger = ledger
        self._served = served

    def install(self, hooks: ImportHooks) -> None:
        """Replace the functions when they are imported; all else goes its way and meets no network."""
        hooks.after("urllib.request", self._replace_urlretrieve)
        hooks.after("wget", self._replace_wget)

    def _replace_urlretrieve(self, module: Any) -> None:
        original = module.urlretrieve

        @functools.wraps(original)
        def urlretrieve(url: str, filename: Any = None, *args: Any, **kwargs: Any) -> Any:
            source = self._source(url, filename)
            if source is None:
                return original(url, filename, *args, **kwargs)
            return self._deliver(url, source, filename or source.name), {}

        module.urlretrieve = urlretrieve

    def _replace_wget(self, module: Any) -> None:
        original = module.download

        @functools.wraps(original)
        def download(url: str, out: Any = None, *args: Any, **kwargs: Any) -> Any:
            source = self._source(url, out)
            if source is None:
                return original(url, out, *args, **kwargs)
            return self._deliver(url, source, out or source.name)

        module.download = download

    def _source(self, url: str, filename: Any) -> Path | None:
        name = unquote(urlsplit(str(url)).path.rpartition("/")[2])
        candidates = [Path(str(filename))] if filename else []
        candidates.append(Path(name))
        if name in self._served.files:
            candidates.append(self._served.folder / "files" / name)
        return next((path for path in candidates if name and path.is_file()), None)

    def _deliver(self, url: str, source: Path, filename: Any) -> str:
        self._ledger.add("download", str(url))
        target = Path(str(filename))
        if not (target.exists() and target.samefile(source)):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        return str(filename)
