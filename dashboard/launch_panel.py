"""Before and after a launch: a comparison in time, which is no effect.

Reads rows of metrics and the launches through `queries`.
"""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, formats, headline, layout, queries
from dashboard.canvas import CONFIG
from dashboard.charts import Mark, first_launches
from dashboard.context import Context
from dashboard.language import say

OUTCOMES = {
    "weekly_active_users": "Weekly actives",
    "weekly_creators": "Weekly creators",
    "delivered_videos": "Videos delivered",
    "feature_breadth": "Features per user",
    "free_to_paid_30": "Paid within 30 days",
    "paid_share": "Paid share of WAU",
    "generation_success_rate": "Success",
    "latency_p95": "p95 wait",
    "download_rate": "Downloaded",
}
REMARK = (
    "Rows of single weeks: the last full week before the launch, and the fourth and"
    " eighth after the week of the launch."
)
NOT_CAUSAL = (
    "Not causal: growth, season, prices and other launches are in it, and a rollout by"
    " region is dated by its first day."
)
# Weeks from the week of the launch, and the head of their column.
WEEKS = {-1: "Week before", 4: "4 weeks after", 8: "8 weeks after"}
PHONE = ("Outcome", "Week before", "4 weeks after")
SIDE = timedelta(weeks=16)
ROW_HEIGHT = 30


def choices(context: Context) -> dict[str, date]:
    """List the launches up to the month that had a week of sessions before them."""
    actives = context.metric("weekly_active_users", grain="week")
    if actives.empty:
        return {}
    first = actives["period_start"].min().date() + timedelta(days=7)
    found = first_launches(queries.launches(context.build_id)).sort_values(
        ["date"], ascending=False
    )
    found = found.sort_values("kind", key=lambda kind: kind != "feature", kind="stable")
    days = found["date"].dt.date
    found = found[(days >= first) & (days <= context.end)]
    return dict(zip(found["title"], found["date"].dt.date, strict=True))


@st.cache_data(max_entries=100, show_spinner=False)
def chart(context: Context, launched: date) -> None:
    """Draw weekly actives around a launch, with the weeks that are compared."""
    rows = context.metric("weekly_active_users", grain="week")
    rows = headline.closed_by(rows, context.end)
    near = (rows["period_start"] - pd.Timestamp(launched)).abs() <= SIDE
    rows = rows[near]
    if rows.empty:
        layout.say_empty("No closed week around this launch.")
        return
    sides = dict(zip(WEEKS, ("below left", "above", "above"), strict=True))
    marks = [
        Mark(week, row["value"].iloc[0], formats.count(row["value"].iloc[0]), side)
        for offset, side in sides.items()
        for week in (_week(launched, offset),)
        for row in (rows[rows["period_start"] == pd.Timestamp(week)],)
        if len(row)
    ]
    figure = charts.trend(
        rows,
        form="count",
        ink=context.ink,
        marks=marks,
        launches=queries.launches(context.build_id),
    )
    words = "; ".join(f"{formats.day(mark.when)}: {mark.text}" for mark in marks)
    st.plotly_chart(
        figure,
        config=CONFIG,
        key="launch",
        alt=say(
            "Line chart of weekly active users around the launch. {points}.",
            points=words,
        ),
    )


@st.cache_data(max_entries=100, show_spinner=False)
def table(context: Context, launched: date) -> None:
    """Draw what was measured in a week before the launch and in two after it."""
    listed = before_and_after(context, launched)
    few = [say(name) for name in PHONE]
    for screen, columns in (("wide", list(listed.columns)), ("phone", few)):
        with st.container(key=f"only_{screen}_launch"):
            st.dataframe(
                listed[columns],
                hide_index=True,
                height="content",
                row_height=ROW_HEIGHT,
                alt=say("Outcomes before and after the launch"),
                column_config={
                    name: st.column_config.TextColumn(alignment="right")
                    for name in columns[1:]
                },
            )
    others = _others(context, launched)
    said = f" {say('Launched in the same weeks: {titles}.', titles=others)}"
    st.caption(say(NOT_CAUSAL) + (said if others else ""))


def before_and_after(context: Context, launched: date) -> pd.DataFrame:
    """Line up the outcomes as texts; a week that is not closed has a dash."""
    known = queries.catalog(context.build_id)
    listed = []
    for metric, name in OUTCOMES.items():
        if metric not in known:
            continue
        form = known[metric].format
        rows = headline.closed_by(context.metric(metric, grain="week"), context.end)
        values = rows.set_index(rows["period_start"].dt.date)["value"]
        before, soon, late = (values.get(_week(launched, weeks)) for weeks in WEEKS)
        listed.append(
            (
                say(name),
                *(formats.value(value, form) for value in (before, soon, late)),
                _change(soon, before, form),
            )
        )
    columns = [say(name) for name in ("Outcome", *WEEKS.values(), "Change at 4")]
    return pd.DataFrame(listed, columns=columns)


def _change(now: float | None, then: float | None, form: str) -> str:
    change = formats.delta(now, then, form)
    return formats.MISSING if change is None else str(change).replace("-", "−")


def _week(launched: date, weeks: int) -> date:
    """Find the Monday so many weeks from the week of the launch."""
    return launched - timedelta(days=launched.weekday()) + timedelta(weeks=weeks)


def _others(context: Context, launched: date) -> str:
    """Name the other launches between the weeks compared, with their days."""
    found = first_launches(queries.launches(context.build_id))
    days = found["date"].dt.date
    first, last = (_week(launched, weeks) for weeks in (-1, 9))
    near = found[(days >= first) & (days < last) & (days != launched)]
    return ", ".join(
        f"{row.title} ({formats.day(row.date)})" for row in near.itertuples()
    )
