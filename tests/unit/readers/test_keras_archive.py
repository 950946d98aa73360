import io
import json
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.readers.keras_archive import ModelFile, read_keras_archive
from grader.readers.keras_names import TENSORFLOW_FUNCTIONS
from grader.readers.refused import Refused
from tests.attacks.archives import DENSE, HDF5, INPUT, archive, layer, sequential


def read(config: Any, **options: Any) -> ModelFile:
    found = read_keras_archive(archive(config, **options))
    assert isinstance(found, ModelFile), found
    return found


def why(content: bytes) -> str:
    found = read_keras_archive(content)
    assert isinstance(found, Refused), found
    assert found.reason.pt
    return found.reason.en


def test_the_layers_of_a_plain_model_are_listed_in_order() -> None:
    found = read(sequential(INPUT, layer("Flatten"), DENSE, layer("BatchNormalization"), DENSE))
    assert found.layers == ("InputLayer", "Flatten", "Dense", "BatchNormalization", "Dense")
    assert found.custom == ()
    assert found.inputs == ((28, 28),)
    assert found.keras_version == "3.15.1"


def test_layers_inside_nested_models_and_wrappers_are_found() -> None:
    wrapped = layer("TimeDistributed", layer=layer("Conv2D", filters=4))
    inner = sequential(wrapped, name="Functional", module="keras.src.models.functional")
    assert read(sequential(INPUT, inner, DENSE)).layers == (
        "InputLayer",
        "TimeDistributed",
        "Conv2D",
        "Dense",
    )


def test_tf_keras_archives_are_read_too() -> None:
    taken = layer("InputLayer", batch_input_shape=[None, 4])
    found = read(sequential(taken, DENSE, module="tf_keras.src.engine.functional", name="Functional"))
    assert found.layers == ("InputLayer", "Dense")
    assert found.inputs == ((4,),)


def test_arithmetic_of_a_functional_model_is_no_layer_but_other_operations_are_named() -> None:
    found = read(
        sequential(INPUT, layer("TrueDivide", "keras.src.ops.numpy"), layer("Conv", "keras.src.ops.nn"))
    )
    assert found.layers == ("InputLayer", "Conv")


def test_a_part_that_stands_where_a_layer_does_counts_as_one() -> None:
    assert read(sequential(layer("Conv2D", "keras.initializers"))).layers == ("Conv2D",)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (layer("Net", None), "Net"),
        (layer("Net", "__main__"), "Net"),
        (layer("Blurred", "mylayers"), "Blurred"),
        (layer("Dense", None), "Dense"),
        (layer("Dense", "keras_tricks.layers"), "Dense"),
    ],
)
def test_a_class_that_keras_does_not_bring_is_custom(written: Any, name: str) -> None:
    assert read(sequential(INPUT, written)).custom == (name,)


def test_a_subclassed_model_spells_nothing_out() -> None:
    found = read({"module": None, "class_name": "Net", "config": {}, "registered_name": "Net"})
    assert (found.layers, found.custom) == ((), ("Net",))


def test_an_activation_of_the_programs_own_is_custom() -> None:
    squared = {"module": "builtins", "class_name": "function", "config": "squared"}
    assert read(sequential(layer("Dense", activation=squared))).custom == ("squared",)


@pytest.mark.parametrize("name", sorted(TENSORFLOW_FUNCTIONS))
def test_a_function_of_tensorflow_is_no_class_of_the_program(name: str) -> None:
    function = {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}
    found = read(sequential(INPUT, layer("Dense", activation=function)))
    assert (found.custom, found.foreign) == ((), ())


def test_where_a_layer_stands_a_function_of_that_name_is_the_programs_own() -> None:
    function = {"module": "builtins", "class_name": "function", "config": "softmax_v2"}
    assert read(sequential(INPUT, layer("TimeDistributed", layer=function))).custom == ("softmax_v2",)


def test_what_is_no_class_of_the_program_is_what_sandbox_b_loads_as_tensorflows() -> None:
    harness = Path(__file__).parents[3] / "grader/running/harness/grader_harness/tensorflow_functions.py"
    names = re.findall(r'^    "(\w+)": "', harness.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(names) == TENSORFLOW_FUNCTIONS


def test_lambda_layers_are_refused_by_name() -> None:
    assert "Lambda 'twice'" in why(archive(sequential(INPUT, layer("Lambda", name="twice"))))
    hidden = layer("TimeDistributed", layer=layer("Lambda"))
    assert "Lambda" in why(archive(sequential(sequential(hidden))))
    code = {"class_name": "__lambda__", "config": {"code": "4wE="}}
    assert "Lambda" in why(archive(sequential(layer("Dense", activation=code))))


@pytest.mark.parametrize(
    ("module", "name"),
    [("os", "system"), ("subprocess", "Popen"), ("builtins", "eval"), ("importlib.util", "find_spec")],
)
def test_a_configuration_that_names_pythons_own_modules_is_refused(module: str, name: str) -> None:
    assert f"{module}.{name}" in why(archive(sequential(INPUT, layer(name, module))))


def test_a_builtin_passed_off_as_an_activation_is_refused() -> None:
    evil = {"module": "builtins", "class_name": "function", "config": "exec"}
    assert "builtins" in why(archive(sequential(layer("Dense", activation=evil))))


def test_assets_are_honest() -> None:
    members = {"assets/layers/text_vectorization/vocabulary.txt": b"um dois"}
    assert read(sequential(layer("TextVectorization")), members=members).layers == ("TextVectorization",)


@pytest.mark.parametrize(
    "name",
    [
        "extra.py",
        "../config.json",
        "/etc/passwd",
        "assets/../../x",
        "assets\\..\\x",
        "variables/a",
        "keras_metadata.pb",
    ],
)
def test_a_member_that_no_model_has_is_refused_by_name(name: str) -> None:
    assert "member that no model has" in why(archive(sequential(DENSE), members={name: b"x"}))


def test_the_name_of_a_member_adds_no_line_to_a_message() -> None:
    message = why(archive(sequential(DENSE), members={"extra\n\tana-souza  10 / 10": b"x"}))
    assert message.isprintable()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", HDF5, b"PK\x05\x06" + bytes(18), b"GIF89a"])
def test_a_file_that_is_no_archive_is_refused(content: bytes) -> None:
    assert "not a .keras archive" in why(content)


def test_an_archive_behind_other_bytes_is_refused() -> None:
    assert "not a .keras archive" in why(b"#!/bin/sh\n" + archive(sequential(DENSE)))


def test_a_missing_or_doubled_member_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("config.json", b"{}")
    assert "not a .keras archive" in why(buffer.getvalue())
    doubled = archive(sequential(DENSE))
    buffer = io.BytesIO(doubled)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as made:
        made.writestr("config.json", b"{}")
    assert "not a .keras archive" in why(buffer.getvalue())


def test_weights_that_are_no_hdf5_are_refused() -> None:
    assert "model.weights.h5" in why(archive(sequential(DENSE), members={"model.weights.h5": b"pickle"}))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive(sequential(DENSE), members={"model.weights.h5": HDF5 + bytes(30 << 20)}, deflate=True)
    assert len(bomb) < 1 << 20
    assert "too large when unpacked" in why(bomb)


def test_a_table_of_contents_of_millions_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: Any) -> None:
        raise AssertionError("zipfile was asked")

    content = archive(sequential(DENSE)) + b"PK\x01\x02" * 201
    monkeypatch.setattr(zipfile, "ZipFile", opened)
    assert "not a .keras archive" in why(content)


def test_a_configuration_larger_than_it_claims_is_not_read_on() -> None:
    config = json.dumps(sequential(DENSE)).encode() + b" " * (9 << 20)
    assert "too large" in why(archive(config))


def test_an_encrypted_member_is_refused() -> None:
    content = bytearray(archive(sequential(DENSE)))
    where = content.index(b"PK\x01\x02") + 8
    content[where : where + 2] = struct.pack("<H", 1)
    assert "member that no model has" in why(bytes(content))


@pytest.mark.parametrize(
    "config",
    [b"[" * 50_000, b"not json", b"\xff\xfe", b"[]", b"{}", b'"x"', b"{" * 3, b"NaN"],
)
def test_a_configuration_that_cannot_be_read_is_refused(config: bytes) -> None:
    assert "configuration cannot be read" in why(archive(config))


def test_a_configuration_nested_beyond_any_model_is_refused() -> None:
    config: Any = DENSE
    for _ in range(200):
        config = {"inner": config}
    assert "configuration cannot be read" in why(archive(sequential(config)))


@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_changed_byte_never_makes_it_raise(position: int, value: int) -> None:
    content = bytearray(archive(sequential(INPUT, DENSE), deflate=True))
    content[position % len(content)] = value
    read_keras_archive(bytes(content))


odd: st.SearchStrategy[Any] = st.sampled_from([None, 1, "x", "Dense", "keras.layers", [], {}, True, 1e9])


@given(
    st.recursive(
        odd,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["class_name", "module", "config", "layers", "batch_shape", "name"]), inner
            )
        ),
        max_leaves=10,
    )
)
def test_no_configuration_makes_it_raise(config: Any) -> None:
    read_keras_archive(archive(config))
    read_keras_archive(archive(sequential(config)))


def test_more_layers_than_any_model_has_are_refused_and_none_goes_unseen() -> None:
    many = [layer("Dense")] * 9_999
    assert read(sequential(*many, layer("Conv2D"))).layers[-1] == "Conv2D"
    assert "10,001 layers" in why(archive(sequential(*many, layer("Conv2D"), layer("Made", None))))
