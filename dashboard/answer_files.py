"""An answer in other shapes: a frame for the screen, and files to take away.

Reads Arrow tables. Writes bytes.
"""

import io
import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

INTERVAL = pa.month_day_nano_interval()


def settle(table: pa.Table) -> pa.Table:
    """Give columns distinct names, and types that every shape can hold."""
    columns = [
        pa.array([_interval(value) for value in column.to_pylist()], pa.string())
        if column.type == INTERVAL
        else column
        for column in table.columns
    ]
    return pa.table(columns, names=_distinct(table.schema.names))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Make a frame to look at: decimals become numbers that sort and can be drawn."""
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            column = _number(table.column(place), whole=field.type.scale == 0)
            table = table.set_column(place, field.name, column)
    return table.to_pandas()


def to_csv(table: pa.Table) -> bytes:
    """Write CSV in UTF-8, decimals to the last digit."""
    return table.to_pandas().to_csv(index=False).encode()


def to_parquet(table: pa.Table) -> bytes:
    """Write Parquet with the types of the answer."""
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def to_json(table: pa.Table) -> bytes:
    """Write an array of objects; times are ISO 8601, bytes are hex."""
    return json.dumps(table.to_pylist(), default=_plain, ensure_ascii=False).encode()


FILES: dict[str, tuple[Callable[[pa.Table], bytes], str]] = {
    "csv": (to_csv, "text/csv"),
    "parquet": (to_parquet, "application/vnd.apache.parquet"),
    "json": (to_json, "application/json"),
}


def _number(column: pa.ChunkedArray, *, whole: bool) -> pa.ChunkedArray:
    try:
        return column.cast(pa.int64() if whole else pa.float64())
    except pa.ArrowInvalid:  # a sum beyond 64 bits
        return column.cast(pa.float64())


def _distinct(names: list[str]) -> list[str]:
    """Number the names that come again: value, value_2."""
    taken: list[str] = []
    for name in names:
        wanted, number = name, 2
        while wanted in taken:
            wanted, number = f"{name}_{number}", number + 1
        taken.append(wanted)
    return taken


def _interval(value: pa.MonthDayNano | None) -> str | None:
    if value is None:
        return None
    return f"{value.months} months {value.days} days {value.nanoseconds / 1e9:g} s"


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
