import time
from typing import Any

import pytest

from grader.measuring.claims.statements import Statement, meant, plain_line, statements
from grader.model.passage import Origin, Passage


def passage(text: str, origin: Origin = Origin.CODE, **fields: Any) -> Passage:
    return Passage(origin=origin, text=text, place=fields.pop("place", "mlp2.py"), **fields)


def only(*passages: Passage) -> Statement:
    found = statements(passages)
    assert len(found) == 1, found
    return found[0]


def test_a_comment_is_told_with_its_file_and_line() -> None:
    one = only(passage("import keras\n\n# Erro de teste: 1,52 %\nx = 1\n"))
    assert one.where == "mlp2.py:3"
    assert one.error_rate == pytest.approx(0.0152)
    assert one.by_hand
    assert one.compared


def test_a_figure_written_into_a_string_is_a_statement() -> None:
    one = only(passage("m.fit(x)\nprint('accuracy: 1.0')\n"))
    assert (one.where, one.error_rate) == ("mlp2.py:2", 0.0)
    assert one.compared


def test_a_docstring_tells_its_own_line() -> None:
    assert only(passage('"""Programa.\n\nAcurácia: 98,4 %\n"""\n')).where == "mlp2.py:3"


def test_code_itself_states_nothing() -> None:
    assert statements([passage("acc = 0.984\nerro = 0.0152\nif acc > 0.98: pass\n")]) == ()


def test_markdown_is_typed_by_the_student() -> None:
    one = only(passage("## Resultado\n\nErro: 1,52 %", Origin.MARKDOWN, place="digits.ipynb[4]"))
    assert (one.where, one.by_hand) == ("digits.ipynb[4]:3", True)


def test_what_the_graded_run_prints_is_told_and_never_compared() -> None:
    one = only(passage("Test error: 3.52 %\n", Origin.PRINTED, place="stdout"))
    assert one.printed
    assert not one.compared


def test_a_label_and_its_figure_may_stand_in_two_lines() -> None:
    assert only(passage("Test accuracy:\n0.984\n", Origin.SAVED)).error_rate == pytest.approx(0.016)


def test_lines_that_came_with_the_assignment_are_nobodys_claim() -> None:
    given = {plain_line("Uma rede simples tem erro de 12,5 %.")}
    text = "# Uma rede simples  tem **erro** de 12,5 %\n# erro: 9,1 %\n"
    assert [one.where for one in statements([passage(text)], given)] == ["mlp2.py:2"]


CALLBACK = """import keras
class Para(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        # acurácia: 99 %

        if logs["accuracy"] > 0.95:
            print("Uhu! acurácia de teste: 95 %")
model.fit(AX, AY, callbacks=[Para()])
"""


@pytest.mark.parametrize(
    "text",
    [
        CALLBACK,
        "if acc > 0.95:\n    print('95% de acurácia, muito bem!')\n",
        "if acc > 0.95: print('accuracy: 0.99')\n",
        "while True:\n  x = 1\n  print('accuracy: 0.99')\n",
        "stop = LambdaCallback(on_epoch_end=lambda e, logs: print('accuracy: 0.99'))\n",
        "# Treine uma rede até que\n# acurácia de teste: 95 %\n",
        "# Exercise: train a network that\n# reaches 95 % accuracy\n",
    ],
)
def test_what_a_program_would_say_and_what_an_exercise_asks_is_no_claim(text: str) -> None:
    assert statements([passage(text)]) == ()


def test_behind_a_callback_or_a_condition_claims_are_read_again() -> None:
    assert only(passage(CALLBACK + "# erro de teste: 1,5 %\n")).where == "mlp2.py:9"
    assert only(passage("if x:\n    y = 1\nprint('accuracy: 0.99')\n")).where == "mlp2.py:3"
    assert only(passage("if x:\n    y = 1  # erro de teste: 1,5 %\n")).where == "mlp2.py:2"
    main = "if __name__ == '__main__':\n    print('accuracy: 0.99')\n"
    assert only(passage(main)).where == "mlp2.py:2"


def test_a_quotation_in_a_notebooks_text_is_somebody_elses() -> None:
    quoted = "> Uma rede simples tem erro de 1,5 %\n\nErro de teste: 2,5 %"
    assert only(passage(quoted, Origin.MARKDOWN)).error_rate == pytest.approx(0.025)


FIT = """Epoch 1/2
469/469 - 3s - 6ms/step - accuracy: 0.9011 - loss: 0.35
Epoch 2/2
469/469 - 2s - 5ms/step - accuracy: 0.9990 - loss: 0.01
"""
EVALUATE = "313/313 - 1s - 2ms/step - accuracy: 0.9840 - loss: 0.06\n"


def test_the_progress_of_training_is_no_claim() -> None:
    assert statements([passage(FIT, Origin.SAVED)]) == ()
    progress = "469/469 - 2s - accuracy: 0.9990 - loss: 0.01 - val_accuracy: 0.98 - val_loss: 0.1"
    assert statements([passage(progress, Origin.SAVED)]) == ()


def test_the_progress_of_training_pasted_by_hand_is_none_either() -> None:
    pasted = "".join(f"# {line}\n" for line in FIT.splitlines())
    assert statements([passage(pasted)]) == ()
    assert statements([passage(FIT, Origin.MARKDOWN)]) == ()
    assert only(passage(f"# {EVALUATE}")).error_rate == pytest.approx(0.016)


def test_the_progress_of_an_evaluation_is_one() -> None:
    source = "model.evaluate(QX, QY2, verbose=2)"
    one = only(passage(EVALUATE, Origin.SAVED, source=source))
    assert one.error_rate == pytest.approx(0.016)
    assert one.on_test


def test_an_evaluation_of_the_training_rows_is_not() -> None:
    assert statements([passage(EVALUATE, Origin.SAVED, source="model.evaluate(x_train, y_train)")]) == ()
    assert statements([passage(EVALUATE, Origin.SAVED, source="model.evaluate(AX, AY2)")]) == ()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("print('Accuracy:', hist.history['accuracy'][-1])", []),
        ("h = model.fit(AX, AY2)\nprint(h)", []),
        ("acc = (model.predict(x_train).argmax(1) == y_train).mean()", []),
        ("print('Accuracy:', (QP == QY).mean())", [True]),
        ("acc = accuracy_score(y_test, y_pred)", [True]),
        ("model.fit(AX, AY)\nprint((model.predict(QX) == QY).mean())", [False]),
        ("print(acc)", [False]),
    ],
)
def test_an_output_without_a_name_is_over_the_rows_that_its_cell_speaks_of(
    source: str, found: list[bool]
) -> None:
    stated = statements([passage("Accuracy: 0.9991\n", Origin.SAVED, source=source)])
    assert [one.on_test for one in stated] == found


def test_the_pair_that_evaluate_returns_is_loss_and_accuracy() -> None:
    one = only(passage("[0.0617, 0.9824]\n", Origin.SAVED, source="model.evaluate(x_test, y_test)"))
    assert one.error_rate == pytest.approx(0.0176)
    assert statements([passage("[0.0617, 0.9824]\n", Origin.SAVED, source="print(w)")]) == ()


def test_a_pair_of_equal_figures_or_of_a_program_that_asks_for_no_accuracy_is_no_accuracy() -> None:
    pair = passage("[0.4253, 0.4253]\n", Origin.SAVED, source="model.evaluate(x_test, y_test)")
    other = passage("[0.31, 0.4253]\n", Origin.SAVED, source="model.evaluate(x_test, y_test)")
    absolute = passage("model.compile('adam', 'mse', metrics=['mae'])\n")
    assert statements([pair]) == ()
    assert statements([absolute, other]) == ()
    asked = passage("model.compile('adam', 'mse', metrics=['accuracy'])\n")
    assert only(asked, other).error_rate == pytest.approx(1 - 0.4253)


def test_a_progress_bar_is_read_as_it_stood_at_the_end() -> None:
    bar = "\r".join(f"\x1b[1m{step}/313\x1b[0m accuracy: 0.{step:04d}" for step in (100, 200, 313))
    last = bar + "\r\x1b[1m313/313\x1b[0m \x1b[32m━━━\x1b[0m 1s 2ms/step - accuracy: 0.9840 - loss: 0.06\n"
    assert only(passage(last, Origin.SAVED)).error_rate == pytest.approx(0.016)


def test_of_several_the_last_is_meant() -> None:
    found = statements([passage("# erro: 2,3 %\n# erro: 1,9 %\n# erro: 1,5 %\n")])
    chosen = meant(found)
    assert chosen is not None
    assert chosen.where == "mlp2.py:3"


def test_one_named_as_over_the_test_set_is_meant_before_a_later_one() -> None:
    found = statements([passage("# erro de teste: 1,9 %\n# erro: 1,5 %\n")])
    chosen = meant(found)
    assert chosen is not None
    assert chosen.where == "mlp2.py:1"


def test_what_was_typed_is_meant_before_what_was_put_out() -> None:
    typed = passage("# erro: 1,9 %\n")
    put_out = passage("Test error: 1.5 %\n", Origin.SAVED, place="mlp2.ipynb[1]")
    chosen = meant(statements([typed, put_out]))
    assert chosen is not None
    assert chosen.where == "mlp2.py:1"


def test_what_can_be_compared_is_meant_before_what_cannot() -> None:
    printed = passage("Test error: 3.5 %\n", Origin.PRINTED, place="stdout")
    chosen = meant(statements([passage("# erro: 1,9 %\n"), printed]))
    assert chosen is not None
    assert not chosen.printed
    assert meant([]) is None


@pytest.mark.parametrize(
    "hostile",
    [
        '"' * 10_000_000,
        "'''" + "\\" * 10_000_000,
        "# erro: 1,5 %\n" * 700_000,
        "#" + "erro 1,5 % " * 900_000,
        "erro: 1,5 %\r" * 900_000,
        "\x1b[" * 5_000_000,
        "[" + "0.1," * 2_500_000,
        "evaluate(" * 1_000_000,
        ("# erro: 1,5 %" + "\ufdfa" * 980 + "\n") * 5_000,
    ],
    ids=["quotes", "backslashes", "claims", "one line", "returns", "escapes", "lists", "calls", "ligatures"],
)
@pytest.mark.parametrize("origin", list(Origin))
def test_ten_hostile_megabytes_are_read_in_bounded_time(hostile: str, origin: Origin) -> None:
    began = time.process_time()
    found = statements([passage(hostile, origin, source=hostile)])
    assert time.process_time() - began < 5
    assert len(found) <= 500


def test_thousands_of_cells_are_bounded_too() -> None:
    cells = [passage("taxa de erro < 1,5 %\n" * 1_000, Origin.MARKDOWN) for _ in range(2_000)]
    began = time.process_time()
    assert statements(cells) == ()
    assert time.process_time() - began < 10


def test_statements_are_bounded_too() -> None:
    cells = [passage("erro: 1,5 %", Origin.MARKDOWN) for _ in range(10_000)]
    assert len(statements(cells)) <= 500
