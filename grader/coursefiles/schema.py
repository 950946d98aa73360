"""The shape of ``assignment.toml``, by pydantic; the JSON Schema for editors is published from here.

Only ``load_course`` imports this module: past the door there are no dicts and no pydantic models.
"""

from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_AMOUNT = r"^\s*(?=[0-9.]*[1-9])[0-9]{1,9}(\.[0-9]{1,9})?\s*"


def _points(value: Any) -> Decimal:
    """Return a TOML number as the decimal that was typed; text and booleans are no numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        points = Decimal(str(value))
        if points.is_finite() and 0 <= points <= 1000 and points == round(points, 3):  # noqa: PLR2004 - told below
            return points
    raise PydanticCustomError("points", "a number from 0 to 1000 with at most three decimals")


def _scale_end(value: Any) -> float | None:
    """Return the number, or None for ``"reference"``: where its mean is."""
    if value == "reference":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    raise PydanticCustomError("scale_end", 'a number, or "reference"')


Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Points = Annotated[
    Decimal,
    BeforeValidator(_points),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1000}),
]
ScaleEnd = Annotated[
    float | None,
    BeforeValidator(_scale_end),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"const": "reference"}]}),
]
Number = Annotated[float, Field(allow_inf_nan=False)]
Duration = Annotated[str, Field(pattern=_AMOUNT + r"(s|min|h|x reference)\s*$", examples=["20 min"])]
Size = Annotated[str, Field(pattern=_AMOUNT + r"(MiB|GiB)\s*$", examples=["4 GiB"])]


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


class AuditsTable(Table):
    """``[audits]``: which tests of honesty are made; each yields findings, never a zero."""

    order: bool = True
    canary: bool = True
    pair: bool = True
    placebo: bool = True
    claim: bool = True
    twins: bool = True


class TierTable(Table):
    """One easier threshold with its points."""

    below: Number | None = None
    above: Number | None = None
    points: Points


class CheckTable(Table):
    """What every ``[[check]]`` has."""

    id: Id
    points: Annotated[Points, Field(json_schema_extra={"default": 0})] = Decimal(0)
    required: bool | None = None


class MetricTable(CheckTable):
    """``kind = "metric"``."""

    kind: Literal["metric"]
    metric: str
    below: Number | None = None
    above: Number | None = None
    partial: list[TierTable] = []


class ArchitectureTable(CheckTable):
    """``kind = "architecture"``."""

    kind: Literal["architecture"]
    allow: Annotated[list[Name], Field(min_length=1)]


class ReferenceTable(CheckTable):
    """``kind = "reference"``."""

    kind: Literal["reference"]
    metric: str | None = None
    margin: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0


class ScaleTable(CheckTable):
    """``kind = "scale"``: points from none at ``from`` to all at ``to``, a number or the reference's mean."""

    kind: Literal["scale"]
    metric: str
    start: Annotated[Number, Field(alias="from")]
    to: Annotated[ScaleEnd, Field(json_schema_extra={"default": "reference"})] = None
    margin: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0


class RunsCheckTable(CheckTable):
    """``kind = "runs"``."""

    kind: Literal["runs"]


class FigureTable(CheckTable):
    """``kind = "figure"``."""

    kind: Literal["figure"]
    at_least: Annotated[int, Field(ge=1, le=20)] = 1


class FitTable(CheckTable):
    """``kind = "fit"``."""

    kind: Literal["fit"]


class ClaimTable(CheckTable):
    """``kind = "claim"``."""

    kind: Literal["claim"]


AnyCheck = Annotated[
    MetricTable
    | ArchitectureTable
    | ReferenceTable
    | ScaleTable
    | RunsCheckTable
    | FigureTable
    | FitTable
    | ClaimTable,
    Field(discriminator="kind"),
]


class AssignmentFile(Table):
    """The whole of ``assignment.toml``."""

    assignment: AssignmentTable
    data: DataTable
    run: RunTable = RunTable()
    deliver: DeliverTable = DeliverTable()
    verdict: VerdictTable = VerdictTable()
    audits: AuditsTable = AuditsTable()
    check: Annotated[list[AnyCheck], Field(min_length=1)]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``assignment.toml`` for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **AssignmentFile.model_json_schema(by_alias=True),
        "title": "grader assignment.toml",
    }
