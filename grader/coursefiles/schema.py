"""The shape of ``assignment.toml``, by pydantic; the JSON Schema for editors is published from here.

Only the door imports this module: past it there are no dicts and no pydantic models. What stands in a
``[[check]]`` is the business of its kind, whose table is read by itself.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import FileName, Id, ModuleName, Name, Points, reader_of

_AMOUNT = r"^\s*(?=[0-9.]*[1-9])[0-9]{1,9}(\.[0-9]{1,9})?\s*"

Duration = Annotated[str, Field(pattern=_AMOUNT + r"(s|min|h|x reference)\s*$", examples=["20 min"])]
Size = Annotated[str, Field(pattern=_AMOUNT + r"(MiB|GiB)\s*$", examples=["4 GiB"])]
PATTERNS = (
    (Name, "needed.name"),
    (Id, "needed.id"),
    (FileName, "needed.file_name"),
    (ModuleName, "needed.module_name"),
    (Duration, "needed.duration"),
    (Size, "needed.size"),
)


class Table(BaseModel):
    """A TOML table that knows all its keys and takes no text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True, regex_engine="python-re")


class Title(Table):
    """The assignment's name in each language."""

    pt: Annotated[str, Field(alias="pt-BR", min_length=1, max_length=200)]
    en: Annotated[str, Field(min_length=1, max_length=200)]


class AssignmentTable(Table):
    """``[assignment]``: what it is called and what it is worth."""

    title: Title
    points: Points
    source: Annotated[str, Field(max_length=500)] = ""


class DataTable(Table):
    """``[data]``: the dataset and what its served test labels hold."""

    dataset: str
    split: Literal["official"] = "official"
    labels: Literal["canary", "none"] = "canary"


class RunsTable(Table):
    """``runs``: how many runs a grading makes."""

    min: Annotated[int, Field(ge=1, le=100)] = 1
    max: Annotated[int, Field(ge=1, le=100)] = 5


class RunTable(Table):
    """``[run]``: the runtime and the limits of one run."""

    runtime: Annotated[str, Field(min_length=1)] = "keras3"
    backend: Literal["tensorflow", "torch", "jax"] | None = None
    """What Keras 3 computes with; None: what the runtime's Keras chooses."""
    timeout: Duration = "20 min"
    memory: Size = "4 GiB"
    gpu: Literal["none", "optional", "required"] = "optional"
    runs: RunsTable = RunsTable()


class DeliverTable(Table):
    """``[deliver]``: where predictions are taken from, the first that works."""

    sources: Annotated[
        list[Literal["predict", "predictions", "captured", "model"]],
        Field(alias="from", min_length=1, max_length=4),
    ] = ["predict", "predictions", "captured", "model"]
    predictions: list[Name] = ["QP", "qp", "y_pred"]
    model: list[Name] = ["model"]


class VerdictTable(Table):
    """``[verdict]``: how several runs are judged together."""

    rule: Literal["mean", "median", "best", "each"] = "mean"
    on_close: Literal["benefit", "review"] = "benefit"
    basis: Literal["recipe", "run"] | None = None
    """None: the recipe where the labels are public, the run where a course hides them."""
    recipe: Literal["off", "preferred", "required"] = "preferred"


class AuditsTable(Table):
    """``[audits]``: which tests of honesty are made; each yields findings, never a zero."""

    order: bool = True
    canary: bool = True
    pair: bool = True
    placebo: bool = True
    fresh: bool = True
    claim: bool = True
    twins: bool = True


class AssignmentFile(Table):
    """The whole of ``assignment.toml``."""

    assignment: AssignmentTable
    data: DataTable | None = None
    run: RunTable = RunTable()
    deliver: DeliverTable = DeliverTable()
    verdict: VerdictTable = VerdictTable()
    audits: AuditsTable = AuditsTable()
    check: Annotated[list[Any], Field(min_length=1)]
    """Each is read by its own kind."""


def json_schema(kinds: Mapping[str, CheckKind[Any]]) -> dict[str, Any]:
    """Return the JSON Schema of ``assignment.toml`` for editors, with the checks of ``kinds``."""
    whole = AssignmentFile.model_json_schema(by_alias=True)
    definitions, mapping = dict(whole["$defs"]), {}
    for name, kind in kinds.items():
        table = reader_of(kind.table).json_schema(
            by_alias=True, ref_template=f"#/$defs/check.{name}.{{model}}"
        )
        definitions |= {f"check.{name}.{inner}": schema for inner, schema in table.pop("$defs", {}).items()}
        table["title"] = name
        table["properties"]["kind"] = {"const": name, "title": "Kind", "type": "string"}
        definitions[f"check.{name}"] = table
        mapping[name] = f"#/$defs/check.{name}"
    whole["properties"]["check"]["items"] = {
        "discriminator": {"mapping": mapping, "propertyName": "kind"},
        "oneOf": [{"$ref": place} for place in mapping.values()],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "$defs": definitions,
        "title": "grader assignment.toml",
    }
