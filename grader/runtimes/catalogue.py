"""Which runtimes there are, and where they stand once installed.

``keras3`` and ``keras2`` are one locked environment seen in two ways: tf-keras is in both, and
``TF_USE_LEGACY_KERAS=1`` chooses it for ``tensorflow.keras``. One environment is 2 GB on disk, two are four.
"""

import os
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from grader.model.digest import digest_bytes
from grader.model.errors import RuntimeMissing, UnknownPlugin
from grader.model.message import Message
from grader.model.run import Bind
from grader.words import say
from grader.words.mistake_words import near_miss

INSIDE = "/opt/runtime"
_STAMP = "grader-complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeSpec:
    """A runtime by name: which lock it is installed from and what its programs see in the environment."""

    name: str
    lock: str
    environment: tuple[tuple[str, str], ...]
    what: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """An installed runtime, ready to be shown to a sandbox."""

    name: str
    python: Path
    """The interpreter as seen inside the sandbox."""
    binds: tuple[Bind, ...]
    environment: tuple[tuple[str, str], ...]
    site_packages: str
    """Its folder of packages as seen inside the sandbox."""
    site_packages_here: Path
    digest: str


def names() -> tuple[str, ...]:
    """Return the names of the shipped runtimes."""
    return ("keras3", "keras2")


def runtime_spec(name: str, *, cuda: bool = False) -> RuntimeSpec:
    """Return the shipped runtime ``name``; with ``cuda`` the build for NVIDIA GPUs.

    Raises:
        UnknownPlugin: there is none of that name.
    """
    if name not in names():
        hint, available = near_miss(name, names()), ", ".join(names())
        raise UnknownPlugin(say("unknown-runtime", name=name, hint=hint, available=available))
    legacy = (("TF_USE_LEGACY_KERAS", "1"),) if name == "keras2" else ()
    return RuntimeSpec(
        name=name,
        lock="keras-cuda" if cuda else "keras-cpu",
        environment=legacy,
        what=say(f"runtime.{name}"),
    )


def lock_text(lock: str) -> str:
    """Return the pinned, hashed requirements of ``lock``."""
    return (resources.files("grader.runtimes") / "locks" / f"{lock}.txt").read_text(encoding="utf-8")


def runtime_folder(lock: str, cache: Path) -> Path:
    """Return where the environment of ``lock`` stands, installed or not."""
    return cache / "runtimes" / f"{lock}-{digest_bytes(lock_text(lock).encode())[:12]}"


def is_installed(spec: RuntimeSpec, cache: Path) -> bool:
    """Return whether ``spec`` is completely installed in ``cache``, and its base interpreter still there."""
    folder = runtime_folder(spec.lock, cache)
    return (folder / _STAMP).is_file() and (folder / "bin" / "python").exists()


def mark_installed(folder: Path) -> None:
    """Note that everything of the environment at ``folder`` is in place."""
    (folder / _STAMP).write_text("complete\n", encoding="utf-8")


def find_runtime(name: str, cache: Path, *, cuda: bool = False, backend: str = "") -> Runtime:
    """Return the installed runtime ``name``, or a course's own interpreter when it is a path.

    ``backend``: what its Keras 3 computes with, where that is chosen.

    Raises:
        RuntimeMissing: it is not installed; the message has the command.
        UnknownPlugin: there is none of that name.
    """
    chosen = (("KERAS_BACKEND", backend),) if backend else ()
    if "/" in name:
        return _own_interpreter(Path(name).expanduser(), chosen)
    spec = runtime_spec(name, cuda=cuda)
    if not is_installed(spec, cache):
        raise RuntimeMissing(say("runtime-not-installed", name=name))
    folder = runtime_folder(spec.lock, cache)
    digest = digest_bytes(lock_text(spec.lock).encode())
    try:
        return _described(name, folder, (*spec.environment, *chosen), digest)
    except (OSError, RuntimeMissing):
        raise RuntimeMissing(say("runtime-damaged", name=name, folder=str(folder))) from None


def _own_interpreter(python: Path, environment: tuple[tuple[str, str], ...]) -> Runtime:
    folder = python.parent.parent.absolute()
    if python.parent.name != "bin" or not (os.access(python, os.X_OK) and python.is_file()):
        raise RuntimeMissing(say("interpreter-not-runnable", path=str(python)))
    if not (folder / "pyvenv.cfg").is_file():
        raise RuntimeMissing(say("not-a-virtual-environment", path=str(python)))
    installed = sorted(p.name for p in _site_packages(folder).glob("*.dist-info"))
    described = _described(str(python), folder, environment, digest_bytes("\n".join(installed).encode()))
    return replace(described, python=Path(INSIDE) / "bin" / python.name)


def _described(name: str, folder: Path, environment: tuple[tuple[str, str], ...], digest: str) -> Runtime:
    here = _site_packages(folder)
    return Runtime(
        name=name,
        python=Path(INSIDE) / "bin" / "python",
        binds=(Bind(source=folder, target=INSIDE), *_base_binds(folder)),
        environment=environment,
        site_packages=f"{INSIDE}/{here.relative_to(folder)}",
        site_packages_here=here,
        digest=digest,
    )


def _site_packages(folder: Path) -> Path:
    found = sorted((folder / "lib").glob("python3*/site-packages"))
    if not found:
        raise RuntimeMissing(say("not-a-virtual-environment", path=str(folder)))
    return found[0]


def _base_binds(folder: Path) -> tuple[Bind, ...]:
    """Return the bind of the base interpreter, unless it is the system's (``/usr`` is always shown)."""
    for line in (folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "home":
            base = Path(value.strip()).resolve().parent
            return () if base == Path("/usr") else tuple(_shown(part) for part in _needed(base))
    return ()


def _needed(base: Path) -> list[Path]:
    """Return what a Python below ``base`` needs: all of it, but where somebody installed it into the home."""
    home = Path.home().resolve()
    if not home.is_relative_to(base) and base != home / ".local":
        return [base]
    return [part for name in ("bin", "lib", "lib64") if (part := base / name).is_dir()]


def _shown(folder: Path) -> Bind:
    return Bind(source=folder, target=str(folder))
