"""The blocks about regions: the map and its table twin.

Reads rows of `run_rate_revenue` or `revenue` through `queries`; a share is the
region's row over the total's row of the same metric.
"""

import pandas as pd
import streamlit as st

from dashboard import formats, headline, layout, regions
from dashboard.canvas import CONFIG
from dashboard.context import Context
from dashboard.language import say

HELP = "Run-rate revenue of the month by the region of the account; x 12 it is ARR."
# Low enough that all regions are seen without scrolling.
ROW_HEIGHT = 30


@st.cache_data(max_entries=100, show_spinner=False)
def world(context: Context) -> None:
    """Draw the regions as circles on the map."""
    shares = by_region(context)
    if shares.empty:
        layout.say_empty("No revenue by region in this month.")
        return
    for screen, size in (("wide", regions.WIDE), ("phone", regions.PHONE)):
        circles = regions.place_circles(shares["share"].to_dict(), size)
        amounts = [formats.usd(shares.at[circle.region, "value"]) for circle in circles]
        with st.container(key=f"only_{screen}_map"):
            st.plotly_chart(
                regions.world(circles, amounts, height=size.height),
                config=CONFIG,
                key=f"world_{screen}",
                alt=say(
                    "World map with one circle a region, its area proportional to"
                    " revenue; the table of regions has the same numbers."
                ),
            )


@st.cache_data(max_entries=100, show_spinner=False)
def table(context: Context, metric: str = "run_rate_revenue") -> None:
    """Draw the table of regions: with a spark on wide screens, without on phones."""
    shares = by_region(context, metric)
    if shares.empty:
        layout.say_empty("No revenue by region in this month.")
        return
    unit, letter = formats.table_unit(shares["value"].max())
    listed = pd.DataFrame(
        {
            "Region": [regions.name(region) for region in shares.index],
            "Revenue": shares["value"] / unit,
            "Share": shares["share"] * 100,
            "Change": (shares["value"] / shares["before"] - 1) * 100,
            "13 months": shares["history"],
        }
    )
    before = formats.month(context.month_before)
    money = st.column_config.NumberColumn(
        say("Revenue"), format=f"$%.2f{letter}", width=72
    )
    change = st.column_config.NumberColumn(
        say("Change"),
        format="%+.1f%%",
        width=64,
        help=say("Against {month}.", month=before),
    )
    with st.container(key="only_wide_table"):
        st.dataframe(
            listed,
            hide_index=True,
            height="content",
            row_height=ROW_HEIGHT,
            alt=say("Revenue by region with share, change and 13 months"),
            column_config={
                "Region": st.column_config.TextColumn(say("Region"), width=118),
                "Revenue": money,
                "Share": st.column_config.ProgressColumn(
                    say("Share"),
                    format="%.0f%%",
                    min_value=0,
                    max_value=max(listed["Share"].max(), 1),
                    width=92,
                ),
                "Change": change,
                "13 months": st.column_config.AreaChartColumn(
                    say("13 months"), y_min=0, width=72
                ),
            },
        )
    with st.container(key="only_phone_table"):
        st.dataframe(
            listed.drop(columns="13 months"),
            hide_index=True,
            height="content",
            row_height=ROW_HEIGHT,
            alt=say("Revenue by region with share and change"),
            column_config={
                "Region": st.column_config.TextColumn(say("Region"), width=112),
                "Revenue": money,
                "Share": st.column_config.NumberColumn(
                    say("Share"), format="%.0f%%", width=52
                ),
                "Change": change,
            },
        )


def by_region(context: Context, metric: str = "run_rate_revenue") -> pd.DataFrame:
    """Line up the regions of the month: value, before, share, history; largest first.

    The share is the region's row over the total's row of the same metric. Within a
    filter both stay in it: a share of the whole would tell the whole.
    """
    rows = context.metric(metric, grain="month", by="region")
    total = context.metric(metric, grain="month")
    rows = headline.closed_by(rows, context.end)
    total = headline.closed_by(total, context.end)
    month = pd.Timestamp(context.month)
    before = pd.Timestamp(context.month_before)
    now = rows[rows["period_start"] == month].set_index("region")["value"]
    then = rows[rows["period_start"] == before].set_index("region")["value"]
    whole = total.loc[total["period_start"] == month, "value"]
    history = rows.groupby("region")["value"].apply(
        lambda values: list(values.tail(13))
    )
    frame = pd.DataFrame({"value": now, "before": then.reindex(now.index)})
    frame["share"] = now / whole.iloc[0] if len(whole) else float("nan")
    frame["history"] = history.reindex(now.index)
    return frame.sort_values("value", ascending=False)
