"""The blocks of the Growth page, each cached with the elements it draws.

Reads rows of metrics through `queries`. A block depends on the build, the month and the
theme alone, so later runs replay it without building its figure again.
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import (
    charts,
    definitions,
    formats,
    headline,
    layout,
    slice_charts,
)
from dashboard.canvas import BLUE, CONFIG, GAIN, LAUNCH, LOSS, TEAL, VIOLET
from dashboard.charts import Mark
from dashboard.context import Context
from dashboard.headline import Tile
from dashboard.slice_charts import Series, last_values

TILES = (
    Tile("weekly_active_users", "WAU", "week"),
    Tile("new_paying_users", "New paying users", "month"),
    Tile("free_to_paid_30", "Paid conversion", "month"),
    Tile("paid_share", "Paid share of WAU", "week"),
    Tile("stickiness", "Stickiness", "month"),
)
RUNGS = (
    Series("session", "Opened", BLUE),
    Series("submitted", "Submitted", VIOLET, "dash"),
    Series("delivered", "Delivered", TEAL, "dashdot"),
    Series("downloaded", "Downloaded", LAUNCH, "dot"),
)
STATUSES = (
    Series("retained", "Retained", BLUE),
    Series("resurrected", "Resurrected", VIOLET),
    Series("new", "New", GAIN),
    Series("dormant", "Dormant", LOSS),
)
FEATURES = {
    "text_to_video": Series("text_to_video", "Text", BLUE),
    "image_to_video": Series("image_to_video", "Image", VIOLET, "dash"),
    "motion_control": Series("motion_control", "Motion", LAUNCH, "dashdot"),
}
RUNGS_REMARK = (
    "How far people got in each ISO week: opened the product, asked for a video, got"
    " one, downloaded one. Thin: the month is not over."
)
LIFECYCLE_REMARK = (
    "Above zero: who was active in the week. Below zero: who was active in the week"
    " before and did not come back."
)
CHART_HEIGHT = 300
SMALL_HEIGHT = 240
# Periods before the end of a line in which a fall would run into the text there.
RECENT = 8


@st.cache_data(max_entries=100, show_spinner=False)
def tiles(context: Context) -> None:
    """Draw the five numbers of the page."""
    headline.draw(
        [
            headline.read(context.build_id, tile, context.month, slices=context.slices)
            for tile in TILES
        ]
    )


@st.cache_data(max_entries=100, show_spinner=False)
def rungs(context: Context) -> None:
    """Draw weekly actives by how far they got."""
    rows = _slices(context, "active_users_by_rung", by="rung")
    if rows.empty:
        layout.say_empty("No complete week of sessions up to this day.")
        return
    _draw_lines(context, rows, RUNGS, by="rung", form="count", key="rungs")


@st.cache_data(max_entries=100, show_spinner=False)
def lifecycle(context: Context) -> None:
    """Draw who came, came back and stayed away, week by week."""
    rows = _slices(context, "user_lifecycle", by="status")
    if rows.empty:
        layout.say_empty("No two complete weeks of sessions up to this day.")
        return
    lost = rows["status"] == "dormant"
    rows = rows.assign(value=rows["value"].where(~lost, -rows["value"]))
    figure = slice_charts.stacked(
        rows,
        STATUSES,
        by="status",
        form="count",
        ink=context.ink,
        open_after=context.end,
        height=CHART_HEIGHT,
    )
    shown = _shown(context, rows)
    st.plotly_chart(
        figure,
        config=CONFIG,
        key="lifecycle",
        alt="Bar chart of weekly users by status."
        f" {last_values(shown, STATUSES, by='status', form='count')}",
    )


@st.cache_data(max_entries=100, show_spinner=False)
def stickiness(context: Context) -> None:
    """Draw stickiness by day."""
    rows = context.upto(context.metric("stickiness", grain="day"))
    _draw_trend(context, rows, "Stickiness", key="stickiness")


@st.cache_data(max_entries=100, show_spinner=False)
def new_payers(context: Context) -> None:
    """Draw new paying users by month."""
    rows = context.upto(context.metric("new_paying_users", grain="month"))
    if rows.empty:
        layout.say_empty("Nobody has made a first payment up to this day.")
        return
    last = headline.closed_by(rows, context.end)
    said = f" {_last(last, 'count')}" if len(last) else ""
    st.plotly_chart(
        charts.months(rows, form="count", ink=context.ink, height=SMALL_HEIGHT),
        config=CONFIG,
        key="new_payers",
        alt=f"Bar chart of new paying users by month.{said}",
    )


@st.cache_data(max_entries=100, show_spinner=False)
def conversion(context: Context) -> None:
    """Draw the share of each week's sign-ups who paid within 30 days."""
    rows = context.upto(context.metric("free_to_paid_30", grain="week"))
    _draw_trend(context, rows, "Sign-ups who paid within 30 days", key="conversion")


@st.cache_data(max_entries=100, show_spinner=False)
def paid_share(context: Context) -> None:
    """Draw the paid share of weekly actives, with what makes it fall."""
    rows = context.upto(context.metric("paid_share", grain="week"))
    _draw_trend(context, rows, "Paid share of weekly actives", key="paid_share")
    caveats = definitions.caveats(context.build_id, "paid_share")
    if caveats:
        st.caption(caveats)


@st.cache_data(max_entries=100, show_spinner=False)
def adoption(context: Context) -> None:
    """Draw what share of those who ask for videos use each feature."""
    rows = _slices(context, "feature_adoption", by="feature")
    if rows.empty:
        layout.say_empty("Nobody asked for a video up to this day.")
        return
    named = [
        FEATURES.get(feature, Series(feature, formats.words(feature), TEAL, "dot"))
        for feature in sorted(rows["feature"].unique())
    ]
    _draw_lines(context, rows, named, by="feature", form="percent", key="adoption")
    st.caption("One person may use several features; they do not add up to 100%.")


def _slices(context: Context, metric: str, *, by: str) -> pd.DataFrame:
    return context.upto(context.metric(metric, grain="week", by=by))


def _draw_lines(
    context: Context,
    rows: pd.DataFrame,
    series: Sequence[Series],
    *,
    by: str,
    form: str,
    key: str,
) -> None:
    height = CHART_HEIGHT if key == "rungs" else SMALL_HEIGHT
    figure = slice_charts.lines(
        rows,
        series,
        by=by,
        form=form,
        ink=context.ink,
        open_after=context.end,
        height=height,
    )
    shown = _shown(context, rows)
    st.plotly_chart(
        figure,
        config=CONFIG,
        key=key,
        alt=f"Line chart by {by}. {last_values(shown, series, by=by, form=form)}",
    )


def _draw_trend(context: Context, rows: pd.DataFrame, name: str, *, key: str) -> None:
    """Draw a ratio over time, with its last closed value beside the line."""
    closed = headline.closed_by(rows, context.end)
    if closed.empty:
        layout.say_empty(f"{name}: no closed period up to this day.")
        return
    last = closed.iloc[-1]
    figure = charts.trend(
        rows,
        form="percent",
        ink=context.ink,
        marks=[_end_mark(rows, last)],
        open_after=context.end,
        height=SMALL_HEIGHT,
    )
    st.plotly_chart(
        figure,
        config=CONFIG,
        key=key,
        alt=f"Line chart of {name[:1].lower()}{name[1:]}. {_last(closed, 'percent')}",
    )


def _end_mark(rows: pd.DataFrame, last: pd.Series) -> Mark:
    """Write the last closed value where the line has left room for it."""
    until = rows[rows["period_start"] <= last["period_start"]]["value"]
    is_falling = until.tail(RECENT).max() > 1.05 * last["value"]
    if len(until) == len(rows):
        side = "right"
    else:
        side = "above right" if is_falling else "above"
    text = formats.percent(last["value"])
    return Mark(last["period_start"].date(), last["value"], text, side)


def _last(rows: pd.DataFrame, form: str) -> str:
    row = rows.iloc[-1]
    period = formats.period(row["grain"], row["period_start"])
    return f"{period}: {formats.value(row['value'], form)}."


def _shown(context: Context, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep what had closed by the end of the month; all, if nothing had."""
    closed = headline.closed_by(rows, context.end)
    return closed if len(closed) else rows
