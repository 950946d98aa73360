"""Lines as students write them, and what each states."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.claims.claim_line import figures_in

STATED: dict[str, tuple[float, bool]] = {
    # error rates in Portuguese: the share of errors, and whether it is named as over the test set
    "Erro de teste: 1,52 %": (0.0152, True),
    "erro de teste = 0.0152": (0.0152, True),
    "taxa de erro: 1,52%": (0.0152, False),
    "Taxa de erros de teste: 1.52 %": (0.0152, True),
    "TAXA DE ERRO DE TESTE: 1,52%": (0.0152, True),
    "O erro de teste que obtive foi 1,52 %.": (0.0152, True),
    "Erro de teste que obtive: 10,68 %": (0.1068, True),
    "Obtive uma taxa de erro de 1,52 % no conjunto de teste": (0.0152, True),
    "erro no teste após 80 épocas: 1,52 %": (0.0152, True),
    "Após treino de 80 épocas, erro de teste: 1,52 %": (0.0152, True),
    "Erro obtido: 1,52 % (meta: 1,61 %)": (0.0152, False),
    "Meta: 1,61 %. Obtive erro de 1,52 %.": (0.0152, False),
    "Erro de 1,52 %, abaixo dos 1,61 % pedidos": (0.0152, False),
    "Erro (%): 1,52": (0.0152, False),
    "1,52 % de erro": (0.0152, False),
    "erro_teste = 0.0152": (0.0152, True),
    "Errei 1,52 % das imagens": (0.0152, False),
    "erro impresso: 1.52%": (0.0152, False),
    "Erro final: 1,52 por cento": (0.0152, False),
    "11 erros em 686": (11 / 686, False),
    "152 erros em 10.000 imagens de teste": (0.0152, True),
    "erro: 0 %": (0.0, False),
    "Erro de classificação: 1,52%": (0.0152, False),
    "Erro percentual: 1.52%": (0.0152, False),
    "Erro médio de 5 execuções: 1,52%": (0.0152, False),
    "Erro: aprox. 1,5%": (0.015, False),
    "Obtive erro de 1,52% < 1,61%": (0.0152, False),
    "erro 0.0152 <= 0.0161": (0.0152, False),
    "Taxa de erro obtida por mim: 1,52%": (0.0152, False),
    "erro = .0152": (0.0152, False),
    "obtive 1,52% de erro e a meta era 1,61%": (0.0152, False),
    "Erros: 152 de 10000": (0.0152, False),
    "Número de erros: 152 em 10.000": (0.0152, False),
    "Errou 11 de 686 no teste": (11 / 686, True),
    "O modelo errou 152 imagens de 10.000": (0.0152, False),
    "A rede erra em 11 de 686.": (11 / 686, False),
    "erro: 1 em 686": (1 / 686, False),
    "Erros: 152/10000": (0.0152, False),
    "Chegamos ao fim; eu obtive 1,52 % de erro, o que pode melhorar": (0.0152, False),
    "Parou na época 12 com erro de 1,52 %": (0.0152, False),
    "A meta é do livro; a minha rede tem erro de teste de 1,52 %": (0.0152, True),
    # and in English
    "Test error: 1.52 %": (0.0152, True),
    "We reach 98.48 % accuracy on the test set": (0.0152, True),
    "The tutorial has 3 %, I got a test error of 1.52 %": (0.0152, True),
    "test error rate = 0.0152": (0.0152, True),
    "1.52% test error": (0.0152, True),
    "I got a test error of 1.52 %": (0.0152, True),
    "error rate 1.52e-2": (0.0152, False),
    "test_err: 0.0152": (0.0152, True),
    "11 errors out of 686": (11 / 686, False),
    "152/10000 errors": (0.0152, False),
    "misclassified: 152 of 10000": (0.0152, False),
    "Classification error 1.52%": (0.0152, False),
    "Final error on the test set after 80 epochs: 1.52%": (0.0152, True),
    # accuracies
    "acurácia 98.4 %": (0.016, False),
    "Acurácia no teste: 98,4%": (0.016, True),
    "acuracia = 0,984": (0.016, False),
    "taxa de acerto: 98,4 %": (0.016, False),
    "98,4 % de acerto no teste": (0.016, True),
    "Acertei 98,4 por cento": (0.016, False),
    "Acurácia: treino 99,9 %, teste 98,4 %": (0.016, True),
    "acurácia de treino: 0.999, acurácia de teste: 0.984": (0.016, True),
    "acurácia (teste): 0.984": (0.016, True),
    "acurácia em 10.000 imagens: 98,4%": (0.016, False),
    "Test accuracy: 0.984": (0.016, True),
    "Test accuracy: 98.40 %": (0.016, True),
    "accuracy: 1.0": (0.0, False),
    "Acc: 98.4": (0.016, False),
    "acc=0.984": (0.016, False),
    "acc=.984": (0.016, False),
    "Acc. 98,4%": (0.016, False),
    "exatidão: 98,4%": (0.016, False),
    "Accuracy on 10000 test images: 98.4 %": (0.016, True),
    "Accuracy of the network on the 10000 test images: 98.4 %": (0.016, True),
    "acurácia de 99,9% no treino e 98,4% no teste": (0.016, True),
    "98,4% de acurácia no teste e 99,9% no treino": (0.016, True),
    "accuracy of 99.9% on the training set and 98.4% on the test set": (0.016, True),
    "acurácia de validação 97,1% e de teste 98,4%": (0.016, True),
    "acurácia de 0.984 e loss de 0.06": (0.016, False),
    "Test loss: 0.0617 Test accuracy: 0.984": (0.016, True),
    "accuracy: 98.4% loss: 0.06": (0.016, False),
    "acertou 9840 de 10000": (0.016, False),
    "accuracy on the test set -> 98.4%": (0.016, True),
    "Accuracy = 98.4 ± 0.2 %": (0.016, False),
    "Test loss: 0.0617 / Test accuracy: 0.984": (0.016, True),
    "| Test accuracy | 98.4 % |": (0.016, True),
    "{'accuracy': 0.984, 'loss': 0.05}": (0.016, False),
    "313/313 - 1s - 2ms/step - accuracy: 0.984 - loss: 0.0617": (0.016, False),
    "**Acurácia de teste:** `0.984`": (0.016, True),
    "precisão: 98,4%": (0.016, False),
    "\uff21\uff43\uff43\uff1a \uff10.\uff19\uff18\uff14": (0.016, False),
}

NOTHING = [
    # goals and thresholds quoted from the statement
    "erro < 1,61%",
    "erro de teste menor que 1,61 % (vale 3 se for menor que 2 %)",
    "Melhore-a até o erro de teste ficar abaixo de 5,5 %, sem convolução.",
    "Reconheça dígitos **sem convolução**, com erro menor que o do programa 5 da apostila (1,61 %).",
    "with an error below that of program 5 of the notes (1.61 %).",
    "| erro de teste menor que 5,5 %, isto é, no máximo 49 erros em 898 linhas | 6 |",
    "test error below 0.2 %, that is, at most 1 error in 686 rows",
    "no máximo 1 erro em 686 linhas",
    "meta: erro de teste de 1,61 %",
    "The goal is an accuracy of 98.5 %",
    "accuracy >= 0.98",
    "Acurácia esperada: 98 %",
    "Programa 5 da apostila: erro 1,61 %",
    "SVM: erro 1,95 %",
    "erro de 1,61 % ou menos",
    "erro no máximo 0,7 ponto percentual acima da solução de referência",
    # exercises, advice, why a program stops
    "i.e. 95% accuracy might be enough for you: stop there",
    "Atingiu 95% de acuracia, parando o treino!",
    "Reached 99% accuracy so cancelling training!",
    "Consiga uma acurácia de 95 %.",
    "Achieve 97 % accuracy on the test set.",
    "Your network could reach 99 % accuracy",
    "Can you get 98 % accuracy on the test set?",
    "Dá para chegar a 99 % de acurácia?",
    "Construa uma rede com 98 % de acurácia no teste",
    "Improve the model until it has 98 % accuracy",
    "95 % de acurácia já seria suficiente",
    # somebody else's
    "No Kaggle, os vencedores têm 99,7 % de acurácia",
    "LeCun et al. (1998): test error 0.8 %",
    "Humans have an error of 0.2 % here",
    "Segundo o ChatGPT, 99 % de acurácia no teste",
    "Meu colega diz que acurácia de teste: 99 %",
    # other rows
    "acurácia no treino: 99,9 %",
    "val_accuracy: 0.9712",
    "Validation accuracy: 97.1 %",
    "train acc 0.999",
    "accuracy: 0.98 - val_accuracy: 0.97",
    "accuracy=0.984, val_accuracy=0.97",
    "Epoch 10/10 - loss: 0.0102 - accuracy: 0.9969",
    "469/469 [=====] - 3s 6ms/step - loss: 0.0102 - accuracy: 0.9969 - val_loss: 0.06 - val_accuracy: 0.97",
    "Erros: 5 de 898 no treino",
    # other figures
    "stop at accuracy 0.99",
    "early stopping when error 0.01",
    "rounding error 1e-7",
    "erro em 2 de 20 execuções",
    "loss and accuracy: 0.05",
    "print(f'erro {e:.2%} acc {a:.10}')",
    "Test loss: 0.0617",
    "erro quadrático médio: 0.02",
    "mean squared error: 0.0251",
    "margem de erro: 3 %",
    "erro padrão: 0.0012",
    "ValueError: 3.5",
    "erro 404",
    "error: 2.3026",
    # settings
    "optimizer lr=0.001, dropout 0.2",
    "reduce_lr = ReduceLROnPlateau(monitor='accuracy', factor=0.9, patience=2, min_lr=0.0001)",
    "o erro cai com dropout 0.2",
    "metrics=['accuracy'], validation_split=0.1",
    "TensorFlow 2.16, métrica acurácia",
    "Test accuracy: %.2f %%",
    "erro impresso: {(QP != QY).mean():.2%}",
    "Erro de teste que obtive: ... %",
    "o erro aparece na linha 0.5 do log",
    "precisao = 1e-9",
    "acc2 = 0.984x",
    "erro: 10.000",
    "épocas: 80",
    "acurácia em (20,6) (3,50) (75,55): C B A",
    "0.75 erros em média por execução",
]


@pytest.mark.parametrize(("line", "stated"), STATED.items(), ids=range(len(STATED)))
def test_a_stated_figure_is_read(line: str, stated: tuple[float, bool]) -> None:
    found = figures_in(line)
    assert found, line
    last = found[-1]
    error = last.value if last.error else 1 - last.value
    assert error == pytest.approx(stated[0], abs=1e-9), line
    assert last.on_test is stated[1], line
    assert len(found) == 1, line


@pytest.mark.parametrize("line", NOTHING, ids=range(len(NOTHING)))
def test_what_is_no_claim_is_left_alone(line: str) -> None:
    assert figures_in(line) == (), line


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(STATED) + len(NOTHING) >= 60
    assert len(NOTHING) >= 20


def test_a_rounded_figure_says_how_finely_it_was_told() -> None:
    assert figures_in("acurácia: 98 %")[0].half == pytest.approx(0.005)
    assert figures_in("acurácia: 0.9842")[0].half == pytest.approx(0.00005)


def test_a_word_with_two_meanings_is_marked() -> None:
    assert figures_in("precisão: 98,4 %")[0].loose
    assert not figures_in("acurácia: 98,4 %")[0].loose


@pytest.mark.parametrize(
    "hostile",
    [
        "erro " * 2_000_000 + "1,5 %",
        "erro: " + "9" * 10_000_000,
        "erro: 0," + "9" * 10_000_000 + " %",
        "acc " + "1,1." * 2_500_000,
        "acc: 1e99 " * 1_000_000,
        "erro " + "(" * 10_000_000,
        "acurácia " + "de " * 3_000_000 + "98 %",
        "erro " + "\u0301" * 10_000_000,
        "erro " + "\ufdfa" * 10_000_000,
    ],
    ids=["words", "digits", "decimals", "marks", "powers", "brackets", "connecting", "accents", "ligatures"],
)
def test_ten_megabytes_in_one_line_cost_nothing(hostile: str) -> None:
    began = time.process_time()
    figures_in(hostile)
    assert time.process_time() - began < 0.5


@given(st.text(st.sampled_from("erro acurácia teste 0123456789.,%:=()<>-/ \n\"'±e_"), max_size=120))
def test_any_line_is_read_without_an_error_and_figures_are_shares(line: str) -> None:
    for figure in figures_in(line):
        assert 0 <= figure.value <= 1
        assert figure.half >= 0
