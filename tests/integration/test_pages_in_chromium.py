"""The pages in a real browser: nothing runs, nothing leaves, both languages, a telephone, the keyboard."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from grader.model.message import Language
from grader.reporting.html import index_page, student_page
from tests import builders as a
from tests.unit.reporting.hostile import WORDS, hostile_grading

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def _figure() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (20, 20), (200, 10, 10)).save(file, "PNG")
    return file.getvalue()


def _written(folder: Path, language: Language = Language.PT) -> tuple[Path, Path]:
    """Return a student's page and the class page as files, as ``grader grade`` lays them out."""
    result = a.a_result(picture=a.a_picture(figures=("figure-01.png",)), output="words\n" * 400)
    grading = a.a_grading(submissions=(result, a.a_result(id="bob", student="bob")))
    student, index = folder / "mnist-dense" / "ana.html", folder / "index.html"
    student.parent.mkdir()
    figures = {"figure-01.png": _figure()}
    student.write_text(student_page(grading, result, language, figures), encoding="utf-8")
    index.write_text(index_page(grading, language), encoding="utf-8")
    return student, index


@pytest.mark.attack("xss_output", "xss_names", "latex_math")
def test_no_script_runs_and_no_request_leaves(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    asked: list[str] = []
    dialogs: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("dialog", lambda dialog: dialogs.append(dialog.message))
    titles = {}
    gradings = [hostile_grading(words) for words in WORDS]
    whole = replace(gradings[0], submissions=tuple(one.submissions[0] for one in gradings))
    pages = [index_page(whole, Language.EN)]
    for words, grading in zip(WORDS, gradings, strict=True):
        figures = {words: b"<svg onload=alert(1)>"}
        pages.append(student_page(grading, grading.submissions[0], Language.PT, figures))
    for number, page in enumerate(pages):
        file = tmp_path / f"{number}.html"
        file.write_text(page, encoding="utf-8")
        tab = context.new_page()
        tab.goto(file.as_uri())
        titles[tab] = tab.title()
        tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    # Looked at once all pages have had their time: a refresh or a slow script would have come by now.
    for tab, title in titles.items():
        tab.wait_for_load_state("networkidle")
        assert tab.evaluate("typeof window.pwned") == "undefined"
        assert tab.title() == title
        assert tab.locator("script, iframe, object, embed, link, form, base").count() == 0
        assert len(tab.frames) == 1
    assert len(context.pages) == len(WORDS) + 1
    assert dialogs == []
    files = sorted(file.as_uri() for file in tmp_path.iterdir())
    assert sorted(url for url in asked if not url.startswith("data:image/png;base64,")) == files
    context.close()


@pytest.mark.attack("xss_output")
def test_a_log_opened_in_the_browser_is_text_whatever_it_begins_with(tab: Page, tmp_path: Path) -> None:
    begins = ("<!DOCTYPE html><html>", "<script>", "<svg onload=pwned=1>", "<?xml version='1.0'?>", "%PDF-")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    for number, beginning in enumerate(begins):
        result = a.a_result(
            id=f"s{number}", output=f"{beginning}<script>window.pwned=1</script><img src=x onerror=pwned=1>"
        )
        a.a_publisher(tmp_path).publish(a.a_grading(submissions=(result,)))
        tab.goto((tmp_path / "mnist-dense" / f"s{number}.log").as_uri(), wait_until="networkidle")
        assert tab.evaluate("typeof window.pwned") == "undefined"
        assert tab.evaluate("document.contentType").startswith("text/")
        assert tab.evaluate("document.contentType") != "text/html"
    assert len(asked) == len(begins)


def test_the_policy_would_stop_a_script_that_got_in(tab: Page, tmp_path: Path) -> None:
    student, _ = _written(tmp_path)
    text = student.read_text(encoding="utf-8")
    planted = (
        "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
        "<img src='https://evil.example/x.png'><p id=p style='color:rgb(1,2,3)'>x</p>"
        "<style>@import 'https://evil.example/x.css'; #p { background: url(https://evil.example/p) }</style>"
        "<link rel=stylesheet href='https://evil.example/x.css'><link rel=prefetch href='https://evil.example/y'>"
        "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe><iframe src='https://evil.example'></iframe>"
        "<object data='https://evil.example/o'></object><embed src='https://evil.example/e'>"
        "<svg onload='window.pwned=1'><use href='https://evil.example/u#x'/></svg>"
        "<audio src='https://evil.example/a' onerror='window.pwned=1'></audio>"
        "<base href='https://evil.example/'><form id=f action='https://evil.example/f'><button>x</button></form>"
        "<a id=a href='javascript:window.pwned=1'>x</a>"
    )
    student.write_text(text.replace("</main>", planted + "</main>"), encoding="utf-8")
    failed: list[str] = []
    sent: list[str] = []
    tab.on("requestfailed", lambda request: failed.append(request.url))
    tab.on("requestfinished", lambda request: sent.append(request.url))
    tab.goto(student.as_uri(), wait_until="networkidle")
    tab.evaluate("document.getElementById('a').click()")
    tab.evaluate("document.getElementById('f').submit()")
    assert tab.evaluate("typeof window.pwned") == "undefined"
    assert tab.evaluate("document.baseURI") == tab.url == student.as_uri()
    assert tab.evaluate("getComputedStyle(document.getElementById('p')).color") != "rgb(1, 2, 3)"
    assert not [url for url in sent if "evil" in url]


def test_the_style_sheet_is_let_in_by_the_policy_and_no_message_is_logged(tab: Page, tmp_path: Path) -> None:
    logged: list[str] = []
    tab.on("console", lambda message: logged.append(message.text))
    for file in _written(tmp_path):
        tab.goto(file.as_uri())
        assert tab.evaluate("getComputedStyle(document.body).marginTop") == "0px"
        assert tab.evaluate("getComputedStyle(document.querySelector('.hero')).display") == "grid"
    assert logged == []


def test_every_image_of_a_page_is_decoded(tab: Page, tmp_path: Path) -> None:
    student, _ = _written(tmp_path)
    tab.goto(student.as_uri(), wait_until="networkidle")
    widths = tab.eval_on_selector_all("img", "images => images.map(image => image.naturalWidth)")
    assert widths == [28] * 20 + [20]


@pytest.mark.parametrize(
    ("language", "shown", "hidden"), [(Language.PT, "pt-BR", "en"), (Language.EN, "en", "pt-BR")]
)
def test_only_the_language_asked_for_is_seen(
    tab: Page, tmp_path: Path, language: Language, shown: str, hidden: str
) -> None:
    for file in _written(tmp_path, language):
        tab.goto(file.as_uri())
        assert tab.locator(f'body [lang="{hidden}"]:visible').count() == 0
        assert tab.locator(f'body [lang="{shown}"]:visible').count() > 10


def test_the_keyboard_alone_changes_the_language(tab: Page, tmp_path: Path) -> None:
    student, _ = _written(tmp_path)
    tab.goto(student.as_uri())
    assert tab.get_by_role("heading", name="Verificações").is_visible()
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowRight")
    assert tab.get_by_role("heading", name="Checks").is_visible()
    assert not tab.get_by_text("Verificações").first.is_visible()


def test_the_keyboard_reaches_every_part_that_scrolls(tab: Page, tmp_path: Path) -> None:
    student, _ = _written(tmp_path)
    tab.set_viewport_size({"width": 360, "height": 740})
    tab.goto(student.as_uri())
    unreached = tab.evaluate(
        """() => [...document.querySelectorAll('*')].filter(e => {
             const s = getComputedStyle(e);
             const scrolls = /auto|scroll/.test(s.overflowX + s.overflowY)
               && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
             return scrolls && e !== document.documentElement && e.tabIndex < 0;
           }).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert unreached == []


@pytest.mark.parametrize("width", [360, 390, 768])
def test_a_page_never_scrolls_sideways_on_a_small_screen(tab: Page, tmp_path: Path, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 740})
    for file in _written(tmp_path):
        tab.goto(file.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") == width


def test_lettering_in_charts_can_be_read_on_a_telephone(tab: Page, tmp_path: Path) -> None:
    student, _ = _written(tmp_path)
    tab.set_viewport_size({"width": 360, "height": 740})
    tab.goto(student.as_uri())
    scales = tab.eval_on_selector_all(
        "svg.chart", "charts => charts.map(c => c.getBoundingClientRect().width / 360)"
    )
    assert len(scales) == 3
    assert min(scales) * 11 > 9


def test_every_drawing_has_a_name_in_the_language_shown(tab: Page, tmp_path: Path) -> None:
    student, _ = _written(tmp_path, Language.EN)
    tab.goto(student.as_uri())
    for name in (
        "Error rate: runs, mean, threshold and reference",
        "Loss per epoch",
        "Accuracy per epoch",
        "Figure 1 drawn by the program",
    ):
        assert tab.get_by_role("img", name=name, exact=True).count() == 1
    assert tab.get_by_role("region", name="Confusion matrix").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_both_schemes(
    browser: Browser, tmp_path: Path, scheme: str
) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    tab = context.new_page()
    for file in _written(tmp_path):
        tab.goto(file.as_uri())
        faint = tab.evaluate(CONTRAST)
        assert faint == []
    context.close()


CONTRAST = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const f = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    return .2126 * f(r) + .7152 * f(g) + .0722 * f(b);
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest('svg') || e.closest('.for-ear, .skip') || !e.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) faint.push([ratio.toFixed(2), e.outerHTML.slice(0, 90)]);
  }
  return faint;
}"""
"""Texts with less contrast to their ground than WCAG 2.2 AA asks of body text (4.5 to 1)."""


def test_a_printed_page_shows_what_was_folded_away(tab: Page, tmp_path: Path) -> None:
    student, _ = _written(tmp_path)
    tab.goto(student.as_uri())
    tab.emulate_media(media="print")
    assert tab.locator("details .files").first.is_visible()
    assert not tab.locator(".top").is_visible()
    assert tab.pdf(format="A4")[:5] == b"%PDF-"


def test_links_of_the_class_page_open_the_students_page_and_lead_back(tab: Page, tmp_path: Path) -> None:
    student, index = _written(tmp_path)
    tab.goto(index.as_uri())
    tab.locator("table.class a").first.click()
    assert tab.url == student.as_uri()
    tab.locator("a.back").click()
    assert tab.url == index.as_uri()
