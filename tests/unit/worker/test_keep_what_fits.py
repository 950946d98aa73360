"""What is kept of a run: answers first, never more than its room, each thing left out told."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from grader.storage.run_files import OURS
from grader.worker.keep_what_fits import keep_what_fits

NAMES = st.sampled_from(["predictions.npy", "report.json", "figure-01.png", "values.json", "odd", *OURS])


@given(sizes=st.dictionaries(NAMES, st.integers(0, 3000)), room=st.integers(0, 4000))
def test_what_is_kept_and_what_is_told_are_all_that_was_there_and_no_more_than_the_room(
    sizes: dict[str, int], room: int
) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, size in sizes.items():
            (folder / name).write_bytes(bytes(size))
        refused = {refusal.name for refusal in keep_what_fits(folder, room)}
        left = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert refused | set(left) == set(sizes)
    assert not refused & set(left)
    assert set(OURS) & set(sizes) <= set(left)
    assert sum(size for name, size in left.items() if name not in OURS) <= room
    if sizes.get("predictions.npy", room + 1) <= room:
        assert "predictions.npy" in left, "nothing goes before the answers"


def test_a_refusal_says_how_much_there_was_and_how_much_room(tmp_path: Path) -> None:
    (tmp_path / "predictions.npy").write_bytes(bytes(60))
    (tmp_path / "figure-01.png").write_bytes(bytes(50))
    (refusal,) = keep_what_fits(tmp_path, 100)
    assert (refusal.name, refusal.why, refusal.detail) == ("figure-01.png", "no_room_left", "50 > 40")
