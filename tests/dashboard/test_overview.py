"""The Overview as a reader meets it, in every state of the data."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from pipelines import warehouse

FAILURE = {
    "build_id": "20260330T090000-v4",
    "failed": ["movements_add_up_to_the_change_of_mrr: Got 2 results, expected 0"],
}


def tiles(page: AppTest) -> dict[str, tuple[str, str]]:
    return {tile.label: (tile.value, tile.delta) for tile in page.metric}


def badges(page: AppTest) -> str:
    return " ".join(text.value for text in page.markdown if "-badge[" in text.value)


def charts(page: AppTest) -> dict[str, str]:
    """The figures of a page: alternative text by the figure's JSON."""
    return {
        chart.proto.alt: chart.proto.spec  # type: ignore[union-attr]
        for chart in page.get("plotly_chart")
    }


def test_december_2025_shows_240_million_of_arr(home: Path, story, open_page) -> None:
    story.publish(home)
    page = open_page(month="2025-12")
    # run-rate 20.00 M x 12; November 16.06 M: +25 %
    assert tiles(page)["ARR"] == ("$240M", "+25%")
    assert tiles(page)["Paying users"] == ("415K", "+29%")
    # 18.39 M against 15.04 M
    assert tiles(page)["Revenue"] == ("$18.4M", "+22%")
    assert "As of 31 Dec 2025 UTC" in badges(page)
    assert not page.error


def test_without_a_choice_the_last_closed_month_is_shown(
    home: Path, story, open_page
) -> None:
    """March 2026 is open: its ARR would look like a fall."""
    story.publish(home)
    page = open_page()
    assert page.selectbox[0].value == "2026-02"
    assert "2026-03" not in page.selectbox[0].options
    assert page.query_params["month"] == "2026-02"
    assert "As of 28 Feb 2026 UTC" in badges(page)


def test_a_clip_made_today_does_not_make_the_company_look_newer(
    home: Path, story, open_page
) -> None:
    story.publish(home)  # as of 29 March, with an event of 30 March
    assert "Data through 29 Mar 2026" in badges(open_page())


def test_a_month_that_does_not_exist_falls_back_to_the_newest(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page(month="2031-01")
    assert page.selectbox[0].value == "2026-02"
    assert not page.error


def test_a_chosen_month_goes_into_the_address(home: Path, story, open_page) -> None:
    story.publish(home)
    page = open_page()
    page.selectbox[0].set_value("2025-12").run()
    assert page.query_params["month"] == "2025-12"
    assert tiles(page)["ARR"][0] == "$240M"


def test_the_tiles_are_the_rows_of_the_metrics(home: Path, story, open_page) -> None:
    path = story.publish(home)
    shown = tiles(open_page(month="2026-01"))
    with duckdb.connect(str(path), read_only=True) as connection:
        sample, weight = connection.execute(
            "select value, sample_weight from metrics.arr_runrate, meta.build"
            " where period_start = '2026-01-01' and region = 'all'"
        ).fetchone()
    assert shown["ARR"][0] == f"${float(sample) * weight / 1e6:.0f}M" == "$354M"
    # the last complete week of January, 19-25
    assert shown["WAU"][0] == "7.7M"


def test_conversion_shows_the_last_cohort_that_had_its_30_days(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page(month="2026-02")
    # February's cohort is provisional: January 12.63 % against December 1.85 %
    assert tiles(page)["Paid conversion"] == ("12.6%", "+10.8 pp")
    assert any("Paid conversion: Jan 2026" in text.value for text in page.caption)


def test_the_launch_is_in_the_chart_and_every_chart_has_words(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    shown = charts(open_page())
    actives = next(alt for alt in shown if "weekly active users" in alt)
    assert "Motion control" in shown[actives]
    assert "8 Dec 2025: 3.0M" in actives
    assert "19 Jan 2026: 7.7M" in actives
    # the week of 30 Dec 2024 has not seven days of history: withheld
    assert "6 Jan 2025: 1.1M" in actives
    assert all(shown)
    assert len(shown) == 5  # the map is drawn twice, for wide screens and phones


def test_the_regions_have_a_table_with_the_shares(home: Path, story, open_page) -> None:
    story.publish(home)
    wide, phone = (table.value for table in open_page(month="2025-12").dataframe)
    assert list(wide["Region"][:2]) == ["China", "United States"]
    # the anchors of the story before they are scaled to add up to one
    assert [round(share) for share in wide["Share"][:2]] == [29, 26]
    assert list(phone.columns) == ["Region", "Revenue", "Share", "Change"]


def test_the_sentence_says_what_moved(home: Path, story, open_page) -> None:
    story.publish(home)
    sentence = next(
        text.value
        for text in open_page(month="2025-12").markdown
        if text.value.startswith("**What moved.**")
    )
    # 240.05 M less 192.71 M
    assert "ARR rose \\$47.3M (+25%) to \\$240M in December 2025" in sentence


def test_every_tile_names_its_definition_owner_and_version(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    for tile in open_page().metric:
        for part in ("Formula:", "State: closed", "owner finance", "definition 1"):
            assert part in tile.help, tile.label


def test_a_sample_is_named_and_real_data_is_not(home: Path, story, open_page) -> None:
    story.publish(home, build_id="sample")
    assert "1:100 sample" in badges(open_page())
    story.publish(home, build_id="whole", weight=1.0)
    page = open_page(month="2025-12")
    assert "sample" not in badges(page)
    assert tiles(page)["ARR"][0] == "$2.4M"


def test_without_a_warehouse_the_page_names_the_command(home: Path, open_page) -> None:
    page = open_page()
    assert "reel demo" in page.info[0].value
    assert "reel run" in page.info[0].value
    assert not page.metric
    assert not page.exception


def test_an_old_build_is_stale_and_says_so(home: Path, story, open_page) -> None:
    story.publish(home, age=timedelta(hours=31))
    page = open_page()
    assert "Stale · 31 h" in badges(page)
    assert "31 h old" in page.warning[0].value
    assert len(page.metric) == 5


def test_a_build_of_last_night_is_current(home: Path, story, open_page) -> None:
    story.publish(home, age=timedelta(hours=25))
    page = open_page()
    assert "Current · 25 h" in badges(page)
    assert not page.warning


def test_a_failed_newer_build_has_a_banner_and_the_old_numbers_stay(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    warehouse.record_failure(home, FAILURE)
    page = open_page(month="2025-12")
    assert "failed 1 of its checks" in page.error[0].value
    assert "Newer build failed · 4 h" in badges(page)
    assert "movements_add_up" in page.expander[0].markdown[0].value
    assert tiles(page)["ARR"][0] == "$240M"


def test_before_the_first_closed_month_the_page_says_why_it_is_empty(
    home: Path, story, open_page
) -> None:
    story.publish(
        home, change=lambda build: build.execute("delete from metrics.arr_runrate")
    )
    page = open_page()
    assert "No month is closed yet" in page.info[0].value
    assert not page.exception


@pytest.mark.parametrize(
    ("metric", "sentence"),
    [
        ("weekly_active_users", "No complete week of sessions"),
        ("run_rate_revenue", "No revenue by region"),
        ("mrr_movements", "MRR did not change"),
        ("free_to_paid_30", "No sign-up cohort"),
    ],
)
def test_an_empty_metric_says_so_in_its_own_panel(
    home: Path, story, open_page, metric: str, sentence: str
) -> None:
    story.publish(
        home, change=lambda build: build.execute(f"delete from metrics.{metric}")
    )
    page = open_page()
    assert sentence in page.info[0].value
    assert not page.error
    assert tiles(page)["ARR"][0] == "$351M"


def test_an_empty_metric_leaves_a_dash_in_its_tile(
    home: Path, story, open_page
) -> None:
    story.publish(
        home,
        change=lambda build: build.execute("delete from metrics.weekly_active_users"),
    )
    assert tiles(open_page())["WAU"][0] == "—"


def test_a_metric_this_build_lacks_is_named(home: Path, story, open_page) -> None:
    story.publish(
        home,
        change=lambda build: build.execute(
            "delete from metrics.catalog where name = 'mrr_movements'"
        ),
    )
    page = open_page()
    assert "no metric 'mrr_movements'" in page.info[0].value
    assert len(charts(page)) == 4


def test_an_error_in_one_panel_leaves_the_others_alone(
    home: Path, story, open_page
) -> None:
    story.publish(
        home,
        change=lambda build: build.execute(
            "alter table metrics.mrr_movements rename value to amount"
        ),
    )
    page = open_page()
    assert len(page.error) == 1
    assert "MRR bridge" in page.error[0].value
    assert "reference" in page.error[0].value
    assert len(page.metric) == 5
    assert len(charts(page)) == 4


def test_without_a_table_of_launches_there_is_no_annotation(
    home: Path, story, open_page
) -> None:
    story.publish(
        home, change=lambda build: build.execute("drop table marts.dim_launches")
    )
    page = open_page()
    assert not page.error
    assert not any("Motion control" in spec for spec in charts(page).values())


def test_a_new_build_replaces_every_number_at_the_next_look(
    home: Path, story, open_page
) -> None:
    story.publish(home, build_id="first")
    page = open_page(month="2025-12")
    assert tiles(page)["ARR"][0] == "$240M"
    story.publish(
        home,
        build_id="second",
        change=lambda build: build.execute(
            "update metrics.arr_runrate set value = value * 2"
        ),
    )
    page.run()
    assert tiles(page)["ARR"][0] == "$480M"
