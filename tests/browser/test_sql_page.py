"""The SQL page in a real browser: run, cancel, share, on a desktop and a phone."""

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest

SECOND = 1000
BOMB = "select count(*) from range(1000000) a, range(1000000) b"


@pytest.fixture
def page(request, browser, address: str) -> Iterator[object]:
    """The SQL page on a screen; the hosts it asks are kept in `page.hosts`."""
    theme, (width, height) = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme
    )
    page = context.new_page()
    page.hosts = set()
    page.on("request", lambda asked: page.hosts.add(urlsplit(asked.url).netloc))
    open_page(page, f"{address}/sql")
    yield page
    context.close()


SCREENS = {"desktop": ("light", (1440, 900)), "phone": ("dark", (390, 844))}
both = pytest.mark.parametrize("page", SCREENS.values(), ids=SCREENS, indirect=True)
desktop = pytest.mark.parametrize("page", [SCREENS["desktop"]], indirect=True)


def open_page(page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Run").wait_for(timeout=60 * SECOND)
    filled = "document.querySelector('.st-key-sql_editor textarea')?.value"
    page.wait_for_function(filled, timeout=20 * SECOND)


def write(page, sql: str) -> None:
    page.locator(".st-key-sql_editor textarea").fill(sql)


def wait_for(page, text: str) -> None:
    page.get_by_text(text).first.wait_for(timeout=20 * SECOND)


@both
def test_a_statement_is_answered_and_nobody_else_is_asked(page, address: str) -> None:
    write(page, "select region, value from metrics.revenue order by value limit 7")
    page.get_by_role("button", name="Run").click()
    wait_for(page, "7 rows")
    page.get_by_test_id("stDataFrame").wait_for(timeout=20 * SECOND)
    assert page.get_by_role("button", name="Parquet").is_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide == 0
    assert {host for host in page.hosts if host} == {urlsplit(address).netloc}


@desktop
def test_a_running_statement_is_cancelled_and_the_page_lives_on(page) -> None:
    write(page, BOMB)
    page.locator(".st-key-sql_editor textarea").press("Control+Enter")
    cancel = page.get_by_role("button", name="Cancel")
    cancel.wait_for(timeout=20 * SECOND)
    wait_for(page, "Running for 2 s")  # the page is drawn while the statement runs
    cancel.click()
    wait_for(page, "Cancelled")
    write(page, "select 6 * 7 as x")
    page.get_by_role("button", name="Run").click()
    wait_for(page, "1 row ·")


@desktop
def test_a_shared_link_is_read_before_it_runs(page, address: str) -> None:
    statement = "select 'seen' as only_when_run"
    open_page(page, f"{address}/sql?q={quote(statement)}")
    wait_for(page, "has not run")
    assert page.locator(".st-key-sql_editor textarea").input_value() == statement
    assert page.get_by_test_id("stDataFrame").count() == 0
    page.get_by_role("button", name="Run").click()
    wait_for(page, "1 row ·")
    page.reload()
    wait_for(page, "has not run")
    page.wait_for_timeout(SECOND)  # an answer would have come by now
    assert page.get_by_test_id("stDataFrame").count() == 0


@desktop
def test_the_answer_can_be_taken_away(page) -> None:
    write(page, "select 1 as a, 'é' as b")
    page.get_by_role("button", name="Run").click()
    wait_for(page, "1 row ·")
    with page.expect_download(timeout=20 * SECOND) as taken:
        page.locator(".st-key-download_csv button").click()
    assert taken.value.suggested_filename == "answer.csv"
    assert taken.value.path().read_text() == "a,b\n1,é\n"
