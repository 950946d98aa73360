"""Copies of a package's file in the other Pythons that are shown inside: the system's, a runtime's base.

The labels of a dataset that comes with scikit-learn lie in every scikit-learn there is.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from grader.model.run import Bind

SYSTEM = Bind(source=Path("/usr"), target="/usr")
"""What every sandbox shows."""
_PACKAGES = (
    "lib*/python3*/*-packages",
    "python3*/*-packages",
    "local/lib*/python3*/*-packages",
    "envs/*/lib/python3*/site-packages",
    "pkgs/*/lib/python3*/site-packages",
    "pkgs/*/site-packages",
)
"""Where packages lie below a Python: Debian's, Fedora's, pip's; conda's environments and its store."""


def copies_shown(below: str, binds: Sequence[Bind]) -> tuple[str, ...]:
    """Return where the file ``below`` of a package can be seen inside, under which names whatever."""
    found = (place for bind in (SYSTEM, *binds) for place in _copies(below, bind))
    return tuple(dict.fromkeys(found))


def _copies(below: str, bind: Bind) -> Iterator[str]:
    root = bind.source.resolve()
    for pattern in _PACKAGES:
        for packages in sorted(root.glob(pattern)):
            # Mounted over where it really lies: a link to it leads there too.
            file = (packages / below).resolve()
            if file.is_file() and file.is_relative_to(root):
                yield str(PurePosixPath(bind.target) / file.relative_to(root).as_posix())
