"""Where a script ends itself."""

import sys
from importlib import import_module
from pathlib import Path

import pytest


@pytest.mark.parametrize("leave", ["import sys; sys.exit()", "raise SystemExit(0)"])
def test_a_script_that_ends_itself_well_is_noted_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leave: str
) -> None:
    program = tmp_path / "mlp.py"
    program.write_text(f"x = 1\n{leave}\ny = 2\n")
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(sys, "argv", sys.argv)
    places = import_module("grader_harness.places").Places(tmp_path, "mlp.py")
    ledger = import_module("grader_harness.ledger").Ledger(places, tmp_path / "ledger.jsonl")
    errors = import_module("grader_harness.program_errors").ErrorLog(places, {})
    left = import_module("grader_harness.script").run_script(program, errors=errors, ledger=ledger)
    assert left["x"] == 1
    assert "y" not in left
    assert errors.records == []
    assert ledger.entries() == [{"kind": "exit", "what": "exit", "cell": None, "line": 2}]
