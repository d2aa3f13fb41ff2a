"""Who opens the dashboard for the first time: what they find, and what it takes."""

import re
import time

import pytest

SECOND = 1000
# Words that stand before an element for somebody who reads in lines from the top.
WORDS_BEFORE = """target => {
    const goal = target.getBoundingClientRect();
    const middle = (goal.top + goal.bottom) / 2;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let words = 0;
    while (walker.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const box = range.getBoundingClientRect();
        const parent = walker.currentNode.parentElement;
        if (!box.width || !parent.checkVisibility({opacityProperty: true})) continue;
        if (parent.closest('[data-testid=stIconMaterial], style, script')) continue;
        const isAbove = box.bottom <= goal.top;
        const isBeside = box.top < middle && box.bottom > middle;
        if (isAbove || isBeside && box.right <= goal.left) {
            words += walker.currentNode.textContent.trim().split(/\\s+/).length;
        }
    }
    return words;
}"""


@pytest.fixture
def page(browser, address: str):
    """A browser that was never here, as large as a laptop's."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.began = time.monotonic()
    page.goto(address)
    page.wait_for_selector("[data-testid=stMetricValue]", timeout=60 * SECOND)
    yield page
    context.close()


def is_on_screen(locator) -> bool:
    box = locator.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 900


def test_arr_its_change_and_why_are_there_without_a_click(page) -> None:
    """Within ten seconds, without scrolling: here without doing anything at all."""
    tile = page.get_by_test_id("stMetric").first
    value, change = tile.get_by_test_id("stMetricValue"), page.get_by_text("What moved")
    seconds = time.monotonic() - page.began
    assert tile.get_by_test_id("stMetricLabel").inner_text().startswith("ARR")
    assert value.inner_text().startswith("$")
    why = change.locator("xpath=ancestor::*[@data-testid='stMarkdown']")
    why.wait_for()
    for found in (value, tile.get_by_test_id("stMetricDelta"), why):
        assert is_on_screen(found)
    # How much, to what, and which region is behind it.
    assert re.search(
        r"ARR fell \$.+ to \$.+; China is \d+% of the change", why.inner_text()
    )
    words = [found.evaluate(WORDS_BEFORE) for found in (value, why)]
    print(f"ARR after {seconds:.1f} s and {words[0]} words, why after {words[1]} words")
    # The names of the pages, the badges and the filters; then the five tiles.
    assert words[0] <= 60
    assert words[1] <= 120


def test_what_arr_means_is_one_hover_away(page) -> None:
    tile = page.get_by_test_id("stMetric").first
    tile.get_by_test_id("stTooltipIcon").hover()
    definition = page.get_by_test_id("stTooltipContent")
    definition.wait_for(timeout=20 * SECOND)
    print(f"the definition after {time.monotonic() - page.began:.1f} s")
    assert is_on_screen(definition)
    said = definition.inner_text()
    for part in ("Annual", "Formula:", "owner", "State: closed"):
        assert part in said, part


def test_the_sql_behind_arr_is_two_clicks_away(page) -> None:
    page.locator(".st-key-data_tiles button").click()
    page.get_by_text("Open in SQL").first.click()
    page.wait_for_url("**/sql**", timeout=20 * SECOND)
    editor = page.get_by_test_id("stTextArea").locator("textarea")
    editor.wait_for(timeout=20 * SECOND)
    assert "from metrics.arr_runrate" in editor.input_value()


def test_revenue_by_region_is_on_the_first_page(page) -> None:
    heading = page.get_by_role("heading", name="Revenue by region")
    heading.wait_for(timeout=20 * SECOND)
    page.locator(".st-key-panel_map .js-plotly-plot:visible").wait_for()
