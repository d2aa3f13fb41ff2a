"""Sets every metric of a build beside the same figure counted by other ways.

Reads the published warehouse and the series of a truth.json: `metrics`, counted again
from the rows of a clean company, and `books`, what its simulation kept itself. Writes
nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import NamedTuple

from pipelines.warehouse import Warehouse

LIMIT = 0.01  # of the counted figure; counts of people and things are exact
# Figures are rounded to micro-dollars row by row, so that small sums differ in cents'
# hundredths; shares are not.
ROUNDING = {"usd": 1e-4}
NEXT_TO_NOTHING = 1e-6
NOT_COUNTED = {
    "data_completeness": "says how late events came in, not what the company did",
    "regenerate_rate": "withheld: the company's producers state no prompt",
    "revenue_adjustments": "empty: finance adjusts by hand, and has adjusted nothing",
}
Key = tuple[str, date]


class Score(NamedTuple):
    """A figure of the company as planted and as the metrics say it.

    Attributes:
        figure: what it is; of a metric its name and what it is sliced by.
        period: of a metric the grain, first day and slice that are farthest off.
        compared: number of periods and slices of which this is the farthest off.
        published: the public figure that the company was made after, if there is one.
        planted: what the company really does; under a metric's name, the sample.
        measured: what the metrics say.
        error: relative difference of the two.
        holds: whether the error is within the limit.
    """

    figure: str
    period: str
    compared: int
    published: float | None
    planted: float
    measured: float
    error: float
    holds: bool


def compare(build: Warehouse, series: list[dict[str, object]]) -> Iterator[Score]:
    """Compare each metric, grain and dimension that was counted."""
    catalog = build.catalog().set_index("name")
    for group, parts in groupby(series, key=_group):
        name, grain, by = group
        if name not in catalog.index:
            continue
        entry = catalog.loc[name]
        is_exact = bool(entry["extensive"]) and entry["unit"] not in ("usd", "seconds")
        rounding = ROUNDING.get(entry["unit"], NEXT_TO_NOTHING)
        pairs = list(_pairs(build, group, parts))
        if not pairs:
            continue
        limit = 0.0 if is_exact else LIMIT
        key, counted, measured = max(pairs, key=lambda pair: _excess(pair, rounding))
        apart = abs(measured - counted)
        yield Score(
            figure=f"{name} by {by}" if by else name,
            period=f"{grain} {key[1]} {key[0]}".rstrip(),
            compared=len(pairs),
            published=None,
            planted=counted,
            measured=measured,
            error=(measured - counted) / max(abs(counted), rounding),
            holds=apart <= max(limit * abs(counted), rounding),
        )


def not_counted(build: Warehouse, series: list[dict[str, object]]) -> set[str]:
    """Metrics of the catalog that were neither counted nor excused."""
    counted = {str(row["metric"]) for row in series}
    return set(build.catalog()["name"]) - counted - set(NOT_COUNTED)


def _group(row: dict[str, object]) -> tuple[str, str, str]:
    return str(row["metric"]), str(row["grain"]), str(row["by"])


def _excess(pair: tuple[Key, float, float], rounding: float) -> float:
    _, counted, measured = pair
    return abs(measured - counted) / max(abs(counted), rounding)


def _pairs(
    build: Warehouse,
    group: tuple[str, str, str],
    parts: Iterable[dict[str, object]],
) -> Iterator[tuple[Key, float, float]]:
    """Both figures of each closed period; no row is nothing, on either side."""
    name, grain, by = group
    rows = build.metric(name, grain=grain, by=by or None, raw=True)
    slices = rows[by] if by else [""] * len(rows)
    keys = list(zip(slices, rows["period_start"].map(_as_date), strict=True))
    is_closed = rows["state"] == "closed"
    values = rows["value"].astype("float64").fillna(0.0)
    measured = dict(zip(keys, values, strict=True))
    closed = {key for key, is_over in zip(keys, is_closed, strict=True) if is_over}
    counted = {
        (str(part["slice"]), date.fromisoformat(day)): float(value)
        for part in parts
        for day, value in part["values"].items()  # type: ignore[attr-defined]
    }
    days = {day for _, day in closed}
    missing = {key for key in counted if key not in measured and key[1] in days}
    for key in sorted(closed | missing):
        yield key, counted.get(key, 0.0), measured.get(key, 0.0)


def _as_date(day: object) -> date:
    return date.fromisoformat(str(day)[:10])
