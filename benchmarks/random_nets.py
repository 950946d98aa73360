"""Honest programs drawn by chance: small dense nets on the digits, each with its text and its recipe.

Depth, width, activation, optimizer, rate, dropout, batch, epochs, loss and the map of the rows are drawn, the
same each time. What is drawn is nobody's choice, so some nets learn badly, and that is honest too.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.model.recipe import Affine, Answers, Fitted, KerasFit, Recipe, RowMap, Rows, Targets

SEED = 20261201
TRAINING_ROWS = 899
RATES: dict[str, tuple[float, float]] = {
    "Adam": (0.001, 0.01),
    "AdamW": (0.001, 0.01),
    "Nadam": (0.001, 0.01),
    "RMSprop": (0.0005, 0.005),
    "SGD": (0.03, 0.3),
}
ACTIVATIONS = ("relu", "tanh", "elu", "selu", "gelu", "silu", "sigmoid", "leaky_relu")
BATCHES = (8, 16, 32, 64, 128)
MAPS = {"sixteenths": "{x} / 16", "standard": "({x} - mean) / deviation", "raw": "{x}"}
_PROGRAM = """import keras
import numpy as np
from keras.layers import BatchNormalization, Dense, Dropout, Input

keras.utils.set_random_seed({seed})
ax, ay, qx = (np.loadtxt(name, skiprows=1).astype("float32") for name in ("ax.txt", "ay.txt", "qx.txt"))
ay = {targets}
mean, deviation = ax.mean(), ax.std()
ax, qx = {train}, {test}
model = keras.Sequential([
    Input((64,)),
{layers}
])
model.compile(keras.optimizers.{optimizer}(learning_rate={rate}), "{loss}")
model.fit(ax, ay, batch_size={batch}, epochs={epochs}, verbose=0)
QP = model.predict(qx, verbose=0).argmax(axis=1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """One net as it was drawn; ``normalised``: a BatchNormalization after each hidden layer."""

    number: int
    widths: tuple[int, ...]
    activation: str
    optimizer: str
    rate: float
    dropout: float
    normalised: bool
    batch: int
    epochs: int
    sparse: bool
    rows: str

    @property
    def name(self) -> str:
        """What the net is called in tables."""
        return f"net-{self.number:02}"

    def program(self, seed: int) -> str:
        """Return a program that trains the net by its own ``seed`` and delivers ``QP``."""
        layers = [f"{kind}({_said(given)})" for kind, given in _layers(self)]
        return _PROGRAM.format(
            seed=seed,
            targets="ay.astype(int)" if self.sparse else "keras.utils.to_categorical(ay.astype(int), 10)",
            train=MAPS[self.rows].format(x="ax"),
            test=MAPS[self.rows].format(x="qx"),
            layers="\n".join(f"    {layer}," for layer in layers),
            optimizer=self.optimizer,
            rate=self.rate,
            loss="sparse_categorical_crossentropy" if self.sparse else "categorical_crossentropy",
            batch=self.batch,
            epochs=self.epochs,
        )

    def recipe(self) -> Recipe:
        """Return the recipe of the program, as the grader reads it."""
        given = _keras("layers", "InputLayer", {"batch_shape": [None, 64], "dtype": "float32"})
        layers = [given, *(_keras("layers", kind, config) for kind, config in _layers(self))]
        model = {"module": "keras", "class_name": "Sequential", "registered_name": None}
        steps: dict[str, tuple[Affine | Fitted, ...]] = {
            "sixteenths": (Affine(scale=(1 / 16,), offset=(0.0,)),),
            "standard": (Fitted(by="standard", per_column=False),),
            "raw": (),
        }
        row_map = RowMap(steps=steps[self.rows])
        loss = "SparseCategoricalCrossentropy" if self.sparse else "CategoricalCrossentropy"
        fit = KerasFit(
            model=0,
            optimizer=_keras("optimizers", self.optimizer, {"learning_rate": self.rate}),
            loss=_keras("losses", loss, {}),
            rows=Rows(),
            map=row_map,
            targets=Targets() if self.sparse else Targets(form="one_hot", classes=10),
            epochs=self.epochs,
            batch_size=self.batch,
        )
        return Recipe(
            library="keras3",
            models=(model | {"config": {"name": "model", "layers": layers}},),
            fits=(fit,),
            answers=Answers(map=row_map, decode="argmax"),
        )


def random_nets(count: int, seed: int = SEED) -> list[Net]:
    """Return ``count`` nets, the same for the same ``seed``; more of them begin as fewer do."""
    chance = np.random.default_rng(seed)
    return [_net(chance, number) for number in range(1, count + 1)]


def shortened(net: Net, steps: int) -> Net:
    """Return ``net`` trained for no more than about ``steps`` batches, and one epoch at least."""
    return replace(net, epochs=min(net.epochs, max(1, steps // -(-TRAINING_ROWS // net.batch))))


def _net(chance: np.random.Generator, number: int) -> Net:
    optimizer = str(chance.choice(sorted(RATES)))
    low, high = np.log(RATES[optimizer])
    batch = int(chance.choice(BATCHES))
    return Net(
        number=number,
        widths=tuple(int(width) for width in chance.integers(12, 97, size=chance.integers(1, 4))),
        activation=str(chance.choice(ACTIVATIONS)),
        optimizer=optimizer,
        rate=float(f"{np.exp(chance.uniform(low, high)):.2g}"),
        dropout=float(chance.choice((0.0, 0.0, 0.1, 0.2, 0.4))),
        normalised=bool(chance.random() < 0.2),  # noqa: PLR2004 - one in five
        batch=batch,
        # Small batches make many steps of an epoch: all nets cost seconds.
        epochs=int(chance.integers(4, 12 + 2 * BATCHES.index(batch) ** 2)),
        sparse=bool(chance.random() < 0.5),  # noqa: PLR2004 - one in two
        rows=str(chance.choice(sorted(MAPS))),
    )


def _layers(net: Net) -> list[tuple[str, dict[str, Any]]]:
    layers: list[tuple[str, dict[str, Any]]] = []
    for width in net.widths:
        layers.append(("Dense", {"units": width, "activation": net.activation}))
        layers += [("BatchNormalization", {})] if net.normalised else []
        layers += [("Dropout", {"rate": net.dropout})] if net.dropout else []
    return [*layers, ("Dense", {"units": 10, "activation": "softmax"})]


def _said(given: dict[str, Any]) -> str:
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in given.items())


def _keras(module: str, name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {"module": f"keras.{module}", "class_name": name, "config": config, "registered_name": None}
