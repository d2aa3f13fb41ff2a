"""The blocks of the Overview, each cached with the elements it draws.

Reads rows of metrics through `queries`. A block depends on the build, the month and the
theme alone, so later runs replay it without building its figure again.
"""

from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import (
    charts,
    comparison,
    filters,
    formats,
    headline,
    layout,
    queries,
    tile_row,
)
from dashboard.canvas import CONFIG
from dashboard.charts import Mark, first_launches
from dashboard.context import Context
from dashboard.language import say
from dashboard.region_panels import by_region

ACTIVES_HELP = (
    "Distinct people in each ISO week, Monday to Sunday. Rules, and short marks on the"
    " axis, are launches; point at them or at the line."
)
ARR_HELP = "Twelve times the run-rate revenue of each month. Hatched: still open."
BRIDGE_HELP = (
    "What took MRR from the opening to the closing of the month, net for each account."
    " Credit packs and API usage are not part of MRR."
)
CONVERSION_HELP = (
    "Share of each week's sign-ups who paid within 30 days. Dotted: the 30 days are not"
    " over yet."
)
BRIDGE_ORDER = (
    *("new", "expansion", "reactivation", "resume"),
    *("contraction", "churn", "pause", "fx", "restatement"),
)
CHART_HEIGHT = 300


@st.cache_data(max_entries=100, show_spinner=False)
def tiles(context: Context) -> None:
    """Draw the five numbers and the sentence below them."""
    readings = context.read(headline.TILES)
    tile_row.draw(readings)
    shares = None if context.slices else by_region(context, "arr_runrate")
    sentences = headline.what_moved(readings, shares, context.month)
    headline.say_moved(
        sentences, within=filters.say(context.slices), versus=context.versus
    )


@st.cache_data(max_entries=100, show_spinner=False)
def actives(context: Context) -> None:
    """Draw weekly actives with the launches."""
    rows = context.upto(context.metric("weekly_active_users", grain="week"))
    if rows.empty:
        layout.say_empty("No complete week of sessions up to this day.")
        return
    launches = queries.launches(context.build_id)
    marks = actives_marks(rows, launches)
    figure = charts.trend(
        rows,
        form="count",
        ink=context.ink,
        marks=marks,
        launches=launches,
        open_after=context.end,
        height=CHART_HEIGHT,
    )
    is_compared = _add_year_before(context, figure, "weekly_active_users", rows)
    points = "; ".join(f"{formats.day(mark.when)}: {mark.text}" for mark in marks)
    st.plotly_chart(
        figure,
        config=CONFIG,
        key="actives",
        alt=say("Line chart of weekly active users. {points}.", points=points),
    )
    if is_compared:
        st.caption(say(comparison.REMARK))


@st.cache_data(max_entries=100, show_spinner=False)
def arr(context: Context) -> None:
    """Draw ARR by month."""
    rows = context.upto(context.metric("arr_runrate", grain="month"))
    closed = headline.closed_by(rows, context.end)
    if closed.empty:
        layout.say_empty("No closed month up to this day.")
        return
    last = closed.iloc[-1]
    figure = charts.months(rows, form="usd", ink=context.ink, height=CHART_HEIGHT)
    is_compared = _add_year_before(context, figure, "arr_runrate", rows)
    st.plotly_chart(
        figure,
        config=CONFIG,
        key="arr",
        alt=say(
            "Bar chart of ARR by month; {month}: {value}.",
            month=formats.month(context.month),
            value=formats.usd(last["value"]),
        ),
    )
    if is_compared:
        st.caption(say(comparison.REMARK))


@st.cache_data(max_entries=100, show_spinner=False)
def movements(context: Context) -> None:
    """Draw what changed MRR over the month."""
    rows = context.metric("mrr_movements", grain="month", by="movement")
    rows = rows[rows["period_start"] == pd.Timestamp(context.month)]
    rows = rows[rows["value"].abs() >= 0.5].set_index("movement")
    order = [name for name in BRIDGE_ORDER if name in rows.index]
    order += [name for name in rows.index if name not in BRIDGE_ORDER]
    if not order:
        layout.say_empty("MRR did not change in this month.")
        return
    rows = rows.loc[order].reset_index()
    closing = context.metric("mrr", grain="month")
    balances = headline.closed_by(closing, context.end)["value"].tail(2).tolist()
    if len(balances) == 2:
        opening, closed = (formats.usd(balance) for balance in balances)
        said = say(
            "Opening {opening} → closing {closing}", opening=opening, closing=closed
        )
        st.caption(formats.markdown(said))
    listed = "; ".join(
        f"{formats.words(row.movement)} {formats.usd(row.value)}"
        for row in rows.itertuples()
    )
    st.plotly_chart(
        charts.bridge(rows, ink=context.ink, height=280),
        config=CONFIG,
        key="movements",
        alt=say("Waterfall of the change of MRR: {listed}.", listed=listed),
    )


@st.cache_data(max_entries=100, show_spinner=False)
def conversion(context: Context) -> None:
    """Draw the paid conversion of weekly sign-up cohorts."""
    rows = context.upto(context.metric("free_to_paid_30", grain="week"))
    if rows.empty:
        layout.say_empty("No sign-up cohort up to this day.")
        return
    closed = rows[rows["state"] == "closed"]
    if closed.empty:
        layout.say_empty("No sign-up week has had its 30 days yet.")
        return
    marks = [_mark(closed.loc[closed["value"].idxmax()], "percent", "above")]
    figure = charts.trend(
        rows, form="percent", ink=context.ink, marks=marks, height=CHART_HEIGHT
    )
    last = closed.iloc[-1]
    st.plotly_chart(
        figure,
        config=CONFIG,
        key="conversion",
        alt=say(
            "Line chart of the share of sign-ups who paid within 30 days; last matured"
            " week {value}.",
            value=formats.percent(last["value"]),
        ),
    )


def actives_marks(rows: pd.DataFrame, launches: pd.DataFrame) -> list[Mark]:
    """Pick the weeks whose value is written: last before the launch, peak, end, first.

    The launch is the last one of a feature before the peak. Of two marks that would
    overlap, near in time and in value, the earlier in this order stays.
    """
    top = rows["value"].max()
    peak = rows.loc[rows["value"].idxmax()]
    wanted = [(rows.iloc[-1], "right"), (rows.iloc[0], "below")]
    if peak["period_start"] != rows.iloc[-1]["period_start"]:
        wanted.insert(0, (peak, "above right"))
    features = first_launches(launches).query("kind == 'feature'")
    features = features[features["date"] <= peak["period_start"] + timedelta(days=6)]
    if not features.empty:
        before = rows[rows["period_start"] + timedelta(days=6) < features["date"].max()]
        if not before.empty:
            wanted.insert(0, (before.iloc[-1], "below left"))
    marks: list[Mark] = []
    for row, side in wanted:
        mark = _mark(row, "count", side)
        if not any(
            abs(mark.when - other.when) < timedelta(weeks=6)
            and abs(mark.value - other.value) < 0.12 * top
            for other in marks
        ):
            marks.append(mark)
    return marks


def _add_year_before(
    context: Context, figure: go.Figure, metric: str, rows: pd.DataFrame
) -> bool:
    """Add a year before as a dotted line, if the page compares with it."""
    if context.versus != "year":
        return False
    grain = rows["grain"].iloc[0]
    known = headline.closed_by(context.metric(metric, grain=grain), context.end)
    form = queries.catalog(context.build_id)[metric].format
    return comparison.draw_year_before(figure, known, rows["period_start"], form)


def _mark(row: pd.Series, form: str, side: str) -> Mark:
    return Mark(
        row["period_start"].date(),
        row["value"],
        formats.value(row["value"], form),
        side,
    )
