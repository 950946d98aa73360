import hashlib
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.datasets.catalogue import dataset
from grader.datasets.dataset import DataFile, Dataset, Kind, Mirror
from grader.datasets.locate import FileState, checksum, find_files, inspect_files, verify
from grader.model.errors import DataMissing
from grader.model.message import Text

CONTENT = b"the published bytes"


def entry(*, mirrors: tuple[Mirror, ...] = (Mirror(url="http://127.0.0.1/x"),)) -> Dataset:
    file = DataFile(
        name="x.bin",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        mirrors=mirrors,
        licence="none",
        origin="http://127.0.0.1/about",
    )
    return Dataset(
        name="made-up",
        title=Text("Inventado", "Made up"),
        kind=Kind.CLASSIFICATION,
        files=(file,),
        classes=("a", "b"),
        groups={"test": (0, 1)},
    )


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_file_is_found_in_a_folder_named_like_the_dataset(tmp_path: Path) -> None:
    place = put(tmp_path / "data" / "made-up" / "x.bin")
    assert find_files(entry(), tmp_path / "data", tmp_path / "cache") == {"x.bin": place}


def test_a_file_is_found_in_a_flat_folder(tmp_path: Path) -> None:
    place = put(tmp_path / "data" / "x.bin")
    assert find_files(entry(), tmp_path / "data", tmp_path / "cache") == {"x.bin": place}


def test_a_file_that_comes_in_its_datasets_package_is_found_there_last(tmp_path: Path) -> None:
    packed = put(tmp_path / "package" / "x.bin")
    packaged = replace(entry(), shelf=packed.parent)
    assert find_files(packaged, None, tmp_path / "cache") == {"x.bin": packed}
    cached = put(tmp_path / "cache" / "datasets" / "made-up" / "x.bin")
    assert find_files(packaged, None, tmp_path / "cache") == {"x.bin": cached}


def test_the_given_folder_comes_before_the_cache(tmp_path: Path) -> None:
    put(tmp_path / "cache" / "datasets" / "made-up" / "x.bin")
    place = put(tmp_path / "data" / "x.bin")
    assert find_files(entry(), tmp_path / "data", tmp_path / "cache")["x.bin"] == place


def test_the_cache_answers_when_the_given_folder_lacks_the_file(tmp_path: Path) -> None:
    place = put(tmp_path / "cache" / "datasets" / "made-up" / "x.bin")
    (tmp_path / "data").mkdir()
    assert find_files(entry(), tmp_path / "data", tmp_path / "cache")["x.bin"] == place


def test_the_cache_answers_when_the_given_folder_holds_damaged_bytes(tmp_path: Path) -> None:
    put(tmp_path / "data" / "x.bin", b"half of it")
    place = put(tmp_path / "cache" / "datasets" / "made-up" / "x.bin")
    assert find_files(entry(), tmp_path / "data", tmp_path / "cache")["x.bin"] == place


def test_a_missing_file_is_told_with_the_exact_command_that_gets_it(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as caught:
        find_files(entry(), None, tmp_path)
    assert "grader data fetch made-up" in caught.value.message.en
    assert "grader data fetch made-up" in caught.value.message.pt
    assert "x.bin" in caught.value.message.en


def test_damaged_bytes_are_told_with_their_place(tmp_path: Path) -> None:
    place = put(tmp_path / "cache" / "datasets" / "made-up" / "x.bin", b"other bytes")
    with pytest.raises(DataMissing) as caught:
        find_files(entry(), None, tmp_path / "cache")
    assert str(place) in caught.value.message.en
    assert hashlib.sha256(b"other bytes").hexdigest()[:12] in caught.value.message.en
    assert caught.value.message.code == "GR502"


def test_a_data_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as caught:
        find_files(entry(), tmp_path / "tpyo", tmp_path)
    assert caught.value.message.code == "GR508"
    assert "tpyo" in caught.value.message.pt


def test_a_file_without_a_public_home_is_told_with_where_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as caught:
        find_files(entry(mirrors=()), None, tmp_path)
    assert "made-up/x.bin" in caught.value.message.en


def test_digits_are_looked_for_in_the_runtime(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as caught:
        find_files(dataset("digits"), None, tmp_path)
    assert "grader runtime install" in caught.value.message.en


def test_a_neighbours_file_of_the_same_name_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "grader.datasets.locate._published", lambda: {hashlib.sha256(b"neighbour").hexdigest()}
    )
    put(tmp_path / "data" / "x.bin", b"neighbour")
    (status,) = inspect_files(entry(), tmp_path / "data", tmp_path / "cache")
    assert status.state is FileState.ABSENT


@pytest.mark.parametrize(("content", "state"), [(CONTENT, FileState.SOUND), (b"?", FileState.CORRUPT)])
def test_the_state_of_a_file_says_what_its_bytes_are(
    tmp_path: Path, content: bytes, state: FileState
) -> None:
    place = put(tmp_path / "data" / "x.bin", content)
    (status,) = inspect_files(entry(), tmp_path / "data", tmp_path / "cache")
    assert (status.state, status.path) == (state, place)


def big(path: Path, fill: bytes = b"a") -> Path:
    put(path, fill * (2 * 1024 * 1024))
    old = time.time() - 60
    os.utime(path, (old, old))
    return path


def test_the_checksum_of_a_big_file_is_read_once(tmp_path: Path) -> None:
    place = big(tmp_path / "big.bin")
    first = checksum(place, tmp_path)
    memory = tmp_path / "checksums.json"
    known = json.loads(memory.read_bytes())
    known[str(place.resolve())]["sha256"] = "remembered"
    memory.write_text(json.dumps(known), encoding="utf-8")
    assert first == hashlib.sha256(place.read_bytes()).hexdigest()
    assert checksum(place, tmp_path) == "remembered"


def test_verifying_reads_to_the_end_whatever_is_remembered(tmp_path: Path) -> None:
    place = big(tmp_path / "big.bin")
    checksum(place, tmp_path)
    memory = tmp_path / "checksums.json"
    known = json.loads(memory.read_bytes())
    known[str(place.resolve())]["sha256"] = "remembered"
    memory.write_text(json.dumps(known), encoding="utf-8")
    content = hashlib.sha256(place.read_bytes()).hexdigest()
    assert checksum(place, tmp_path, afresh=True) == content
    assert checksum(place, tmp_path) == content


def test_a_verified_file_is_told_by_its_bytes(tmp_path: Path) -> None:
    place = put(tmp_path / "data" / "x.bin")
    (status,) = verify(entry(), tmp_path / "data", tmp_path / "cache")
    assert (status.state, status.path) == (FileState.SOUND, place)


def test_a_touched_file_is_read_again(tmp_path: Path) -> None:
    place = big(tmp_path / "big.bin")
    checksum(place, tmp_path)
    put(place, b"b" * (2 * 1024 * 1024))
    assert checksum(place, tmp_path) == hashlib.sha256(place.read_bytes()).hexdigest()


def test_a_file_changed_just_now_is_not_remembered(tmp_path: Path) -> None:
    place = put(tmp_path / "big.bin", b"a" * (2 * 1024 * 1024))
    checksum(place, tmp_path)
    assert not (tmp_path / "checksums.json").exists()


@pytest.mark.parametrize("rubbish", ["", "{", "[1]", '{"x": 3}', "\xff\xfe"])
def test_a_spoilt_memory_is_no_obstacle(tmp_path: Path, rubbish: str) -> None:
    place = big(tmp_path / "big.bin")
    (tmp_path / "checksums.json").write_text(rubbish, encoding="latin-1")
    assert checksum(place, tmp_path) == hashlib.sha256(place.read_bytes()).hexdigest()


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    place = big(tmp_path / "big.bin")
    blocked = put(tmp_path / "a-file")
    assert checksum(place, blocked / "below") == hashlib.sha256(place.read_bytes()).hexdigest()
