"""What the figures say: values, labels, open periods, launches, room for text."""

from datetime import date
from itertools import combinations
from math import hypot

import pandas as pd
import pytest

from dashboard import canvas, charts, overview_panels, regions
from dashboard.context import Context

INK = "#596273"


def rows(grain: str, start: str, values: list[float], *, late: int = 0) -> pd.DataFrame:
    """Metric rows from a start; the last `late` of them are provisional."""
    frequency = {"week": "7D", "month": "MS"}[grain]
    states = ["closed"] * (len(values) - late) + ["provisional"] * late
    periods = pd.date_range(start, periods=len(values), freq=frequency)
    return pd.DataFrame(
        {"grain": grain, "period_start": periods, "value": values, "state": states}
    )


def launches(*events: tuple[str, str, str]) -> pd.DataFrame:
    listed = [(date.fromisoformat(day), *rest, "why") for day, *rest in events]
    return pd.DataFrame(listed, columns=["date", "title", "kind", "detail"])


def texts(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.text]


WEEKS = rows(
    "week", "2025-11-03", [2.9e6] * 5 + [3e6, 3.4e6, 5.3e6, 6.5e6, 7.1e6, 7.7e6]
)


def test_weeks_that_are_known_are_solid_and_an_open_month_is_dotted() -> None:
    figure = charts.trend(WEEKS, form="count", ink=INK, open_after=date(2025, 12, 31))
    solid, dotted = figure.data
    assert (solid.line.dash, dotted.line.dash) == ("solid", "dot")
    # 29 Dec is in the closed month; the dotted part goes on from it
    assert pd.Timestamp(solid.x[-1]) == pd.Timestamp(dotted.x[0])
    assert len(solid.x) == 9
    assert len(dotted.x) == 3


def test_the_chart_reads_3_million_before_the_launch_and_7_7_at_the_peak() -> None:
    events = launches(("2025-12-18", "Motion control", "feature"))
    marks = overview_panels.actives_marks(WEEKS, events)
    by_text = {mark.text: mark.when for mark in marks}
    assert by_text["3.0M"] == date(2025, 12, 8)
    assert by_text["7.7M"] == date(2026, 1, 12)


def test_a_week_that_the_launch_day_is_in_is_not_before_the_launch() -> None:
    """Its value already has the launch in it and would shrink the effect."""
    events = launches(("2025-12-14", "Motion control", "feature"))  # Sunday of 3.0M
    marks = overview_panels.actives_marks(WEEKS, events)
    assert date(2025, 12, 8) not in {mark.when for mark in marks}


def test_two_marks_that_would_overlap_are_one() -> None:
    flat = rows("week", "2026-01-05", [5e6, 5.1e6, 5.2e6])
    marks = overview_panels.actives_marks(flat, launches())
    assert len(marks) == 1


def test_a_rollout_by_region_is_one_launch_on_its_first_day() -> None:
    events = launches(
        ("2025-12-29", "Motion control", "feature"),
        ("2025-12-18", "Motion control", "feature"),
    )
    figure = charts.trend(WEEKS, form="count", ink=INK, launches=events)
    assert texts(figure) == ["<b>Motion control</b>"]
    assert len(figure.layout.shapes) == 1
    assert pd.Timestamp(figure.layout.shapes[0].x0) == pd.Timestamp("2025-12-18")


def test_a_launch_without_a_remark_says_no_more_than_its_name() -> None:
    events = launches(("2025-12-18", "Motion control", "feature")).assign(detail=None)
    figure = charts.trend(WEEKS, form="count", ink=INK, launches=events)
    assert figure.data[-1].hovertemplate.startswith("18 Dec 2025 · Motion control<")


def test_a_feature_keeps_its_name_where_a_model_has_no_room() -> None:
    events = launches(
        ("2025-12-03", "Model 2.6", "model"),
        ("2025-12-18", "Motion control", "feature"),
        ("2025-04-15", "Model 2.0", "model"),  # before the first week drawn
    )
    figure = charts.trend(WEEKS, form="count", ink=INK, launches=events)
    assert "<b>Motion control</b>" in texts(figure)
    assert not {"Model 2.6", "Model 2.0"} & set(texts(figure))
    tall = {shape.line.color: shape.y1 for shape in figure.layout.shapes}
    assert tall == {canvas.LAUNCH: 1, canvas.GREY: charts.MARK_HEIGHT}


def test_december_and_the_last_closed_month_carry_their_value() -> None:
    months = rows("month", "2025-10-01", [179e6, 193e6, 240e6, 354e6, 381e6], late=1)
    figure = charts.months(months, form="usd", ink=INK)
    assert texts(figure) == ["<b>$240M</b>", "<b>$354M</b>"]
    assert list(figure.data[0].marker.pattern.shape) == ["", "", "", "", "/"]
    assert [text for _, text in figure.data[0].customdata][2] == "$240M"


def test_charts_show_the_last_fifteen_months_and_the_open_one() -> None:
    months = rows("month", "2024-06-01", [1e6] * 22, late=1)  # to March 2026
    newest = Context("build", date(2026, 2, 28), is_newest=True, theme="light")
    shown = newest.upto(months)
    assert len(shown) == 16
    assert shown["period_start"].max() == pd.Timestamp("2026-03-01")
    earlier = Context("build", date(2025, 12, 31), is_newest=False, theme="light")
    assert earlier.upto(months)["period_start"].max() == pd.Timestamp("2025-12-01")


def test_the_first_bar_has_no_room_for_its_value() -> None:
    months = rows("month", "2024-12-01", [33e6, 55e6])
    assert texts(charts.months(months, form="usd", ink=INK)) == ["<b>$55.0M</b>"]


def test_the_bridge_ends_with_the_net_change_and_leaves_room_for_text() -> None:
    movements = pd.DataFrame(
        {"movement": ["new", "churn", "fx"], "value": [3e6, -1.2e6, -0.1e6]}
    )
    figure = charts.bridge(movements, ink=INK)
    waterfall = figure.data[0]
    assert list(waterfall.y) == ["New", "Churn", "FX", "<b>Net change</b>"]
    assert list(waterfall.text) == ["+$3.0M", "−$1.2M", "−$100K", "+$1.7M"]
    low, high = figure.layout.xaxis.range
    # span 3.0M, 0.42 of it for a text: right of 3.0M, left of 1.7M there is room
    assert (low, high) == (0, pytest.approx(4.26e6))


def test_a_fall_below_the_opening_has_room_for_its_text_on_the_left() -> None:
    movements = pd.DataFrame({"movement": ["new", "churn"], "value": [1e6, -3e6]})
    low, _ = charts.bridge(movements, ink=INK).layout.xaxis.range
    assert low == pytest.approx(-2e6 - 0.42 * 3e6)


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (8.8, [0, 2, 4, 6, 8]),
        (0.274, [0, 0.1, 0.2]),
        (434, [0, 100, 200, 300, 400]),
        (0, [0]),
    ],
)
def test_axis_values_are_round(top: float, ticks: list[float]) -> None:
    assert canvas.even_ticks(top) == pytest.approx(ticks)


SHARES = {"CN": 0.29, "US": 0.26, "EU": 0.13, "KR": 0.07, "JP": 0.06, "UK": 0.04}
SHARES |= {"MENA": 0.03, "SEA": 0.03, "IN": 0.03, "TR": 0.01, "RU": 0.01}


@pytest.mark.parametrize("size", [regions.WIDE, regions.PHONE])
def test_no_circle_covers_another(size: regions.Size) -> None:
    circles = regions.place_circles(SHARES, size)
    for one, other in combinations(circles, 2):
        degrees = hypot(one.latitude - other.latitude, one.longitude - other.longitude)
        apart = degrees * size.pixels_per_degree
        assert apart >= 0.95 * (one.pixels + other.pixels) / 2, (one, other)


def test_the_area_of_a_circle_is_its_share() -> None:
    circles = {
        circle.region: circle
        for circle in regions.place_circles({"CN": 0.4, "US": 0.1}, regions.WIDE)
    }
    assert circles["CN"].pixels == 2 * circles["US"].pixels


def test_the_map_asks_only_this_server_for_shapes() -> None:
    """Plotly's default fetches a topology from the internet; offline it stays blank."""
    figure = regions.world(regions.place_circles(SHARES, regions.WIDE), ["$1"] * 11)
    assert figure.data[0].geojson == "/app/static/land.geojson"
    assert canvas.CONFIG["topojsonURL"] == "/app/static/"


def test_a_region_without_a_place_keeps_its_code_and_gets_no_circle() -> None:
    assert regions.name("XX") == "XX"
    assert regions.place_circles({"XX": 1.0}, regions.WIDE) == []
