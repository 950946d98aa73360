"""Every error of ``tests/programs/old_code.toml`` has its hint; that the libraries really say so is looked at
in ``tests/integration/test_old_code.py``.
"""

import tomllib
from pathlib import Path

import pytest

from grader.measuring.judging.hints import given_in_words, hint_for
from grader.measuring.judging.replaced_names import _tables, replacement
from grader.model.evidence import Given, ProgramError
from grader.model.message import Message
from tests.unit.measuring.made import error

OLD_CODE = tomllib.loads((Path(__file__).parents[3] / "programs" / "old_code.toml").read_text("utf-8"))
QUOTED = (
    # What legacy code met with other versions than those measured.
    ("AttributeError: 'str' object has no attribute 'name'", "keras-lr-attribute-renamed"),
    ("TypeError: fit() got an unexpected keyword argument 'nb_epoch'", "keras-nb-epoch-renamed"),
    ("AttributeError: `np.product` was removed in the NumPy 2.0 release.", "numpy-name-removed"),
    ("AttributeError: module 'numpy' has no attribute 'row_stack'", "numpy-name-removed"),
    ("AttributeError: module 'numpy' has no attribute 'arrey'", "numpy-name-unknown"),
    ("RuntimeError: Random ops require a seed to be set when determinism is on", "determinism-needs-seed"),
    ("AttributeError: module 'tensorflow.summary' has no attribute 'FileWriter'", "tf1-name-replaced"),
    ("AttributeError: module 'tensorflow.train' has no attribute 'Adam'", "tf1-train-optimizer-removed"),
    ("EOFError: EOF when reading a line", "input-call-while-grading"),
    ("SyntaxError: incomplete input", "bracket-not-closed"),
    ("URLError: <urlopen error [Errno -3] Temporary failure in name resolution>", "no-network-while-grading"),
    ("CancelledError: ", "asyncio-task-lost"),
)  # fmt: skip


def met(code: str, told: str) -> ProgramError:
    """Return the error ``told`` as the harness records it in the last line of ``code``."""
    kind, _, text = told.partition(": ")
    line = code.splitlines()[-1]
    quoted = f"Traceback (most recent call last):\n  mlp2.py, line 3, in <module>\n    {line}\n{told}\n"
    return error(kind, text, line=3, traceback=quoted)


def hint(code: str, told: str, given: Given | None = None) -> Message:
    found = hint_for(met(code, told), given)
    assert found is not None, told
    return found


def test_every_error_that_old_code_meets_has_its_hint() -> None:
    cases = [(*case, part) for part, cases in OLD_CODE.items() for case in cases if part != "syntax"]
    found = {(code, told): hint(code, told).key for code, told, _, _ in cases}
    assert [(told, found[code, told], key) for code, told, key, _ in cases if found[code, told] != key] == []
    assert [(told, hint("x", told).key, key) for told, key in QUOTED if hint("x", told).key != key] == []


def test_what_python_cannot_read_has_its_hint_and_python_says_so() -> None:
    for code, told, key in OLD_CODE["syntax"]:
        with pytest.raises(SyntaxError) as refused:
            compile(code, "mlp2.py", "exec")
        assert f"{type(refused.value).__name__}: {refused.value.msg}" == told
        assert hint((refused.value.text or "").strip(), told).key == key


def test_every_hint_is_reached_by_some_error() -> None:
    reached = {key for cases in OLD_CODE.values() for _, _, key in cases} | {key for _, key in QUOTED}
    catalogue = Path(__file__).parents[4] / "grader" / "words" / "hints.toml"
    entries = tomllib.loads(catalogue.read_text("utf-8"))
    assert {key for key in entries if not key.startswith("given.")} - reached == set()


def test_what_stands_in_a_line_of_the_program_is_no_error() -> None:
    told = "ValueError: something of the program's own"
    assert hint_for(met("gen = ImageDataGenerator(np.matrix(x), lr=1)  # np_utils", told)) is None
    assert hint_for(met("notes = {'accordion': 1}['acc']", "KeyError: 'accordion'")) is None
    own = "TypeError: desenhe() got an unexpected keyword argument 'normalize'"
    assert hint_for(met("desenhe(normalize=True)", own)) is None


def test_an_empty_answer_is_about_input_only_where_the_line_asks() -> None:
    told = "ValueError: invalid literal for int() with base 10: ''"
    assert hint("op = int(input('Escolha: '))", told).key == "input-call-while-grading"
    assert hint("t = float(input())", "ValueError: could not convert string to float: ''").key
    assert hint_for(met("n = int(linha)", told)) is None


def test_an_index_error_is_about_gpus_only_where_the_line_says_so() -> None:
    told = "IndexError: list index out of range"
    assert hint("tf.config.experimental.set_memory_growth(gpus[0], True)", told).key == "gpu-expected"
    assert hint("tf.config.set_visible_devices(placas[0], 'GPU')", told).key == "gpu-expected"
    assert hint_for(met("print(notas[9])", told)) is None


def test_a_hint_names_what_is_missing_and_what_to_write() -> None:
    told = hint("import torch", "ModuleNotFoundError: No module named 'torch'")
    assert "'torch' is not installed" in told.en
    assert "'torch' não está instalado" in told.pt
    trapz = hint("np.trapz(y)", "AttributeError: module 'numpy' has no attribute 'trapz'")
    assert trapz.en.endswith("it went with numpy 2.4 (2025). Today it is written `np.trapezoid`.")
    assert trapz.pt.endswith("saiu com o numpy 2.4 (2025). Hoje se escreve `np.trapezoid`.")
    alias = hint("from tf.keras.models import Sequential", "ModuleNotFoundError: No module named 'tf'")
    assert "from tensorflow.keras.models import Sequential" in alias.pt


def test_a_hint_sends_nobody_to_data_that_are_not_there() -> None:
    told = "FileNotFoundError: [Errno 2] No such file or directory: 'train-images-idx3-ubyte'"
    mnist = hint("open('train-images-idx3-ubyte')", told, Given(loader="mnist"))
    assert "keras.datasets.mnist.load_data()" in mnist.en
    assert "there are no files" in mnist.en
    digits = hint("open('dados.csv')", told, Given(files=("ax.txt", "ay.txt")))
    assert "`ax.txt`, `ay.txt`" in digits.pt
    assert "keras.datasets" not in digits.pt
    assert "no data files" in hint("open('dados.csv')", told, Given()).en
    assert "in its statement" in hint("open('dados.csv')", told).en
    both = given_in_words(Given(files=("california.csv",), loader="california_housing"))
    assert "california_housing.load_data()" in both.pt
    assert "`california.csv`" in both.pt


def test_every_row_of_the_table_of_names_is_told_and_none_is_written_as_it_was() -> None:
    for owner, names in _tables().items():
        for name in names.keys() - {"as", "shown"}:
            told = replacement(owner, name)
            assert told is not None
            assert told.pt != told.en
            old, *_ = names["shown"]
            assert f"`{old}{name}`" not in names[name][1:], (owner, name)


def test_keras_is_the_same_by_all_its_paths() -> None:
    for owner in ("keras.optimizers", "keras._tf_keras.keras.optimizers", "tensorflow.keras.optimizers"):
        assert replacement(owner, "adam") == replacement("keras.optimizers", "adam") is not None


def test_conflict_markers_are_seen_in_the_quoted_line_of_a_syntax_error_only() -> None:
    quoted = "  mlp2.py, line 3\n    <<<<<<< HEAD\nSyntaxError: invalid syntax\n"
    found = hint_for(error("SyntaxError", "invalid syntax", traceback=quoted))
    assert found is not None
    assert found.code == "GR326"
    assert hint_for(error("ValueError", "no", traceback=quoted)) is None
