"""Hostile model files that are refused by reading them as zip and JSON, before anything is loaded.

The archives are written by hand from the public descriptions of the published holes.
"""

import io
import json
import zipfile
from typing import Any

import pytest

from grader.readers.keras_archive import ModelFile, read_keras_archive
from grader.readers.refused import Refused
from tests.attacks.archives import DENSE, HDF5, INPUT, archive, layer, sequential


def why(content: bytes) -> str:
    found = read_keras_archive(content)
    assert isinstance(found, Refused), found
    assert found.reason.pt
    assert found.reason.code
    return f"{found.reason.code} {found.reason.en}"


def read(config: Any, **options: Any) -> ModelFile:
    found = read_keras_archive(archive(config, **options))
    assert isinstance(found, ModelFile), found
    return found


def function(name: str, module: str) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


@pytest.mark.attack("keras_lambda")
@pytest.mark.parametrize(
    "hidden",
    [
        layer("Lambda", name="twice", function={"class_name": "__lambda__", "config": {"code": "4wE="}}),
        layer("layers.Lambda", "keras", name="twice"),
        layer("Custom>Lambda", name="twice"),
        layer("TimeDistributed", layer=layer("Lambda", name="twice")),
        layer("Lambda", None, name="twice"),
    ],
)
def test_a_lambda_is_refused_before_loading_and_named(hidden: Any) -> None:
    assert why(archive(sequential(INPUT, hidden, DENSE))).startswith("GR264")
    assert "Lambda 'twice'" in why(archive(sequential(INPUT, hidden)))


@pytest.mark.attack("keras_lambda")
def test_a_layer_of_pythons_own_modules_is_refused_and_named() -> None:
    assert "os.system" in why(archive(sequential(layer("system", "os", command="touch /tmp/owned"))))


@pytest.mark.attack("keras_cve_set")
@pytest.mark.parametrize(
    ("published", "config"),
    [
        ("CVE-2025-1550", layer("function", "os", config="system")),
        ("CVE-2025-1550", function("check_output", "subprocess")),
        ("CVE-2025-1550", function("_execute_child", "keras.src.utils.io_utils.subprocess")),
        ("CVE-2025-8747", function("get_file", "keras.utils")),
        ("CVE-2025-8747", function("get_file", "keras.src.utils.file_utils")),
        ("CVE-2025-8747", layer("get_file", "keras.utils", origin="/x", fname="x")),
        ("CVE-2025-9906", function("enable_unsafe_deserialization", "keras.config")),
        ("CVE-2025-9906", layer("enable_unsafe_deserialization", "keras.src.saving.serialization_lib")),
        ("CVE-2025-9906", function("set_backend", "keras.config")),
        ("CVE-2025-49655", layer("TorchModuleWrapper", module="gASVKAAAAAAAAACM")),
        ("CVE-2025-49655", layer("TFSMLayer", filepath="/tmp/saved")),
    ],
)
def test_what_is_no_layer_nor_part_of_one_is_never_looked_up(published: str, config: Any) -> None:
    for where in (
        sequential(INPUT, config),
        sequential(INPUT, layer("Dense", units=3, activation=config)),
        sequential(INPUT, layer("Dense", units=3, kernel_initializer=config)),
    ):
        assert why(archive(where)).startswith("GR265"), published


@pytest.mark.attack("keras_cve_set")
@pytest.mark.parametrize("kind", ["StringLookup", "TextVectorization", "IntegerLookup"])
@pytest.mark.parametrize("place", ["/etc/passwd", "../labels.csv", "https://example.org/words.txt"])
def test_cve_2025_12058_a_vocabulary_is_never_read_from_a_file_or_an_address(kind: str, place: str) -> None:
    told = why(archive(sequential(layer(kind, vocabulary=place))))
    assert told.startswith("GR267")
    assert place in told


@pytest.mark.attack("keras_cve_set")
@pytest.mark.parametrize(
    "name", ["https://example.org/x", "gs://bucket/x", " hf://a/b", "file:///etc/passwd"]
)
def test_an_address_anywhere_in_a_layers_settings_is_refused(name: str) -> None:
    assert why(archive(sequential(INPUT, layer("Dense", units=3, source=name)))).startswith("GR267")


@pytest.mark.attack("keras_h5_renamed")
def test_hdf5_under_another_name_is_not_a_keras_archive() -> None:
    assert "not a .keras archive" in why(HDF5)
    assert "not a .keras archive" in why(HDF5 + archive(sequential(layer("Lambda"))))


@pytest.mark.attack("keras_zip_bomb")
def test_weights_that_unpack_a_thousandfold_are_refused_unread() -> None:
    body = HDF5 + bytes(64 << 20)
    assert "too large when unpacked" in why(
        archive(sequential(DENSE), members={"model.weights.h5": body}, deflate=True)
    )


@pytest.mark.attack("keras_zip_bomb")
def test_a_size_that_lies_about_its_member_is_read_no_further_than_it_says() -> None:
    content = bytearray(archive(sequential(DENSE), members={"config.json": b" " * (32 << 20)}, deflate=True))
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"config.json"))
    content[entry + 24 : entry + 28] = (2000).to_bytes(4, "little")
    assert why(bytes(content)).split()[0] in ("GR260", "GR263")


@pytest.mark.attack("model_members")
@pytest.mark.parametrize(
    "name",
    [
        "assets/",
        "assets//x",
        "assets/./x",
        "assets/../../x",
        "assets/a\nb",
        "assets/" + "a" * 500,
        "assets\\x",
        "/assets/x",
        "ASSETS/x",
        "config.json/x",
        "model.weights.npz",
    ],
)
def test_a_member_that_no_model_has_is_refused_by_name(name: str) -> None:
    members = {name: b"x"}
    assert why(archive(sequential(layer("TextVectorization")), members=members)).startswith("GR261")


@pytest.mark.attack("model_members")
def test_a_link_among_the_members_is_refused() -> None:
    buffer = io.BytesIO(archive(sequential(layer("TextVectorization"))))
    with zipfile.ZipFile(buffer, "a") as made:
        link = zipfile.ZipInfo("assets/vocabulary.txt")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    assert why(buffer.getvalue()).startswith("GR261")


@pytest.mark.attack("model_members")
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["config.json", "metadata.json", "model.weights.h5", "assets/a.txt"])
def test_a_member_that_is_there_twice_is_refused(name: str) -> None:
    members = {"assets/a.txt": b"a"}
    buffer = io.BytesIO(archive(sequential(layer("TextVectorization")), members=members))
    with zipfile.ZipFile(buffer, "a") as made:
        made.writestr(name, b"{}")
    assert why(buffer.getvalue()).split()[0] in ("GR260", "GR261")


@pytest.mark.attack("model_members")
def test_assets_are_refused_in_a_model_that_keeps_none() -> None:
    members = {"assets/payload.bin": b"x"}
    assert "assets/payload.bin" in why(archive(sequential(INPUT, DENSE), members=members))
    assert (
        read(sequential(layer("TextVectorization"), DENSE), members=members).layers[0] == "TextVectorization"
    )


@pytest.mark.attack("model_members")
def test_assets_larger_than_any_vocabulary_are_refused() -> None:
    members = {"assets/v.txt": b"word\n" * (14 << 20)}
    assert "too large" in why(archive(sequential(layer("TextVectorization")), members=members))


@pytest.mark.attack("model_false_version")
@pytest.mark.parametrize(
    "version", ["", "4.0.0", "1.0", "3", "3.15.1\n", "2.x", "٣.1.0", "3.1/../../x", "9" * 99]
)
def test_a_version_that_keras_never_had_is_refused(version: str) -> None:
    assert "metadata.json" in why(archive(sequential(DENSE), version=version))


@pytest.mark.attack("model_false_version")
@pytest.mark.parametrize("metadata", [b"[]", b"null", b"{}", b'{"keras_version": 3.1}', b"{"])
def test_metadata_without_a_version_is_refused(metadata: bytes) -> None:
    assert "metadata.json" in why(archive(sequential(DENSE), members={"metadata.json": metadata}))


@pytest.mark.attack("model_hidden_layer")
def test_a_layer_in_the_compilation_of_a_model_inside_is_seen() -> None:
    # Keras builds the compilation of inner models, and a Dense with the number of what was built there
    # is what was built there.
    inner = sequential(DENSE)
    inner["compile_config"] = {"optimizer": layer("Conv2D", filters=3) | {"shared_object_id": 7}}
    assert "Conv2D" in read(sequential(INPUT, inner, layer("Dense"))).layers
    taken = layer("Dense", units=10) | {"shared_object_id": 7}
    assert why(archive(sequential(INPUT, inner, taken))).startswith("GR268")


@pytest.mark.attack("model_hidden_layer")
@pytest.mark.parametrize("field", ["build_config", "compile_config", "inbound_nodes", "anything"])
def test_a_layer_under_any_other_field_is_seen(field: str) -> None:
    hiding = layer("Dense") | {field: {"x": [layer("Conv2D", filters=3)]}}
    assert "Conv2D" in read(sequential(INPUT, hiding)).layers


@pytest.mark.attack("model_hidden_layer")
def test_only_the_compilation_of_the_outermost_model_is_passed_over() -> None:
    outer = sequential(INPUT, DENSE)
    outer["compile_config"] = {"loss": layer("MyLoss", "__main__")}
    assert read(outer).custom == ()
    assert read(sequential(INPUT, outer)).custom == ("MyLoss",)


@pytest.mark.attack("model_hidden_layer")
@pytest.mark.parametrize("number", [7, None, 0, "x", 1.5, True])
def test_one_number_for_two_classes_is_refused(number: Any) -> None:
    first = layer("Conv2D", filters=3) | {"shared_object_id": number}
    second = layer("Dense", units=3) | {"shared_object_id": number}
    assert why(archive(sequential(first, second))).startswith("GR268")


@pytest.mark.attack("model_hidden_layer")
def test_a_number_that_cannot_be_one_is_refused() -> None:
    assert why(archive(sequential(layer("Dense") | {"shared_object_id": [7]}))).startswith("GR268")


@pytest.mark.attack("model_hidden_layer")
@pytest.mark.parametrize(
    ("name", "registered"),
    [("Dense", "Custom>CustomScaleLayer"), ("Dense", "Conv2D"), ("Dense", 7), ("Dense", ["Dense"])],
)
def test_a_layer_registered_under_the_name_of_another_is_refused(name: str, registered: Any) -> None:
    assert why(archive(sequential(layer(name) | {"registered_name": registered}))).startswith("GR265")


@pytest.mark.attack("model_hidden_layer")
@pytest.mark.parametrize(
    "module",
    ["keras.src.quantizers.gptq", "keras.src.quantizers.gptq_core", "keras.src.layers.activations.prelu"],
)
def test_a_layer_reached_through_the_module_of_a_part_is_a_layer(module: str) -> None:
    hidden = layer("EinsumDense", module)
    assert "EinsumDense" in read(sequential(INPUT, layer("Dense", activation=hidden))).layers


@pytest.mark.attack("model_hidden_layer")
def test_a_function_passed_as_an_activation_is_called_by_its_own_name() -> None:
    found = read(sequential(INPUT, layer("Dense", activation=function("conv", "keras.ops"))))
    assert "conv" in found.layers


@pytest.mark.attack("model_hidden_layer")
def test_a_part_written_as_a_path_is_refused() -> None:
    assert why(archive(sequential(layer("layers.Conv2D", "keras")))).startswith("GR265")


@pytest.mark.attack("model_other_package")
@pytest.mark.parametrize(
    "module", ["tensorflow.python.ops.io_ops", "h5py", "grader_harness.control", "numpy"]
)
def test_a_class_of_another_package_is_told_apart_from_the_programs_own(module: str) -> None:
    found = read(sequential(INPUT, layer("Secret", module), layer("Net", "__main__")), version="2.21.0")
    assert (found.custom, found.foreign) == (("Secret", "Net"), ("Secret",))


@pytest.mark.attack("model_other_package")
@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("TFOpLambda", {"function": "io.write_file"}),
        ("TFOpLambda", {"function": "compat.v1.io.write_file"}),
        ("TFOpLambda", {"function": "py_function"}),
        ("TFOpLambda", {"function": "raw_ops.ReadFile"}),
        ("TFOpLambda", {"function": None}),
        ("ClassMethod", {"cls_symbol": "io.gfile.GFile", "method_name": "read"}),
        ("InstanceMethod", {"attr_name": "__class__"}),
    ],
)
def test_a_function_of_tensorflow_that_is_no_arithmetic_is_refused(kind: str, settings: Any) -> None:
    wrapped = layer(kind, "tf_keras.src.layers.core.tf_op_layer", **settings)
    assert why(archive(sequential(INPUT, wrapped), version="2.21.0")).startswith("GR265")


@pytest.mark.attack("look_alike_models")
@pytest.mark.parametrize(
    "symbol",
    ["math.truediv", "__operators__.add", "compat.v1.transpose", "nn.softmax", "cast", "strings.lower"],
)
def test_arithmetic_of_a_functional_keras_2_model_is_honest(symbol: str) -> None:
    wrapped = layer("TFOpLambda", "tf_keras.src.layers.core.tf_op_layer", function=symbol)
    assert read(sequential(INPUT, wrapped), version="2.21.0").layers == ("InputLayer", "TFOpLambda")


@pytest.mark.attack("model_config_bomb")
def test_a_hundred_thousand_layers_are_refused() -> None:
    content = archive(sequential(*[{"class_name": "Dense", "module": "keras.layers"}] * 100_000))
    assert why(content).split()[0] in ("GR263", "GR266")


@pytest.mark.attack("model_config_bomb")
@pytest.mark.parametrize("depth", [60, 5_000, 100_000])
def test_models_inside_models_without_end_are_refused(depth: int) -> None:
    text = '{"module":"keras","class_name":"Sequential","config":{"layers":[' * depth + "]}}" * depth
    assert why(archive(text.encode())).startswith("GR263")


@pytest.mark.attack("model_config_bomb")
@pytest.mark.parametrize("size", [10**18, 10**4000, -1, 1e308, True, "9" * 99])
def test_sizes_that_no_model_has_are_read_as_no_sizes(size: Any) -> None:
    built = layer("Dense", units=size, name="big") | {"build_config": {"input_shape": [None, size]}}
    text = json.dumps(sequential(layer("InputLayer", batch_shape=[None, size]), built))
    found = read_keras_archive(archive(text.encode()))
    assert isinstance(found, ModelFile | Refused)
