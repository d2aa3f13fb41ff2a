"""The SQL behind the rows of a metric: a grain, a dimension, values to stay in.

Reads and writes nothing. What a page shows and what its reader finds in the SQL editor
are the same statement.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date

FACTS = ("value", "numerator", "denominator", "state")


class NoSlice(ValueError):
    """A metric is not told apart in the way that was asked for."""


def statement(
    entry: Mapping[Hashable, str],
    *,
    grain: str | None,
    by: str | None,
    within: Mapping[str, str],
    since: date | None = None,
    until: date | None = None,
) -> str:
    """Write the statement that reads a metric's rows, oldest period first.

    The entry is the metric's row of the catalog.

    Raises:
        NoSlice: The metric has no such dimension.
        ValueError: The metric has no such grain.
    """
    name, grains = entry["name"], words(entry["grains"])
    if grain is not None and grain not in grains:
        raise ValueError(f"{name} has the grains {grains}, not {grain!r}")
    dimensions = words(entry["dimensions"])
    for dimension in sorted({*within, *filter(None, [by])} - set(dimensions)):
        known = f"can be split by {', '.join(dimensions)}, not by"
        raise NoSlice(
            f"{entry['label']} {known if dimensions else 'is not split by'} {dimension}"
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


def newest(entry: Mapping[Hashable, str]) -> str:
    """Write the statement that reads a total's last closed value and newest state."""
    grain = words(entry["grains"])[-1]
    total = "".join(f" and {name} = 'all'" for name in words(entry["dimensions"]))
    closed = "filter (where state = 'closed' and value is not null)"
    return (
        f"select '{entry['name']}' as name, '{grain}' as grain,"
        f" max(period_start) {closed} as period_start,"
        f" cast(arg_max(value, period_start) {closed} as double) as value,"
        " max(period_start) as newest_start,"
        " arg_max(state, period_start) as newest_state"
        f" from metrics.{entry['name']}"
        f" where grain = '{grain}'{total} having count(*) > 0"
    )


def words(text: str) -> list[str]:
    """Split a list of the catalog."""
    return [word for word in text.split(", ") if word]


def any_row(name: str, dimensions: Sequence[str]) -> str:
    """Write the statement that finds a row told apart by these dimensions together."""
    where = " and ".join(f"{dimension} <> 'all'" for dimension in dimensions)
    return f"select 1 from metrics.{name} where {where} limit 1"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
