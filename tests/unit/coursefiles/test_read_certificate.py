import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.cli.schema import schemas
from grader.coursefiles.read_certificate import MOST_BYTES, load_certificate, read_certificate
from grader.model.certificate import Certificate
from grader.model.errors import CourseError
from grader.model.metric import MetricSummary
from grader.model.run import Conditions
from grader.orchestration.certify import certify
from grader.reporting.certificate_json import certificate_digest, certificate_json
from grader.storage.course_key import CourseKey
from tests import builders as a

Change = Callable[[dict[str, Any]], None]
CONDITIONS = Conditions(
    processor="A Processor", cores=2, gpu=None, wall_seconds=1200.0, memory_bytes=4 * 2**30
)


def a_certificate() -> Certificate:
    runs = tuple(
        a.a_run_result(
            run=a.a_run(number=number, seed=number - 1),
            metrics={"error_rate": a.ERRORS[number - 1]},
            key=f"{number}" * 64,
            predictions="f" * 64,
            conditions=CONDITIONS,
        )
        for number in range(1, 6)
    )
    made = certify(a.a_result(runs=runs), grader="0.1.0", course="PSI", sandbox="bubblewrap")
    assert made is not None
    return made


def document(change: Change = lambda _: None) -> bytes:
    said = json.loads(certificate_json(a_certificate()))
    change(said)
    return json.dumps(said).encode()


def told(content: bytes) -> list[str]:
    with pytest.raises(CourseError) as refused:
        read_certificate(content, "c.json")
    assert refused.value.exit_code == 2
    return [message.en for message in refused.value.messages]


def test_a_certificate_comes_back_as_it_was_written() -> None:
    certificate = a_certificate()
    read = read_certificate(certificate_json(certificate).encode(), "c.json")
    known = ("metric", "value", "n", "values", "rule")
    kept = tuple(MetricSummary(**{name: getattr(m, name) for name in known}) for m in certificate.metrics)
    for name in Certificate.__slots__:
        assert getattr(read, name) == (kept if name == "metrics" else getattr(certificate, name)), name


def test_a_bound_certificate_comes_back_with_what_its_mark_is_of() -> None:
    certificate = a_certificate()
    bound = replace(certificate, binding=CourseKey(bytes(32)).bind(certificate_digest(certificate)))
    read = read_certificate(certificate_json(bound).encode(), "c.json")
    assert read.binding is not None
    assert read.binding == bound.binding
    assert CourseKey(bytes(32)).made(read.binding)
    assert not CourseKey(bytes(31) + b"x").made(read.binding)


def test_half_a_letter_in_a_name_is_bound_as_it_is_written() -> None:
    certificate = replace(a_certificate(), student="Jos\ud83d")
    bound = replace(certificate, binding=CourseKey(bytes(32)).bind(certificate_digest(certificate)))
    read = read_certificate(certificate_json(bound).encode("utf-8", "replace"), "c.json")
    assert read.binding is not None
    assert CourseKey(bytes(32)).made(read.binding)


def test_what_is_written_keeps_to_the_published_schema() -> None:
    bound = replace(a_certificate(), binding=CourseKey(bytes(32)).bind("0" * 64))
    schema = json.loads(schemas()["certificate-v1.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    for certificate in (document(), certificate_json(bound)):
        jsonschema.Draft202012Validator(schema).validate(json.loads(certificate))


def _set(path: str, value: Any) -> Change:
    def change(said: dict[str, Any]) -> None:
        *above, last = path.split(".")
        inside: Any = said
        for key in above:
            inside = inside[int(key) if key.isdigit() else key]
        inside[int(last) if last.isdigit() else last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("id", "../../etc/passwd", "id: needed is a name of letters"),
        ("id", ".hidden", "id: needed"),
        ("assignment", "a/b", "assignment: needed"),
        ("student", 7, "student: needed is a text"),
        ("student", "\ud800", "student: needed is a text"),
        ("student", None, "student: needed is a text of up to 300 letters; written is nothing"),
        ("attempt", True, "attempt: needed is a whole number"),
        ("attempt", 0, "attempt: needed is a whole number"),
        ("verdict", "excellent", "verdict: needed is one of these: passed, failed, inconclusive"),
        ("verdict", ["passed"], "verdict: needed"),
        ("points", "10", "points: needed is a number"),
        ("points", -1, "points: needed is a number"),
        ("max_points", 10**400, "max_points: needed is a number"),
        ("files", [], "files: needed is a list of 1 to 200 items"),
        ("files.0.sha256", "ab", "files[0].sha256: needed is a SHA-256"),
        ("files.0.path", "x" * 3000, "files[0].path: needed is a text"),
        ("digests.data", "AB" * 32, "digests.data: needed is a SHA-256"),
        ("digests", None, "digests: needed is a table"),
        ("runs", [], "runs: needed is a list of 1 to 100 items"),
        ("runs.0", "first", "runs[0]: needed is a table"),
        ("runs.2.number", 1, "runs[2].number: needed is a whole number from 3 to 3"),
        ("runs.2.seed", 9, "runs[2].seed: needed is a whole number from 2 to 2"),
        ("runs.0.threads", 10**6, "runs[0].threads: needed is a whole number from 1 to 1,024"),
        ("runs.0.key", "../" * 20, "runs[0].key: needed is a SHA-256"),
        ("runs.0.predictions", 5, "runs[0].predictions: needed is a SHA-256"),
        ("runs.0.metrics.error_rate", "0", "runs[0].metrics.error_rate: needed is a number"),
        ("runs.0.conditions.wall_seconds", 0, "runs[0].conditions.wall_seconds: needed is a number from 1"),
        ("metrics.error_rate.values", [0.1] * 6, "metrics.error_rate.values: needed is a list of 1 to 5"),
        ("metrics.error_rate.n", 0, "metrics.error_rate.n: needed is a whole number"),
        ("metrics.error_rate.rule", "luck", "metrics.error_rate.rule: needed is one of these: mean"),
        ("checks.0.outcome", {}, "checks[0].outcome: needed is one of these"),
        ("audits", {"pair": "no"}, "audits.pair: needed is one of these: clear"),
        ("binding", "yes", "binding: needed is a table"),
        ("binding", {"key": "../x", "mark": "0" * 64}, "binding.key: needed is a name"),
        ("binding", {"key": "0" * 16, "mark": "no"}, "binding.mark: needed is a SHA-256"),
        ("versions", {"": "1"}, "versions: needed is a table"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_by_its_place(path: str, value: Any, place: str) -> None:
    assert place in told(document(_set(path, value)))[0]


def test_every_mistake_is_told_at_once_up_to_ten() -> None:
    def change(said: dict[str, Any]) -> None:
        said["attempt"], said["points"], said["main"] = "one", "ten", 0

    assert len(told(document(change))) == 3
    assert len(told(document(lambda said: said.update({key: [None] for key in said} | _HEAD)))) == 10


_HEAD = {"schema": "grader/certificate/v1", "status": "graded"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "cannot be read as a certificate"),
        (b"\xff\xfe", "cannot be read as a certificate"),
        (b"[" * 100_000, "cannot be read as a certificate"),
        (b'{"schema": NaN}', "cannot be read as a certificate: NaN"),
        (b'{"schema": 1, "schema": 2}', '2 x "schema"'),
        (b" " * (MOST_BYTES + 1), "more than 1,048,576 bytes"),
        (b"[]", "is no certificate: schema is []; needed is grader/certificate/v1"),
        (b'{"schema": "grader/results/v1"}', 'schema is "grader/results/v1"'),
    ],
)
def test_what_is_no_certificate_is_told_in_a_sentence(content: bytes, why: str) -> None:
    assert why in told(content)[0]


def test_of_what_was_not_graded_there_is_nothing_to_verify() -> None:
    assert "there is nothing to verify" in told(document(_set("status", "not_graded")))[0]


def test_a_missing_certificate_says_who_has_one(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="Only what was graded has one"):
        load_certificate(tmp_path / "ana.certificate.json")


def test_a_pipe_or_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(CourseError, match="cannot be read as a certificate"):
            load_certificate(path)


def test_keys_of_a_later_version_are_passed_over() -> None:
    assert read_certificate(document(lambda said: said.update(colour="blue")), "c.json").student == "ana"
