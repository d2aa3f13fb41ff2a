"""The table of features: a row a feature, what people do with it and what they get.

Reads rows of metrics through `queries`.
"""

import pandas as pd
import streamlit as st

from dashboard import formats, headline, layout, queries
from dashboard.context import Context
from dashboard.language import say

# Column: its metric and the dimension that holds the feature.
COLUMNS = {
    "People": ("feature_users", "feature"),
    "Share": ("feature_adoption", "feature"),
    "Videos each": ("feature_depth", "feature"),
    "Success": ("generation_success_rate", "mode"),
    "p95 wait": ("latency_p95", "mode"),
    "Downloaded": ("download_rate", "mode"),
    "Shared": ("share_rate", "mode"),
    "Repeated": ("regenerate_rate", "mode"),
}
METRICS = tuple(metric for metric, _ in COLUMNS.values())
PHONE = ("Feature", "People", "Success", "Downloaded")
ROW_HEIGHT = 30


@st.cache_data(max_entries=100, show_spinner=False)
def table(context: Context) -> None:
    """Draw the table: all columns on wide screens, four of them on phones."""
    listed = by_feature(context)
    if listed.empty:
        layout.say_empty("Nobody asked for a video in this month.")
        return
    few = [say(name) for name in PHONE]
    for screen, columns in (("wide", list(listed.columns)), ("phone", few)):
        with st.container(key=f"only_{screen}_features"):
            st.dataframe(
                listed[[column for column in columns if column in listed]],
                hide_index=True,
                height="content",
                row_height=ROW_HEIGHT,
                alt=say(
                    "Features in {month}. {listed}",
                    month=formats.full_month(context.month),
                    listed=_words(listed),
                ),
                column_config={
                    name: st.column_config.TextColumn(alignment="right")
                    for name in columns[1:]
                },
            )
    if (listed == formats.MISSING).any(axis=None):
        st.caption(
            say("A dash: none in the month, or withheld; its definition says why.")
        )


def by_feature(context: Context) -> pd.DataFrame:
    """Line up the features as texts, the one most used first."""
    known = queries.catalog(context.build_id)
    columns = {
        say(column): _of_month(context, metric, by).map(
            lambda value, form=known[metric].format: formats.value(value, form)
        )
        for column, (metric, by) in COLUMNS.items()
        if metric in known
    }
    people = columns.get(say("People"))
    if people is None or people.empty:
        return pd.DataFrame()
    listed = pd.DataFrame(columns, index=people.index, dtype=object)
    listed = listed.fillna(formats.MISSING)
    listed.insert(0, say("Feature"), [formats.words(name) for name in listed.index])
    return listed.reset_index(drop=True)


def _of_month(context: Context, metric: str, by: str) -> pd.Series:
    """Read the closed values of the month by feature, largest first."""
    rows = context.metric(metric, grain="month", by=by)
    rows = headline.closed_by(rows, context.end)
    rows = rows[rows["period_start"] == pd.Timestamp(context.month)]
    return rows.set_index(by)["value"].sort_values(ascending=False)


def _words(listed: pd.DataFrame) -> str:
    return " ".join(
        f"{row.iloc[0]}: "
        + ", ".join(f"{name} {row[name]}" for name in listed.columns[1:])
        + "."
        for _, row in listed.iterrows()
    )
