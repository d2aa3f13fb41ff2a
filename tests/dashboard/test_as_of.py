"""Any closed day, a comparison with a year before, and how far back charts go."""

import json
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import comparison


def tiles(page: AppTest) -> dict[str, tuple[str, str, str]]:
    return {
        tile.label: (tile.value, tile.delta, tile.proto.delta_description)
        for tile in page.metric
    }


def figure(page: AppTest, words: str) -> dict[str, object]:
    """The figure whose alternative text has these words."""
    charts = page.get("plotly_chart")
    return json.loads(next(one.proto.spec for one in charts if words in one.proto.alt))


def weekly(path: Path, until: str) -> list[tuple[date, float]]:
    """Weeks that had ended on a day, newest first, at company level."""
    with duckdb.connect(str(path), read_only=True) as build:
        return build.execute(
            "select period_start, 100 * value from metrics.weekly_active_users"
            " where grain = 'week' and state = 'closed'"
            f" and period_start + 6 <= date '{until}' order by period_start desc"
        ).fetchall()


def test_a_day_in_mid_month_shows_what_had_ended_by_it(
    home: Path, story, open_page
) -> None:
    path = story.publish(home)
    page = open_page(asof="2026-01-15")
    # 5-11 January against the last week that had ended on 15 December
    (week, users), *_ = weekly(path, "2026-01-15")
    (_, before), *_ = weekly(path, "2025-12-15")
    shown = f"{users / 1e6:.1f}M", f"+{users / before - 1:.0%}", "vs Dec"
    assert week == date(2026, 1, 5)
    assert tiles(page)["WAU"] == shown
    # January had not ended: its $354M was not known
    assert tiles(page)["ARR"] == ("$240M", "+25%", "vs Nov")
    badges = " ".join(text.value for text in page.markdown if "-badge[" in text.value)
    assert "As of 15 Jan 2026 UTC" in badges
    assert any("MRR bridge · Dec 2025" in head.value for head in page.header)
    bars = figure(page, "ARR by month")["data"][0]["x"]
    assert max(bars).startswith("2025-12-01")
    assert not page.error


def test_the_end_of_a_month_is_the_same_as_a_month_and_as_a_day(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    by_month = open_page(month="2025-12")
    by_day = open_page(asof="2025-12-31")
    assert tiles(by_day) == tiles(by_month)
    heads = [head.value for head in by_day.header]
    assert heads == [head.value for head in by_month.header]
    assert any("MRR bridge · Dec 2025" in head for head in heads)


def test_another_day_is_chosen_in_a_calendar_and_a_month_is_one_click_back(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page()
    assert not page.date_input
    page.selectbox[0].set_value("day").run()
    calendar = page.date_input[0]
    assert (calendar.value, calendar.max) == (date(2026, 3, 29), date(2026, 3, 29))
    assert calendar.min == date(2025, 1, 31)
    assert page.query_params["asof"] == "2026-03-29"
    calendar.set_value(date(2026, 1, 15)).run()
    assert page.query_params["asof"] == "2026-01-15"
    assert "month" not in page.query_params
    assert tiles(page)["ARR"][0] == "$240M"
    page.selectbox[0].set_value("2026-01").run()
    assert page.query_params["month"] == "2026-01"
    assert "asof" not in page.query_params
    assert tiles(page)["ARR"][0] == "$354M"


@pytest.mark.parametrize("asof", ["2024-06-01", "2031-01-01", "2026-02-30"])
def test_a_day_without_numbers_falls_back_to_the_newest_month(
    home: Path, story, open_page, asof: str
) -> None:
    story.publish(home)
    page = open_page(asof=asof, vs="decade", span="-1")
    assert page.selectbox[0].value == "2026-02"
    assert tiles(page)["ARR"][0] == "$351M"
    assert "asof" not in page.query_params
    assert (page.query_params["vs"], page.query_params["span"]) == ("month", "15")
    assert not page.error
    assert not page.exception


def test_a_year_before_is_the_row_of_the_year_before(
    home: Path, story, open_page
) -> None:
    path = story.publish(home)
    page = open_page(month="2026-02", vs="year")
    with duckdb.connect(str(path), read_only=True) as build:
        now, then = (
            100 * float(value)
            for (value,) in build.execute(
                "select value from metrics.arr_runrate where region = 'all'"
                " and segment = 'all' and plan = 'all'"
                " and period_start in ('2026-02-01', '2025-02-01')"
                " order by period_start desc"
            ).fetchall()
        )
    change = f"+{now / then - 1:.0%}"
    assert tiles(page)["ARR"] == (f"${now / 1e6:.0f}M", change, "vs Feb 2025")
    (_, users), *_ = weekly(path, "2026-02-28")
    (_, before), *_ = weekly(path, "2025-02-28")
    assert tiles(page)["WAU"][1:] == (f"+{users / before - 1:.0%}", "vs Feb 2025")
    moved = next(text.value for text in page.markdown if "What moved" in text.value)
    assert moved.startswith("**What moved over the year.** ARR rose")
    assert f"({change})" in moved
    dotted = figure(page, "ARR by month")["data"][-1]
    assert dotted["line"]["dash"] == "dot"
    # January and February of 2025, drawn in 2026; March is open in neither
    assert [text for _, text in dotted["customdata"]][:2] == ["$72.8M", "$85.8M"]


def test_without_a_year_before_the_tile_says_so(home: Path, story, open_page) -> None:
    story.publish(home)
    page = open_page(month="2025-06", vs="year")
    # an absent change is an empty text
    assert tiles(page)["ARR"][1:] == ("", "no year before")
    assert not any("What moved" in text.value for text in page.markdown)


@pytest.mark.parametrize(("span", "bars"), [("6", 7), ("all", 15)])
def test_charts_go_back_as_far_as_was_asked(
    home: Path, story, open_page, span: str, bars: int
) -> None:
    story.publish(home)  # 14 closed months and the open one
    page = open_page(span=span)
    assert len(figure(page, "ARR by month")["data"][0]["x"]) == bars


def test_a_link_carries_day_comparison_length_and_filters_to_any_page(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    link = {"asof": "2026-01-15", "vs": "year", "span": "6", "region": "US"}
    page = open_page("revenue", **link)
    assert {key: page.query_params[key] for key in link} == link
    assert page.date_input[0].value == date(2026, 1, 15)
    shared = parse_qs(page.get("code")[0].value.split("?")[1])
    assert {key: shared[key] for key in link} == {key: [link[key]] for key in link}
    page.switch_page("app_pages/growth.py")
    page.query_params.clear()  # as the browser does
    page.run()
    assert page.date_input[0].value == date(2026, 1, 15)
    assert page.query_params["vs"] == "year"


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        (date(2026, 1, 31), date(2025, 12, 31), date(2025, 1, 31)),
        (date(2026, 2, 28), date(2026, 1, 31), date(2025, 2, 28)),
        (date(2026, 3, 30), date(2026, 2, 28), date(2025, 3, 30)),
        (date(2028, 2, 29), date(2028, 1, 31), date(2027, 2, 28)),
        (date(2026, 1, 15), date(2025, 12, 15), date(2025, 1, 15)),
    ],
)
def test_ends_of_months_go_back_to_ends_of_months(
    day: date, month: date, year: date
) -> None:
    assert comparison.back(day, "month") == month
    assert comparison.back(day, "year") == year
