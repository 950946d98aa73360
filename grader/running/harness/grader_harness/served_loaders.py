"""Makes the libraries' own dataset loaders return the served copy, offline."""

import functools
import os
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

from grader_harness.import_hooks import ImportHooks
from grader_harness.job import Served
from grader_harness.ledger import Ledger


class ServedLoaders:
    """Replaces ``load_data``, ``get_file`` and scikit-learn's fetchers where the served copy answers."""

    def __init__(self, served: Served, ledger: Ledger) -> None:
        self._served = served
        self._ledger = ledger
        self._home = Path(os.environ["KERAS_HOME"]) / "datasets"

    def install(self, hooks: ImportHooks) -> None:
        """Link Keras' files and replace the loaders as soon as they are imported.

        Each function is replaced in the module that defines it, right after that module ran: every other
        module object it is reachable through (``keras.datasets``, ``tf.keras.datasets``, tf_keras …)
        copies it from there.
        """
        self._link_keras_files()
        complete = self._served.has("x_train", "y_train", "x_test", "y_test")
        loader, loads = self._served.loader, self._served.loads
        if complete and loader:
            for keras in ("keras", "tf_keras"):
                hooks.after(f"{keras}.src.datasets.{loader}", self._replace_load_data)
        hooks.after("keras.src.utils.file_utils", self._replace_get_file)
        hooks.after("tf_keras.src.utils.data_utils", self._replace_get_file)
        if complete and loads.sklearn:
            hooks.after("sklearn.datasets", self._replace_fetch)
        if complete and loads.openml:
            hooks.after("sklearn.datasets", self._replace_fetch_openml)

    def _link_keras_files(self) -> None:
        # Keras deletes a cached file it does not like: it gets links to delete, never the store's files.
        for name in self._served.keras_files:
            link = self._home / name
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(self._served.folder / "keras" / name)

    def _split(self) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        load = self._served.load
        return (load("x_train"), load("y_train")), (load("x_test"), load("y_test"))

    def _replace_load_data(self, module: Any) -> None:
        name = f"{module.__name__.split('.')[0]}.datasets.{self._served.loader}.load_data()"

        @functools.wraps(module.load_data)
        def load_data(*_args: Any, **_kwargs: Any) -> Any:
            self._ledger.add("load_data", name)
            return self._split()

        module.load_data = load_data

    def _replace_get_file(self, module: ModuleType) -> None:
        original = module.get_file  # type: ignore[attr-defined]

        @functools.wraps(original)
        def get_file(*args: Any, **kwargs: Any) -> Any:
            values = dict(zip(("fname", "origin"), args[:2], strict=False), **kwargs)
            wanted = [values.get("fname"), values.get("origin")]
            for name in (Path(str(value)).name for value in wanted if value):
                path = self._served_file(name)
                if path is not None:
                    self._ledger.add("download", f"get_file({name!r})")
                    return str(path)
            return original(*args, **kwargs)

        module.get_file = get_file  # type: ignore[attr-defined]

    def _served_file(self, name: str) -> Path | None:
        path = self._home / name
        if name == self._served.loads.file:
            import numpy as np

            (x_train, y_train), (x_test, y_test) = self._split()
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
            return path
        if name in self._served.files:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._served.folder / "files" / name, path)
            return path
        return None

    def _joined(self) -> tuple[Any, Any]:
        import numpy as np

        (x_train, y_train), (x_test, y_test) = self._split()
        return np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])

    def _replace_fetch(self, module: Any) -> None:
        loads = self._served.loads
        original = getattr(module, loads.sklearn, None)
        if original is None:
            return

        @functools.wraps(original)
        def fetch(*, return_X_y: bool = False, as_frame: bool = False, **_kwargs: Any) -> Any:  # noqa: N803 - scikit-learn's own name
            # The training rows alone: whoever splits the table at random must not train on test rows.
            self._ledger.add("table", f"sklearn.datasets.{loads.sklearn}()")
            data, target = self._split()[0]
            return _bunch(data, target, list(loads.columns), loads.target, as_frame=as_frame, pair=return_X_y)

        setattr(module, loads.sklearn, fetch)

    def _replace_fetch_openml(self, module: Any) -> None:
        original = module.fetch_openml
        known = self._served.loads.openml

        @functools.wraps(original)
        def fetch(name: str | None = None, **kwargs: Any) -> Any:
            if name is None or name.lower() != known.lower():
                return original(name, **kwargs)
            self._ledger.add("load_data", f"sklearn.datasets.fetch_openml({name!r})")
            data, target = self._joined()
            flat = data.reshape(len(data), -1)
            names = [f"pixel{i + 1}" for i in range(flat.shape[1])]
            as_frame = kwargs.get("as_frame", "auto") is not False
            labels = target.astype(str).astype(object)
            pair = bool(kwargs.get("return_X_y"))
            return _bunch(flat, labels, names, "class", as_frame=as_frame, pair=pair)

        module.fetch_openml = fetch


def _bunch(data: Any, target: Any, names: list[str], target_name: str, *, as_frame: bool, pair: bool) -> Any:
    from sklearn.utils import Bunch

    frame = None
    if as_frame:
        import pandas as pd

        data = pd.DataFrame(data, columns=names)
        target = pd.Series(target, name=target_name)
        frame = data.assign(**{target_name: target})
    if pair:
        return data, target
    return Bunch(
        data=data, target=target, frame=frame, feature_names=names, target_names=[target_name], DESCR=""
    )
