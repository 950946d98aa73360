"""Writes the copy of a dataset that a sandbox sees: secret order, canary labels, files where programs look.

Order and canaries come from the system's randomness, never from a seed, and are kept apart from what is
shown. Order and canaries are drawn from separate sources: a program may know the published order, and
must learn nothing about the canaries from the secret one.
"""

import json
import math
import os
import secrets
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.arrangement import Arrangement
from grader.datasets.dataset import Dataset
from grader.datasets.layouts import Layout, link_or_copy, write_layout
from grader.datasets.prepare import Prepared
from grader.model.assignment import Labels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Training(Enum):
    """How training rows are arranged.

    AS_PUBLISHED: nothing moved. REORDERED: rows of equal label change places, so that a lucky seed is not
    frozen (from run 2 on; for regression all rows do). WRONG_LABELS: every training row shows the label of a
    row of another class, drawn anew (for regression, the largest target changes places with the smallest),
    so that who learns from them cannot come out right, and who is right did not learn (the placebo).
    """

    AS_PUBLISHED = "as_published"
    REORDERED = "reordered"
    WRONG_LABELS = "wrong_labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One served copy.

    ``folder`` is shown to the sandbox as ``/data``; ``secret`` never is. ``rows`` graded rows stand in
    ``folder`` (0 when inputs are typed into the program). Each mask is a file of ours and the path below a
    runtime's site-packages that it must cover.
    """

    folder: Path
    secret: Path
    rows: int
    masks: tuple[tuple[Path, str], ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """The wrong labels of one serving: rows in the dataset's own order, and the label shown for each."""

    rows: "NDArray[Any]"
    labels: "NDArray[Any]"


def serve(
    prepared: Prepared,
    *,
    into: Path,
    labels: Labels,
    randomness: "np.random.Generator | None" = None,
    order: "NDArray[Any] | None" = None,
    canaries: Canaries | None = None,
    training: Training = Training.AS_PUBLISHED,
    training_rows: "NDArray[Any] | None" = None,
    drawn: "NDArray[Any] | None" = None,
    fails_at: float = 0.0,
    moved: bool = False,
) -> Served:
    """Write a new served copy into ``into/data`` and its secrets into ``into/secret``.

    ``order`` repeats an earlier serving's and ``canaries`` says which test labels are wrong (both for the
    pair audit); ``training_rows`` repeats how an earlier serving had its training rows reordered, ``drawn``
    the labels that it drew. Hidden labels have no part in what is written, whatever is asked.
    ``randomness`` makes all of it repeatable in tests. ``fails_at`` is the loosest error rate
    that still earns points in the assignment: at least that share of the served labels is wrong, so that
    handing them back earns nothing. ``moved``: with wrong labels too, rows change places as REORDERED says,
    so that a placebo of a later run looks like that run.

    Raises:
        OSError: ``into`` cannot be written, or was served into before.
    """
    import numpy as np

    order_source, canary_source, training_source = _sources(randomness)
    graded = len(prepared.y_graded)
    if order is None:
        order = order_source.permutation(graded)
    if not np.array_equal(np.sort(order), np.arange(graded)):
        raise ValueError("order is not a permutation of the graded rows")
    x_rows, y_rows = _training_rows(prepared, training, training_source, moved=moved)
    if training is Training.REORDERED and training_rows is not None:
        x_rows = y_rows = np.asarray(training_rows, dtype=np.int64)
    if x_rows is not None and not np.array_equal(np.sort(x_rows), np.arange(len(prepared.y_train))):
        raise ValueError("training_rows is not a permutation of the training rows")
    random = labels is Labels.NONE and not prepared.dataset.typed
    wrong: Canaries | None = None
    if random:
        shown = _drawn(prepared, canary_source) if drawn is None else drawn
    else:
        wrong = canaries or _canaries(prepared, canary_source, fails_at)
        shown = _but_for(prepared, wrong)
    arrangement = Arrangement(order=order, y_test=shown[order], x_rows=x_rows, y_rows=y_rows)

    data, secret = into / "data", into / "secret"
    _new_folder(data, 0o755)
    _new_folder(secret, 0o700)
    arrays = _write_arrays(prepared, arrangement, data)
    layout = Layout() if prepared.dataset.typed else write_layout(prepared, arrangement, into)
    _describe(prepared.dataset, arrays, layout, data)
    _keep(secret / "order.npy", np.asarray(order, dtype=np.int64))
    changed = np.empty(0, dtype=np.int64) if wrong is None else wrong.rows
    _keep(secret / "canaries.npy", np.column_stack((changed, shown[changed])))
    if random:
        _keep(secret / "labels.npy", shown)
    if x_rows is not None:
        _keep(secret / "training.npy", x_rows.astype(np.min_scalar_type(len(x_rows))))
    return Served(
        folder=data,
        secret=secret,
        rows=0 if prepared.dataset.typed else graded,
        masks=layout.masks,
        digest=prepared.digest,
    )


def load_order(secret: Path) -> "NDArray[Any]":
    """Return a serving's order: ``order[i]`` is the graded row served at place ``i``.

    Predictions ``served`` in that order go back by ``own = empty_like(served); own[order] = served``.
    """
    import numpy as np

    order: NDArray[Any] = np.load(secret / "order.npy", allow_pickle=False)
    return order


def load_canaries(secret: Path) -> Canaries:
    """Return a serving's canaries; none where labels were random or inputs typed."""
    import numpy as np

    pairs: NDArray[Any] = np.load(secret / "canaries.npy", allow_pickle=False)
    return Canaries(rows=pairs[:, 0].astype(np.int64), labels=pairs[:, 1])


def load_drawn(secret: Path) -> "NDArray[Any] | None":
    """Return the random labels of a serving, in the dataset's own order; None where they were not random."""
    import numpy as np

    try:
        labels: NDArray[Any] = np.load(secret / "labels.npy", allow_pickle=False)
    except FileNotFoundError:
        return None
    return labels


def load_training_rows(secret: Path) -> "NDArray[Any] | None":
    """Return how a serving had its training rows reordered; None where none changed places."""
    import numpy as np

    try:
        rows: NDArray[Any] = np.load(secret / "training.npy", allow_pickle=False)
    except FileNotFoundError:
        return None
    return rows


def rows_for_request(prepared: Prepared, order: "NDArray[Any]", path: Path) -> None:
    """Write the raw graded rows, in the served order, as the .npy file that a ``predict(X)`` is handed."""
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.save(file, prepared.x_graded[order], allow_pickle=False)


def canary_count(dataset: Dataset, rows: int, fails_at: float) -> int:
    """Return how many of ``rows`` served labels are wrong: never more than half of them."""
    needed = math.ceil(fails_at * rows - 1e-9)
    return min(max(dataset.canaries, needed), rows // 2)


def wrong_answers(prepared: Prepared, randomness: "np.random.Generator | None" = None) -> Canaries:
    """Return labels that are wrong for every graded row: a class drawn among the others.

    For regression the largest value changes places with the smallest.

    Raises:
        ValueError: the labels are hidden: of two classes the wrong one tells the right one.
    """
    import numpy as np

    if prepared.dataset.labels_hidden:
        raise ValueError("hidden labels are not served, wrong ones neither")
    source = _sources(randomness)[1]
    true = prepared.y_graded
    if not prepared.dataset.classes:
        shown = np.empty_like(true)
        ranked = np.argsort(true, kind="stable")
        shown[ranked] = true[ranked[::-1]]
    else:
        classes = len(prepared.dataset.classes)
        shown = (true.astype(np.int64) + source.integers(1, classes, size=len(true))) % classes
    return Canaries(rows=np.arange(len(true)), labels=shown)


def _sources(randomness: "np.random.Generator | None") -> "list[np.random.Generator]":
    import numpy as np

    if randomness is not None:
        return list(randomness.spawn(3))
    return [np.random.default_rng(secrets.randbits(256)) for _ in range(3)]


def _training_rows(
    prepared: Prepared, training: Training, source: "np.random.Generator", *, moved: bool
) -> "tuple[NDArray[Any] | None, NDArray[Any]]":
    """Return which training row gives the input, and which the label, at each place.

    Labels are always written anew: a file that is linked in one run and written in another has another
    time and another count of links, and tells which run it is.
    """
    import numpy as np

    own = np.arange(len(prepared.y_train))
    if training is Training.AS_PUBLISHED:
        return None, own
    rows = _reordered(prepared, source) if training is Training.REORDERED or moved else None
    labels = _wrong_labels(prepared, source) if training is Training.WRONG_LABELS else own
    return rows, labels if rows is None else labels[rows]


def _reordered(prepared: Prepared, source: "np.random.Generator") -> "NDArray[Any]":
    """Return a training row for every place: one of equal label, for regression any."""
    import numpy as np

    y = prepared.y_train
    if not prepared.dataset.classes:
        return source.permutation(len(y))
    rows = np.arange(len(y))
    for label in np.unique(y):
        places = np.flatnonzero(y == label)
        rows[places] = source.permutation(places)
    return rows


def _wrong_labels(prepared: Prepared, source: "np.random.Generator") -> "NDArray[Any]":
    """Return for every training row another row, whose label it is shown with."""
    import numpy as np

    y = prepared.y_train
    if not prepared.dataset.classes:
        ranked = np.argsort(y, kind="stable")
        rows = np.empty_like(ranked)
        rows[ranked] = ranked[::-1]
        return rows
    rows = np.arange(len(y))
    for label in np.unique(y):
        others = np.flatnonzero(y != label)
        if len(others):
            rows[y == label] = source.choice(others, size=int((y == label).sum()))
    return rows


def _but_for(prepared: Prepared, wrong: Canaries) -> "NDArray[Any]":
    """Return the true labels but for those that are ``wrong``.

    Raises:
        ValueError: the labels are hidden.
    """
    import numpy as np

    if prepared.dataset.labels_hidden:
        raise ValueError("hidden labels are served drawn at random: canaries leave nearly all of them true")
    shown = np.array(prepared.y_graded)
    shown[wrong.rows] = wrong.labels
    return shown


def _drawn(prepared: Prepared, source: "np.random.Generator") -> "NDArray[Any]":
    """Return a label for every graded row that has nothing to do with the true ones.

    Classes are drawn evenly. Numbers lie around those of the training rows: one of them, and a distance as
    wide as they are spread, so that no row shows its own. A draw that shunned the true label would tell it,
    once seen often enough.
    """
    import numpy as np

    rows, classes = len(prepared.x_graded), len(prepared.dataset.classes)
    trained = prepared.y_train
    if classes:
        return source.integers(classes, size=rows).astype(trained.dtype)
    spread = float(np.std(trained)) or 1.0
    drawn = source.choice(trained, size=rows) + source.normal(scale=spread, size=rows)
    return np.asarray(drawn, dtype=trained.dtype)


def _canaries(prepared: Prepared, source: "np.random.Generator", fails_at: float) -> Canaries:
    """Return which graded rows (own order) show another label, and which one; none where rows are typed."""
    import numpy as np

    true, classes = prepared.y_graded, len(prepared.dataset.classes)
    if prepared.dataset.typed:
        return Canaries(rows=np.empty(0, dtype=np.int64), labels=true[:0])
    count = canary_count(prepared.dataset, len(true), fails_at)
    rows = np.sort(source.choice(len(true), size=count, replace=False))
    if classes:
        step = source.integers(1, classes, size=count)
        return Canaries(rows=rows, labels=(true[rows].astype(np.int64) + step) % classes)
    # A value from the other half of the chosen rows: far from the truth, and among honest values.
    shown = np.array(true)
    ranked = rows[np.argsort(true[rows], kind="stable")]
    shown[ranked] = true[np.roll(ranked, count // 2)]
    changed = rows[shown[rows] != true[rows]]
    return Canaries(rows=changed, labels=shown[changed])


def _write_arrays(prepared: Prepared, arrangement: Arrangement, data: Path) -> dict[str, str]:
    import numpy as np

    arrays = {}
    for name, rows in (("x_train", arrangement.x_rows), ("y_train", arrangement.y_rows)):
        arrays[name] = f"{name}.npy"
        if rows is None:
            link_or_copy(prepared.folder / f"{name}.npy", data / f"{name}.npy")
        else:
            whole = prepared.x_train if name == "x_train" else prepared.y_train
            np.save(data / f"{name}.npy", whole[rows], allow_pickle=False)
    if not prepared.dataset.typed:
        arrays |= {"x_test": "x_test.npy", "y_test": "y_test.npy"}
        np.save(data / "x_test.npy", prepared.x_graded[arrangement.order], allow_pickle=False)
        np.save(data / "y_test.npy", arrangement.y_test, allow_pickle=False)
    return arrays


def _describe(entry: Dataset, arrays: dict[str, str], layout: Layout, data: Path) -> None:
    shape = None if entry.image_shape is None else list(entry.image_shape)
    served: dict[str, Any] = {
        "dataset": entry.name,
        "loader": entry.loader,
        "image_shape": shape,
        "arrays": arrays,
        "files": list(layout.files),
        "keras_files": list(layout.keras_files),
    }
    loads = {name: said for name, said in asdict(entry.loads).items() if said}
    if loads:
        served["loads"] = loads
    if layout.test_files:
        served["test_files"] = list(layout.test_files)
    if entry.classes and entry.form.named and entry.reader != "own":
        served["classes"] = list(entry.classes)  # what answers in words are read by
    (data / "served.json").write_text(json.dumps(served, indent=1), encoding="utf-8")
    # Readable by the unprivileged user that a sandbox started by root becomes, whatever our umask is.
    for path in (data, *data.rglob("*")):
        mode = 0o755 if path.is_dir() else 0o444
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)


def _new_folder(folder: Path, mode: int) -> None:
    folder.mkdir(parents=True)
    folder.chmod(mode)


def _keep(path: Path, array: "NDArray[Any]") -> None:
    import numpy as np

    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        np.save(file, array, allow_pickle=False)
