"""The Revenue page as a reader meets it, in every state of the data."""

import json
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

LANDING = ("net_revenue_retention", "gross_revenue_retention", "gross_margin")
LANDING += ("credit_liability",)


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
    path = story.publish(home)
    shown = tiles(open_page("revenue", month="2025-12"))
    with duckdb.connect(str(path), read_only=True) as build:
        sample, weight = build.execute(
            "select value, sample_weight from metrics.mrr, meta.build"
            " where period_start = '2025-12-01' and plan = 'all'"
        ).fetchone()
    # 78 % of the run-rate revenue of 20.00 M
    assert shown["MRR"][0] == f"${float(sample) * weight / 1e6:.1f}M" == "$15.6M"
    assert shown["NRR"] == ("105%", "0")
    assert shown["GRR"][0] == "85.0%"
    assert shown["Gross margin"][0] == "70.0%"
    # 0.4 x 18.39 M recognised
    assert shown["Credit liability"][0] == "$7.4M"


def test_the_arr_family_is_three_numbers_and_one_sentence_says_why(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("revenue", month="2025-12")
    # 12 x 20.00 M; 12 x 18.39 M; 12 x 15.60 M
    family = "Dec 2025: Run-rate $240M, Recognised $221M, Subscription $187M."
    assert any(family in alt for alt in alts(page))
    assert any("follows sales later" in text.value for text in page.caption)


def test_losses_are_below_zero_and_an_open_month_is_hatched(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    bars = figure(open_page("revenue"), "Bar chart by month and movement")
    by_name = {bar["name"]: bar for bar in bars["data"]}
    assert by_name["Churn"]["marker"]["pattern"]["shape"][-2:] == ["", "/"]
    low, high = bars["layout"]["yaxis"]["range"]
    assert low < 0 < high


def test_the_slices_of_a_chart_are_the_rows_of_the_metric(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    shown = alts(open_page("revenue", month="2025-12"))
    # 35 % of 15.60 M; a fifth of 20.00 M
    assert any("Standard $5.5M" in alt for alt in shown)
    assert any("Enterprise $4.0M" in alt for alt in shown)


def test_a_slice_without_a_look_of_its_own_is_drawn_too(
    home: Path, story, open_page
) -> None:
    story.publish(
        home,
        change=lambda build: build.execute(
            "update metrics.mrr set plan = 'student' where plan = 'ultra'"
        ),
    )
    page = open_page("revenue")
    assert any("Student $" in alt for alt in alts(page))


def test_the_table_of_movements_ends_in_the_metrics_own_total(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    tables = [table.value for table in open_page("revenue").dataframe]
    wide = next(table for table in tables if "Expansion" in table)
    assert list(wide.columns) == [
        *("Month", "New", "Expansion", "Reactivation", "Contraction", "Churn"),
        *("FX", "Net"),
    ]
    assert wide["Month"].iloc[0] == "Mar 2026*"
    december = wide[wide["Month"] == "Dec 2025"].iloc[0]
    # 9 % and 2 % of 15.60 M; 0.78 x (20.004 - 16.059) M
    assert (december["Churn"], december["Contraction"]) == ("−$1.4M", "−$312K")
    assert december["Net"] == "$3.1M"


def test_recognised_revenue_by_region_is_the_metric_revenue(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    tables = [table.value for table in open_page("revenue", month="2025-12").dataframe]
    regions = next(table for table in tables if "13 months" in table)
    assert regions["Region"].iloc[0] == "China"
    # 29 % of 18.39 M, and not of the run-rate of 20.00 M
    assert round(regions["Revenue"].iloc[0], 1) == 5.3


def test_every_chart_has_words_and_every_panel_its_definition(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("revenue")
    assert len(alts(page)) == 7
    assert all(any(sign.isdigit() for sign in alt) for alt in alts(page))
    for header in page.header:
        assert "owner finance" in header.help, header.value
    assert not page.error


def test_metrics_this_build_lacks_are_named_and_the_rest_is_shown(
    home: Path, story, open_page
) -> None:
    story.publish(
        home,
        change=lambda build: build.execute(
            f"delete from metrics.catalog where name in {LANDING}"
        ),
    )
    page = open_page("revenue")
    said = " ".join(note.value for note in page.info)
    for metric in LANDING:
        assert metric in said
    assert tiles(page)["NRR"][0] == "—"
    assert len(alts(page)) == 4
    assert not page.error


@pytest.mark.parametrize(
    "metric",
    [
        *("mrr", "run_rate_revenue", "credit_liability", "gross_margin"),
        "mrr_movements",
    ],
)
def test_an_empty_metric_says_so_in_its_own_panel(
    home: Path, story, open_page, metric: str
) -> None:
    story.publish(
        home, change=lambda build: build.execute(f"delete from metrics.{metric}")
    )
    page = open_page("revenue")
    assert "up to this day" in page.info[0].value
    assert not page.error
    assert len(alts(page)) == 6


def test_without_a_warehouse_the_page_names_the_command(home: Path, open_page) -> None:
    page = open_page("revenue")
    assert "reel demo" in page.info[0].value
    assert not page.metric
    assert not page.exception


def test_before_the_first_closed_month_the_page_says_why_it_is_empty(
    home: Path, story, open_page
) -> None:
    story.publish(
        home, change=lambda build: build.execute("delete from metrics.arr_runrate")
    )
    page = open_page("revenue")
    assert "No month is closed yet" in page.info[0].value
    assert not page.exception
