"""``grader schema``: the JSON Schemas of the files people edit and read."""

import json
from importlib import resources
from pathlib import Path

import click

from grader.cli.help import Explained
from grader.cli.options import language_option
from grader.cli.rendering import tell
from grader.coursefiles.schema import json_schema
from grader.datasets.schema import json_schema as dataset_schema
from grader.storage.run_store import write_whole
from grader.wiring import known_names
from grader.words import say


@click.command("schema", cls=Explained, help="help.schema")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("docs/reference"),
    metavar="DIR",
    help="help.out_schemas",
)
@language_option
def command(*, out: Path) -> int:
    """Write the schemas of what people edit (assignment.toml, dataset.toml) and of what programs read."""
    for name, text in schemas().items():
        write_whole(out / name, text)
        tell(say("cli.schema_written", path=str(out / name)))
    return 0


def schemas() -> dict[str, str]:
    """Return the text of every published schema by file name."""
    folder = resources.files("grader.reporting") / "schemas"
    shipped = ("results-v1.schema.json", "certificate-v1.schema.json", "verification-v1.schema.json")
    return {
        "assignment.schema.json": json.dumps(json_schema(known_names().kinds), indent=2, ensure_ascii=False)
        + "\n",
        "dataset.schema.json": json.dumps(dataset_schema(), indent=2, ensure_ascii=False) + "\n",
        **{name: (folder / name).read_text(encoding="utf-8") for name in shipped},
    }
