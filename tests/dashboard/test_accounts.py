"""The Accounts page as a reader meets it: contracts, the API, credits, and nobody."""

from pathlib import Path

import duckdb


def test_the_tiles_are_the_rows_of_the_metrics(home: Path, story, open_page) -> None:
    path = story.publish(home)
    page = open_page("accounts", month="2025-12")
    shown = {tile.label: tile.value for tile in page.metric}
    with duckdb.connect(str(path), read_only=True) as build:
        sample, weight = build.execute(
            "select value, sample_weight from metrics.arr_contracted, meta.build"
            " where period_start = '2025-12-01' and segment = 'all'"
        ).fetchone()
    # 6 x 18.39 M
    assert shown["Contracted ARR"] == f"${float(sample) * weight / 1e6:.0f}M" == "$110M"
    assert shown["Business share"] == "70.0%"
    assert shown["Top 10 accounts"] == "20.0%"
    # 170 sampled accounts, each standing for 100
    assert shown["API accounts"] == "17.0K"


def test_models_are_named_as_their_launches_do_and_no_account_is_named(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("accounts", month="2025-12")
    alts = [chart.proto.alt for chart in page.get("plotly_chart")]
    # 0.2 and 0.3 of 18.39 M
    assert any("Dec 2025: Model 2.1 3.7M, Model 2.0 5.5M" in alt for alt in alts)
    assert any("Granted 1.8B, Spent −1.3B" in alt for alt in alts)
    moved = next(text.value for text in page.markdown if "What moved" in text.value)
    # 6 x 3.35 M, of which half is of professionals
    assert "Contracted ARR rose \\$20.1M" in moved
    assert "pro is 50% of the change" in moved
    assert not page.dataframe
