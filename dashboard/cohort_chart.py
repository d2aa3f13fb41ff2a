"""The retention triangle: signup cohorts down, days and weeks after signup across.

Reads and writes nothing.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.canvas import set_frame
from dashboard.language import say

MEASURES = ("d1", "d7", "d30", *(f"w{week}" for week in range(1, 13)))
PHONE_MEASURES = ("d1", "d7", "d30", "w4", "w8", "w12")
COHORTS = 14
ROW_HEIGHT = 27
# Opaque and light, so that dark numbers have a contrast of 6:1 in both themes.
RAMP = ("#EDF3FE", "#6FA0F2")
NUMBER = "#171B22"
IMMATURE = "*"


def last_offset(measure: str) -> int:
    """Tell how many days after signup a measure is complete."""
    kind, size = re.fullmatch(r"([dw])(\d+)", measure).groups()  # type: ignore[union-attr]
    return int(size) if kind == "d" else 7 * int(size) + 6


def known_by(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Keep the cells whose youngest signup had had all its days on a day."""
    ends = [
        start.date() + timedelta(days=6 + last_offset(measure)) <= day
        for start, measure in zip(rows["period_start"], rows["measure"], strict=True)
    ]
    return rows[pd.Series(ends, index=rows.index, dtype=bool)]


def triangle(
    rows: pd.DataFrame, *, ink: str, measures: Sequence[str] = MEASURES
) -> go.Figure:
    """Draw one cell a cohort and measure with its number; * marks immature cells.

    Args:
        rows: period_start, measure, value, denominator, state; the newest cohorts.
        ink: Colour of the axis text.
        measures: The columns, in order.
    """
    cells = rows.set_index(["period_start", "measure"])
    cohorts = sorted(rows["period_start"].unique())
    values, texts, hovers = [], [], []
    for cohort in cohorts:
        read = [_cell(cells, cohort, measure) for measure in measures]
        values.append([value for value, _, _ in read])
        texts.append([text for _, text, _ in read])
        hovers.append([hover for _, _, hover in read])
    figure = go.Figure(
        go.Heatmap(
            x=[measure.upper() for measure in measures],
            y=[formats.short_day(cohort) for cohort in cohorts],
            z=values,
            text=texts,
            customdata=hovers,
            texttemplate="%{text}",
            textfont=dict(size=11.5, color=NUMBER),
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            colorscale=list(enumerate(RAMP)),
            zmin=0,
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    set_frame(figure, ROW_HEIGHT * len(cohorts) + 40)
    axis = dict(tickfont=dict(size=11.5, color=ink), ticks="", type="category")
    figure.update_layout(hovermode="closest", margin=dict(l=4, r=4, t=28, b=4))
    figure.update_xaxes(side="top", **axis)
    figure.update_yaxes(autorange="reversed", **axis)
    return figure


def _cell(
    cells: pd.DataFrame, cohort: pd.Timestamp, measure: str
) -> tuple[float | None, str, str]:
    """Give a cell its value, its text and what is said when it is pointed at."""
    if (cohort, measure) not in cells.index:
        return None, "", ""
    row = cells.loc[(cohort, measure)]
    is_open = row["state"] == "provisional"
    number = f"{row['value'] * 100:.0f}%" if row["value"] >= 0.0995 else ""
    number = number or f"{row['value'] * 100:.1f}%"
    said = say(
        "Signed up {week}, {measure}: <b>{value}</b>",
        week=formats.period("week", cohort),
        measure=measure.upper(),
        value=formats.percent(row["value"]),
    )
    if is_open:
        late = say("Not all of the week's sign-ups have had these days yet")
        said += f"<br>{late}"
    return float(row["value"]), number + (IMMATURE if is_open else ""), said
