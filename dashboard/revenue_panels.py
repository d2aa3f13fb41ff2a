"""The blocks of the Revenue page, each cached with the elements it draws.

Reads rows of metrics through `queries`. A block depends on the build, the month and the
theme alone, so later runs replay it without building its figure again.
"""

import streamlit as st

from dashboard import tile_row
from dashboard.canvas import BLUE, GAIN, GREY, LAUNCH, LOSS, PINK, TEAL, VIOLET
from dashboard.context import Context
from dashboard.headline import Tile
from dashboard.language import say
from dashboard.metric_charts import (
    draw_lines,
    draw_months,
    draw_stack,
    side_by_side,
    slices,
)
from dashboard.slice_charts import Series

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
WHY_ARR_DIFFERS = (
    "Subscription ARR is twelve times the MRR of subscriptions alone; run-rate adds the"
    " credit packs and API usage sold in the month; recognised counts what was earned"
    " in 30 days, credits as they are used, so it follows sales later."
)


@st.cache_data(max_entries=100, show_spinner=False)
def tiles(context: Context) -> None:
    """Draw the five numbers of the page."""
    tile_row.draw(context.read(TILES))


@st.cache_data(max_entries=100, show_spinner=False)
def movements(context: Context) -> None:
    """Draw what changed MRR, month by month."""
    rows = slices(context, "mrr_movements", by="movement")
    draw_stack(context, rows, MOVEMENTS, by="movement", key="movements_by_month")


@st.cache_data(max_entries=100, show_spinner=False)
def mrr_by_plan(context: Context) -> None:
    """Draw MRR by plan."""
    rows = slices(context, "mrr", by="plan")
    draw_stack(context, rows, PLANS, by="plan", key="mrr_by_plan")


@st.cache_data(max_entries=100, show_spinner=False)
def run_rate_by_segment(context: Context) -> None:
    """Draw run-rate revenue by segment."""
    rows = slices(context, "run_rate_revenue", by="segment")
    draw_stack(context, rows, SEGMENTS, by="segment", key="run_rate_by_segment")


@st.cache_data(max_entries=100, show_spinner=False)
def arr_family(context: Context) -> None:
    """Draw the three readings of ARR, and say why they differ."""
    rows = side_by_side(context, ARR_FAMILY)
    draw_lines(context, rows, ARR_FAMILY, form="usd", key="arr_family")
    st.caption(say(WHY_ARR_DIFFERS))


@st.cache_data(max_entries=100, show_spinner=False)
def retention(context: Context) -> None:
    """Draw net and gross revenue retention."""
    rows = side_by_side(context, RETENTIONS)
    draw_lines(context, rows, RETENTIONS, form="percent", key="revenue_retention")


@st.cache_data(max_entries=100, show_spinner=False)
def margin(context: Context) -> None:
    """Draw gross margin by month."""
    one = (Series("gross_margin", "Margin", BLUE),)
    rows = side_by_side(context, one)
    draw_lines(context, rows, one, form="percent", key="gross_margin")


@st.cache_data(max_entries=100, show_spinner=False)
def liability(context: Context) -> None:
    """Draw what customers have paid for credits they have not used."""
    draw_months(context, "credit_liability", "Credit liability", key="credit_liability")
