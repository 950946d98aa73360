import csv
import io
import re
import time
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.reporting.escaping import (
    for_annotation,
    for_annotation_property,
    for_csv,
    for_markdown,
    for_terminal,
    for_xml,
    one_line,
)
from tests.unit.reporting.hostile import WORDS

MEANT = st.text("=+-@|:#[]()<>&`*_~!$\\/.\"'\t\r\n aw0\u202e\u200b\ufe0f\uff1d\ud800\x1b\x00")
"""Texts made of signs that mean something somewhere."""

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|'/C calc'!A0",
        "@SUM(A1:A9)",
        "+1",
        "-1+1",
        "\t=1",
        "\r=1",
        "\n@x",
        "\ttab",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
        "\ufe631",
        "\u207c1",
        "\u22121",
        " =1",
        "\u200b=1",
        "\ufeff@x",
        "\u202e=1",
        "\x00=1",
    ],
)
@pytest.mark.attack("csv_formula")
def test_what_a_spreadsheet_might_compute_is_marked_as_text(name: str) -> None:
    assert for_csv(name).startswith("'")


@pytest.mark.parametrize(
    "name",
    [
        ";=cmd|'/C calc'!A0",
        "Ana; @SUM(A1:A9)",
        'a;b;+1";-1',
        "x|=1",
        ";\uff1d1",
        ";\u22121;\u200b=1",
        '";=1',
        "a;\t=1",
        'x;"=1+1&"',
        'x;\' ""=1',
    ],
)
@pytest.mark.attack("csv_separator")
@pytest.mark.parametrize("separator", [";", "|", "\t"])
def test_nor_where_another_sign_than_the_comma_ends_a_cell(name: str, separator: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([for_csv(name), "beside"])
    for (*cells,) in csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=separator):
        begin = [unicodedata.normalize("NFKC", cell.strip())[:1] for cell in cells]
        assert not set(begin) & set("=+-@\u2212"), cells


@pytest.mark.parametrize(
    "name", ["O'Brien-=", "Null", "José da Silva", "a=b", "1e5", "'quoted'", "😀 =)", "Silva; Ana"]
)
@pytest.mark.attack("look_alike_names")
def test_an_honest_name_is_a_cell_as_it_is(name: str) -> None:
    assert for_csv(name) == name


@given(st.one_of(st.text(), MEANT))
def test_no_cell_read_back_begins_a_formula(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([for_csv(text), "beside"])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert len(row) == 2
    assert unicodedata.normalize("NFKC", row[0])[:1] not in tuple("=+-@\t\r\n\u2212")
    assert row[0].replace("'", "") == one_line(text).replace("'", "")


@given(st.one_of(st.text(), MEANT, st.sampled_from(WORDS)))
@example("www.evil.example http://x user@example.org [a](javascript:x) ![i](u) <b>")
@example("1. one")
@example("- one")
@example("| a |")
@example("&lt;script&gt;&#60;b&#62;")
@example("\\| \\\\| `a|b` $`x`$ ~~s~~ [^1]")
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    row = f"| a | b |\n| --- | --- |\n| {for_markdown(text)} | end |\n"
    tokens = RENDERER.parse(row)
    cells = [token for token in tokens if token.type == "inline"]
    assert [token.type for token in tokens].count("td_open") == 2
    shown, end = cells[2], cells[3]
    assert {child.type for child in shown.children or ()} <= {"text", "text_special"}
    assert "".join(c.content for c in shown.children or ()).replace("\u2060", "") == one_line(text)
    assert end.content == "end"


@given(st.one_of(st.text(), MEANT))
@example("1. one")
@example("---")
@example("+ one")
def test_markdown_in_a_list_is_one_line_of_it(text: str) -> None:
    kinds = [token.type for token in RENDERER.parse(f"* {for_markdown('x' + text)}\n\nafter\n")]
    assert kinds.count("list_item_open") == 1
    assert kinds.count("paragraph_open") == 2
    kinds = [token.type for token in RENDERER.parse(f"* {for_markdown(text)}\n")]
    assert kinds.count("list_item_open") == 1
    assert not {"hr", "heading_open", "fence", "code_block", "html_block", "blockquote_open"} & set(kinds)


@given(st.one_of(st.text(), MEANT))
@example("http://x.example www.x.example @ana #12 user@x.example")
def test_nobody_is_mentioned_and_nothing_links_by_itself(text: str) -> None:
    written = for_markdown(text)
    assert not re.search(r"[@#]\w|www\.|://|[<>|`\[\]]", re.sub(r"&#[0-9]+;", "", written))


OBEYED = re.compile(r"^\s*::.*::|##\w*\[", re.MULTILINE)


@pytest.mark.parametrize(
    "text",
    [
        "::error::x",
        "a\n  ::set-env name=PATH::/tmp",
        ":\ufe0f:add-mask::x",
        "a ##[group]b",
        "##vso[task.setvariable variable=PATH]x",
        "##teamcity[buildStatus status='SUCCESS']",
        ":::::error::::",
        "###[debug]",
        "\u00ad::error::x",
        ":\u034f:error::x",
    ],
)
@pytest.mark.attack("log_commands")
def test_no_text_commands_a_build_service(text: str) -> None:
    shown = for_terminal(text)
    assert not OBEYED.search(shown)
    assert "::" not in shown.replace("\ufe0f", "")


@given(st.one_of(st.text(), MEANT))
@pytest.mark.attack("log_commands")
def test_no_line_of_any_text_is_a_command(text: str) -> None:
    shown = for_terminal(text)
    assert not OBEYED.search(shown)
    assert for_terminal(shown) == shown


@pytest.mark.parametrize("piece", ["##{}", "#{0}#{0}", "##a{}", "##{0}a{0}", ":{}"])
@pytest.mark.attack("log_commands")
def test_a_run_of_invisible_selectors_is_looked_through_once(piece: str) -> None:
    def seconds(selectors: int) -> float:
        start = time.process_time()
        for_terminal(piece.format("\ufe0f" * selectors))
        return time.process_time() - start

    seconds(1_000)
    assert seconds(32_000) < 0.3


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
        "\x1b]52;c;cm0gLXJm\x07",
        "\x9d52;c;cm0gLXJm\x9c",
        "\x07\x07",
        "\x1b[2J\x1b[H",
        "\u202eevil",
        "a\rb\bc",
        "\u3164\u115f",
    ],
)
@pytest.mark.attack("terminal_escapes")
def test_no_text_moves_a_terminal(text: str) -> None:
    assert all(c.isprintable() for c in for_terminal(text))
    assert not set(for_terminal(text)) & set("\u3164\u115f")


@given(st.one_of(st.text(), MEANT))
def test_an_annotation_is_one_line_and_its_properties_end_where_they_end(text: str) -> None:
    line = f"::error file={for_annotation_property(text)},title=t::{for_annotation(text)}"
    assert len(line.splitlines()) == 1
    head, _, data = line.removeprefix("::error ").partition("::")
    properties = dict(pair.split("=", 1) for pair in head.split(","))
    assert set(properties) == {"file", "title"}
    assert "%0A" in data or "\n" not in text


@given(st.one_of(st.text(), MEANT))
def test_xml_can_be_read_whatever_stands_in_it(text: str) -> None:
    element = ET.Element("e", a=for_xml(text))
    element.text = for_xml(text)
    read = ET.fromstring(ET.tostring(element, encoding="unicode"))  # noqa: S314 - written above
    assert (read.text or "") == for_xml(text)
    assert list(read) == []
