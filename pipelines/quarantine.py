"""What could not be loaded: every bad event is kept with its reason and its bytes.

Reads and writes the table `quarantine` of inbox.db.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from generation.events import SCHEMA_VERSION

MAX_EVENT_BYTES = 64 * 1024
MAX_DEPTH = 64
# More than this of one record is not kept; `raw_bytes` states the whole size.
MAX_RAW_BYTES = 1024 * 1024

_INSERT_ROWS = 20_000


class Reason(StrEnum):
    """Why an event was refused."""

    INVALID_JSON = "invalid_json"
    UNKNOWN_EVENT_TYPE = "unknown_event_type"
    UNKNOWN_VERSION = "unknown_version"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_VALUE = "unknown_value"
    OUT_OF_RANGE = "out_of_range"
    BAD_FORMAT = "bad_format"
    BAD_TIMESTAMP = "bad_timestamp"
    FUTURE_TIMESTAMP = "future_timestamp"
    INVALID_TEXT = "invalid_text"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    CONFLICTING_DUPLICATE = "conflicting_duplicate"
    TRUNCATED_FILE = "truncated_file"
    UNREADABLE_FILE = "unreadable_file"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one event.

    Attributes:
        reason: The reason code.
        pointer: JSON pointer of the offending property; "" is the whole event.
        message: What was expected and what was found.
        event_type: The type, where it is known.
    """

    reason: Reason
    pointer: str
    message: str
    event_type: str | None = None


# One row per refused event; `line` counts lines (NDJSON) or rows (Parquet) from 1.
REJECT_SCHEMA = {
    "reason": pl.String,
    "event_type": pl.String,
    "pointer": pl.String,
    "message": pl.String,
    "origin": pl.String,
    "line": pl.Int64,
    "raw": pl.Binary,
    "raw_bytes": pl.Int64,
}

TABLE = f"""
create table quarantine (
    quarantine_id integer primary key,
    batch_id text not null references batches,
    reason text not null,
    event_type text,
    pointer text not null,
    message text not null,
    origin text not null,
    line integer,
    raw blob not null,
    raw_bytes integer not null,
    contract_version integer not null default {SCHEMA_VERSION},
    received_at text not null
);
create index quarantine_by_reason on quarantine (reason, event_type);
"""


def reject_rows(
    faults: Sequence[Fault],
    *,
    origin: str,
    lines: Sequence[int | None] | pl.Series,
    raws: Sequence[bytes] | pl.Series,
    which: pl.Series | None = None,
    sizes: Sequence[int] | None = None,
) -> pl.DataFrame:
    """Put refused events of one origin into a table, their bytes capped.

    Args:
        faults: What is wrong with each event; with `which`, the kinds of faults.
        origin: Where the events came from.
        lines: Where they stand there.
        raws: Their bytes.
        which: For each event its place in `faults`.
        sizes: How many bytes each had, where `raws` are only the first parts.
    """
    table = pl.DataFrame(
        {
            "reason": [fault.reason.value for fault in faults],
            "event_type": [fault.event_type for fault in faults],
            "pointer": [fault.pointer for fault in faults],
            "message": [fault.message for fault in faults],
        },
        schema_overrides={"event_type": pl.String},
    )
    raw = pl.Series("raw", raws, pl.Binary)
    size = raw.bin.size() if sizes is None else pl.Series(sizes)
    return (table if which is None else table[which]).with_columns(
        pl.lit(origin).alias("origin"),
        pl.Series("line", lines).cast(pl.Int64),
        raw.bin.head(MAX_RAW_BYTES),
        size.cast(pl.Int64).alias("raw_bytes"),
    )


def reject_file(
    reason: Reason, message: str, *, origin: str, raw: bytes, raw_bytes: int
) -> pl.DataFrame:
    """One record for a file (or the rest of one) that could not be read."""
    fault = Fault(reason, "", message)
    return reject_rows(
        [fault], origin=origin, lines=[None], raws=[raw], sizes=[raw_bytes]
    )


def insert_rejects(
    connection: sqlite3.Connection,
    rejects: Iterable[pl.DataFrame],
    *,
    batch_id: str,
    received_at: str,
) -> None:
    """Write refused events inside the caller's transaction."""
    names = [*REJECT_SCHEMA, "batch_id", "received_at"]
    marks = ", ".join("?" * len(names))
    statement = f"insert into quarantine ({', '.join(names)}) values ({marks})"
    for part in _slices(rejects):
        rows = ((*row, batch_id, received_at) for row in part.iter_rows())
        connection.executemany(statement, rows)


def _slices(rejects: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for frame in rejects:
        yield from frame.select(*REJECT_SCHEMA).iter_slices(_INSERT_ROWS)
