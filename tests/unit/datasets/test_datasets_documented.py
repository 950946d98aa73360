"""The reference page says what the catalogue says."""

from pathlib import Path

import pytest

from grader.datasets.catalogue import dataset, names
from grader.words.catalogue import codes

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("name", names())
def test_every_dataset_is_documented_with_its_files(name: str) -> None:
    page = (DOCS / "reference" / "datasets.md").read_text(encoding="utf-8")
    entry = dataset(name)
    rows = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) >= 1
    assert f"{entry.canaries:,}" in rows[0] or entry.typed
    for file in entry.files:
        assert f"| `{file.name}` | {file.size:,} | `{file.sha256}` |" in page
        assert file.licence in page
        for mirror in file.mirrors:
            assert mirror.url in page or mirror.url.removesuffix(file.name) in page


def test_every_code_about_missing_data_is_documented() -> None:
    page = (DOCS / "how-to" / "provide-data.md").read_text(encoding="utf-8")
    about_names = {"GR503", "GR504"}
    for code in codes():
        if code.startswith("GR5") and code not in about_names:
            assert code in page
