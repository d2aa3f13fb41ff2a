"""Figures: a frame of metric rows in, a Plotly figure out; reads and writes nothing."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.canvas import BLUE, GAIN, GREY, LAUNCH, LOSS, fade, set_axes, set_frame
from dashboard.language import say

# Names of launches closer together than this share of the axis would overlap.
NAME_ROOM = 0.3
# An unnamed launch is a short mark on the axis, away from lines and values.
MARK_HEIGHT = 0.07
# Share of a waterfall's span that a text beside a bar takes on a phone.
TEXT_ROOM = 0.42
GAINS = ("new", "expansion", "reactivation", "resume")


@dataclass(frozen=True)
class Mark:
    """A value written beside the line, and on which side it has room."""

    when: date
    value: float
    text: str
    side: str


def trend(
    rows: pd.DataFrame,
    *,
    form: str,
    ink: str,
    marks: Sequence[Mark] = (),
    launches: pd.DataFrame | None = None,
    open_after: date | None = None,
    height: int = 300,
) -> go.Figure:
    """Draw a metric over time as a line from zero.

    Args:
        rows: period_start, value and state of one metric, one grain.
        form: The format of the catalog: usd, count or percent.
        ink: Colour of the axis text.
        marks: Values to write beside the line.
        launches: Launches (date, title, kind, detail) to mark.
        open_after: Periods that start later are dotted: the month is still open.
        height: Pixels.
    """
    figure = go.Figure()
    is_open = rows["state"] == "provisional"
    if open_after is not None:
        is_open |= rows["period_start"] > pd.Timestamp(open_after)
    closed = rows[~is_open]
    _add_line(figure, closed, form, dash="solid")
    if is_open.any():
        _add_line(figure, pd.concat([closed.tail(1), rows[is_open]]), form, dash="dot")
    set_axes(figure, rows, form=form, ink=ink, height=height)
    if launches is not None and not rows.empty:
        _mark_launches(figure, launches, rows["period_start"])
    for mark in marks:
        _write(figure, mark)
    return figure


def months(rows: pd.DataFrame, *, form: str, ink: str, height: int = 300) -> go.Figure:
    """Draw a metric by month as bars; open months are hatched.

    Decembers and the last closed month carry their value.
    """
    figure = go.Figure()
    is_open = (rows["state"] == "provisional").to_numpy()
    figure.add_bar(
        x=rows["period_start"],
        y=rows["value"],
        customdata=_texts(rows, form),
        marker=dict(
            color=[fade(BLUE, 0.3) if late else BLUE for late in is_open],
            pattern=dict(
                shape=["/" if late else "" for late in is_open], fgcolor=BLUE, size=5
            ),
            cornerradius=3,
        ),
        hovertemplate="%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
    )
    set_axes(figure, rows, form=form, ink=ink, height=height)
    figure.update_layout(hovermode="closest", bargap=0.28)
    closed = rows[~is_open]
    rises = closed["value"].diff() >= 0
    for position, row in enumerate(closed.itertuples()):
        after = len(closed) - 1 - position
        # A label that leans to the right would run into that of the last bar.
        has_room = rises.iloc[position] or after > 3
        if not after or (position and row.period_start.month == 12 and has_room):
            _label_bar(figure, rows, position, form)
    return figure


def bridge(movements: pd.DataFrame, *, ink: str, height: int = 300) -> go.Figure:
    """Draw what changed MRR as a waterfall of the change: the axis starts at zero.

    Args:
        movements: movement and value, in the order to draw.
        ink: Colour of the text.
        height: Pixels.
    """
    names = [formats.words(name) for name in movements["movement"]]
    values = movements["value"].tolist()
    net = sum(values)
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=[*names, f"<b>{say('Net change')}</b>"],
            x=[*values, net],
            measure=["relative"] * len(values) + ["total"],
            text=[_signed(value) for value in (*values, net)],
            textposition="outside",
            textfont=dict(size=12.5, color=ink),
            cliponaxis=False,
            increasing_marker_color=GAIN,
            decreasing_marker_color=LOSS,
            totals_marker_color=BLUE,
            connector=dict(line=dict(color=GREY, width=1, dash="dot")),
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    set_frame(figure, height)
    figure.update_layout(hovermode="closest", bargap=0.36)
    figure.update_xaxes(visible=False, range=_reach(values))
    figure.update_yaxes(
        autorange="reversed",
        ticks="",
        nticks=12,
        tickfont=dict(size=12.5, color=ink),
    )
    return figure


def first_launches(launches: pd.DataFrame) -> pd.DataFrame:
    """Keep the first launch of each title, oldest first: a rollout by region is one."""
    launches = launches.assign(date=pd.to_datetime(launches["date"]))
    return launches.sort_values("date").drop_duplicates("title")


def _add_line(figure: go.Figure, rows: pd.DataFrame, form: str, *, dash: str) -> None:
    value = "<b>%{customdata[1]}</b>"
    value = value if dash == "solid" else say("{value} so far", value=value)
    figure.add_scatter(
        x=rows["period_start"],
        y=rows["value"],
        mode="lines",
        line=dict(color=BLUE, width=2.6 if dash == "solid" else 2, dash=dash),
        fill="tozeroy",
        fillcolor=fade(BLUE, 0.08 if dash == "solid" else 0.04),
        customdata=_texts(rows, form),
        hovertemplate=f"%{{customdata[0]}}: {value}<extra></extra>",
    )


def _texts(rows: pd.DataFrame, form: str) -> list[list[str]]:
    return [
        [
            formats.period(row.grain, row.period_start),
            formats.value(row.value, form),
        ]
        for row in rows.itertuples()
    ]


def _mark_launches(
    figure: go.Figure, launches: pd.DataFrame, periods: pd.Series
) -> None:
    """Draw a rule a launch; features are named first, and a name needs room."""
    first, last = periods.min(), periods.max() + timedelta(days=7)
    named: list[float] = []
    shown = first_launches(launches).sort_values(
        "kind", key=lambda kind: kind != "feature", kind="stable"
    )
    for row in shown.itertuples():
        when = pd.Timestamp(row.date)
        if not first <= when <= last:
            continue
        place = (when - first) / (last - first)
        nearest = min((abs(place - other) for other in named), default=1.0)
        if nearest > NAME_ROOM:
            named.append(place)
            text = f"<b>{row.title}</b>" if row.kind == "feature" else row.title
        else:
            text = ""
        _draw_launch(figure, row, place, text)


def _draw_launch(figure: go.Figure, row: Any, place: float, text: str) -> None:
    is_bold = row.kind == "feature" and bool(text)
    color = LAUNCH if row.kind == "feature" else GREY
    remark = f": {say(row.detail)}" if isinstance(row.detail, str) else ""
    figure.add_shape(
        type="line",
        x0=row.date,
        x1=row.date,
        y0=0,
        y1=1 if text else MARK_HEIGHT,
        yref="paper",
        line=dict(
            color=color,
            width=1.6 if is_bold else 1,
            dash="solid" if is_bold else "dot",
        ),
    )
    figure.add_annotation(
        x=row.date,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="left" if place < 0.2 else "right" if place > 0.85 else "center",
        showarrow=False,
        text=text,
        font=dict(size=11.5, color=color),
    )
    # A point that is not seen but can be pointed at: it says what the rule is.
    figure.add_scatter(
        x=[row.date],
        y=[figure.layout.yaxis.range[1]],
        mode="markers",
        marker=dict(size=12, color=color, opacity=0),
        hovertemplate=f"{formats.day(row.date)} · {row.title}{remark}<extra></extra>",
    )


def _write(figure: go.Figure, mark: Mark) -> None:
    """Write a value beside its point, on the side where the line is not."""
    x_anchor, y_anchor, x_shift, y_shift = {
        "above": ("center", "bottom", 0, 5),
        "below left": ("right", "top", -2, -5),
        "above right": ("left", "bottom", -6, 5),
        "below": ("left", "top", -2, -6),
        "right": ("left", "middle", 7, 0),
    }[mark.side]
    figure.add_scatter(
        x=[mark.when],
        y=[mark.value],
        mode="markers",
        marker=dict(size=7, color=BLUE),
        hoverinfo="skip",
    )
    figure.add_annotation(
        x=mark.when,
        y=mark.value,
        text=f"<b>{mark.text}</b>",
        showarrow=False,
        xanchor=x_anchor,
        yanchor=y_anchor,
        xshift=x_shift,
        yshift=y_shift,
        font=dict(size=12.5, color=BLUE),
    )
    if mark.side == "right":
        figure.update_layout(margin_r=44)


def _label_bar(figure: go.Figure, rows: pd.DataFrame, position: int, form: str) -> None:
    """Write a bar's value above it, leaning to the side of its lower neighbour."""
    values = rows["value"].tolist()
    now, before = values[position], values[max(0, position - 1)]
    after = values[min(position + 1, len(values) - 1)]
    is_lower = now < before
    figure.add_annotation(
        x=rows.iloc[position]["period_start"],
        y=max(now, after if is_lower else before),
        text=f"<b>{formats.value(now, form)}</b>",
        showarrow=False,
        xanchor="left" if is_lower else "right",
        yanchor="bottom",
        xshift=-9 if is_lower else 9,
        font=dict(size=12, color=BLUE),
    )


def _signed(value: float) -> str:
    return ("+" if value >= 0 else "") + formats.usd(value)


def _reach(values: Sequence[float]) -> tuple[float, float]:
    """Find the axis of a waterfall that leaves room for the texts beside its bars."""
    balances = [0.0, *itertools.accumulate(values)]
    span = (max(balances) - min(balances) or 1.0) * TEXT_ROOM
    falls = [
        after for value, after in zip(values, balances[1:], strict=True) if value < 0
    ]
    if balances[-1] < 0:
        falls.append(balances[-1])
    low = min([0.0, *balances, *(fall - span for fall in falls)])
    return low, max(balances) + span
