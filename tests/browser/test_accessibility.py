"""Who cannot see the page, or has no mouse, reads and works it too."""

from collections.abc import Iterator
from importlib.resources import files

import pictures
import pytest

SECOND = 1000
CHARTS = "document.querySelectorAll('.js-plotly-plot .main-svg').length >= 10"
# What can be reached by Tab, in its order, until the first tile.
TAB_STOPS = ("Overview", "Growth", "Revenue", "SQL", "As of the end of", "Region")
TAB_STOPS += ("Segment", "Plan", "Share")
FOCUSED = """(() => {
    const box = document.activeElement;
    return (box.getAttribute('aria-label') || box.innerText || '').slice(0, 60);
})()"""


@pytest.fixture(scope="module")
def page(request, browser, address: str) -> Iterator[object]:
    """A page in a theme, drawn to its end."""
    path, theme = request.param
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=theme
    )
    page = context.new_page()
    page.goto(f"{address}/{path}")
    first = pictures.FIRST.get(path, "stMetricValue")
    page.wait_for_selector(f"[data-testid={first}]", timeout=60 * SECOND)
    if path not in ("studio", "sql", "data"):
        page.wait_for_function(CHARTS, timeout=60 * SECOND)
    yield page
    context.close()


def findings(page) -> list[str]:
    """Ask axe-core for what it calls serious or critical."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("page", [("", "dark")], indirect=True)
def test_the_overview_shuts_nobody_out(page) -> None:
    assert findings(page) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        (path, theme)
        for path in pictures.PAGES.values()
        for theme in ("light", "dark")
        if (path, theme) != ("", "dark")
    ],
    ids="-".join,
    indirect=True,
)
def test_no_page_shuts_anybody_out(page) -> None:
    assert findings(page) == []


@pytest.mark.parametrize("page", [("", "dark")], indirect=True)
def test_a_keyboard_reaches_everything_and_takes_a_chart_along(page) -> None:
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
    places = [
        next((place for place, stop in enumerate(stops) if name in stop), -1)
        for name in TAB_STOPS
    ]
    assert -1 not in places, stops
    assert places == sorted(places), stops
    chart = page.locator(".st-key-actives .js-plotly-plot")
    chart.hover()
    with page.expect_download(timeout=20 * SECOND) as taken:
        chart.locator(".modebar-btn").first.click()
    assert taken.value.suggested_filename == "reelmetrics.png"
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
