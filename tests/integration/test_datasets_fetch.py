"""Downloads from a real HTTP server on this machine: whole, broken off, wrong, absent."""

import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from grader.datasets.catalogue import dataset
from grader.datasets.dataset import DataFile, Dataset, Kind, Mirror
from grader.datasets.fetch import fetch
from grader.datasets.locate import find_files
from grader.model.errors import DataMissing, StorageError
from grader.model.message import Text

CONTENT = bytes(range(256)) * 4096  # 1 MiB
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Home:
    """A web server with pages by path; ``breaks`` counts connections it cuts half way, by path."""

    url: str
    pages: dict[str, bytes]
    breaks: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def mirror(self, path: str, **more: Any) -> Mirror:
        return Mirror(url=self.url + path, **more)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        home: Home = self.server.home  # type: ignore[attr-defined]  # set by the fixture
        wanted = self.headers.get("Range")
        home.asked.append((self.path, wanted))
        page = home.pages.get(self.path)
        if page is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if wanted and home.ranges and start >= len(page):
            self.send_error(416)
            return
        if wanted and home.ranges:
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(page) - 1}/{len(page)}")
        else:
            self.send_response(200)
            start = 0
        rest = page[start:]
        self.send_header("Content-Length", str(len(rest)))
        for name, value in home.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if home.breaks.get(self.path, 0) > 0:
            home.breaks[self.path] -= 1
            rest = rest[: len(rest) // 2]
            self.close_connection = True
        self.wfile.write(rest)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def home() -> Iterator[Home]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    server.home = Home(url=address, pages={"/good": CONTENT})  # type: ignore[attr-defined]  # read by Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.home  # type: ignore[attr-defined]  # set above
    server.shutdown()
    thread.join()
    server.server_close()


def entry(*mirrors: Mirror, sha256: str = SHA256, size: int = len(CONTENT)) -> Dataset:
    file = DataFile(
        name="x.bin", sha256=sha256, size=size, mirrors=mirrors, licence="none", origin="the origin"
    )
    return Dataset(
        name="made-up",
        title=Text("Inventado", "Made up"),
        kind=Kind.CLASSIFICATION,
        files=(file,),
        classes=("a", "b"),
        groups={"test": (0, 1)},
    )


def silent(_name: str, _received: int, _total: int) -> None:
    """Progress that nobody watches."""


def leftovers(cache: Path) -> set[str]:
    return {path.name for path in (cache / "datasets" / "made-up").iterdir()}


def test_a_download_ends_in_the_cache_where_grading_finds_it(home: Home, tmp_path: Path) -> None:
    made_up = entry(home.mirror("/good"))
    (place,) = fetch(made_up, tmp_path, silent)
    assert place.read_bytes() == CONTENT
    assert find_files(made_up, None, tmp_path) == {"x.bin": place}
    assert leftovers(tmp_path) == {"x.bin"}


def test_what_is_there_is_not_downloaded_again(home: Home, tmp_path: Path) -> None:
    made_up = entry(home.mirror("/good"))
    fetch(made_up, tmp_path, silent)
    fetch(made_up, tmp_path, silent)
    assert len(home.asked) == 1


def test_a_damaged_file_is_replaced(home: Home, tmp_path: Path) -> None:
    made_up = entry(home.mirror("/good"))
    (place,) = fetch(made_up, tmp_path, silent)
    place.write_bytes(b"spoilt")
    assert fetch(made_up, tmp_path, silent)[0].read_bytes() == CONTENT


def test_a_missing_page_is_no_obstacle_when_the_next_home_has_it(home: Home, tmp_path: Path) -> None:
    (place,) = fetch(entry(home.mirror("/gone"), home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT


def test_a_home_that_is_not_there_is_no_obstacle_when_the_next_one_is(home: Home, tmp_path: Path) -> None:
    nobody = Mirror(url="http://127.0.0.1:9/x")
    (place,) = fetch(entry(nobody, home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", [b"", b"<html>Sorry</html>", CONTENT + b"!", b"\0" * 1024 * 1024])
def test_wrong_bytes_are_never_kept(home: Home, tmp_path: Path, wrong: bytes) -> None:
    home.pages["/wrong"] = wrong
    with pytest.raises(DataMissing) as caught:
        fetch(entry(home.mirror("/wrong")), tmp_path, silent)
    assert leftovers(tmp_path) == set()
    assert caught.value.message.code == "GR505"


def test_wrong_bytes_are_no_obstacle_when_the_next_home_has_the_right_ones(
    home: Home, tmp_path: Path
) -> None:
    home.pages["/wrong"] = b"<html>Sorry</html>"
    (place,) = fetch(entry(home.mirror("/wrong"), home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT


def test_an_interrupted_download_goes_on_where_it_stopped(home: Home, tmp_path: Path) -> None:
    home.breaks["/good"] = 3
    (place,) = fetch(entry(home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT
    starts = [int((asked or "bytes=0-")[6:-1]) for _, asked in home.asked]
    assert len(starts) == 4
    assert starts == sorted(set(starts))


def test_a_part_from_an_earlier_day_is_gone_on_with(home: Home, tmp_path: Path) -> None:
    part = tmp_path / "datasets" / "made-up" / "x.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:1000])
    (place,) = fetch(entry(home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT
    assert home.asked == [("/good", "bytes=1000-")]


def test_a_part_of_something_else_is_thrown_away(home: Home, tmp_path: Path) -> None:
    part = tmp_path / "datasets" / "made-up" / "x.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"from another file")
    (place,) = fetch(entry(home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT
    assert [asked for _, asked in home.asked] == ["bytes=17-", None]


def test_a_part_longer_than_the_file_is_thrown_away(home: Home, tmp_path: Path) -> None:
    part = tmp_path / "datasets" / "made-up" / "x.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT + b"more")
    assert fetch(entry(home.mirror("/good")), tmp_path, silent)[0].read_bytes() == CONTENT


def test_a_part_of_something_else_and_wrong_bytes_leave_nothing_behind(home: Home, tmp_path: Path) -> None:
    home.pages["/wrong"] = b"other bytes, and more of them than in the part"
    part = tmp_path / "datasets" / "made-up" / "x.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"from another file")
    with pytest.raises(DataMissing):
        fetch(entry(home.mirror("/wrong")), tmp_path, silent)
    assert leftovers(tmp_path) == set()


def test_an_archive_that_was_whole_already_is_asked_for_again(home: Home, tmp_path: Path) -> None:
    home.pages["/archive"] = zipped("x.txt", CONTENT)
    made_up = entry(home.mirror("/archive", member="x.txt"))
    url = home.url + "/archive"
    mark = hashlib.sha256(url.encode()).hexdigest()[:8]
    part = tmp_path / "datasets" / "made-up" / f"x.bin.{mark}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(home.pages["/archive"])
    assert fetch(made_up, tmp_path, silent)[0].read_bytes() == CONTENT
    assert leftovers(tmp_path) == {"x.bin"}


def test_a_home_without_ranges_is_read_from_the_beginning(home: Home, tmp_path: Path) -> None:
    home.ranges = False
    home.breaks["/good"] = 1
    (place,) = fetch(entry(home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT


def test_a_home_that_always_breaks_off_leaves_its_part_to_the_next_one(home: Home, tmp_path: Path) -> None:
    home.pages["/flaky"] = CONTENT
    home.ranges = False
    home.breaks["/flaky"] = 100
    (place,) = fetch(entry(home.mirror("/flaky"), home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT
    assert ("/good", f"bytes={len(CONTENT) // 2}-") in home.asked


def test_bytes_are_kept_as_they_come_whatever_the_home_calls_their_encoding(
    home: Home, tmp_path: Path
) -> None:
    home.headers["Content-Encoding"] = "gzip"
    (place,) = fetch(entry(home.mirror("/good")), tmp_path, silent)
    assert place.read_bytes() == CONTENT


def test_progress_is_told_up_to_the_last_byte(home: Home, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    fetch(entry(home.mirror("/good")), tmp_path, lambda *step: told.append(step))
    assert told[0] == ("x.bin", 0, len(CONTENT))
    assert told[-1] == ("x.bin", len(CONTENT), len(CONTENT))
    assert [received for _, received, _ in told] == sorted(received for _, received, _ in told)


def test_when_no_home_delivers_the_message_says_what_each_one_did(home: Home, tmp_path: Path) -> None:
    home.pages["/wrong"] = b"<html>Sorry</html>"
    nobody = Mirror(url="http://127.0.0.1:9/x")
    with pytest.raises(DataMissing) as caught:
        fetch(entry(home.mirror("/gone"), home.mirror("/wrong"), nobody), tmp_path, silent)
    for text in (caught.value.message.en, caught.value.message.pt):
        assert f"{home.url}/gone" in text
        assert "404" in text
        assert f"{home.url}/wrong" in text
        assert "127.0.0.1:9" in text
        assert "the origin" in text


def test_a_mirror_of_ones_own_is_asked_first(home: Home, tmp_path: Path) -> None:
    home.pages["/made-up/x.bin"] = CONTENT
    fetch(entry(home.mirror("/good")), tmp_path, silent, mirror=home.url + "/")
    assert [path for path, _ in home.asked] == ["/made-up/x.bin"]


def test_a_file_without_a_public_home_can_come_from_ones_own_mirror(home: Home, tmp_path: Path) -> None:
    home.pages["/made-up/x.bin"] = CONTENT
    (place,) = fetch(entry(), tmp_path, silent, mirror=home.url)
    assert place.read_bytes() == CONTENT


def test_a_file_without_any_home_is_told_with_where_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as caught:
        fetch(entry(), tmp_path, silent)
    assert "made-up/x.bin" in caught.value.message.pt


def test_a_cache_that_cannot_be_written_is_ours_to_tell(home: Home, tmp_path: Path) -> None:
    (tmp_path / "datasets").write_bytes(b"a file where a folder should be")
    with pytest.raises(StorageError) as caught:
        fetch(entry(home.mirror("/good")), tmp_path, silent)
    assert str(tmp_path) in caught.value.message.en


def test_files_that_come_with_a_runtime_are_not_downloaded(tmp_path: Path) -> None:
    assert fetch(dataset("digits"), tmp_path, silent) == ()


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_file_is_taken_out_of_an_archive(home: Home, tmp_path: Path, pack: Any) -> None:
    home.pages["/archive"] = pack("folder/x.txt", CONTENT)
    (place,) = fetch(entry(home.mirror("/archive", member="folder/x.txt")), tmp_path, silent)
    assert place.read_bytes() == CONTENT
    assert leftovers(tmp_path) == {"x.bin"}


def test_an_interrupted_archive_goes_on_where_it_stopped(home: Home, tmp_path: Path) -> None:
    home.pages["/archive"] = zipped("x.txt", CONTENT)
    home.breaks["/archive"] = 1
    (place,) = fetch(entry(home.mirror("/archive", member="x.txt")), tmp_path, silent)
    assert place.read_bytes() == CONTENT
    assert home.asked[-1][1] is not None


def test_line_ends_are_brought_to_the_published_form(home: Home, tmp_path: Path) -> None:
    published = b"1,2\r\n3,4\r\n5,6"
    home.pages["/archive"] = tarred("x.txt", b"1,2\n3,4\n5,6\n")
    made_up = entry(
        home.mirror("/archive", member="x.txt", crlf=True),
        sha256=hashlib.sha256(published).hexdigest(),
        size=len(published),
    )
    assert fetch(made_up, tmp_path, silent)[0].read_bytes() == published


@pytest.mark.parametrize(
    "archive",
    [
        b"no archive at all",
        zipped("other.txt", CONTENT),
        tarred("other.txt", CONTENT),
        tarred("x.txt", CONTENT)[:2000],
        zipped("x.txt", CONTENT)[:-30],
        zipped("x.txt", b"\0" * 50_000_000),
    ],
)
def test_an_archive_without_the_file_is_no_obstacle_when_the_next_home_has_it(
    home: Home, tmp_path: Path, archive: bytes
) -> None:
    home.pages["/archive"] = archive
    made_up = entry(home.mirror("/archive", member="x.txt"), home.mirror("/good"))
    (place,) = fetch(made_up, tmp_path, silent)
    assert place.read_bytes() == CONTENT
    assert leftovers(tmp_path) == {"x.bin"}


def test_the_published_california_file_comes_out_of_its_archive(home: Home, tmp_path: Path) -> None:
    """The archive's own text, LF line ends, is told apart from ours by its line ends only."""
    lines = b"-122.230000,37.880000\n-122.220000,37.860000\n"
    home.pages["/cal_housing.tgz"] = tarred("CaliforniaHousing/cal_housing.data", lines)
    published = lines.replace(b"\n", b"\r\n")[:-2]
    real = dataset("california-housing")
    archived = [mirror for mirror in real.files[0].mirrors if mirror.member]
    assert archived
    file = replace(
        real.files[0],
        sha256=hashlib.sha256(published).hexdigest(),
        size=len(published),
        mirrors=(replace(archived[0], url=home.url + "/cal_housing.tgz"),),
    )
    (place,) = fetch(replace(real, files=(file,)), tmp_path, silent)
    assert place.read_bytes() == published
