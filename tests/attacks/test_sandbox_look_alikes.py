"""Honest programs that come close to what attackers do: none of them is stopped."""

import pytest

from tests.integration.confined import MIB, Confined

pytestmark = pytest.mark.sandbox


@pytest.mark.alone
@pytest.mark.attack("honest_at_the_limits")
def test_nine_tenths_of_every_limit_are_free_to_use(confined: Confined) -> None:
    code = """
import os, resource, threading, time
begun = time.monotonic()
held = bytearray(170 << 20)
for at in range(0, len(held), 4096):
    held[at] = 1
with open("/tmp/large", "wb") as file:
    file.write(bytes(14 << 20))
for number in range(900):
    open(f"/out/{number}", "w").close()
wait = threading.Event()
threads = [threading.Thread(target=wait.wait) for _ in range(90)]
for thread in threads:
    thread.start()
for _ in range(57 * 16):
    print("x" * 65_535)
time.sleep(max(0, 5.4 - (time.monotonic() - begun)))
wait.set()
print("done")
"""
    run = confined.run(
        code,
        wall_seconds=6,
        memory_bytes=220 * MIB,
        disk_bytes=16 * MIB,
        files=1024,
        processes=100,
        output_kept_bytes=64 * MIB,
    )
    assert run.status == "OK"
    assert run.text.endswith("done\n")
    assert run.seconds > 5.4


@pytest.mark.attack("honest_threads")
def test_a_hundred_and_twenty_eight_threads_are_a_program_like_any(confined: Confined) -> None:
    code = """
import threading
together = threading.Barrier(128)
threads = [threading.Thread(target=together.wait) for _ in range(128)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("all")
"""
    run = confined.run(code)
    assert (run.status, run.text) == ("OK", "all\n")


@pytest.mark.attack("honest_progress_bars")
def test_a_bar_that_is_drawn_over_and_over_is_no_flood(confined: Confined) -> None:
    code = "for n in range(20_000): print(f'\\r{n:5d}/20000 |' + '#' * (n // 400), end='', flush=n % 50 == 0)"
    run = confined.run(code)
    assert run.status == "OK"
    assert run.kept == min(run.kept + run.dropped, MIB)


@pytest.mark.attack("honest_workers")
def test_workers_that_share_memory_and_talk_over_sockets_are_no_attack(confined: Confined) -> None:
    code = """
import multiprocessing, socket
from multiprocessing import shared_memory
def work(number):
    return sum(range(number))
memory = shared_memory.SharedMemory(create=True, size=20 << 20)
memory.buf[:] = b"x" * (20 << 20)
pairs = [socket.socketpair() for _ in range(50)]
pipes = [multiprocessing.Pipe() for _ in range(50)]
with multiprocessing.get_context("fork").Pool(8) as pool:
    print(sum(pool.map(work, range(2000), chunksize=10)))
memory.close(); memory.unlink()
"""
    run = confined.run(code, memory_bytes=300 * MIB, disk_bytes=64 * MIB, wall_seconds=20)
    assert (run.status, run.text) == ("OK", f"{sum(sum(range(n)) for n in range(2000))}\n")


@pytest.mark.attack("honest_mapped_file")
def test_reading_a_large_mapped_file_is_not_holding_it(confined: Confined) -> None:
    large = confined.folder / "large"
    with large.open("wb") as file:
        file.truncate(300 * MIB)
    large.chmod(0o644)
    code = """
import mmap
with open("/data/large", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as area:
    total = 0
    for at in range(0, len(area), 32 << 20):
        total += len(area[at : at + 4096])
print(total)
"""
    run = confined.run(code, binds=[[str(confined.folder), "/data"]], memory_bytes=150 * MIB)
    assert (run.status, run.text) == ("OK", f"{10 * 4096}\n")


@pytest.mark.attack("honest_readers")
def test_files_are_read_by_every_honest_way(confined: Confined) -> None:
    data = confined.folder / "rows"
    data.write_bytes(bytes(range(256)) * 4096)
    data.chmod(0o644)
    code = """
import mmap, os, shutil, subprocess
file = os.open("/data/rows", os.O_RDONLY)
parts = [bytearray(3), bytearray(2)]
print(os.preadv(file, parts, 254), [bytes(part).hex() for part in parts])
with mmap.mmap(file, 0, prot=mmap.PROT_READ) as area:
    for advice in ("NORMAL", "RANDOM", "SEQUENTIAL", "WILLNEED", "DONTNEED"):
        area.madvise(getattr(mmap, "MADV_" + advice))
    print(area[255], area[1 << 19])
shutil.copyfile("/data/rows", "/out/one")
for command in (["cp", "/data/rows", "/out/two"], ["cat", "/data/rows"], ["cmp", "/out/one", "/out/two"]):
    done = subprocess.run(command, capture_output=True)
    print(done.returncode, len(done.stdout), done.stderr.decode())
"""
    run = confined.run(code, binds=[[str(confined.folder), "/data"]])
    assert run.text.splitlines() == ["5 ['feff00', '0102']", "255 0", "0 0 ", "0 1048576 ", "0 0 "]
