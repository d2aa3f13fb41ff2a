"""A page on paper: what is asked of it, whole, in the colours of paper."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.slow

SECOND = 1000
# Marks of a size that moves nothing, at the first and the last line of each panel.
MARK_PANELS = """[...document.querySelectorAll('[class*=st-key-panel_]')].map(box => {
    const name = /st-key-panel_(\\w+)/.exec(box.className)[1];
    box.style.position = 'relative';
    for (const [side, text] of [['top', `<${name}`], ['bottom', `${name}>`]]) {
        const mark = document.createElement('i');
        mark.style.cssText = `position: absolute; left: 0; font-size: 4px; ${side}: 0`;
        mark.textContent = text;
        box.append(mark);
    }
    return name;
})"""
LOOK = """['.st-key-header h1', '[data-testid=stMetricValue]', '.stApp'].map(place => {
    const look = getComputedStyle(document.querySelector(place));
    return [look.color, look.backgroundColor];
})"""


@pytest.fixture
def page(browser) -> Iterator[object]:
    """A dark desktop: on paper it has to become light."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme="dark"
    )
    yield context.new_page()
    context.close()


def read_pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(data)).pages]


def show(page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("[data-testid=stMetricValue]", timeout=60 * SECOND)
    drawn = "document.querySelectorAll('.js-plotly-plot .main-svg').length >= 10"
    page.wait_for_function(drawn, timeout=60 * SECOND)


@pytest.mark.parametrize(("path", "sheets"), [("", 3), ("revenue", 4)])
def test_a_printed_page_says_what_it_shows_and_cuts_no_panel(
    page, address: str, path: str, sheets: int
) -> None:
    show(page, f"{address}/{path}?asof=2026-01-15&vs=year")
    panels = page.evaluate(MARK_PANELS)
    printed = read_pages(page.pdf(prefer_css_page_size=True, print_background=True))
    assert len(printed) == sheets
    assert "As of 15 Jan 2026 UTC" in printed[0]
    assert "Everything · vs year before · charts of 15 months" in printed[0]
    assert "$240M" in printed[0]
    for number, text in enumerate(printed, start=1):
        assert f"{number} / {sheets}" in text
        assert "Build 20260330T040000-v3" in text
        assert "asof=2026-01-15&vs=year" in text
    every = "".join(printed)
    assert not re.search("Definitions|Share|Another day|All regions", every)
    assert len(panels) >= 6
    for panel in panels:
        sides = [
            place
            for mark in (f"<{panel}", f"{panel}>")
            for place, text in enumerate(printed)
            if mark in text
        ]
        assert len(sides) == 2, panel
        assert len(set(sides)) == 1, f"{panel} is cut"


def test_a_dark_page_is_light_on_paper_and_dark_again(page, address: str) -> None:
    show(page, address)
    dark = page.evaluate(LOOK)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    (title, _), (number, _), (_, paper) = page.evaluate(LOOK)
    assert title == number == "rgb(23, 27, 34)"
    assert paper == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(LOOK) == dark


def test_the_share_button_offers_to_print(page, address: str) -> None:
    show(page, address)
    page.evaluate("() => { window.asked = 0; window.print = () => window.asked++; }")
    page.locator(".st-key-share button").first.click()
    page.get_by_role("button", name="Print or PDF").click()
    page.wait_for_function("window.asked === 1", timeout=20 * SECOND)
    printed = read_pages(page.pdf(prefer_css_page_size=True))
    assert "Who opens this link" not in printed[0]
