"""The blocks of the Accounts page, each cached with the elements it draws.

Reads rows of metrics through `queries`; no row of an account. A block depends on the
build, the month and the theme alone, so later runs replay it.
"""

import pandas as pd
import streamlit as st

from dashboard import filters, headline, queries, tile_row
from dashboard.canvas import (
    BLUE,
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
from dashboard.language import say
from dashboard.metric_charts import (
    HEIGHT,
    SMALL_HEIGHT,
    draw_lines,
    draw_months,
    draw_stack,
    draw_trend,
    slices,
)
from dashboard.revenue_panels import SEGMENTS
from dashboard.slice_charts import Series

TILES = (
    Tile("arr_contracted", "Contracted ARR", "month"),
    Tile("business_share", "Business share", "month"),
    Tile("top_10_share", "Top 10 accounts", "month", less_is_better=True),
    Tile("active_api_accounts", "API accounts", "month"),
    Tile("credit_liability", "Credit liability", "month"),
)
METRICS = [tile.metric for tile in TILES]
LATENCIES = (
    Series("latency_p50", "p50", BLUE),
    Series("latency_p95", "p95", VIOLET, "dash"),
)
AGES = (
    Series("0-30", "Up to 30 days", BLUE),
    Series("31-90", "31–90", TEAL),
    Series("91-180", "91–180", VIOLET),
    Series("181-365", "181–365", LAUNCH),
    Series("over 365", "Over a year", LOSS),
)
GRANTS = (
    Series("plan", "Plan", BLUE),
    Series("pack", "Pack", TEAL),
    Series("api_package", "API package", VIOLET),
    Series("promo", "Free", GREY),
    Series("compensation", "Compensation", PINK),
)
FLOWS = (
    Series("granted", "Granted", GAIN),
    Series("refunded", "Refunded", TEAL),
    Series("spent", "Spent", LOSS),
    Series("expired", "Expired", LAUNCH),
)
# Models come and go: colours in the order of their launch, the newest first.
MODEL_COLORS = (BLUE, VIOLET, TEAL, LAUNCH, PINK, SKY, GAIN, GREY, LOSS)


@st.cache_data(max_entries=100, show_spinner=False)
def tiles(context: Context) -> None:
    """Draw the five numbers and the sentence below them."""
    readings = context.read(TILES)
    tile_row.draw(readings)
    said = []
    for reading, name, by in (
        (readings[0], "Contracted ARR", "segment"),
        (readings[-1], "Credit liability", "plan"),
    ):
        if reading.before is not None:
            part = headline.name_part(
                context.build_id, reading, by, slices=context.slices
            )
            moved = headline.moved(name, reading)
            said.append(say("{moved}{driver}.", moved=moved, driver=part))
    headline.say_moved(said, within=filters.say(context.slices), versus=context.versus)


@st.cache_data(max_entries=100, show_spinner=False)
def contracted(context: Context) -> None:
    """Draw what customers have agreed to pay, by segment."""
    rows = slices(context, "arr_contracted", by="segment")
    draw_stack(context, rows, SEGMENTS, by="segment", key="contracted")


@st.cache_data(max_entries=100, show_spinner=False)
def business(context: Context) -> None:
    """Draw the share of run-rate revenue that businesses make."""
    draw_trend(context, "business_share", "Business share of revenue", key="business")


@st.cache_data(max_entries=100, show_spinner=False)
def commitments(context: Context) -> None:
    """Draw how much of what contracts commit to has been spent."""
    draw_trend(context, "commitment_burn", "Commitments used up", key="commitments")


@st.cache_data(max_entries=100, show_spinner=False)
def renewals(context: Context) -> None:
    """Draw how many accounts have a contract that ends soon."""
    draw_months(
        context,
        "accounts_up_for_renewal",
        "Accounts up for renewal",
        key="renewals",
        height=SMALL_HEIGHT,
    )


@st.cache_data(max_entries=100, show_spinner=False)
def top_10(context: Context) -> None:
    """Draw the share of the ten largest accounts."""
    draw_trend(
        context, "top_10_share", "Share of the ten largest accounts", key="top_10"
    )


@st.cache_data(max_entries=100, show_spinner=False)
def hhi(context: Context) -> None:
    """Draw how concentrated the customers are."""
    draw_trend(context, "customer_hhi", "Concentration of customers", key="hhi")


@st.cache_data(max_entries=100, show_spinner=False)
def api_accounts(context: Context) -> None:
    """Draw how many accounts call the API."""
    draw_months(
        context,
        "active_api_accounts",
        "Active API accounts",
        key="api_accounts",
        height=SMALL_HEIGHT,
    )


@st.cache_data(max_entries=100, show_spinner=False)
def api_calls(context: Context) -> None:
    """Draw the API's calls by model."""
    rows = slices(context, "api_calls", by="model")
    draw_stack(
        context, rows, _models(context, rows), by="model", form="count", key="api_calls"
    )


@st.cache_data(max_entries=100, show_spinner=False)
def api_seconds(context: Context) -> None:
    """Draw the seconds of video that the API delivered."""
    draw_months(
        context,
        "api_delivered_seconds",
        "Seconds delivered to programs",
        key="api_seconds",
        height=SMALL_HEIGHT,
    )


@st.cache_data(max_entries=100, show_spinner=False)
def api_errors(context: Context) -> None:
    """Draw the share of API calls that delivered no video."""
    draw_trend(context, "api_error_rate", "API errors", key="api_errors", grain="week")


@st.cache_data(max_entries=100, show_spinner=False)
def api_latency(context: Context) -> None:
    """Draw how long the API's videos take."""
    frames = []
    for one in LATENCIES:
        rows = slices(context, one.key, by="audience", grain="week")
        frames.append(rows[rows["audience"] == "api"].assign(metric=one.key))
    draw_lines(
        context,
        pd.concat(frames),
        LATENCIES,
        form="duration",
        key="api_latency",
        height=SMALL_HEIGHT,
    )


@st.cache_data(max_entries=100, show_spinner=False)
def liability_age(context: Context) -> None:
    """Draw what is owed for credits, by how long ago they were sold."""
    rows = slices(context, "credit_liability_by_age", by="age")
    draw_stack(context, rows, AGES, by="age", key="liability_age")


@st.cache_data(max_entries=100, show_spinner=False)
def outstanding(context: Context) -> None:
    """Draw the credits that customers hold, by where they came from."""
    rows = slices(context, "credits_outstanding", by="grant_type")
    draw_stack(context, rows, GRANTS, by="grant_type", form="count", key="outstanding")


@st.cache_data(max_entries=100, show_spinner=False)
def credit_flows(context: Context) -> None:
    """Draw the credits that came into wallets and left them."""
    rows = slices(context, "credit_flows", by="kind")
    draw_stack(context, rows, FLOWS, by="kind", form="count", key="credit_flows")


@st.cache_data(max_entries=100, show_spinner=False)
def breakage(context: Context) -> None:
    """Draw the revenue from credits that nobody used."""
    draw_months(context, "credit_breakage", "Credit breakage", key="breakage")


@st.cache_data(max_entries=100, show_spinner=False)
def credit_price(context: Context) -> None:
    """Draw what customers pay for a credit."""
    draw_trend(
        context, "credit_price", "Price of a credit", key="credit_price", height=HEIGHT
    )


def _models(context: Context, rows: pd.DataFrame) -> list[Series]:
    """Name the models as their launches do, the newest first."""
    launches = queries.launches(context.build_id).sort_values("date", ascending=False)
    titles = launches[launches["kind"] == "model"].set_index("feature")["title"]
    known = [model for model in titles.index if model in set(rows["model"])]
    return [
        Series(model, titles[model], MODEL_COLORS[place % len(MODEL_COLORS)])
        for place, model in enumerate(known)
    ]
