"""The block of signup retention: the triangle, its caption and its words.

Reads rows of `retention` through `queries`.
"""

import pandas as pd
import streamlit as st

from dashboard import cohort_chart, formats, layout
from dashboard.canvas import CONFIG
from dashboard.context import Context
from dashboard.language import say

REMARK = (
    "One row a week of sign-ups, newest at the bottom. D1 is the day after sign-up, W1"
    " the days 7 to 13 after it."
)
NOTE = "Active on the day (D) or in the week (W) after sign-up, by sign-up week."
NOTE_OPEN = (
    "Active on the day (D) or in the week (W) after sign-up, by sign-up week. \\* Some"
    " of the week's sign-ups have not had these days yet."
)


@st.cache_data(max_entries=100, show_spinner=False)
def triangle(context: Context) -> None:
    """Draw the triangle: all measures on wide screens, six of them on phones."""
    cells = known_cells(context)
    if cells.empty:
        layout.say_empty("No week of sign-ups has had a day to come back yet.")
        return
    for screen, measures in (
        ("wide", cohort_chart.MEASURES),
        ("phone", cohort_chart.PHONE_MEASURES),
    ):
        with st.container(key=f"only_{screen}_retention"):
            st.plotly_chart(
                cohort_chart.triangle(cells, ink=context.ink, measures=measures),
                config=CONFIG,
                key=f"retention_{screen}",
                alt=say(
                    "Heat map of the retention of sign-ups by week. {newest}",
                    newest=_words(cells),
                ),
            )
    is_open = (cells["state"] == "provisional").any()
    st.caption(say(NOTE_OPEN if is_open else NOTE))


def known_cells(context: Context) -> pd.DataFrame:
    """Keep what was known at the end of the month, of the newest cohorts."""
    cells = context.metric("retention", grain="week", by="measure")
    cells = cells[cells["measure"].isin(cohort_chart.MEASURES)]
    if not context.is_newest:
        cells = cohort_chart.known_by(cells, context.end)
    cohorts = cells["period_start"].drop_duplicates().sort_values()
    return cells[cells["period_start"].isin(cohorts.tail(cohort_chart.COHORTS))]


def _words(cells: pd.DataFrame) -> str:
    """Say the newest closed value of the first day, week and month."""
    said = []
    for measure in ("d1", "d7", "d30", "w4"):
        closed = cells[(cells["measure"] == measure) & (cells["state"] == "closed")]
        if len(closed):
            row = closed.iloc[-1]
            period = formats.period("week", row["period_start"])
            said.append(f"{measure.upper()} {formats.percent(row['value'])} ({period})")
    return say("Newest closed: {values}.", values=", ".join(said)) if said else ""
