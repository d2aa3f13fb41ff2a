"""The look all figures share: colours, frame and axes.

Reads and writes nothing. Every colour has a contrast of at least 3:1 on both
backgrounds, because a cached figure serves both themes; only `ink`, the colour of small
text, comes from the theme.
"""

import math

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats, language

BLUE, GREY, GAIN, LOSS, LAUNCH = "#3A78E8", "#7C8594", "#149566", "#D9534A", "#C9710F"
TEAL, VIOLET, PINK, SKY = "#0E8F9E", "#8B62E0", "#D14B96", "#2B8CC4"
INK = {"light": "#596273", "dark": "#A3ADBB"}
# Without the stub topology Plotly asks its own server for one and the map stays blank.
CONFIG = {
    "displayModeBar": "hover",
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "filename": "reelmetrics", "scale": 2},
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "topojsonURL": "/app/static/",
}
CLEAR = "rgba(0,0,0,0)"
# Plotly in the browser knows the names of months in English alone.
MONTH_TICKS = {"en": "%b<br>%Y", "vi": "thg %-m<br>%Y", "zh": "%-m月<br>%Y"}


def fade(color: str, alpha: float) -> str:
    """Thin a colour out; used for fills that carry no text."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def set_frame(figure: go.Figure, height: int) -> None:
    """Give a figure its size and take away what nobody clicks."""
    figure.update_layout(
        height=height,
        margin=dict(l=4, r=10, t=28, b=4),
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        showlegend=False,
        dragmode=False,
        hovermode="x",
        modebar=dict(bgcolor=CLEAR, color=GREY, activecolor=BLUE),
    )
    figure.update_xaxes(showgrid=False, fixedrange=True, title=None)
    figure.update_yaxes(showgrid=False, fixedrange=True, title=None, zeroline=False)


def set_axes(
    figure: go.Figure, rows: pd.DataFrame, *, form: str, ink: str, height: int
) -> None:
    """Give a figure of periods its frame, a time axis and a value axis from zero."""
    set_frame(figure, height)
    top = float(rows["value"].max()) if len(rows) else 1.0
    figure.update_xaxes(
        tickfont=dict(color=ink, size=11.5),
        tickformat=MONTH_TICKS[language.current()],
        nticks=7,
        ticks="outside",
        ticklen=3,
        tickcolor=fade(GREY, 0.5),
    )
    # Room above the highest point for the value that is written there.
    top *= 1.14
    # Round values of the unit that is printed: minutes are not read in hundreds of s.
    unit = formats.duration_unit(top) if form == "duration" else 1
    ticks = [unit * tick for tick in even_ticks(top / unit)]
    figure.update_yaxes(
        range=[0, top],
        tickvals=ticks,
        ticktext=[formats.tick(tick, form) for tick in ticks],
        showgrid=True,
        gridcolor=fade(GREY, 0.2),
        tickfont=dict(color=ink, size=11.5),
    )


def even_ticks(top: float) -> list[float]:
    """Choose three to six round values from zero up to the highest one."""
    if top <= 0:
        return [0.0]
    power = 10 ** math.floor(math.log10(top))
    step = next(
        part * power for part in (0.2, 0.25, 0.5, 1, 2) if top / (part * power) <= 5
    )
    return [step * count for count in range(int(top / step * 1.0001) + 1)]
