"""What a page draws of a run's graded predictions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import Prepared
from grader.model.shown import Picture, Sample

if TYPE_CHECKING:
    import numpy as np

_SAMPLES = 20
_FIGURES = tuple(f"figure-{n:02d}.png" for n in range(1, 21))


def draw_picture(
    folder: Path, own: "np.ndarray[Any, Any] | None", prepared: Prepared, labels: "np.ndarray[Any, Any]"
) -> Picture:
    """Return what the page draws of one run: confusion matrix, first test images, the program's figures.

    ``own`` are the decoded predictions and ``labels`` the truth, in the dataset's own order; ``folder`` is
    the kept run's.
    """
    import numpy as np

    figures = tuple(name for name in _FIGURES if (folder / name).is_file())
    classes = prepared.dataset.classes
    if own is None or not classes or not prepared.labels_known:
        return Picture(figures=figures, folder=str(folder))
    begin, end = prepared.groups["test"]
    truth, predicted = labels[begin:end], own[begin:end]
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusion, (truth, predicted), 1)
    return Picture(
        classes=classes,
        confusion=tuple(tuple(int(v) for v in row) for row in confusion),
        samples=_samples(prepared, truth, predicted),
        figures=figures,
        folder=str(folder),
    )


def _samples(
    prepared: Prepared, labels: "np.ndarray[Any, Any]", predicted: "np.ndarray[Any, Any]"
) -> tuple[Sample, ...]:
    import numpy as np

    shape, classes = prepared.dataset.image_shape, prepared.dataset.classes
    if shape is None or prepared.dataset.labels_hidden:  # a tile shows a row and its label
        return ()
    images = np.asarray(prepared.x_graded[:_SAMPLES], dtype=np.float64)
    grey = np.clip(images * (255 / prepared.dataset.brightest), 0, 255).astype(np.uint8)
    return tuple(
        Sample(
            pixels=grey[row].tobytes(),
            height=shape[0],
            width=shape[1],
            truth=classes[int(labels[row])],
            predicted=classes[int(predicted[row])],
        )
        for row in range(min(_SAMPLES, len(labels)))
    )
