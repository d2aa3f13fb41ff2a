"""The blocks of the Revenue page, each cached with the elements it draws.

Reads rows of metrics through `queries`. A block depends on the build, the month and the
theme alone, so later runs replay it without building its figure again.
"""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, headline, layout, queries, slice_charts
from dashboard.canvas import (
    BLUE,
    CONFIG,
    GAIN,
    GREY,
    LAUNCH,
    LOSS,
    PINK,
    SKY,
    TEAL,
    VIOLET,
)
from dashboard.context import Context
from dashboard.headline import Tile
from dashboard.queries import NoSlice
from dashboard.slice_charts import Series, last_values

TILES = (
    Tile("mrr", "MRR", "month"),
    Tile("net_revenue_retention", "NRR", "month"),
    Tile("gross_revenue_retention", "GRR", "month"),
    Tile("gross_margin", "Gross margin", "month"),
    Tile("credit_liability", "Credit liability", "month"),
)
MOVEMENTS = (
    Series("new", "New", GAIN),
    Series("expansion", "Expansion", BLUE),
    Series("reactivation", "Reactivation", TEAL),
    Series("contraction", "Contraction", LAUNCH),
    Series("churn", "Churn", LOSS),
    Series("fx", "FX", GREY),
)
PLANS = (
    Series("standard", "Standard", BLUE),
    Series("pro", "Pro", TEAL),
    Series("premier", "Premier", VIOLET),
    Series("ultra", "Ultra", PINK),
    Series("team", "Team", LAUNCH),
)
SEGMENTS = (
    Series("consumer", "Consumer", BLUE),
    Series("pro", "Pro", TEAL),
    Series("enterprise", "Enterprise", VIOLET),
)
ARR_FAMILY = (
    Series("arr_runrate", "Run-rate", BLUE),
    Series("arr_recognised", "Recognised", TEAL, "dash"),
    Series("arr_subscription", "Subscription", VIOLET, "dot"),
)
RETENTIONS = (
    Series("net_revenue_retention", "NRR", BLUE),
    Series("gross_revenue_retention", "GRR", VIOLET, "dash"),
)
# Series for slices that the lists above do not name.
SPARE = (SKY, GREY, GAIN)
WHY_ARR_DIFFERS = (
    "Subscription ARR is twelve times the MRR of subscriptions alone; run-rate adds the"
    " credit packs and API usage sold in the month; recognised counts what was earned"
    " in 30 days, credits as they are used, so it follows sales later."
)
HEIGHT = 300


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
def movements(context: Context) -> None:
    """Draw what changed MRR, month by month."""
    rows = _slices(context, "mrr_movements", by="movement")
    _draw_stack(context, rows, MOVEMENTS, by="movement", key="movements_by_month")


@st.cache_data(max_entries=100, show_spinner=False)
def mrr_by_plan(context: Context) -> None:
    """Draw MRR by plan."""
    rows = _slices(context, "mrr", by="plan")
    _draw_stack(context, rows, PLANS, by="plan", key="mrr_by_plan")


@st.cache_data(max_entries=100, show_spinner=False)
def run_rate_by_segment(context: Context) -> None:
    """Draw run-rate revenue by segment."""
    rows = _slices(context, "run_rate_revenue", by="segment")
    _draw_stack(context, rows, SEGMENTS, by="segment", key="run_rate_by_segment")


@st.cache_data(max_entries=100, show_spinner=False)
def arr_family(context: Context) -> None:
    """Draw the three readings of ARR, and say why they differ."""
    rows = _side_by_side(context, ARR_FAMILY)
    _draw_lines(context, rows, ARR_FAMILY, form="usd", key="arr_family")
    st.caption(WHY_ARR_DIFFERS)


@st.cache_data(max_entries=100, show_spinner=False)
def retention(context: Context) -> None:
    """Draw net and gross revenue retention."""
    rows = _side_by_side(context, RETENTIONS)
    _draw_lines(context, rows, RETENTIONS, form="percent", key="revenue_retention")


@st.cache_data(max_entries=100, show_spinner=False)
def margin(context: Context) -> None:
    """Draw gross margin by month."""
    one = (Series("gross_margin", "Margin", BLUE),)
    _draw_lines(
        context, _side_by_side(context, one), one, form="percent", key="gross_margin"
    )


@st.cache_data(max_entries=100, show_spinner=False)
def liability(context: Context) -> None:
    """Draw what customers have paid for credits they have not used."""
    rows = context.upto(context.metric("credit_liability", grain="month"))
    if rows.empty:
        layout.say_empty("No month of this metric up to this day.")
        return
    closed = headline.closed_by(rows, context.end)
    said = ""
    if len(closed):
        last = closed.iloc[-1]
        period = formats.period("month", last["period_start"])
        said = f" {period}: {formats.usd(last['value'])}."
    st.plotly_chart(
        charts.months(rows, form="usd", ink=context.ink, height=HEIGHT),
        config=CONFIG,
        key="credit_liability",
        alt=f"Bar chart of credit liability by month.{said}",
    )


def _slices(context: Context, metric: str, *, by: str) -> pd.DataFrame:
    rows = context.metric(metric, grain="month", by=by)
    return context.upto(rows)


def _side_by_side(context: Context, series: tuple[Series, ...]) -> pd.DataFrame:
    """Line up the monthly rows of several metrics; the key of a series is its metric.

    A metric that this build lacks, or that cannot be filtered like the page, is said,
    and the others are shown.
    """
    known = queries.catalog(context.build_id)
    frames, missing = [], []
    for one in series:
        if one.key not in known:
            missing.append(f"`{one.key}`")
            continue
        try:
            rows = context.upto(context.metric(one.key, grain="month"))
        except NoSlice as refusal:
            layout.say_unfiltered(str(refusal))
        else:
            frames.append(rows.assign(metric=one.key))
    if missing:
        layout.say_empty(f"Not in this build: {', '.join(missing)}.")
    return pd.concat(frames) if frames else pd.DataFrame()


def _draw_stack(
    context: Context,
    rows: pd.DataFrame,
    series: tuple[Series, ...],
    *,
    by: str,
    key: str,
) -> None:
    if rows.empty:
        layout.say_empty("No month of this metric up to this day.")
        return
    drawn = with_others(rows, series, by=by)
    figure = slice_charts.stacked(
        rows,
        drawn,
        by=by,
        form="usd",
        ink=context.ink,
        open_after=context.end,
        height=HEIGHT,
    )
    shown = headline.closed_by(rows, context.end)
    words = last_values(shown if len(shown) else rows, drawn, by=by, form="usd")
    st.plotly_chart(
        figure, config=CONFIG, key=key, alt=f"Bar chart by month and {by}. {words}"
    )


def _draw_lines(
    context: Context,
    rows: pd.DataFrame,
    series: tuple[Series, ...],
    *,
    form: str,
    key: str,
) -> None:
    if rows.empty:
        layout.say_empty("No month of this metric up to this day.")
        return
    figure = slice_charts.lines(
        rows,
        series,
        by="metric",
        form=form,
        ink=context.ink,
        open_after=context.end,
        height=HEIGHT,
    )
    shown = headline.closed_by(rows, context.end)
    words = last_values(shown if len(shown) else rows, series, by="metric", form=form)
    st.plotly_chart(figure, config=CONFIG, key=key, alt=f"Line chart by month. {words}")


def with_others(
    rows: pd.DataFrame, series: tuple[Series, ...], *, by: str
) -> list[Series]:
    """Add the slices that are in the rows and have no look yet."""
    named = {one.key for one in series}
    others = sorted(set(rows[by]) - named)
    spare = [
        Series(key, formats.words(key), SPARE[place % len(SPARE)])
        for place, key in enumerate(others)
    ]
    return [*series, *spare]
