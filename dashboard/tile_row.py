"""The row of tiles on top of a page, and what is behind their question marks.

Reads nothing. Writes Streamlit elements only.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard import definitions, formats
from dashboard.headline import Reading
from dashboard.language import say


def draw(readings: Sequence[Reading]) -> None:
    """Draw the tiles, and below them which period each value belongs to."""
    with st.grid(len(readings), min_column_width=158, gap="small", key="tiles"):
        for reading in readings:
            _draw_tile(reading)
    periods = [
        f"{say(reading.tile.label)}:"
        f" {formats.period(reading.tile.grain, reading.start)}"
        for reading in readings
        if reading.start is not None
    ]
    st.caption(" · ".join(periods))


def _draw_tile(reading: Reading) -> None:
    form = reading.form
    delta = formats.delta(reading.value, reading.before, form)
    st.metric(
        say(reading.tile.label),
        formats.value(reading.value, form),
        delta,
        delta_description=_compared_with(reading),
        delta_color="inverse" if reading.tile.less_is_better else "normal",
        chart_data=reading.history or None,
        border=True,
        height="stretch",
        help=_explain(reading),
    )


def _compared_with(reading: Reading) -> str | None:
    if reading.entry is None:
        return say("not in this build")
    if reading.refusal is not None:
        return say("not split like this")
    if reading.value is None:
        return say("no closed period")
    if reading.before_start is None:
        return None if reading.versus == "month" else say("no year before")
    end = formats.period_end(reading.tile.grain, reading.before_start)
    is_month = reading.versus == "month"
    period = formats.month_name(end) if is_month else formats.month(end)
    return say("vs {period}", period=period)


def _explain(reading: Reading) -> str:
    entry = reading.entry
    if entry is None:
        return say("This build has no metric `{metric}`.", metric=reading.tile.metric)
    parts = definitions.meaning(entry)
    if reading.refusal is not None:
        parts.append(say("No value within these filters: {why}.", why=reading.refusal))
    if reading.start is not None:
        period = formats.period(reading.tile.grain, reading.start)
        parts.append(say("State: closed, {period}.", period=period))
    parts.append(definitions.sign(entry))
    return formats.markdown("\n\n".join(parts))
