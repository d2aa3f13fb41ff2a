"""Features, Service and Accounts when data are missing, old or withheld."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.take_away import BEHIND
from pipelines import warehouse

APP_PAGES = Path(__file__).parents[2] / "dashboard" / "app_pages"
PAGES = ("features", "service", "accounts")
each_page = pytest.mark.parametrize("page", PAGES)


def panels(page: str) -> list[str]:
    text = (APP_PAGES / f"{page}.py").read_text()
    return re.findall(r'layout\.panel\(\s*"(\w+)"', text)


@each_page
def test_every_chart_has_words_and_every_block_a_definition_and_its_rows(
    home: Path, story, open_page, page: str
) -> None:
    story.publish(home)
    opened = open_page(page)
    assert not opened.error
    assert not opened.info
    charts = [chart.proto.alt for chart in opened.get("plotly_chart")]
    assert all(any(sign.isdigit() for sign in alt) for alt in charts)
    assert not any("_" in alt for alt in charts)
    assert len(opened.header) == len(panels(page))
    for header in opened.header:
        assert "owner finance" in header.help, header.value
        assert "This build has no metric" not in header.help, header.value
    assert set(panels(page)) <= set(BEHIND)


@each_page
def test_metrics_without_rows_leave_dashes_and_say_so(
    home: Path, story, open_page, page: str
) -> None:
    def empty(build) -> None:
        for panel in panels(page):
            for rows in BEHIND[panel]:
                build.execute(f"delete from metrics.{rows.metric}")
        build.execute("delete from metrics.credit_liability")

    story.publish(home, change=empty)
    opened = open_page(page)
    assert not opened.error
    assert {tile.value for tile in opened.metric} == {"—"}
    assert len(opened.info) == len(panels(page))


@each_page
def test_an_old_build_and_a_failed_one_after_it_are_both_told(
    home: Path, story, open_page, page: str
) -> None:
    story.publish(home, age=timedelta(days=4))
    warehouse.record_failure(home, {"build_id": "later", "failed": ["mrr: boom"]})
    opened = open_page(page)
    assert "was not published" in opened.error[0].value
    assert "4 d old" in opened.warning[0].value
    assert len(opened.metric) == 5
    assert "—" not in {tile.value for tile in opened.metric}


@each_page
def test_without_a_warehouse_the_page_names_the_command(
    home: Path, open_page, page: str
) -> None:
    opened = open_page(page)
    assert "reel demo" in opened.info[0].value
    assert not opened.metric
    assert not opened.exception
