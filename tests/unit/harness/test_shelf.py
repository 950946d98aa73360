"""What was loaded before comes back as if a program had imported it just now."""

import builtins
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ImportHooks = importlib.import_module("grader_harness.import_hooks").ImportHooks
Shelf: Any = importlib.import_module("grader_harness.warm.shelf").Shelf

FILES = {
    "shelved/__init__.py": """
import builtins
from shelved.inner import double
builtins.shelved_loads.append(1)
""",
    "shelved/inner.py": "def double(x):\n    return 2 * x\nclass Kept:\n    pass\n",
    "shelved/apart.py": "from shelved.inner import double as twice\n",
    "shelved_too.py": "import shelved.apart\nfrom shelved.inner import double\n",
    "shelved_lazy.py": "def later():\n    import shelved.apart\n    return shelved.apart\n",
}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(builtins, "shelved_loads", [], raising=False)
    before = list(sys.meta_path)
    shelf = Shelf()
    shelf.fill(["shelved", "shelved_too", "shelved_lazy", "no_such_library"])
    shelf.put_away()
    yield shelf
    sys.meta_path[:] = before
    for name in [name for name in sys.modules if name.startswith("shelved")]:
        del sys.modules[name]


def there() -> set[str]:
    return {name for name in sys.modules if name.startswith("shelved")}


def imported(name: str) -> Any:
    return importlib.import_module(name)


def test_what_is_put_away_is_not_there(shelf: Any) -> None:
    assert there() == set()
    assert shelf.missing == ["no_such_library"]
    assert shelf.names == {"shelved", "shelved_too", "shelved_lazy"}


def test_it_comes_back_with_what_its_import_loads_and_nothing_else(shelf: Any) -> None:
    module = imported("shelved")
    assert there() == {"shelved", "shelved.inner"}
    assert module.double(2) == 4
    assert not hasattr(module, "apart"), "nobody has imported it"
    assert imported("shelved_too").shelved.apart.twice(3) == 6
    assert there() == {"shelved", "shelved.inner", "shelved.apart", "shelved_too"}


def test_its_code_runs_once(shelf: Any) -> None:
    imported("shelved")
    assert builtins.shelved_loads == [1]  # type: ignore[attr-defined]


def test_what_a_function_imports_later_comes_back_then(shelf: Any) -> None:
    lazy = imported("shelved_lazy")
    assert there() == {"shelved_lazy"}
    assert lazy.later().twice(1) == 2
    assert "shelved.apart" in there()


def test_its_spec_is_its_own_and_looking_for_it_imports_nothing(shelf: Any) -> None:
    found = importlib.util.find_spec("shelved")
    assert found is not None
    assert there() == set()
    module = imported("shelved")
    assert module.__spec__.origin == found.origin == module.__file__
    assert importlib.reload(module) is module


def test_hooks_are_called_in_the_order_of_loading(shelf: Any) -> None:
    called: list[str] = []
    hooks = ImportHooks()
    for name in ("shelved", "shelved.inner", "shelved_too"):
        hooks.after(name, lambda module: called.append(module.__name__))
    hooks.before("shelved", lambda: called.append("shelved begins"))
    hooks.install()
    imported("shelved_too")
    assert called == ["shelved.inner", "shelved begins", "shelved", "shelved_too"]
    assert hooks.faults == []


@pytest.mark.parametrize("asked", ["shelved_too", "shelved", "shelved.inner"])
def test_what_a_hook_replaces_is_replaced_where_others_have_it(shelf: Any, asked: str) -> None:
    def replace(module: Any) -> None:
        module.double = lambda x: -x

    hooks = ImportHooks()
    hooks.after("shelved.inner", replace)
    hooks.install()
    imported(asked)
    assert imported("shelved.inner").double(1) == -1
    assert imported("shelved").double(1) == -1
    assert imported("shelved_too").double(1) == -1
    assert imported("shelved.apart").twice(1) == -1


def test_what_a_hook_replaces_elsewhere_stays_what_it_was_for_those_who_had_it_before(shelf: Any) -> None:
    def replace(module: Any) -> None:
        module.double = lambda x: -x

    hooks = ImportHooks()
    hooks.after("shelved", replace)  # it is not the module that defines it
    hooks.install()
    assert imported("shelved").double(1) == -1
    assert imported("shelved_too").double(1) == 2
