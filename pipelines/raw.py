"""The raw layer: one view per event type over the lake's pinned files.

Reads the lake through its catalog. Writes the schema `raw` of the file that is built.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from generation.events import EVENT_TYPES
from pipelines import lake

SQL_TYPES = {
    pl.String: "varchar",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Boolean: "boolean",
    pl.Datetime: "timestamptz",
}


@dataclass(frozen=True)
class Span:
    """How far the data reaches.

    Attributes:
        as_of: The last closed day: the main source has sent events of that day and
            has sent something after its end.
        data_through: The last day with any event, from whatever source.
    """

    as_of: date
    data_through: date

    @property
    def variables(self) -> dict[str, str]:
        """What dbt is told of it."""
        return {
            "as_of": self.as_of.isoformat(),
            "data_through": self.data_through.isoformat(),
        }


def register(home: Path, building: Path, version: int, time_zone: str) -> Span:
    """Make one view per event type over the pinned files and see how far they reach."""
    files = lake.pinned_files(home, version)
    with duckdb.connect(str(building)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema raw")
        for event_type in EVENT_TYPES:
            selected = rows(event_type, files.get(event_type, []))
            connection.execute(f"create view raw.{event_type} as {selected}")
        connection.execute(f"set timezone = '{time_zone}'")
        end = _declared_end(home)
        return _span(connection, declared_end=end, time_zone=time_zone)


def rows(event_type: str, files: list[Path]) -> str:
    """The rows of some files in the contract's columns; what a file lacks is null."""
    columns = lake.schema(event_type).items()
    empty = ", ".join(
        f"cast(null as {SQL_TYPES[dtype.base_type()]}) as {name}"
        for name, dtype in columns
    )
    nothing = f"select {empty} where false"
    if not files:
        return nothing
    paths = ", ".join(f"'{path}'" for path in files)
    return (
        f"{nothing} union all by name select * from"
        f" read_parquet([{paths}], hive_partitioning = false, union_by_name = true)"
    )


def _declared_end(home: Path) -> datetime | None:
    """The end of the last day (UTC) for which an export is declared complete."""
    declared = lake.declared_end(home)
    if declared is None:
        return None
    return datetime.combine(declared, time(), UTC) + timedelta(days=1)


def _span(
    connection: duckdb.DuckDBPyConnection,
    *,
    declared_end: datetime | None,
    time_zone: str,
) -> Span:
    """Find the last closed day of the source that sends most events.

    A few clips made on this machine today must not make last month's company export
    look alive, so each day is closed by the main source alone: by something that came
    in after the day's end, or by the manifest that declares the export complete.
    Rows re-sent long after an export ended close no day that it does not reach.
    """
    union = " union all ".join(
        f"select source, occurred_at, received_at from raw.{event_type}"
        for event_type in EVENT_TYPES
    )
    sources = connection.execute(
        "select max(occurred_at), max(occurred_at)::date, max(received_at)::date"
        f" from ({union}) group by source order by count(*) desc, source"
    ).fetchall()
    last_at, occurred, received = sources[0]
    closed = min(occurred, date.fromordinal(received.toordinal() - 1))
    if declared_end is not None:
        declared = declared_end.astimezone(ZoneInfo(time_zone)).date()
        declared -= timedelta(days=1)
        is_all = last_at < declared_end
        closed = min(occurred, declared if is_all else max(closed, declared))
    return Span(as_of=closed, data_through=max(source[1] for source in sources))
