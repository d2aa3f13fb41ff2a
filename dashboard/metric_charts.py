"""Draws rows of metrics as the chart of a block, with words for those who see none.

Reads rows of metrics through `queries`. Writes Streamlit elements only.
"""

from collections.abc import Callable, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import charts, formats, headline, layout, queries, slice_charts
from dashboard.canvas import CONFIG, GAIN, GREY, SKY
from dashboard.charts import Mark
from dashboard.context import Context
from dashboard.language import say
from dashboard.queries import NoSlice
from dashboard.slice_charts import Series, last_values

HEIGHT = 300
SMALL_HEIGHT = 240
# Looks of slices that a page does not name.
SPARE = (SKY, GREY, GAIN)
# Periods before the end of a line in which a fall would run into the text there.
RECENT = 8


def slices(
    context: Context, metric: str, *, by: str, grain: str = "month"
) -> pd.DataFrame:
    """Read the slices of a metric that were known at the end of the month."""
    return context.upto(context.metric(metric, grain=grain, by=by))


def side_by_side(
    context: Context, series: Sequence[Series], *, grain: str = "month"
) -> pd.DataFrame:
    """Line up the rows of several metrics; the key of a series is its metric.

    A metric that this build lacks, or that cannot be filtered like the page, is said,
    and the others are shown.
    """
    known = queries.catalog(context.build_id)
    frames, missing = [], []
    for one in series:
        if one.key not in known:
            missing.append(f"`{one.key}`")
            continue
        try:
            rows = context.upto(context.metric(one.key, grain=grain))
        except NoSlice as refusal:
            layout.say_unfiltered(str(refusal))
        else:
            frames.append(rows.assign(metric=one.key))
    if missing:
        layout.say_empty(say("Not in this build: {names}.", names=", ".join(missing)))
    return pd.concat(frames) if frames else pd.DataFrame()


def draw_lines(
    context: Context,
    rows: pd.DataFrame,
    series: Sequence[Series],
    *,
    by: str = "metric",
    form: str,
    key: str,
    height: int = HEIGHT,
) -> None:
    """Draw slices over time as lines with their names and last closed values."""
    if rows.empty:
        layout.say_empty("No period of this metric up to this day.")
        return
    chart = slice_charts.lines
    said = say("Line chart by {dimension}.", dimension=_plain(by))
    _draw(context, rows, series, chart, said, by=by, form=form, key=key, height=height)


def draw_stack(
    context: Context,
    rows: pd.DataFrame,
    series: Sequence[Series],
    *,
    by: str,
    form: str = "usd",
    key: str,
    height: int = HEIGHT,
) -> None:
    """Draw slices by month as bars on each other."""
    if rows.empty:
        layout.say_empty("No month of this metric up to this day.")
        return
    chart = slice_charts.stacked
    said = say("Bar chart by month and {dimension}.", dimension=_plain(by))
    _draw(context, rows, series, chart, said, by=by, form=form, key=key, height=height)


def draw_months(
    context: Context, metric: str, name: str, *, key: str, height: int = HEIGHT
) -> None:
    """Draw a metric by month as bars."""
    form = _form(context, metric)
    rows = context.upto(context.metric(metric, grain="month"))
    if rows.empty:
        layout.say_empty(say("{name}: no month up to this day.", name=say(name)))
        return
    closed = headline.closed_by(rows, context.end)
    said = _last(closed, form) if len(closed) else ""
    st.plotly_chart(
        charts.months(rows, form=form, ink=context.ink, height=height),
        config=CONFIG,
        key=key,
        alt=say(
            "Bar chart of {name} by month. {last}",
            name=formats.inside(say(name)),
            last=said,
        ).strip(),
    )


def draw_trend(
    context: Context,
    metric: str,
    name: str,
    *,
    grain: str = "month",
    key: str,
    height: int = SMALL_HEIGHT,
) -> None:
    """Draw a metric over time, with its last closed value beside the line."""
    form = _form(context, metric)
    rows = context.upto(context.metric(metric, grain=grain))
    closed = headline.closed_by(rows, context.end)
    if closed.empty:
        layout.say_empty(
            say("{name}: no closed period up to this day.", name=say(name))
        )
        return
    last = closed.iloc[-1]
    figure = charts.trend(
        rows,
        form=form,
        ink=context.ink,
        marks=[_end_mark(rows, last, form)],
        open_after=context.end,
        height=height,
    )
    st.plotly_chart(
        figure,
        config=CONFIG,
        key=key,
        alt=say(
            "Line chart of {name}. {last}",
            name=formats.inside(say(name)),
            last=_last(closed, form),
        ),
    )


def shown(context: Context, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep what had closed by the end of the month; all, if nothing had."""
    closed = headline.closed_by(rows, context.end)
    return closed if len(closed) else rows


def with_others(
    rows: pd.DataFrame, series: Sequence[Series], *, by: str
) -> list[Series]:
    """Add the slices that are in the rows and have no look yet."""
    named = {one.key for one in series}
    others = sorted(set(rows[by]) - named)
    spare = [
        Series(key, formats.words(key), SPARE[place % len(SPARE)], "dot")
        for place, key in enumerate(others)
    ]
    return [*series, *spare]


def _draw(
    context: Context,
    rows: pd.DataFrame,
    series: Sequence[Series],
    chart: Callable[..., go.Figure],
    said: str,
    *,
    by: str,
    form: str,
    key: str,
    height: int,
) -> None:
    drawn = with_others(rows, series, by=by)
    figure = chart(
        rows,
        drawn,
        by=by,
        form=form,
        ink=context.ink,
        open_after=context.end,
        height=height,
    )
    words = last_values(shown(context, rows), drawn, by=by, form=form)
    st.plotly_chart(figure, config=CONFIG, key=key, alt=f"{said} {words}")


def _end_mark(rows: pd.DataFrame, last: pd.Series, form: str) -> Mark:
    """Write the last closed value where the line has left room for it."""
    until = rows[rows["period_start"] <= last["period_start"]]["value"]
    is_falling = until.tail(RECENT).max() > 1.05 * last["value"]
    if len(until) == len(rows):
        side = "right"
    else:
        side = "above right" if is_falling else "above"
    text = formats.value(last["value"], form)
    return Mark(last["period_start"].date(), last["value"], text, side)


def _last(rows: pd.DataFrame, form: str) -> str:
    row = rows.iloc[-1]
    period = formats.period(row["grain"], row["period_start"])
    return f"{period}: {formats.value(row['value'], form)}."


def _form(context: Context, metric: str) -> str:
    entry = queries.catalog(context.build_id).get(metric)
    return entry.format if entry else "count"


def _plain(dimension: str) -> str:
    # Lines of several metrics are told apart by what no build calls a dimension.
    is_ours = dimension == "metric"
    return say("metric") if is_ours else formats.inside(formats.words(dimension))
