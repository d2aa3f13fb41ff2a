"""The Service page as a reader meets it: what works, what it costs, what moved."""

from pathlib import Path

import duckdb


def test_the_tiles_are_the_rows_of_the_metrics(home: Path, story, open_page) -> None:
    path = story.publish(home)
    page = open_page("service", month="2025-12")
    shown = {tile.label: tile.value for tile in page.metric}
    with duckdb.connect(str(path), read_only=True) as build:
        sample, weight = build.execute(
            "select value, sample_weight from metrics.wasted_cost, meta.build"
            " where period_start = '2025-12-01' and reason = 'all'"
        ).fetchone()
    # a fifth of the 18.39 M recognised
    wasted = f"${float(sample) * weight / 1e6:.1f}M"
    assert shown["Wasted computing"] == wasted == "$3.7M"
    assert shown["Success"] == "94.0%"
    assert shown["p95 wait"] == "10 min"
    assert shown["Cost per second"] == "$0.018"
    assert shown["Gross margin"] == "70.0%"


def test_a_rise_of_waste_is_bad_news_and_has_its_cause(
    home: Path, story, open_page
) -> None:
    story.publish(home)
    page = open_page("service", month="2025-12")
    wasted = next(tile for tile in page.metric if tile.label == "Wasted computing")
    # 0.2 x (18.39 - 15.04) M, of which 0.15 / 0.2 was not kept; red, not green
    assert (wasted.delta, wasted.proto.color) == ("+22%", wasted.proto.RED)
    moved = next(text.value for text in page.markdown if "What moved" in text.value)
    assert "Wasted computing rose \\$670K (+22%)" in moved
    assert "not kept is 75% of the change" in moved


def test_who_waits_is_read_in_minutes(home: Path, story, open_page) -> None:
    story.publish(home)
    alts = [chart.proto.alt for chart in open_page("service").get("plotly_chart")]
    # 600 s, of which the free wait 3 times, the paid 0.6 times, programs half
    assert any("Free 30 min, Paid 6 min, API 5 min" in alt for alt in alts)
    assert any("< 0.5 min 50.0%" in alt and "> 5 min 30.0%" in alt for alt in alts)
