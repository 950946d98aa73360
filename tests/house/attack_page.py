"""docs/reference/attacks.md and the marks on the tests; as a program, fills the page's last column."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "attacks.md"
SECTIONS = ("Listed", "Our own", "Honest look-alikes")
UNTESTED = "—"
MARK = re.compile(r"""mark\.attack\(\s*((?:["']\w+["'],?\s*)+)\)""")
ROW = re.compile(r"^(\| (\w+) \| .+ \| .+ \|) ([^|]+) \|$")


def rows(section: str) -> list[tuple[str, set[str]]]:
    """Return the names of a section, each with the files that the page says test it."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    found = [ROW.match(line) for line in lines]
    assert all(found), f"a row of {section} cannot be read"
    named = [(row[2], row[3]) for row in found if row is not None and row[2] != "name"]
    return [(name, set(re.findall(r"`([^`]+)`", where))) for name, where in named]


def marked() -> dict[str, set[str]]:
    """Return the names that tests carry, each with the files of these tests."""
    found: dict[str, set[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for names in MARK.findall(path.read_text(encoding="utf-8")):
            for name in re.findall(r"\w+", names):
                found.setdefault(name, set()).add(path.relative_to(TESTS).as_posix())
    return found


def main() -> None:
    """Write the files of each name's tests into the page."""
    tested, lines = marked(), []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        row = ROW.match(line)
        if row is not None and row[2] != "name":
            where = ", ".join(f"`{file}`" for file in sorted(tested.get(row[2], ()))) or UNTESTED
            lines.append(f"{row[1]} {where} |")
        else:
            lines.append(line)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
