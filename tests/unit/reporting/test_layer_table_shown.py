"""The layer table of a model file on the page and in results.json."""

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest

from grader.model.message import Language
from grader.model.result import ModelLayer, ModelTable
from grader.reporting.html import student_page
from grader.reporting.results_json import results_json
from tests import builders as a


def table(count: int = 2, name: str = "dense", kind: str = "Dense") -> ModelTable:
    layers = tuple(ModelLayer(name=f"{name}_{n}", kind=kind, parameters=314_000 + n) for n in range(count))
    return ModelTable(parameters=318_010, layers=layers)


def page(model: ModelTable | None, language: Language = Language.EN) -> str:
    result = a.a_result(model=model)
    return student_page(a.a_grading(submissions=(result,)), result, language)


def written(model: ModelTable | None) -> Any:
    document = json.loads(results_json(a.a_grading(submissions=(a.a_result(model=model),))))
    file = resources.files("grader.reporting") / "schemas" / "results-v1.schema.json"
    jsonschema.Draft202012Validator(json.loads(file.read_text(encoding="utf-8"))).validate(document)
    return document["submissions"][0]["model"]


@pytest.mark.parametrize("figure", ["314,001", "314.001", "318,010", "318.010", "dense_1"])
def test_the_page_shows_each_layer_with_its_parameters_and_all_of_them(figure: str) -> None:
    assert figure in page(table())


def test_the_page_says_who_counted() -> None:
    assert "counted in the second sandbox" in page(table())
    assert "contados na segunda caixa isolada" in page(table())


def test_the_table_of_the_model_file_stands_in_the_place_of_what_the_program_said() -> None:
    assert '<p class="layers">' not in page(table())
    assert '<p class="layers">' in page(None)
    assert '<p class="layers">' in page(ModelTable(parameters=3, layers=()))


def test_of_many_layers_the_first_are_shown_and_the_others_counted() -> None:
    shown = page(table(5000))
    assert "dense_59" in shown
    assert "dense_60<" not in shown
    assert "not shown: 4,940" in shown
    assert len(shown) < 90_000


def test_names_in_a_model_file_are_text() -> None:
    shown = page(table(name="<img src=x onerror=alert(1)>", kind="</table><marquee>"))
    assert "<img src=x" not in shown
    assert "<marquee" not in shown


def test_results_json_holds_the_table() -> None:
    assert written(table(1)) == {
        "parameters": 318_010,
        "layers": [{"name": "dense_0", "class": "Dense", "parameters": 314_000}],
    }


def test_results_json_says_null_where_no_model_was_looked_at() -> None:
    assert written(None) is None


def test_results_json_holds_no_more_than_a_thousand_layers() -> None:
    assert len(written(table(5000))["layers"]) == 1000
