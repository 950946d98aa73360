from typing import Any

import pytest

from grader.model.result import ModelTable
from grader.readers.layer_table import LayerRow, Variable, layer_rows, weigh
from grader.readers.refused import Refused
from tests.attacks.archives import layer, sequential


def rows(*layers: Any) -> tuple[LayerRow, ...]:
    return layer_rows(sequential(*layers))


def variables(**shapes: tuple[int, ...]) -> list[Variable]:
    return [Variable(path=path.replace("__", "/"), shape=shape) for path, shape in shapes.items()]


def told(found: ModelTable | Refused) -> str:
    assert isinstance(found, Refused)
    return found.reason.en


def counted(found: ModelTable | Refused) -> dict[str, int]:
    assert isinstance(found, ModelTable)
    return {one.name: one.parameters for one in found.layers}


def test_groups_are_numbered_among_the_layers_of_their_class() -> None:
    table = rows(layer("Dense"), layer("BatchNormalization"), layer("Dense"), layer("Conv2DTranspose"))
    assert [row.path for row in table] == [
        "layers/dense",
        "layers/batch_normalization",
        "layers/dense_1",
        "layers/conv2d_transpose",
    ]


def test_models_inside_are_spread_out_in_their_place() -> None:
    inner = sequential(layer("Dense", name="inside"), name="Functional")
    table = rows(layer("Dense", name="first"), inner, layer("Dense", name="last"))
    assert [(row.name, row.path) for row in table] == [
        ("first", "layers/dense"),
        ("inside", "layers/functional/layers/dense"),
        ("last", "layers/dense_1"),
    ]


def test_a_subclassed_model_has_no_table() -> None:
    assert layer_rows({"class_name": "Net", "module": None, "config": {}}) == ()


@pytest.mark.parametrize("config", [None, [], "x", {"config": 1}, {"config": {"layers": {"a": 1}}}])
def test_what_is_no_configuration_has_no_table(config: Any) -> None:
    assert layer_rows(config) == ()


def test_parameters_are_counted_from_shapes_and_all_of_the_file() -> None:
    table = weigh(
        rows(layer("Dense", name="a"), layer("Bidirectional", name="b")),
        variables(
            layers__dense__vars__0=(784, 400),
            layers__dense__vars__1=(400,),
            layers__bidirectional__forward_layer__cell__vars__0=(2, 12),
            layers__other__vars__0=(5,),
            vars__0=(),
        ),
    )
    assert counted(table) == {"a": 314_000, "b": 24}
    assert isinstance(table, ModelTable)
    assert table.parameters == 314_000 + 24 + 5 + 1


def test_what_an_optimiser_or_a_generator_keeps_is_no_parameter() -> None:
    table = weigh(
        rows(layer("Dropout", name="d"), layer("Dense", name="a")),
        variables(
            layers__dropout__seed_generator__vars__0=(2,),
            optimizer__vars__1=(784, 400),
            layers__sequential__optimizer__vars__1=(7,),
            layers__dense__vars__0=(2, 3),
        ),
    )
    assert counted(table) == {"d": 0, "a": 6}
    assert isinstance(table, ModelTable)
    assert table.parameters == 6


def built(kind: str, width: int = 4, **settings: Any) -> dict[str, Any]:
    return layer(kind, name="it", **settings) | {"build_config": {"input_shape": [None, width]}}


@pytest.mark.parametrize(
    ("one", "path", "right", "wrong"),
    [
        (built("Dense", units=3), "layers/dense/vars/0", (4, 3), (4, 4)),
        (built("Dense", units=3), "layers/dense/vars/0", (4, 3), (5, 3)),
        (built("Dense", units=3), "layers/dense/vars/0", (4, 3), (12,)),
        (built("Dense", units=3), "layers/dense/vars/1", (3,), (4,)),
        (built("LSTM", units=3), "layers/lstm/cell/vars/0", (4, 12), (4, 9)),
        (built("GRU", units=3), "layers/gru/cell/vars/1", (3, 9), (3, 12)),
        (built("SimpleRNN", units=3), "layers/simple_rnn/cell/vars/1", (3, 3), (4, 3)),
        (
            built("Conv2D", filters=8, kernel_size=[3, 3]),
            "layers/conv2d/vars/0",
            (3, 3, 99, 8),
            (5, 3, 99, 8),
        ),
        (built("Conv1D", filters=8, kernel_size=[3]), "layers/conv1d/vars/1", (8,), (9,)),
        (built("Embedding", input_dim=10, output_dim=4), "layers/embedding/vars/0", (10, 4), (10, 5)),
    ],
)
def test_shapes_must_be_those_that_the_configuration_asks_for(
    one: Any, path: str, right: tuple[int, ...], wrong: tuple[int, ...]
) -> None:
    assert counted(weigh(rows(one), [Variable(path=path, shape=right)]))
    assert str(wrong) in told(weigh(rows(one), [Variable(path=path, shape=wrong)]))


@pytest.mark.parametrize(
    "settings",
    [
        {"units": 3, "lora_rank": 2},
        {"units": 3, "quantization_config": {"x": 1}},
        {"units": 3, "dtype": {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}}},
        {"units": "many"},
        {"units": True},
        {},
    ],
)
def test_a_configuration_that_does_not_say_is_not_held_against_the_weights(settings: Any) -> None:
    shape = Variable(path="layers/dense/vars/0", shape=(99, 99))
    one = layer("Dense", name="it", **settings)
    assert counted(weigh(rows(one), [shape])) == {"it": 9801}


def test_a_hundred_thousand_arrays_and_layers_are_weighed_in_no_time() -> None:
    many = rows(*[layer("Dense", units=3)] * 9_000)
    arrays = [Variable(path=f"layers/dense_{n}/vars/0", shape=(2, 3)) for n in range(20_000)]
    table = weigh(many, arrays)
    assert isinstance(table, ModelTable)
    assert table.parameters == 120_000
