"""The blocks of the Service page, each cached with the elements it draws.

Reads rows of metrics through `queries`. A block depends on the build, the month and the
theme alone, so later runs replay it without building its figure again.
"""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import filters, formats, headline, queries, tile_row
from dashboard.canvas import BLUE, GAIN, GREY, LAUNCH, LOSS, PINK, TEAL, VIOLET
from dashboard.context import Context
from dashboard.features_panels import FEATURES
from dashboard.headline import Tile
from dashboard.language import say
from dashboard.metric_charts import (
    HEIGHT,
    SMALL_HEIGHT,
    draw_lines,
    draw_months,
    draw_stack,
    draw_trend,
    side_by_side,
    slices,
)
from dashboard.slice_charts import Series

WASTED = Tile("wasted_cost", "Wasted computing", "month", less_is_better=True)
MARGIN = Tile("gross_margin", "Gross margin", "month")
TILES = (
    Tile("generation_success_rate", "Success", "month"),
    Tile("latency_p95", "p95 wait", "month", less_is_better=True),
    Tile("gpu_cost_per_second", "Cost per second", "month", less_is_better=True),
    MARGIN,
    WASTED,
)
METRICS = [tile.metric for tile in TILES]
AUDIENCES = (
    Series("free", "Free", LAUNCH),
    Series("paid", "Paid", BLUE, "dash"),
    Series("api", "API", TEAL, "dashdot"),
)
WAITS = (
    Series("under_half", "< 0.5 min", GAIN),
    Series("half_to_1", "0.5–1 min", TEAL, "dash"),
    Series("1_to_2", "1–2 min", BLUE, "dashdot"),
    Series("2_to_5", "2–5 min", LAUNCH, "dot"),
    Series("over_5", "> 5 min", LOSS, "longdash"),
)
CAUSES = (
    Series("voluntary", "Cancelled", LOSS),
    Series("involuntary", "Not paid", LAUNCH),
    Series("downgrade", "Cheaper plan", VIOLET),
)
PER_SECOND = (
    Series("revenue_per_second", "Revenue", BLUE),
    Series("gpu_cost_per_second", "Cost", LOSS, "dash"),
)
MARGINS = (
    Series("gross_margin", "Before fees", BLUE),
    Series("gross_margin_after_fees", "After fees", VIOLET, "dash"),
)
REASONS = (
    Series("not_kept", "Not kept", GREY),
    Series("repeated", "Repeated prompt", PINK),
    Series("failed", "Failed", LOSS),
    Series("moderated", "Moderated", LAUNCH),
    Series("cancelled", "Cancelled", VIOLET),
)
QUEUE_REMARK = (
    "Queue and run together. Who pays is served first, so the lines part where the"
    " queue is long."
)
WAIT_REMARK = (
    "Who came back in the next week, by the mean time of their jobs in the queue: the"
    " closed weeks of half a year."
)
WAIT_WINDOW = timedelta(weeks=26)
NO_CAUSE = "A comparison, not a cause: who pays waits less and stays longer anyway."


@st.cache_data(max_entries=100, show_spinner=False)
def tiles(context: Context) -> None:
    """Draw the five numbers and the sentence below them."""
    readings = context.read(TILES)
    tile_row.draw(readings)
    margin, wasted = readings[-2:]
    said = []
    if margin.before is not None:
        said.append(
            say(
                "{moved} in {month}{driver}.",
                moved=headline.moved("Gross margin", margin),
                month=formats.full_month(context.month),
                driver="",
            )
        )
    if wasted.before is not None:
        part = headline.name_part(
            context.build_id, wasted, "reason", slices=context.slices
        )
        moved = headline.moved("Wasted computing", wasted)
        said.append(say("{moved}{driver}.", moved=moved, driver=part))
    headline.say_moved(said, within=filters.say(context.slices), versus=context.versus)


@st.cache_data(max_entries=100, show_spinner=False)
def success(context: Context) -> None:
    """Draw the share of generations that delivered a video."""
    _by_mode(context, "generation_success_rate", form="percent")


@st.cache_data(max_entries=100, show_spinner=False)
def moderation(context: Context) -> None:
    """Draw the share of generations withheld for safety."""
    _by_mode(context, "moderation_rate", form="percent")


@st.cache_data(max_entries=100, show_spinner=False)
def p50(context: Context) -> None:
    """Draw how long half of the videos took at most."""
    _by_mode(context, "latency_p50", form="duration")


@st.cache_data(max_entries=100, show_spinner=False)
def p95(context: Context) -> None:
    """Draw how long 95 of 100 videos took at most."""
    _by_mode(context, "latency_p95", form="duration")


@st.cache_data(max_entries=100, show_spinner=False)
def queue(context: Context) -> None:
    """Draw who waits how long."""
    rows = slices(context, "latency_p95", by="audience", grain="week")
    draw_lines(context, rows, AUDIENCES, by="audience", form="duration", key="queue")


@st.cache_data(max_entries=100, show_spinner=False)
def wait(context: Context) -> None:
    """Draw who comes back, by how long they waited.

    An open week is left out: before its next week has begun it would read zero.
    """
    rows = slices(context, "retention_by_wait", by="minutes", grain="week")
    recent = rows["period_start"] > pd.Timestamp(context.end) - WAIT_WINDOW
    rows = rows[recent & (rows["state"] == "closed")]
    draw_lines(context, rows, WAITS, by="minutes", form="percent", key="wait")
    st.caption(say(NO_CAUSE))


@st.cache_data(max_entries=100, show_spinner=False)
def churned(context: Context) -> None:
    """Draw the share of MRR that is lost, by cause."""
    rows = slices(context, "revenue_churn", by="cause")
    draw_stack(context, rows, CAUSES, by="cause", form="percent", key="churned")


@st.cache_data(max_entries=100, show_spinner=False)
def per_second(context: Context) -> None:
    """Draw what a delivered second earns and costs."""
    rows = side_by_side(context, PER_SECOND)
    draw_lines(context, rows, PER_SECOND, form="usd", key="per_second")


@st.cache_data(max_entries=100, show_spinner=False)
def margins(context: Context) -> None:
    """Draw gross margin before and after fees."""
    rows = side_by_side(context, MARGINS)
    draw_lines(context, rows, MARGINS, form="percent", key="margins")


def has_margin_by_feature(context: Context) -> bool:
    """Tell whether this build knows what each feature leaves."""
    entry = queries.catalog(context.build_id).get("gross_margin")
    return entry is not None and "feature" in entry.dimensions.split(", ")


@st.cache_data(max_entries=100, show_spinner=False)
def margin_by_feature(context: Context) -> None:
    """Draw gross margin by feature."""
    rows = slices(context, "gross_margin", by="feature")
    rows = rows[rows["feature"] != "none"]
    draw_lines(
        context, rows, FEATURES, by="feature", form="percent", key="margin_by_feature"
    )


@st.cache_data(max_entries=100, show_spinner=False)
def wasted_cost(context: Context) -> None:
    """Draw what computing gave nobody a video to keep, in dollars."""
    rows = slices(context, "wasted_cost", by="reason")
    draw_stack(context, rows, REASONS, by="reason", key="wasted_cost")


@st.cache_data(max_entries=100, show_spinner=False)
def wasted_seconds(context: Context) -> None:
    """Draw what computing gave nobody a video to keep, in device time."""
    rows = slices(context, "wasted_gpu_seconds", by="reason")
    draw_stack(
        context, rows, REASONS, by="reason", form="count", key="wasted_gpu_seconds"
    )


@st.cache_data(max_entries=100, show_spinner=False)
def subsidy(context: Context) -> None:
    """Draw what the free tier costs."""
    draw_months(context, "free_tier_subsidy", "Free tier subsidy", key="subsidy")


@st.cache_data(max_entries=100, show_spinner=False)
def per_payer(context: Context) -> None:
    """Draw what the free tier costs for each account that comes to pay."""
    draw_trend(
        context,
        "subsidy_per_payer",
        "Subsidy per payer",
        key="per_payer",
        height=HEIGHT,
    )


def _by_mode(context: Context, metric: str, *, form: str) -> None:
    draw_lines(
        context,
        slices(context, metric, by="mode", grain="week"),
        FEATURES,
        by="mode",
        form=form,
        key=metric,
        height=SMALL_HEIGHT,
    )
