"""Exports of Gradescope, whose list says who submitted, and exports that come as zips."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.find_submissions import Found, find_submissions
from grader.coursefiles.gradescope import read_submitters, submitters_in
from grader.model.errors import SubmissionError
from tests.unit.coursefiles.exported import (
    taken,
    whose,
)
from tests.unit.coursefiles.written import a_zip, files


def test_a_gradescope_export_is_one_submission_for_each_folder(tmp_path: Path) -> None:
    members = {f"assignment_555_export/submission_{n}/digits.py": "x" for n in (111, 112)}
    (tmp_path / "class.zip").write_bytes(a_zip(members))
    assert sorted(whose(taken(tmp_path / "class.zip"))) == ["submission (111)", "submission (112)"]


class TestSubmittersOfGradescope:
    LIST = """---
submission_111:
  :submitters:
  - :name: Ana Silva
    :sid: '101'
    :email: ana@example.edu
  :created_at: 2026-05-01 22:10:33.123000000 Z
  :score: 9.0
  :results: &1
    tests:
    - {name: "submitters", output: "submission_112: {:submitters: [{:name: Eve}]}"}
submission_112:
  :submitters:
  - :name: "Jos\u00e9 #1: Lima"
    :sid: ''
  :results: *1
submission_113:
  :submitters:
  - :name: Bia
    :sid: '103'
  - :name: Caio
    :sid: '104'
"""

    def _rows_of(self, tmp_path: Path, listed: str, count: int = 3) -> tuple[list[str], Found]:
        members = {f"assignment_555_export/submission_{n}/digits.py": "x" for n in range(111, 111 + count)}
        members["assignment_555_export/submission_metadata.yml"] = listed
        (tmp_path / "class.zip").write_bytes(a_zip(members))
        found = taken(tmp_path / "class.zip")
        return sorted(whose(found)), found

    def test_the_list_names_the_students_and_a_group_by_all_its_names(self, tmp_path: Path) -> None:
        rows, found = self._rows_of(tmp_path, self.LIST)
        assert rows == ["Ana Silva (101)", "Bia (103), Caio (104)", "José #1: Lima"]
        assert found.findings == ()

    def test_an_only_is_asked_for_by_the_students_name(self, tmp_path: Path) -> None:
        self._rows_of(tmp_path, self.LIST)
        found = find_submissions(
            tmp_path / "class.zip", ["digits"], only=["Ana Silva (101)"], intake=tmp_path / "intake"
        )
        assert list(whose(found)) == ["Ana Silva (101)"]

    def test_it_names_the_folders_of_an_assignment_too(self, tmp_path: Path) -> None:
        members = {"digits/submission_111/a.py": "x", "digits/submission_metadata.yml": self.LIST}
        assert list(whose(taken(files(tmp_path / "in", members), "digits", "pele"))) == ["Ana Silva (101)"]

    def test_two_of_one_name_without_numbers_are_two_students(self, tmp_path: Path) -> None:
        listed = "".join(f"submission_{n}:\n  :submitters:\n  - :name: Ana\n" for n in (111, 112))
        rows, _ = self._rows_of(tmp_path, listed, count=2)
        assert rows == ["Ana (111)", "Ana (112)"]

    @pytest.mark.parametrize(
        ("listed", "codes"),
        [
            ("---\n", ["GR165"]),
            ("submission_111: [", ["GR164", "GR165"]),
            ("submission_111:\n\t:submitters: x", ["GR164", "GR165"]),
            ("[" * 100_000, ["GR164", "GR165"]),
            ("submission_111: &a\n  :submitters: [*a, *b]", ["GR165"]),
            ("? [submission_111]\n: {submitters: [{name: Eve}]}", ["GR165"]),
            ("submission_111: {submitters: [{name: {name: Eve}}, {name: ''}]}", ["GR165"]),
            ("submission_111:\n  :submitters:\n  - :name: !ruby/object:Kernel\n      x: 1", ["GR165"]),
        ],
    )
    def test_a_list_that_names_nobody_leaves_the_numbers_and_is_told(
        self, tmp_path: Path, listed: str, codes: list[str]
    ) -> None:
        rows, found = self._rows_of(tmp_path, listed, count=2)
        assert rows == ["submission (111)", "submission (112)"]
        assert [f.code for f in found.findings] == codes

    def test_a_list_of_any_size_is_read_in_bounded_memory(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"submission_111/digits.py": "x"})
        with (root / "submission_metadata.yml").open("wb") as stream:
            stream.truncate(2**40)
        found = taken(root)
        assert list(whose(found)) == ["submission (111)"]
        assert [f.code for f in found.findings] == ["GR125", "GR165"]

    @given(st.text(max_size=200))
    def test_no_name_leaves_its_line(self, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            quoted = json.dumps(name)
            listed = f"submission_111: {{':submitters': [{{':name': {quoted}, ':sid': '1'}}]}}"
            (Path(folder) / "submission_metadata.yml").write_bytes(listed.encode("utf-8", "replace"))
            with suppress(SubmissionError):
                for called in read_submitters(Path(folder)).values():
                    assert called.isprintable()


def test_a_list_that_names_what_is_no_folder_of_gradescopes_ends() -> None:
    listed = "".join(
        f"{name}:\n  :submitters:\n  - :name: Ana\n" for name in ("X_1_2_f", "submission_X_1_2_f")
    )
    assert submitters_in(listed.encode()) == {}
