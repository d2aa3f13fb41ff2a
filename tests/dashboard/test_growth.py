"""The Growth page as a reader meets it, in every state of the data."""

import json
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest


def tiles(page: AppTest) -> dict[str, tuple[str, str]]:
    return {tile.label: (tile.value, tile.delta) for tile in page.metric}


def alts(page: AppTest) -> list[str]:
    return [chart.proto.alt for chart in page.get("plotly_chart")]  # type: ignore[union-attr]


def figure(page: AppTest, start: str) -> dict:
    """The figure whose words start like this."""
    return next(
        json.loads(chart.proto.spec)  # type: ignore[union-attr]
        for chart in page.get("plotly_chart")
        if chart.proto.alt.startswith(start)  # type: ignore[union-attr]
    )


def test_the_five_numbers_are_the_rows_of_their_metrics(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    shown = tiles(open_page("growth", month="2026-01"))
    # 2,000 sampled accounts a month, each standing for 100
    assert shown["New paying users"] == ("200K", "0")
    assert shown["WAU"][0] == "7.7M"
    assert shown["Paid conversion"][0] == "12.6%"
    assert shown["Paid share of WAU"][0] == "12.0%"
    assert shown["Stickiness"][0] == "9.0%"


def test_a_rung_in_the_chart_is_the_row_of_the_metric(
    home: Path, story, open_page
) -> None:
    path = story.publish(home)
    page = open_page("growth", month="2026-01")
    with duckdb.connect(str(path), read_only=True) as build:
        sample, weight = build.execute(
            "select value, sample_weight from metrics.active_users_by_rung, meta.build"
            " where period_start = '2026-01-19' and rung = 'downloaded'"
        ).fetchone()
    # 7.7 M weekly actives, of whom a fifth downloads
    assert f"{sample * weight / 1e6:.1f}M" == "1.5M"
    assert any(
        "19–25 Jan 2026: Opened 7.7M" in alt and "Downloaded 1.5M" in alt
        for alt in alts(page)
    )


def test_who_stayed_away_is_below_zero(home: Path, story, open_page) -> None:
    story.publish(home)
    bars = figure(open_page("growth", month="2026-01"), "Bar chart of weekly users")
    below = {bar["name"]: bar["y"] for bar in bars["data"]}
    assert below["Dormant"] != below["New"]
    assert bars["layout"]["yaxis"]["range"][0] < 0
    assert [bar["name"] for bar in bars["data"]][:3] == [
        *("Retained", "Resurrected", "New")
    ]


def test_immature_cells_of_the_triangle_are_marked_and_the_rest_is_empty(
    home: Path, story, open_page
) -> None:
    story.publish(home)  # as of Sunday, 29 March 2026
    page = open_page("growth")
    cells = figure(page, "Heat map")["data"][0]
    newest = dict(zip(cells["x"], cells["text"][-1], strict=True))
    before = dict(zip(cells["x"], cells["text"][-2], strict=True))
    # 23-29 March: only those of Monday to Saturday have had their next day
    assert (newest["D1"], newest["D7"]) == ("33%*", "")
    # 16-22 March: Sunday's sign-ups have their 7th day on the 29th; W1 needs 13 days
    assert (before["D7"], before["W1"]) == ("7.0%", "22%*")
    assert any("have not had these days yet" in text.value for text in page.caption)


def test_a_past_month_shows_only_what_was_known_then(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("growth", month="2026-01")
    cells = figure(page, "Heat map")["data"][0]
    # the last week whose Sunday had had its next day by 31 January
    assert cells["y"][-1] == "19 Jan 26"
    assert not any("*" in text for row in cells["text"] for text in row)


def test_what_was_made_after_the_last_closed_day_is_no_trend(
    home: Path, story, open_page
) -> None:
    """A clip of today beside a company read as of March drew a line to nothing."""

    def make_a_clip_in_november(build: duckdb.DuckDBPyConnection) -> None:
        build.execute(
            "insert into metrics.feature_adoption by name"
            " select * replace (date '2026-11-23' as period_start, 1 as value,"
            " 'provisional' as state) from metrics.feature_adoption"
            " where grain = 'week' limit 1"
        )

    story.publish(home, change=make_a_clip_in_november)
    drawn = figure(open_page("growth"), "Line chart by feature")
    assert max(max(line["x"]) for line in drawn["data"])[:10] <= "2026-03-30"


def test_the_paid_share_carries_the_caveat_of_its_catalog_entry(
    home: Path, story, open_page
) -> None:
    story.publish(
        home,
        change=lambda build: build.execute(
            "update metrics.catalog set caveats = 'A viral week lowers it.'"
            " where name = 'paid_share'"
        ),
    )
    page = open_page("growth")
    assert "A viral week lowers it." in [text.value for text in page.caption]


def test_phones_get_a_triangle_of_six_columns(home: Path, story, open_page) -> None:
    story.publish(home)
    maps = [
        json.loads(chart.proto.spec)["data"][0]["x"]  # type: ignore[union-attr]
        for chart in open_page("growth").get("plotly_chart")
        if chart.proto.alt.startswith("Heat map")  # type: ignore[union-attr]
    ]
    assert [len(columns) for columns in maps] == [15, 6]


def test_every_chart_has_words_and_every_panel_its_definition(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("growth")
    assert len(alts(page)) == 9
    assert all(any(sign.isdigit() for sign in alt) for alt in alts(page))
    for header in page.header:
        assert "owner finance" in header.help, header.value
        assert "definition 1" in header.help, header.value
    assert not page.error


@pytest.mark.parametrize(
    ("metric", "sentence"),
    [
        ("active_users_by_rung", "No complete week"),
        ("user_lifecycle", "No two complete weeks"),
        ("retention", "No week of sign-ups"),
        ("new_paying_users", "New paying users: no month up to"),
        ("free_to_paid_30", "paid within 30 days: no closed period"),
        ("stickiness", "Stickiness: no closed period"),
        ("paid_share", "Paid share of weekly actives: no closed period"),
        ("feature_adoption", "Nobody asked for a video"),
    ],
)
def test_an_empty_metric_says_so_in_its_own_panel(
    home: Path, story, open_page, metric: str, sentence: str
) -> None:
    story.publish(
        home, change=lambda build: build.execute(f"delete from metrics.{metric}")
    )
    page = open_page("growth")
    assert [sentence in note.value for note in page.info] == [True]
    assert not page.error


def test_a_metric_this_build_lacks_is_named(home: Path, story, open_page) -> None:
    story.publish(
        home,
        change=lambda build: build.execute(
            "delete from metrics.catalog where name = 'retention'"
        ),
    )
    page = open_page("growth")
    assert "no metric 'retention'" in page.info[0].value
    assert not page.error


def test_without_a_warehouse_the_page_names_the_command(home: Path, open_page) -> None:
    page = open_page("growth")
    assert "reel demo" in page.info[0].value
    assert not page.metric
    assert not page.exception


def test_before_the_first_closed_month_the_page_says_why_it_is_empty(
    home: Path, story, open_page
) -> None:
    story.publish(
        home, change=lambda build: build.execute("delete from metrics.arr_runrate")
    )
    page = open_page("growth")
    assert "No month is closed yet" in page.info[0].value
    assert not page.exception
