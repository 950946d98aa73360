"""What travels between machines comes out as it went in, or is refused: never something else."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.ask import Ask
from grader.model.assignment import Labels
from grader.model.order import LeftFile, OrderedData, OrderedFile, RetrainOrder, RunAnswer, RunOrder
from grader.model.retrained import Retraining
from grader.model.run import Limits, NotRun, Purpose, Refusal
from grader.model.submission import FileKind
from grader.storage.run_store import open_store
from grader.words import say
from grader.worker.parcel import (
    BadParcel,
    Died,
    Lacking,
    OrderParcel,
    pack_answer,
    pack_order,
    take_answer,
    unpack_order,
)
from tests.builders import a_run

SHA = hashlib.sha256(b"x = 1").hexdigest()
DATA = OrderedData(dataset="digits", sha256="aa" * 32, labels=Labels.CANARY, fails_at=0.5)
ORDER = RunOrder(
    key="ab" * 32,
    label="Ana · digits · 1",
    files=(OrderedFile(name="x.py", sha256=SHA),),
    main="x.py",
    kind=FileKind.SCRIPT,
    data=DATA,
    runtime="keras3",
    runtime_sha256="bb" * 32,
    harness_sha256="cc" * 32,
    sandbox="bubblewrap",
    limits=Limits(wall_seconds=60.0, memory_bytes=1 << 30),
    asks=(Ask(kind="predictions"), Ask(kind="values", names=("a", "b"))),
    number=2,
    threads=2,
    wants_gpu=False,
    purpose=Purpose.REPEAT,
    repeats="cd" * 32,
)
TRAININGS = RetrainOrder(
    key="ef" * 32,
    label="Ana · digits · recipe",
    recipe="{}",
    data=DATA,
    runtime="keras3",
    runtime_sha256="bb" * 32,
    harness_sha256="cc" * 32,
    sandbox="bubblewrap",
    limits=Limits(wall_seconds=60.0, memory_bytes=1 << 30),
    trainings=(Retraining(name="t1", seed=5),),
    threads=2,
    wants_gpu=True,
)


def _answer(files: dict[str, bytes], **changed: object) -> RunAnswer:
    left = tuple(
        LeftFile(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        for name, content in files.items()
    )
    refused = (Refusal(name="big.bin", why="too_large", detail="3 > 2"),)
    answer = RunAnswer(
        key=ORDER.key, run=a_run(), refused=refused, files=left, extra={"replay": {"why": None}}
    )
    return replace(answer, **changed)  # type: ignore[arg-type]


def _sent(folder: Path, files: dict[str, bytes], **changed: object) -> bytes:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return pack_answer(_answer(files, **changed), folder)


@pytest.mark.parametrize("order", [ORDER, TRAININGS, replace(ORDER, repeats=None, wants_gpu=True)])
def test_an_order_arrives_as_it_was_given(order: RunOrder | RetrainOrder) -> None:
    parcel = OrderParcel(
        order=order, room=5, files={SHA: b"x = 1"}, repeated={"order.npy": b"", "run.json": b"{}"}
    )
    assert unpack_order(pack_order(parcel)) == parcel


def test_a_file_that_is_not_the_one_of_its_digest_is_no_order() -> None:
    with pytest.raises(BadParcel, match="digest"):
        unpack_order(pack_order(OrderParcel(order=ORDER, room=1, files={SHA: b"x = 2"})))


@pytest.mark.parametrize("name", ["../order.npy", "/etc/passwd", "a/../../b", "", "a\0b", "."])
def test_a_name_that_leads_elsewhere_is_refused_in_orders_and_answers(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadParcel, match="name"):
        unpack_order(pack_order(OrderParcel(order=ORDER, room=1, repeated={name: b""})))
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "a").write_bytes(b"")
    content = _sent(tmp_path / "from", {"a": b""}).replace(b'"name": "a"', b'"name": ' + _json(name))
    content = _with_length(content)
    with pytest.raises(BadParcel, match="name"):
        take_answer(content, ORDER, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def _json(text: str) -> bytes:
    return b'"' + text.replace("\0", "\\u0000").encode() + b'"'


def _with_length(content: bytes) -> bytes:
    """Return a parcel whose head was changed, with the head's new length; it has no parts of any length."""
    mark = b"grader/parcel/v1\n"
    text = content[len(mark) + 8 :]
    return mark + len(text).to_bytes(8, "big") + text


def test_a_run_is_kept_as_if_it_had_been_made_here(tmp_path: Path) -> None:
    files = {"predictions.npy": b"12", "order.npy": b"0" * 80, "report.json": b"{}"}
    content = _sent(tmp_path / "from", files)
    with open_store(tmp_path / "store") as store:
        scratch = store.scratch_path(ORDER.key)
        assert take_answer(content, ORDER, scratch) == _answer(files)
        kept = store.publish(ORDER.key, scratch)
        assert kept.run == a_run()
        assert {name: kept.read(name) for name in files} == files
        assert kept.extra == {"replay": {"why": None}}


@pytest.mark.parametrize(
    "answer",
    [
        NotRun(reason=say("run-process-died"), again=True),
        NotRun(reason=say("run-internal-error", problem="é")),
        Died(reason=say("run-process-died")),
        Lacking(digests=(SHA,)),
    ],
)
def test_other_answers_arrive_as_they_were_given(tmp_path: Path, answer: NotRun | Died | Lacking) -> None:
    assert take_answer(pack_answer(answer), ORDER, tmp_path / "to") == answer
    assert not (tmp_path / "to").exists()


def test_the_answer_to_another_order_is_refused(tmp_path: Path) -> None:
    content = _sent(tmp_path / "from", {"a": b"1"}, key="99" * 32)
    with pytest.raises(BadParcel, match="another order"):
        take_answer(content, ORDER, tmp_path / "to")


def test_a_file_that_is_not_what_the_manifest_says_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    content = _sent(tmp_path / "from", {"a": b"1", "b": b"2"})
    with pytest.raises(BadParcel, match="b is not"):
        take_answer(content[:-1] + b"3", ORDER, tmp_path / "to")
    assert not (tmp_path / "to").exists()


@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_bytes_are_an_order_or_refused(noise: bytes, at: int) -> None:
    whole = pack_order(OrderParcel(order=ORDER, room=5, files={SHA: b"x = 1"}))
    for content in (noise, whole[:at], whole[:at] + noise + whole[at:], whole[:at] + noise):
        try:
            parcel = unpack_order(content)
        except BadParcel:
            continue
        assert parcel.files == {SHA: b"x = 1"}


@given(noise=st.binary(max_size=60), at=st.integers(0, 900))
def test_any_bytes_are_an_answer_or_refused(noise: bytes, at: int) -> None:
    whole = pack_answer(NotRun(reason=say("run-internal-error", problem="x")))
    for content in (noise, whole[:at], whole[:at] + noise + whole[at:]):
        try:
            assert isinstance(take_answer(content, ORDER, Path("/nonexistent/to")), NotRun | Died | Lacking)
        except BadParcel:
            continue
