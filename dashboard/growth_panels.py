"""The blocks of the Growth page, each cached with the elements it draws.

Reads rows of metrics through `queries`. A block depends on the build, the month and the
theme alone, so later runs replay it without building its figure again.
"""

import streamlit as st

from dashboard import definitions, layout, slice_charts, tile_row
from dashboard.canvas import BLUE, CONFIG, GAIN, LAUNCH, LOSS, TEAL, VIOLET
from dashboard.context import Context
from dashboard.features_panels import FEATURES, OVERLAP
from dashboard.headline import Tile
from dashboard.language import say
from dashboard.metric_charts import (
    HEIGHT,
    SMALL_HEIGHT,
    draw_lines,
    draw_months,
    draw_trend,
    shown,
    slices,
)
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
RUNGS_REMARK = (
    "How far people got in each ISO week: opened the product, asked for a video, got"
    " one, downloaded one. Thin: the month is not over."
)
LIFECYCLE_REMARK = (
    "Above zero: who was active in the week. Below zero: who was active in the week"
    " before and did not come back."
)


@st.cache_data(max_entries=100, show_spinner=False)
def tiles(context: Context) -> None:
    """Draw the five numbers of the page."""
    tile_row.draw(context.read(TILES))


@st.cache_data(max_entries=100, show_spinner=False)
def rungs(context: Context) -> None:
    """Draw weekly actives by how far they got."""
    rows = slices(context, "active_users_by_rung", by="rung", grain="week")
    if rows.empty:
        layout.say_empty("No complete week of sessions up to this day.")
        return
    draw_lines(context, rows, RUNGS, by="rung", form="count", key="rungs")


@st.cache_data(max_entries=100, show_spinner=False)
def lifecycle(context: Context) -> None:
    """Draw who came, came back and stayed away, week by week."""
    rows = slices(context, "user_lifecycle", by="status", grain="week")
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
        height=HEIGHT,
    )
    last = last_values(shown(context, rows), STATUSES, by="status", form="count")
    st.plotly_chart(
        figure,
        config=CONFIG,
        key="lifecycle",
        alt=say("Bar chart of weekly users by status. {last}", last=last),
    )


@st.cache_data(max_entries=100, show_spinner=False)
def stickiness(context: Context) -> None:
    """Draw stickiness by day."""
    draw_trend(context, "stickiness", "Stickiness", grain="day", key="stickiness")


@st.cache_data(max_entries=100, show_spinner=False)
def new_payers(context: Context) -> None:
    """Draw new paying users by month."""
    draw_months(
        context,
        "new_paying_users",
        "New paying users",
        key="new_payers",
        height=SMALL_HEIGHT,
    )


@st.cache_data(max_entries=100, show_spinner=False)
def conversion(context: Context) -> None:
    """Draw the share of each week's sign-ups who paid within 30 days."""
    name = "Sign-ups who paid within 30 days"
    draw_trend(context, "free_to_paid_30", name, grain="week", key="conversion")


@st.cache_data(max_entries=100, show_spinner=False)
def paid_share(context: Context) -> None:
    """Draw the paid share of weekly actives, with what makes it fall."""
    name = "Paid share of weekly actives"
    draw_trend(context, "paid_share", name, grain="week", key="paid_share")
    caveats = definitions.caveats(context.build_id, "paid_share")
    if caveats:
        st.caption(caveats)


@st.cache_data(max_entries=100, show_spinner=False)
def adoption(context: Context) -> None:
    """Draw what share of those who ask for videos use each feature."""
    rows = slices(context, "feature_adoption", by="feature", grain="week")
    if rows.empty:
        layout.say_empty("Nobody asked for a video up to this day.")
        return
    draw_lines(
        context,
        rows,
        FEATURES,
        by="feature",
        form="percent",
        key="adoption",
        height=SMALL_HEIGHT,
    )
    st.caption(say(OVERLAP))
