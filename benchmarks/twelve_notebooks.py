"""Twelve different notebooks on the digits, as students write them, and the data they find beside them.

Ten have a recipe; two scale their rows in a ``Lambda`` and have none.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from grader.datasets.prepare import truth
from grader.runtimes.catalogue import find_runtime
from grader.wiring import cache_folder
from grader.worker.workplace import prepare_data

HIDDEN = (64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 72, 136)
WITHOUT_A_RECIPE = 2
LOADED = """import keras
import numpy as np
from keras import layers
AX, AY = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("ay.txt", skiprows=1)
QX, QY = np.loadtxt("qx.txt", skiprows=1), np.loadtxt("qy.txt", skiprows=1)
print(AX.shape, QX.shape)
"""
TRAINED = """model = keras.Sequential([keras.Input((64,)), layers.{scale},
                          layers.Dense({hidden}, activation="relu"), layers.Dense({half}, activation="relu"),
                          layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(AX, AY, batch_size=16, epochs=45, verbose=0)
"""
ANSWERED = """QP = model.predict(QX, verbose=0).argmax(axis=1)
print(f"{(QP != QY).mean():.2%}")
"""


def notebooks() -> dict[str, list[str]]:
    """Return the twelve, each as its cells, by the student's name."""
    made = {}
    for number, hidden in enumerate(HIDDEN):
        scale = "Rescaling(1 / 16)"
        if number >= len(HIDDEN) - WITHOUT_A_RECIPE:
            scale = "Lambda(lambda t: t / 16)"
        trained = TRAINED.format(scale=scale, hidden=hidden, half=hidden // 2)
        made[f"student{number:02}"] = [LOADED, trained, ANSWERED]
    return made


def lay_data(folder: Path) -> None:
    """Write the digits into ``folder`` as students find them."""
    runtime = find_runtime("keras3", cache_folder())
    ready = prepare_data("digits", runtime, data_dir=None, cache=cache_folder())
    arrays = {"ax": ready.x_train, "ay": ready.y_train, "qx": ready.x_graded, "qy": truth(ready)}
    for name, array in arrays.items():
        shape = " ".join(map(str, array.shape))
        np.savetxt(folder / f"{name}.txt", array, fmt="%g", header=shape, comments="")


def notebook(cells: list[str], **metadata: Any) -> str:
    """Return ``cells`` as a notebook; ``metadata`` are those of single cells, as ``cell1={…}``."""
    written = [
        {
            "cell_type": "code",
            "id": f"cell{number}",
            "metadata": metadata.get(f"cell{number}", {}),
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": written, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )
