"""A chart of an answer that nobody has designed: a line over time, or bars.

Reads a frame. It draws what is there and adds nothing up.
"""

from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.canvas import BLUE, GREY, LAUNCH, PINK, SKY, TEAL, VIOLET, fade
from dashboard.canvas import set_frame as set_size

COLOURS = (BLUE, TEAL, LAUNCH, VIOLET, PINK, SKY, GREY)
# More lines than colours, or more bars than a screen has room for, tell nothing.
MOST_GROUPS, MOST_BARS = len(COLOURS), 40


class Axes(NamedTuple):
    """Which columns can be drawn.

    Attributes:
        across: Times first, then words.
        up: Numbers.
        groups: Words of few kinds.
    """

    across: list[str]
    up: list[str]
    groups: list[str]


def axes(frame: pd.DataFrame) -> Axes:
    """Find out which columns can stand where."""
    numbers = [name for name in frame if pd.api.types.is_numeric_dtype(frame[name])]
    times = [name for name in frame if _is_time(frame[name])]
    words = [name for name in frame if pd.api.types.is_string_dtype(frame[name])]
    few = [name for name in words if 1 < frame[name].nunique() <= MOST_GROUPS]
    flags = [name for name in numbers if pd.api.types.is_bool_dtype(frame[name])]
    return Axes(
        across=[*times, *words],
        up=[name for name in numbers if name not in flags],
        groups=few,
    )


def draw(
    frame: pd.DataFrame, *, across: str, up: str, group: str | None, ink: str
) -> go.Figure:
    """Draw one column over another, one line or bar for each kind of the group."""
    is_time = _is_time(frame[across])
    figure = go.Figure()
    parts = [("", frame)] if group is None else list(frame.groupby(group, sort=True))
    for (name, rows), color in zip(parts, COLOURS, strict=False):
        if is_time:
            rows = rows.sort_values(across)
            figure.add_scatter(
                x=rows[across],
                y=rows[up],
                name=str(name),
                mode="lines+markers" if len(rows) < 40 else "lines",
                line=dict(color=color, width=2),
            )
        else:
            rows = rows.head(MOST_BARS)
            figure.add_bar(
                x=rows[across], y=rows[up], name=str(name), marker_color=color
            )
    set_size(figure, 360)
    figure.update_layout(
        showlegend=group is not None,
        legend=dict(orientation="h", y=1.02, yanchor="bottom", font=dict(color=ink)),
    )
    figure.update_xaxes(automargin=True, tickfont=dict(color=ink, size=11.5))
    figure.update_yaxes(
        tickfont=dict(color=ink, size=11.5),
        automargin=True,
        rangemode="tozero",
        showgrid=True,
        gridcolor=fade(GREY, 0.2),
    )
    return figure


def _is_time(column: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    known = column.dropna()
    return column.dtype == object and len(known) > 0 and hasattr(known.iloc[0], "year")
