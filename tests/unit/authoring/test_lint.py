import json
from pathlib import Path

import pytest

from grader.authoring.lint.dead_links import headings, links_of
from grader.authoring.lint.spec_flaws import line_of_key
from grader.cli.main import run
from tests.unit.authoring.courses import (
    ROOT,
    add_cell,
    change,
    course_of,
    flaws,
    lint,
    of_rule,
    own_course,
    rules,
)

Told = pytest.CaptureFixture[str]


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    return course_of(tmp_path / "course")


@pytest.fixture
def cafe(tmp_path: Path) -> Path:
    return own_course(tmp_path / "course")


def _given(course: Path, name: str, slug: str = "digits") -> Path:
    return course / "assignments" / slug / name


def _kept(course: Path, name: str, slug: str = "digits") -> Path:
    return course / "reference_solutions" / slug / name


@pytest.mark.parametrize(
    "slug", sorted(spec.parent.name for spec in ROOT.glob("assignments/*/assignment.toml"))
)
def test_the_assignments_that_come_with_the_grader_are_clean(tmp_path: Path, slug: str) -> None:
    assert flaws(course_of(tmp_path, slug)) == []


def test_every_mistake_of_every_spec_is_told_with_its_line(digits: Path) -> None:
    change(_given(digits, "assignment.toml"), "below = 0.055 ", "belov = 0.055 ")
    change(_given(digits, "assignment.toml"), 'timeout = "5 min"', 'timeout = "5 mins"')
    (digits / "course.toml").write_text('nome = "x"\n', encoding="utf-8")
    found = [flaw for flaw in flaws(digits) if flaw[1].endswith(".toml")]
    assert {(name, line) for _, name, line in found} >= {
        ("assignment.toml", 13),
        ("assignment.toml", 27),
        ("course.toml", 1),
    }


_SPEC = """[run]
runs = { min = 1, max = 5 }
[data]
dataset = "x"
[[check]]
id = "a"
kind = "runs"

[[check]]
id = "b"
kind = "metric"
below = 1
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("data.dataset", 4),
        ("check.b.below", 12),
        ("check.1.kind", 7),
        ("check.b", 9),
        ("run.runs.max", 2),
        ("no", None),
    ],
)
def test_a_key_is_found_where_it_is_written(key: str, line: int | None) -> None:
    assert line_of_key(_SPEC, key) == line


def test_keys_with_dots_are_found_without_tables() -> None:
    assert line_of_key('x = 1\ndata.dataset = "x"\n', "data.dataset") == 2


@pytest.mark.parametrize("name", ["README.md", "README.en.md", "starter.ipynb"])
def test_a_paper_that_is_not_there_is_told(digits: Path, name: str) -> None:
    _given(digits, name).unlink()
    assert [(rule, file) for rule, file, _ in flaws(digits)] == [
        ("starter-missing" if name == "starter.ipynb" else "statement-missing", name)
    ]


def test_a_starter_that_is_no_notebook_and_an_empty_statement_are_told(digits: Path) -> None:
    _given(digits, "starter.ipynb").write_text("print()", encoding="utf-8")
    _given(digits, "README.en.md").write_text("\n", encoding="utf-8")
    assert rules(digits) >= {"starter-unreadable", "statement-empty"}


def test_a_folder_without_a_spec_is_told(digits: Path) -> None:
    (digits / "assignments" / "draft").mkdir()
    (digits / "assignments" / "draft" / "README.md").write_text("# Draft\n", encoding="utf-8")
    (digits / "assignments" / "empty").mkdir()
    assert flaws(digits) == [("spec-missing", "draft", None)]


def test_an_assignment_without_a_solution_or_a_record_says_so(digits: Path, tmp_path: Path) -> None:
    _kept(digits, "record.json").unlink()
    assert rules(digits) == {"record-missing"}
    _kept(digits, "solution.py").unlink()
    assert rules(digits) == {"reference-missing"}


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("README.md", "menor que 5,5 %", "menor que 2 %", "stated-bar"),
        ("README.en.md", "below 5.5 %", "below 2 %", "stated-bar"),
        ("README.md", "no máximo 49 erros em 898", "no máximo 50 erros em 898", "stated-rows"),
        ("README.md", "5 minutos", "10 minutos", "stated-limit"),
        ("README.en.md", "3 GiB", "4 GiB", "stated-limit"),
        ("README.en.md", "5 times", "3 times", "stated-runs"),
        ("README.md", "-a digits", "-a mnist-dense", "stated-slug"),
        ("README.en.md", "| 6 |", "| 5 |", "stated-points"),
        ("assignment.toml", "below = 0.055 ", "below = 0.04 ", "stated-bar"),
    ],
)
def test_a_statement_that_says_another_figure_than_the_spec_is_told(
    digits: Path, name: str, old: str, new: str, rule: str
) -> None:
    change(_given(digits, name), old, new)
    assert rule in rules(digits)


def test_a_wrong_figure_is_told_with_its_line_and_the_right_one(digits: Path) -> None:
    change(_given(digits, "README.en.md"), "test error below 5.5 %", "test error below 4 %")
    flaw = of_rule(digits, "stated-bar")
    lines = _given(digits, "README.en.md").read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "below 4 %" in line)
    assert (flaw.line, "4 %" in flaw.message.en, "5.50 %" in flaw.message.en) == (number, True, True)


def test_a_starter_that_names_another_bar_is_told_with_its_cell(digits: Path) -> None:
    add_cell(_given(digits, "starter.ipynb"), "Erro de teste abaixo de 2 %.", kind="markdown")
    flaw = of_rule(digits, "stated-bar")
    assert (Path(flaw.file).name, flaw.cell, flaw.line) == ("starter.ipynb", 9, 1)


_SAID = (
    "menor que 5,5 %, isto é, ",
    "below 5.5 %, that is, ",
    "no máximo 49 erros em 898 linhas",
    "at most 49 errors in 898 rows",
)


def test_a_bar_that_the_statement_keeps_to_itself_is_told(digits: Path) -> None:
    for name in ("README.md", "README.en.md"):
        text = _given(digits, name).read_text(encoding="utf-8")
        for old in _SAID:
            text = text.replace(old, "")
        _given(digits, name).write_text(text, encoding="utf-8")
    assert [rule for rule, _, _ in flaws(digits)] == ["bar-unsaid", "bar-unsaid"]


@pytest.mark.parametrize(
    "said",
    ["accuracy above 94.5 %", "error $< 5.5\\%$", "an error below 0.055", "at most 49 errors in 898 rows"],
)
def test_a_bar_may_be_said_in_several_ways(digits: Path, said: str) -> None:
    text = _given(digits, "README.en.md").read_text(encoding="utf-8")
    text = text.replace("test error below 5.5 %, that is, at most 49 errors in 898 rows", said)
    _given(digits, "README.en.md").write_text(text, encoding="utf-8")
    assert flaws(digits) == []


@pytest.mark.parametrize(
    ("link", "rule"),
    [
        ("[a](figura.png)", "link-dead"),
        ('![a](img/b.png "t")', "link-dead"),
        ("[a](#no-such-heading)", "link-dead"),
        ("[a](../../reference_solutions/digits/solution.py)", "link-outside"),
        ("[a][b]\n\n[b]: fig.png", "link-dead"),
        ('<img src="fig.png">', "link-dead"),
        ("[a](starter.ipynb) [b](#dados) [c](https://example.org/x) `[d](e)`", None),
    ],
)
def test_links_of_a_statement_lead_to_what_students_get(digits: Path, link: str, rule: str | None) -> None:
    with _given(digits, "README.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{link}\n")
    assert rules(digits) == ({rule} if rule else set())


def test_links_are_read_with_their_lines_and_headings_by_their_names() -> None:
    assert list(links_of("a\n```\n[x](y)\n```\n[b](c(d).md) `[e](f)`\n")) == [(5, "c(d).md")]
    assert headings("# Éa, b!\n## c\n## c\n<a id='z'></a>\n") == {"éa-b", "c", "c-1", "z"}


def test_a_solution_among_what_students_get_is_told_however_it_came_there(digits: Path) -> None:
    solution = _kept(digits, "solution.py").read_text(encoding="utf-8")
    _given(digits, "exemplo.py").write_text(solution, encoding="utf-8")
    assert flaws(digits) == [("leak-copy", "exemplo.py", None)]
    _given(digits, "exemplo.py").unlink()
    _given(digits, "solution.py").write_text("x = 1\n", encoding="utf-8")
    assert flaws(digits) == [("leak-name", "solution.py", None)]
    _given(digits, "solution.py").unlink()
    add_cell(_given(digits, "starter.ipynb"), "\n".join(f"# {line}" for line in solution.splitlines()))
    assert rules(digits) == {"leak-solution"}


def test_a_line_of_a_hidden_test_and_a_path_to_what_is_kept_are_told(digits: Path) -> None:
    line = 'assert student.value("C").shape == (2, 3)'
    text = f"def test_shape(student):\n    {line}\n"
    _kept(digits, "checks").mkdir()
    _kept(digits, "checks/test_hidden.py").write_text(text, encoding="utf-8")
    assert rules(digits) == set()
    add_cell(_given(digits, "starter.ipynb"), f"x = open('../reference_solutions/digits/a')\n{line}\n")
    assert rules(digits) == {"leak-test", "leak-path"}


def test_an_old_record_is_told_with_what_changed(digits: Path) -> None:
    solution = _kept(digits, "solution.py")
    text = solution.read_text(encoding="utf-8")
    solution.write_text(f"{text}\n# better\n", encoding="utf-8")
    assert rules(digits) == {"record-of-other-solution"}
    solution.write_text(text, encoding="utf-8")
    change(_given(digits, "assignment.toml"), 'predictions = ["QP", "qp", "y_pred"]', 'predictions = ["QP"]')
    assert rules(digits) == {"record-of-other-spec"}
    _kept(digits, "record.json").write_text("{", encoding="utf-8")
    assert rules(digits) == {"record-unreadable"}


def test_a_bar_that_moved_past_the_reference_is_told(digits: Path) -> None:
    change(_given(digits, "assignment.toml"), "below = 0.055 ", "below = 0.02 ")
    assert "bar-not-met" in rules(digits)


def _labels(course: Path) -> list[str]:
    return _kept(course, "rotulos.csv", "cafe").read_text(encoding="utf-8").split()[1:]


def _leaks(course: Path) -> set[str]:
    return {rule for rule in rules(course) if rule.startswith("leak")}


def test_hidden_labels_are_found_in_every_spelling(cafe: Path) -> None:
    labels = _labels(cafe)
    assert _leaks(cafe) == set()
    numbers = [str(int(label == "robusta")) for label in labels]
    spellings = {
        "a.csv": "".join(f"{n},{label}\n" for n, label in enumerate(labels)),
        "b.txt": "\n".join(labels),
        "c.py": f"QY = [{', '.join(numbers)}]\n",
        "d.md": f"The answer is {''.join(numbers)}.",
        "e.py": f"labels = {labels!r}\n",
        "f.csv": "".join(f"x;{number}.0;y\n" for number in numbers),
    }
    for name, text in spellings.items():
        _given(cafe, name, "cafe").write_text(text, encoding="utf-8")
        assert _leaks(cafe) == {"leak-labels"}, name
        _given(cafe, name, "cafe").unlink()


def test_hidden_labels_beside_their_rows_in_another_order_are_found(cafe: Path) -> None:
    rows = _given(cafe, "data/teste.csv", "cafe").read_text(encoding="utf-8").splitlines()
    labelled = [f"{row},{label}" for row, label in zip(rows[1:], _labels(cafe), strict=True)]
    labelled = sorted(labelled, reverse=True)
    _given(cafe, "todos.csv", "cafe").write_text("\n".join([f"{rows[0]},z", *labelled]), encoding="utf-8")
    assert _leaks(cafe) == {"leak-labelled-rows"}


def test_labels_of_other_rows_are_no_leak(cafe: Path) -> None:
    labels = _labels(cafe)
    labels = [*labels[1:], labels[0]]
    _given(cafe, "a.txt", "cafe").write_text("\n".join(labels), encoding="utf-8")
    assert _leaks(cafe) == set()


def test_where_the_hidden_labels_are_not_here_that_is_told_and_nothing_is_wrong(cafe: Path) -> None:
    _kept(cafe, "rotulos.csv", "cafe").unlink()
    linted = lint(cafe)
    assert [note.key for note in linted.notes] == ["lint.labels_not_here"]
    assert "data" not in {flaw.rule for flaw in linted.flaws}


def test_the_exit_status_tells_a_clean_course_a_broken_one_and_an_empty_folder(
    digits: Path, tmp_path: Path, capsys: Told
) -> None:
    assert run(["lint", "-C", str(digits), "--lang", "en"]) == 0
    assert capsys.readouterr().out == "nothing to mend: 1 assignment looked through\n"
    _given(digits, "assignment.toml").write_text("[", encoding="utf-8")
    assert run(["lint", "-C", str(digits)]) == 1
    (tmp_path / "empty").mkdir()
    assert run(["lint", "-C", str(tmp_path / "empty")]) == 2
    (tmp_path / "empty" / "assignments").mkdir()
    assert run(["lint", "-C", str(tmp_path / "empty")]) == 2
    assert run(["lint", "-C", str(digits), "-a", "digit"]) == 2


def test_every_format_says_the_same(
    digits: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    change(_given(digits, "README.en.md"), "3 GiB", "4 GiB")
    told = {}
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    for form in ("text", "json", "github", "md"):
        assert run(["lint", "-C", str(digits), "--lang", "en", "--format", form]) == 1
        told[form] = capsys.readouterr().out
    (flaw,) = json.loads(told["json"])["flaws"]
    assert (flaw["rule"], flaw["assignment"]) == ("stated-limit", "digits")
    where = f"assignments/digits/README.en.md:{flaw['line']}"
    assert told["text"].startswith(f"{where}: {flaw['message']['en']}\n")
    place = f"file=assignments/digits/README.en.md,line={flaw['line']},title="
    assert told["github"].startswith(f"::error {place}")
    assert told["md"] == (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "README.en.md" in told["md"]
