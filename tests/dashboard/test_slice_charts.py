"""Figures of several series and the retention triangle: what they say and mark."""

from datetime import date

import pandas as pd

from dashboard import charts, cohort_chart, slice_charts
from dashboard.slice_charts import Series

INK = "#596273"
END = date(2026, 2, 28)
PAIR = (Series("a", "Alpha", "#3A78E8"), Series("b", "Beta", "#8B62E0", "dash"))


def weeks(slices: dict[str, list[float]]) -> pd.DataFrame:
    """Weekly rows of slices from 9 February 2026; all of them closed."""
    parts = [
        pd.DataFrame(
            {
                "grain": "week",
                "period_start": pd.date_range("2026-02-09", periods=3, freq="7D"),
                "kind": kind,
                "value": values,
                "state": "closed",
            }
        )
        for kind, values in slices.items()
    ]
    return pd.concat(parts, ignore_index=True)


def draw(build, rows: pd.DataFrame):
    return build(rows, PAIR, by="kind", form="count", ink=INK, open_after=END)


def test_a_week_that_ends_after_the_month_is_not_the_value_beside_the_line() -> None:
    """The tile leaves it out; two numbers for one name would be on the page."""
    rows = weeks({"a": [100, 200, 900]})  # the third week ends on 1 March
    figure = draw(slice_charts.lines, rows)
    assert [note.text for note in figure.layout.annotations] == ["<b>Alpha 200</b>"]


def test_names_beside_lines_that_end_together_do_not_overlap() -> None:
    rows = weeks({"a": [100, 500, 500], "b": [100, 501, 501]})
    low, high = sorted(
        note.y for note in draw(slice_charts.lines, rows).layout.annotations
    )
    top = draw(slice_charts.lines, rows).layout.yaxis.range[1]
    # one line of text is about 8.5 % of a chart's height
    assert high - low >= 0.08 * top


def test_the_axis_holds_the_whole_stack_on_both_sides_of_zero() -> None:
    rows = weeks({"a": [100, 200, 300], "b": [50, -80, 100]})
    low, high = draw(slice_charts.stacked, rows).layout.yaxis.range
    assert -100 < low < -80
    assert high > 400  # 300 + 100


def test_the_bars_of_a_week_that_is_not_over_are_hatched() -> None:
    figure = draw(slice_charts.stacked, weeks({"a": [1, 2, 3]}))
    assert figure.data[0].marker.pattern.shape == ("", "", "/")


def test_a_bar_lower_than_the_one_before_has_its_value_on_its_own_side() -> None:
    """To the left it would stand on the higher bar and be read as its value."""
    rows = pd.DataFrame(
        {
            "grain": "month",
            "period_start": pd.date_range("2025-09-01", periods=3, freq="MS"),
            "value": [10.0, 90.0, 20.0],
            "state": "closed",
        }
    )
    (note,) = charts.months(rows, form="count", ink=INK).layout.annotations
    assert (note.text, note.y, note.xanchor) == ("<b>20</b>", 20, "left")


def test_a_cohort_is_known_when_its_sunday_has_had_its_days() -> None:
    rows = pd.DataFrame(
        {
            "period_start": pd.to_datetime(["2026-02-02", "2026-02-02", "2026-02-09"]),
            "measure": ["w1", "w2", "w1"],
        }
    )
    # Sunday 8 February + 13 days is the 21st, + 20 days the 28th; 15 + 13 the 28th
    assert len(cohort_chart.known_by(rows, date(2026, 2, 20))) == 0
    assert list(cohort_chart.known_by(rows, date(2026, 2, 27))["measure"]) == ["w1"]
    assert len(cohort_chart.known_by(rows, END)) == 3
