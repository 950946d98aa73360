import os
import re
import sys
import time
from pathlib import Path

import pytest

from grader.model.errors import RuntimeMissing, UnknownPlugin
from grader.runtimes.catalogue import (
    INSIDE,
    find_runtime,
    is_installed,
    lock_text,
    mark_installed,
    names,
    runtime_folder,
    runtime_spec,
)
from grader.runtimes.install import install_runtime


def _environment(folder: Path, home: str = "/usr/bin") -> Path:
    """Write what a virtual environment looks like from outside; return its interpreter."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (folder / "lib" / "python3.11" / "site-packages" / "numpy-2.4.0.dist-info").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = {home}\nversion_info = 3.11.2\n")
    return python


def installed(cache: Path, name: str = "keras3") -> Path:
    """Write what an installed runtime looks like; return its folder."""
    folder = runtime_folder(runtime_spec(name).lock, cache)
    _environment(folder)
    mark_installed(folder)
    return folder


def _missing(name: str, cache: Path) -> str | None:
    with pytest.raises(RuntimeMissing) as caught:
        find_runtime(name, cache)
    assert caught.value.exit_code == 2
    return caught.value.message.code


def test_what_is_not_installed_is_told_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(RuntimeMissing, match="grader runtime install keras2"):
        find_runtime("keras2", tmp_path)


def test_an_unknown_runtime_is_told_with_its_near_miss(tmp_path: Path) -> None:
    with pytest.raises(UnknownPlugin, match=r"there are: keras3, keras2; did you mean 'keras3'\?"):
        find_runtime("kears3", tmp_path)


def test_both_runtimes_are_one_environment_seen_in_two_ways(tmp_path: Path) -> None:
    folder = installed(tmp_path)
    newer, older = (find_runtime(name, tmp_path) for name in names())
    assert newer.binds == older.binds
    assert newer.binds[0].source == folder
    assert newer.binds[0].target == INSIDE
    assert newer.digest == older.digest
    assert dict(newer.environment) == {}
    assert dict(older.environment) == {"TF_USE_LEGACY_KERAS": "1"}
    assert newer.site_packages == f"{INSIDE}/lib/python3.11/site-packages"
    assert newer.site_packages_here == folder / "lib/python3.11/site-packages"


def test_a_gpu_asks_for_another_environment(tmp_path: Path) -> None:
    installed(tmp_path)
    assert is_installed(runtime_spec("keras3"), tmp_path)
    assert not is_installed(runtime_spec("keras3", cuda=True), tmp_path)
    assert lock_text("keras-cuda") != lock_text("keras-cpu")


def test_half_an_installation_is_none(tmp_path: Path) -> None:
    _environment(runtime_folder("keras-cpu", tmp_path))
    assert _missing("keras3", tmp_path) == "GR700"


def test_an_installation_whose_base_python_is_gone_is_none(tmp_path: Path) -> None:
    folder = installed(tmp_path)
    (folder / "bin/python").unlink()
    (folder / "bin/python").symlink_to(tmp_path / "python3.10")
    assert _missing("keras3", tmp_path) == "GR700"


@pytest.mark.parametrize("part", ["pyvenv.cfg", "lib/python3.11/site-packages/numpy-2.4.0.dist-info"])
def test_a_damaged_installation_is_told(tmp_path: Path, part: str) -> None:
    path = installed(tmp_path) / part
    if path.is_dir():
        path.rmdir()
        path.parent.rmdir()
    else:
        path.unlink()
    assert _missing("keras3", tmp_path) == "GR705"


def test_a_base_python_that_is_not_the_systems_is_shown_too(tmp_path: Path) -> None:
    base = tmp_path / "python" / "bin"
    base.mkdir(parents=True)
    python = _environment(tmp_path / "venv", home=str(base))
    targets = [bind.target for bind in find_runtime(str(python), tmp_path).binds]
    assert targets == [INSIDE, str(tmp_path / "python")]


@pytest.mark.attack("home_as_prefix")
@pytest.mark.parametrize("prefix", [".", ".local", ".."])
def test_of_a_python_that_was_installed_into_the_home_only_itself_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    home = tmp_path / "people" / "ana"
    base = (home / prefix).resolve()
    for name in ("bin", "lib", "share"):
        (base / name).mkdir(parents=True)
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    python = _environment(tmp_path / "venv", home=str(base / "bin"))
    targets = [bind.target for bind in find_runtime(str(python), tmp_path).binds]
    assert targets == [INSIDE, str(base / "bin"), str(base / "lib")]


def test_a_courses_own_interpreter_needs_no_installation(tmp_path: Path) -> None:
    python = _environment(tmp_path / "venv")
    (tmp_path / "venv/bin/python3").symlink_to("python")
    runtime = find_runtime(str(tmp_path / "venv/bin/python3"), tmp_path)
    assert str(runtime.python) == f"{INSIDE}/bin/python3"
    assert runtime.environment == ()
    by_jax = find_runtime(str(python), tmp_path, backend="jax")
    assert by_jax.environment == (("KERAS_BACKEND", "jax"),)
    assert by_jax.digest == find_runtime(str(python), tmp_path).digest
    before = find_runtime(str(python), tmp_path).digest
    (tmp_path / "venv/lib/python3.11/site-packages/scipy-1.16.dist-info").mkdir()
    assert find_runtime(str(python), tmp_path).digest != before


def test_a_path_that_is_no_environments_interpreter_is_told(tmp_path: Path) -> None:
    assert _missing(str(tmp_path / "nowhere/bin/python"), tmp_path) == "GR703"
    assert _missing("/usr/bin/python3", tmp_path) == "GR704"
    plain = tmp_path / "venv/bin/python"
    plain.parent.mkdir(parents=True)
    plain.write_text("")
    assert _missing(str(plain), tmp_path) == "GR703"


def test_installing_what_is_complete_does_nothing(tmp_path: Path) -> None:
    folder = installed(tmp_path)
    before = sorted(p.name for p in folder.iterdir())
    begun = time.perf_counter()
    assert install_runtime(runtime_spec("keras2"), tmp_path, python="/nowhere/python") == folder
    assert time.perf_counter() - begun < 5
    assert sorted(p.name for p in folder.iterdir()) == before


def test_an_installation_that_fails_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    spec = runtime_spec("keras3")
    half = runtime_folder(spec.lock, tmp_path)
    (half / "lib").mkdir(parents=True)
    with pytest.raises(RuntimeMissing, match="could not be installed") as caught:
        install_runtime(spec, tmp_path, python=str(tmp_path / "no-such-python"))
    assert caught.value.message.code == "GR702"
    assert not half.exists()
    assert not is_installed(spec, tmp_path)


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "runtimes").write_text("a file")
    with pytest.raises(RuntimeMissing, match=r"File exists|Not a directory"):
        install_runtime(runtime_spec("keras3"), tmp_path)


@pytest.mark.parametrize("lock", ["keras-cpu", "keras-cuda"])
def test_every_package_of_a_lock_is_pinned_and_hashed(lock: str) -> None:
    blocks = [b for b in re.split(r"\n(?=\S)", lock_text(lock)) if b.strip() and not b.startswith("#")]
    assert len(blocks) > 50
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,_-]+\])?==\S+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


def test_a_lock_of_another_content_is_another_folder(tmp_path: Path) -> None:
    assert runtime_folder("keras-cpu", tmp_path) != runtime_folder("keras-cuda", tmp_path)
    assert os.path.commonpath([runtime_folder("keras-cpu", tmp_path), tmp_path / "runtimes"]) == str(
        tmp_path / "runtimes"
    )
