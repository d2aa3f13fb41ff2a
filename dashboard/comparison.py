"""What a number is compared with: a month or a year before, in tiles and in charts.

Reads and writes nothing.
"""

from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.canvas import GREY

# How many months before, by the name in the address.
MONTHS = {"month": 1, "year": 12}
REMARK = "Grey dots: a year before."


def month_ended_by(day: date) -> date:
    """Find the first day of the last month that had ended on a day."""
    following = (day + timedelta(days=1)).replace(day=1)
    return (following - timedelta(days=1)).replace(day=1)


def back(day: date, versus: str) -> date:
    """Go a month or a year back; from the last day of a month to the last of another.

    >>> back(date(2026, 2, 28), "month"), back(date(2026, 3, 30), "month")
    (datetime.date(2026, 1, 31), datetime.date(2026, 2, 28))
    """
    year, month = divmod(12 * day.year + day.month - 1 - MONTHS[versus], 12)
    last = formats.period_end("month", date(year, month + 1, 1))
    is_last = formats.period_end("month", day.replace(day=1)) == day
    return last if is_last or day.day > last.day else last.replace(day=day.day)


def ended_by(grain: str, start: date, day: date, *, versus: str) -> date:
    """Find the day by which the row to compare with must have ended.

    A week goes by the chosen day, a month by its own end: a cohort that takes a month
    to mature lags the choice.
    """
    end = formats.period_end("month", start) if grain == "month" else day
    return back(end, versus)


def a_year_later(rows: pd.DataFrame) -> pd.DataFrame:
    """Move periods to where a chart shows those of the year after.

    A week moves by 52 weeks, so that it stays a week.
    """
    is_week = rows["grain"] == "week"
    moved = rows["period_start"] + pd.DateOffset(years=1)
    weeks = rows["period_start"] + pd.Timedelta(weeks=52)
    return rows.assign(drawn_at=moved.where(~is_week, weeks))


def draw_year_before(
    figure: go.Figure, rows: pd.DataFrame, shown: pd.Series, form: str
) -> bool:
    """Add the values of a year before as a dotted line; tell whether there are any.

    Args:
        figure: Of one metric over time.
        rows: Every closed row of the metric.
        shown: The period_start of what the figure shows.
        form: The format of the catalog.
    """
    before = a_year_later(rows)
    before = before[before["drawn_at"].isin(shown)]
    if before.empty:
        return False
    figure.add_scatter(
        x=before["drawn_at"],
        y=before["value"],
        mode="lines",
        line=dict(color=GREY, width=2, dash="dot"),
        customdata=[
            [
                formats.period(row.grain, row.period_start),
                formats.value(row.value, form),
            ]
            for row in before.itertuples()
        ],
        hovertemplate="%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
    )
    top = max(figure.layout.yaxis.range[1], 1.14 * before["value"].max())
    figure.update_yaxes(range=[0, top])
    return True
