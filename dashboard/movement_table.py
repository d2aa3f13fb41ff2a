"""The table of MRR movements: a row a month, newest first.

Reads rows of `mrr_movements` through `queries`; the net change is the metric's own
total, not a sum made here.
"""

import pandas as pd
import streamlit as st

from dashboard import formats, layout
from dashboard.context import Context
from dashboard.language import say

COLUMNS = (
    *("new", "expansion", "reactivation", "resume"),
    *("contraction", "churn", "pause", "fx", "restatement"),
)
PHONE = ("Month", "New", "Churn", "Net")
MONTHS = 14
OPEN = "*"
ROW_HEIGHT = 30


@st.cache_data(max_entries=100, show_spinner=False)
def table(context: Context) -> None:
    """Draw the table: all kinds on wide screens, the largest on phones."""
    listed = by_month(context)
    if listed.empty:
        layout.say_empty("MRR has not changed up to this day.")
        return
    few = [say(name) for name in PHONE]
    for screen, columns in (("wide", list(listed.columns)), ("phone", few)):
        with st.container(key=f"only_{screen}_movements"):
            st.dataframe(
                listed[[column for column in columns if column in listed]],
                hide_index=True,
                height="content",
                row_height=ROW_HEIGHT,
                alt=say(
                    "MRR movements by month and kind. {newest}", newest=_words(listed)
                ),
                column_config={
                    name: st.column_config.TextColumn(alignment="right")
                    for name in columns[1:]
                },
            )
    if listed.iloc[:, 0].str.endswith(OPEN).any():
        st.caption(say("\\* The month is not over."))


def by_month(context: Context) -> pd.DataFrame:
    """Line up the months as texts: one column a kind of movement, and the net."""
    name = "mrr_movements"
    kinds = context.upto(context.metric(name, grain="month", by="movement"))
    net = context.upto(context.metric(name, grain="month"))
    if kinds.empty or net.empty:
        return pd.DataFrame()
    wide = kinds.pivot(index="period_start", columns="movement", values="value")
    wide = wide[[kind for kind in COLUMNS if kind in wide]]
    wide.columns = [formats.words(column) for column in wide.columns]
    total = net.set_index("period_start")
    wide[say("Net")] = total["value"]
    wide = wide.sort_index(ascending=False).head(MONTHS).map(formats.usd)
    months = [
        formats.month(start) + (OPEN if state == "provisional" else "")
        for start, state in total["state"].reindex(wide.index).items()
    ]
    wide.insert(0, say("Month"), months)
    return wide


def _words(listed: pd.DataFrame) -> str:
    """Say the newest row that is not open."""
    closed = listed[~listed.iloc[:, 0].str.endswith(OPEN)]
    if closed.empty:
        return ""
    row = closed.iloc[0]
    rest = ", ".join(f"{name} {row[name]}" for name in listed.columns[1:])
    return f"{row.iloc[0]}: {rest}."
