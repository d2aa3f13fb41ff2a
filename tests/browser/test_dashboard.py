"""The dashboard as a real browser draws it."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

SECOND = 1000


class Visit:
    """One open page and every host it asked."""

    def __init__(self, page, address: str) -> None:
        self.page, self.address, self.hosts = page, address, set()
        page.on("request", self._note)

    def _note(self, request) -> None:
        if request.url.startswith("http"):
            self.hosts.add(urlsplit(request.url).netloc)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/{path}")
        self.page.wait_for_selector("[data-testid=stMetricValue]", timeout=60 * SECOND)
        if not path.startswith("data"):
            drawn = (
                "document.querySelectorAll('.js-plotly-plot .main-svg').length >= 10"
            )
            self.page.wait_for_function(drawn, timeout=60 * SECOND)

    def wider_than_the_screen(self) -> int:
        return self.page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )


@pytest.fixture(scope="session")
def screens(browser) -> dict[str, object]:
    """One light desktop and one dark phone; each loads the scripts once."""
    return {
        name: browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme
        )
        for name, theme, (width, height) in (
            ("desktop", "light", (1440, 900)),
            ("phone", "dark", (390, 844)),
        )
    }


@pytest.fixture
def visit(request, screens, address: str) -> Iterator[Visit]:
    """A new page on the screen that the test names."""
    page = screens[request.param].new_page()
    yield Visit(page, address)
    page.close()


both = pytest.mark.parametrize("visit", ["desktop", "phone"], indirect=True)
desktop = pytest.mark.parametrize("visit", ["desktop"], indirect=True)
phone = pytest.mark.parametrize("visit", ["phone"], indirect=True)


@both
def test_the_overview_is_drawn_and_asks_nobody_else(visit: Visit) -> None:
    """Offline, a map that fetches its shapes elsewhere is blank and leaks the visit."""
    visit.open("?month=2025-12")
    page = visit.page
    values = page.locator("[data-testid=stMetricValue]").all_inner_texts()
    assert values[0] == "$240M"
    assert "1:100 sample" in page.locator(".st-key-badges").inner_text()
    charts = page.locator(".st-key-panel_actives").inner_text()
    assert "Motion control" in charts
    assert "3.0M" in charts
    assert page.locator(".scatterlayer .point, .choroplethlayer path").count() > 0
    assert page.get_by_test_id("stAlert").count() == 0
    assert visit.wider_than_the_screen() == 0
    assert visit.hosts == {urlsplit(visit.address).netloc}


@both
def test_the_data_page_is_drawn_and_asks_nobody_else(visit: Visit) -> None:
    visit.open("data")
    main = visit.page.locator("[data-testid=stMain]")
    assert "Weekly active users" in main.inner_text()
    # A link with a search of the tests opens the other tab, where they are.
    visit.open("data?test=revenue")
    visit.page.get_by_text("= 2,396,050").wait_for(timeout=20 * SECOND)
    assert visit.page.get_by_test_id("stAlert").count() == 0
    assert visit.wider_than_the_screen() == 0
    assert visit.hosts == {urlsplit(visit.address).netloc}


@both
@pytest.mark.parametrize(
    "path", ["growth", "revenue", "features", "service", "accounts"]
)
def test_the_pages_of_a_month_are_drawn_and_ask_nobody_else(
    visit: Visit, path: str
) -> None:
    visit.open(f"{path}?month=2025-12")
    page = visit.page
    assert page.locator("[data-testid=stMetricValue]").count() == 5
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=60 * SECOND)
    assert page.get_by_test_id("stAlert").count() == 0
    assert visit.wider_than_the_screen() == 0
    assert visit.hosts == {urlsplit(visit.address).netloc}


@desktop
def test_a_chosen_month_is_in_the_address_and_survives_a_reload(visit: Visit) -> None:
    visit.open("")
    page = visit.page
    assert "month=2026-02" in page.url
    page.locator(".st-key-filters [data-testid=stSelectbox]").first.click()
    page.get_by_role("option", name="December 2025").click()
    page.wait_for_url("**month=2025-12*", timeout=20 * SECOND)
    page.reload()
    page.wait_for_selector("[data-testid=stMetricValue]", timeout=60 * SECOND)
    assert page.locator("[data-testid=stMetricValue]").first.inner_text() == "$240M"
    assert "month=2025-12" in page.url


@phone
@pytest.mark.parametrize(
    "path", ["", "growth", "revenue", "features", "service", "accounts"]
)
def test_no_tile_cuts_its_text(visit: Visit, path: str) -> None:
    visit.open(f"{path}?month=2025-12")
    cut = visit.page.evaluate(
        """[...document.querySelectorAll(
            '[data-testid=stMetricValue], [data-testid=stMetricDelta],'
            + '[data-testid=stMetricLabel]'
        )].flatMap(box => [box, ...box.querySelectorAll('*')])
        .filter(box => box.scrollWidth > box.clientWidth + 1
            && getComputedStyle(box).textOverflow === 'ellipsis')
        .map(box => box.innerText)"""
    )
    assert cut == []


@phone
def test_the_controls_of_a_page_take_two_rows_on_a_phone(visit: Visit) -> None:
    visit.open("?asof=2026-01-15")
    controls = visit.page.locator(
        ".st-key-filters :is([data-testid=stSelectbox], [data-testid=stDateInput],"
        " [data-testid=stPopover])"
    )
    tops = controls.evaluate_all(
        "boxes => boxes.map(box => Math.round(box.getBoundingClientRect().top / 20))"
    )
    assert len(tops) == 7
    assert len(set(tops)) == 2


def test_scripts_travel_compressed(address: str, browser_path: str) -> None:
    """The first visit loads 9.8 MB uncompressed."""
    with urlopen(f"{address}/") as answer:
        page = answer.read().decode()
    script = page.split('type="module"')[1].split('src="')[1].split('"')[0]
    request = Request(f"{address}/{script.lstrip('./')}")
    request.add_header("Accept-Encoding", "gzip")
    with urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
