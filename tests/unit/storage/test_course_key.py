"""The key of a course: made once, readable by its owner alone, never guessed nor replaced."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.errors import StorageError
from grader.storage.course_key import NAME, CourseKey, find_key, key_of

SECRETS = st.binary(min_size=32, max_size=32)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


def test_it_is_made_when_first_needed_and_stays(tmp_path: Path) -> None:
    assert find_key(tmp_path) is None
    made = key_of(tmp_path)
    assert key_of(tmp_path) == made == find_key(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_its_owner_alone_can_read_it_also_where_somebody_had_opened_it(tmp_path: Path) -> None:
    key_of(tmp_path)
    path = tmp_path / NAME
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    key_of(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_courses_have_two_keys(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert key_of(tmp_path / "a").name != key_of(tmp_path / "b").name


@pytest.mark.parametrize("written", [b"", b"x" * 64, b"0" * 63, b"0" * 65, b"0" * 64 + b"\n\n"])
def test_what_is_no_key_is_told_and_not_replaced(tmp_path: Path, written: bytes) -> None:
    (tmp_path / NAME).write_bytes(written)
    with pytest.raises(StorageError) as told:
        key_of(tmp_path)
    assert told.value.message.code == "GR805"
    assert (tmp_path / NAME).read_bytes() == written


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("0" * 64)
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError):
        key_of(tmp_path)


@given(secret=SECRETS, other=SECRETS, digest=DIGESTS, changed=DIGESTS)
def test_a_mark_is_of_one_key_and_one_document(
    secret: bytes, other: bytes, digest: str, changed: str
) -> None:
    binding = CourseKey(secret).bind(digest)
    assert CourseKey(secret).made(binding)
    assert CourseKey(other).made(binding) == (other == secret)
    moved = type(binding)(key=binding.key, mark=binding.mark, digest=changed)
    assert CourseKey(secret).made(moved) == (changed == digest)


def test_no_part_of_the_secret_is_shown() -> None:
    key = CourseKey(bytes(range(32)))
    assert key.secret.hex() not in repr(key) + key.name + str(key.bind("0" * 64))
    assert key.name not in key.secret.hex()
