"""The SQL behind the rows of a metric: a grain, a dimension, values to stay in.

Reads and writes nothing. What a page shows and what its reader finds in the SQL editor
are the same statement.
"""

from collections.abc import Mapping, Sequence
from datetime import date

FACTS = ("value", "numerator", "denominator", "state")


class NoSlice(ValueError):
    """A metric is not told apart in the way that was asked for."""


def statement(
    name: str,
    dimensions: Sequence[str],
    *,
    label: str,
    grain: str | None,
    by: str | None,
    within: Mapping[str, str],
    since: date | None = None,
    until: date | None = None,
) -> str:
    """Write the statement that reads a metric's rows, oldest period first.

    The label names the metric to the reader of a refusal.

    Raises:
        NoSlice: The metric has no such dimension.
    """
    for dimension in sorted({*within, *filter(None, [by])} - set(dimensions)):
        known = f"can be split by {', '.join(dimensions)}, not by"
        raise NoSlice(
            f"{label} {known if dimensions else 'is not split by'} {dimension}"
        )
    conditions = [f"grain = {_quote(grain)}"] if grain else []
    for dimension in dimensions:
        if dimension in within:
            conditions.append(f"{dimension} = {_quote(within[dimension])}")
        else:
            conditions.append(f"{dimension} {'<>' if dimension == by else '='} 'all'")
    for sign, day in ((">=", since), ("<=", until)):
        if day is not None:
            conditions.append(f"period_start {sign} date '{day.isoformat()}'")
    columns = ", ".join(["grain", "period_start", *dimensions, *FACTS])
    where = "\n    and ".join(conditions) or "true"
    order = ", ".join(["grain", "period_start", *filter(None, [by])])
    return (
        f"select {columns}\nfrom metrics.{name}\nwhere\n    {where}\norder by {order}"
    )


def any_row(name: str, dimensions: Sequence[str]) -> str:
    """Write the statement that finds a row told apart by these dimensions together."""
    where = " and ".join(f"{dimension} <> 'all'" for dimension in dimensions)
    return f"select 1 from metrics.{name} where {where} limit 1"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
