"""Figures of several series: lines with their names beside them, stacked bars.

Reads and writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import east_asian_width

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.canvas import GREY, even_ticks, fade, set_axes
from dashboard.language import say

# Share of the axis that one line of text beside the plot takes.
LABEL_ROOM = 0.085


@dataclass(frozen=True)
class Series:
    """One slice of a metric, as it is drawn.

    Attributes:
        key: Its value of the dimension.
        name: What the reader sees, in English.
        color: Colour of its line or bars.
        dash: Dash of its line, so that colour is not alone.
    """

    key: str
    name: str
    color: str
    dash: str = "solid"

    @property
    def label(self) -> str:
        """Its name in the language of the reader."""
        return say(self.name)


def lines(
    rows: pd.DataFrame,
    series: Sequence[Series],
    *,
    by: str,
    form: str,
    ink: str,
    open_after: date,
    height: int = 300,
) -> go.Figure:
    """Draw slices over time from zero; names and last closed values at the end.

    Args:
        rows: period_start, value, state and the slice of each row.
        series: The slices to draw, in order.
        by: The column that says the slice.
        form: usd, count or percent.
        ink: Colour of the axis text.
        open_after: Periods that end later are thin: the month is still open.
        height: Pixels.
    """
    figure = go.Figure()
    set_axes(figure, rows, form=form, ink=ink, height=height)
    # The names take room: few ticks, or a phone turns them on their side.
    figure.update_xaxes(nticks=5, tickangle=0)
    ends: list[tuple[Series, pd.Series]] = []
    for one in series:
        part = rows[rows[by] == one.key]
        if part.empty:
            continue
        is_open = _is_open(part, open_after)
        closed = part[~is_open]
        _add_line(figure, closed, one, form=form, width=2.4)
        if is_open.any():
            late = pd.concat([closed.tail(1), part[is_open]])
            _add_line(figure, late, one, form=form, width=1.2)
        ends.append((one, (closed if len(closed) else part).iloc[-1]))
    _write_ends(figure, ends, form)
    return figure


def stacked(
    rows: pd.DataFrame,
    series: Sequence[Series],
    *,
    by: str,
    form: str,
    ink: str,
    open_after: date,
    height: int = 300,
) -> go.Figure:
    """Draw slices as bars on each other, gains above zero and losses below.

    Bars of open periods are hatched. Arguments as for `lines`.
    """
    figure = go.Figure()
    set_axes(figure, rows, form=form, ink=ink, height=height)
    for one in series:
        part = rows[rows[by] == one.key]
        if part.empty:
            continue
        late = _is_open(part, open_after).tolist()
        figure.add_bar(
            x=part["period_start"],
            y=part["value"],
            name=one.label,
            customdata=_texts(part, form),
            marker=dict(
                color=[fade(one.color, 0.3) if open_ else one.color for open_ in late],
                pattern=dict(
                    shape=["/" if open_ else "" for open_ in late],
                    fgcolor=one.color,
                    size=5,
                ),
                line=dict(width=0),
            ),
            hovertemplate="%{customdata[0]}: <b>%{customdata[1]}</b>"
            f"<extra>{one.label}</extra>",
        )
    _fit(figure, rows, form)
    figure.update_layout(
        barmode="relative",
        bargap=0.22,
        hovermode="closest",
        showlegend=True,
        legend=dict(
            orientation="h",
            x=0,
            y=1.02,
            yanchor="bottom",
            font=dict(size=12, color=ink),
            itemclick=False,
            itemdoubleclick=False,
            traceorder="normal",
        ),
    )
    return figure


def last_values(
    rows: pd.DataFrame, series: Sequence[Series], *, by: str, form: str
) -> str:
    """Say the newest period of a chart and each slice's value in it."""
    newest = rows[rows["period_start"] == rows["period_start"].max()]
    values = newest.set_index(by)["value"]
    listed = ", ".join(
        f"{one.label} {formats.value(values[one.key], form)}"
        for one in series
        if one.key in values.index
    )
    grain, start = newest.iloc[0][["grain", "period_start"]]
    return f"{formats.period(grain, start)}: {listed}."


def _is_open(rows: pd.DataFrame, open_after: date) -> pd.Series:
    """Tell which periods were not closed on a day, as the tiles do."""
    late = [
        formats.period_end(grain, start.date()) > open_after
        for grain, start in zip(rows["grain"], rows["period_start"], strict=True)
    ]
    return (rows["state"] == "provisional") | pd.Series(late, rows.index, dtype=bool)


def _add_line(
    figure: go.Figure, rows: pd.DataFrame, one: Series, *, form: str, width: float
) -> None:
    figure.add_scatter(
        x=rows["period_start"],
        y=rows["value"],
        mode="lines",
        name=one.label,
        line=dict(color=one.color, width=width, dash=one.dash),
        customdata=_texts(rows, form),
        hovertemplate="<b>%{customdata[1]}</b>, %{customdata[0]}"
        f"<extra>{one.label}</extra>",
    )


def _write_ends(
    figure: go.Figure, ends: Sequence[tuple[Series, pd.Series]], form: str
) -> None:
    """Write name and last value beside each line, moved apart where they touch."""
    top = figure.layout.yaxis.range[1] if ends else 1.0
    gap = top * LABEL_ROOM
    floor = gap * 0.4
    widest = 0
    for one, row in sorted(ends, key=lambda end: end[1]["value"]):
        place = max(float(row["value"]), floor)
        floor = place + gap
        text = f"{one.label} {formats.value(row['value'], form)}"
        widest = max(widest, _width(text))
        figure.add_scatter(
            x=[row["period_start"]],
            y=[row["value"]],
            mode="markers",
            marker=dict(size=6, color=one.color),
            hoverinfo="skip",
        )
        figure.add_annotation(
            x=1,
            xref="paper",
            y=place,
            text=f"<b>{text}</b>",
            showarrow=False,
            xanchor="left",
            xshift=6,
            font=dict(size=11.5, color=one.color),
        )
    figure.update_layout(margin_r=int(16 + 6.6 * widest))
    if floor > top:
        figure.update_yaxes(range=[0, floor])


def _width(text: str) -> int:
    """Count the letters of a text; one of Chinese is as wide as two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _fit(figure: go.Figure, rows: pd.DataFrame, form: str) -> None:
    """Fit the axis to the heights of the stacks on both sides of zero."""
    above = rows["value"].clip(lower=0).groupby(rows["period_start"]).sum().max()
    below = -rows["value"].clip(upper=0).groupby(rows["period_start"]).sum().min()
    ticks = even_ticks(max(above, below) * 1.08)
    ticks = [-tick for tick in ticks[:0:-1]] + ticks
    ticks = [tick for tick in ticks if -below * 1.15 <= tick <= above * 1.15]
    figure.update_yaxes(
        range=[-below * 1.08, above * 1.08],
        tickvals=ticks,
        ticktext=[formats.tick(tick, form) for tick in ticks],
        zeroline=bool(below > 0),
        zerolinecolor=fade(GREY, 0.7),
        zerolinewidth=1,
    )


def _texts(rows: pd.DataFrame, form: str) -> list[list[str]]:
    return [
        [formats.period(row.grain, row.period_start), formats.value(row.value, form)]
        for row in rows.itertuples()
    ]
