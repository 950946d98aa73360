"""One job in, one output out."""

from dataclasses import replace
from pathlib import Path

from grader.model.ask import Ask
from grader.model.run import NotRun, RunOutput
from grader.running.run_job import run_job
from tests.fakes import FakeSandbox
from tests.unit.running.staging.test_workspace import job


def test_what_nothing_takes_is_our_mistake_and_nothing_is_run(tmp_path: Path) -> None:
    sandbox = FakeSandbox(program=lambda _: {})
    asked = replace(job(tmp_path), asks=(Ask(kind="figures"), Ask(kind="telepathy")))
    answer = run_job(asked, sandbox)
    assert isinstance(answer, NotRun)
    assert answer.reason.code == "GR618"
    assert "telepathy" in answer.reason.en
    assert sandbox.calls == []


def test_only_files_of_what_was_asked_for_are_collected(tmp_path: Path) -> None:
    sandbox = FakeSandbox(program=lambda _: {})
    answer = run_job(replace(job(tmp_path), asks=(Ask(kind="captured"),)), sandbox)
    assert isinstance(answer, RunOutput)
    (command,) = sandbox.calls
    assert [wanted.name for wanted in command.wanted] == ["report.json", "cells.jsonl", "captured.npy"]
