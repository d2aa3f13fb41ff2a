"""The columnar path: Parquet files become checked tables, one event type each.

Reads files through pipelines.landing. Writes nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from generation.events import EVENT_TYPES
from pipelines.check import Part, Table, check_table
from pipelines.clock import correct_clocks
from pipelines.columns import CLIENT_TIME, NOTES, contract
from pipelines.landing import Source
from pipelines.quarantine import (
    MAX_RAW_BYTES,
    Fault,
    Reason,
    reject_file,
    reject_rows,
)
from pipelines.upcasts import upcast_table

CHUNK_ROWS = 1_000_000

# A panic of the reader (no ordinary exception) ends one file, never the whole run.
_UNREADABLE = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    pa.ArrowException,
    OSError,
)


def read_tables(source: Source, *, received_at: datetime) -> Iterator[Part]:
    """Check a Parquet file, part by part.

    A file that cannot be read is one record in quarantine; one with damage further in
    gives the parts before it, and a record for the rest.
    """
    assert source.path is not None
    first = 0
    try:
        rows = pq.read_metadata(source.path).num_rows
        while first < rows:
            part = pl.scan_parquet(source.path).slice(first, CHUNK_ROWS).collect()
            yield _check_part(part, source, first=first, received_at=received_at)
            first += CHUNK_ROWS
    except _UNREADABLE as error:
        reason = Reason.TRUNCATED_FILE if first else Reason.UNREADABLE_FILE
        record = reject_file(
            reason,
            f"unreadable from row {first + 1}: {error}",
            origin=source.origin,
            raw=source.read_head(MAX_RAW_BYTES),
            raw_bytes=source.size,
        )
        yield Part(1, [], [record])


def _check_part(
    frame: pl.DataFrame, source: Source, *, first: int, received_at: datetime
) -> Part:
    """Check the rows of one part; `first` counts the rows of the file before it."""
    part = Part(frame.height, [], [])
    numbered = frame.with_row_index("__row", offset=first + 1)
    for event_type, rows in _by_event_type(numbered, source.path):
        if event_type in EVENT_TYPES:
            timed = correct_clocks(rows, received_at)
            for form in upcast_table(timed, event_type):
                _check_form(part, form, event_type, source, received_at)
        else:
            everything = pl.arange(rows.height, eager=True)
            which = pl.zeros(rows.height, pl.Int32, eager=True)
            faults = [_no_such_type(event_type)]
            part.rejects.append(_rejects(rows, everything, faults, which, source))
    return part


def _check_form(
    part: Part, rows: pl.DataFrame, event_type: str, source: Source, received: datetime
) -> None:
    """Check rows of one type that came in one form, and add them to the part."""
    table = _gather_unknown(rows.drop("__row"), event_type)
    checked = check_table(table, event_type, received_at=received)
    lines = rows["__row"]
    if checked.good_rows is not None:
        lines = lines[checked.good_rows]
        rejects = _rejects(
            rows, checked.bad_rows, checked.faults, checked.which, source
        )
        part.rejects.append(rejects)
    part.tables.append(Table(event_type, checked.good, source.origin, lines))


def _rejects(
    rows: pl.DataFrame,
    bad: pl.Series,
    faults: list[Fault],
    which: pl.Series,
    source: Source,
) -> pl.DataFrame:
    """Refused rows for the quarantine, with the times that they stated."""
    refused = rows[bad]
    return reject_rows(
        faults,
        which=which,
        origin=source.origin,
        lines=refused["__row"],
        raws=to_json(_as_sent(refused)),
    )


def _as_sent(rows: pl.DataFrame) -> pl.DataFrame:
    """Refused rows without what ingestion has added."""
    if CLIENT_TIME in rows.columns:
        stated = pl.coalesce(CLIENT_TIME, "occurred_at").alias("occurred_at")
        rows = rows.with_columns(stated)
    return rows.drop("__row", *NOTES, strict=False)


def _by_event_type(
    frame: pl.DataFrame, path: Path | None
) -> Sequence[tuple[str | None, pl.DataFrame]]:
    """Part the rows by the column `event_type`; else the file's name tells."""
    assert path is not None
    if "event_type" not in frame.columns:
        return [(path.name.split(".")[0], frame)]
    parts = frame.partition_by("event_type", as_dict=True, maintain_order=True)
    return [(key[0], rows) for key, rows in parts.items()]


def _no_such_type(name: object) -> Fault:
    """The fault of a row whose event type the contract does not know."""
    if name is None:
        return Fault(Reason.MISSING_FIELD, "/event_type", "required")
    if not isinstance(name, str):
        message = f"expected text, got {name!r}"
        return Fault(Reason.WRONG_TYPE, "/event_type", message)
    message = f"no event type {name!r} in the contract"
    return Fault(Reason.UNKNOWN_EVENT_TYPE, "/event_type", message, name)


def _gather_unknown(frame: pl.DataFrame, event_type: str) -> pl.DataFrame:
    """Keep the contract's columns and put all others into `extra` as JSON text."""
    known = [c.name for c in contract(event_type) if c.name in frame.columns]
    known += [note for note in NOTES if note in frame.columns]
    unknown = sorted(set(frame.columns) - set(known) - {"event_type"})
    if not unknown:
        return frame.select(*known, pl.lit(None, pl.String).alias("extra"))
    members = [
        pl.when(pl.col(name).is_not_null()).then(
            _json_text(frame, [name]).str.head(-1).str.slice(1)
        )
        for name in unknown
    ]
    joined = pl.concat_str(members, separator=",", ignore_nulls=True)
    extra = pl.when(joined != "").then("{" + joined + "}").otherwise(None)
    return frame.select(*known, extra.alias("extra"))


def to_json(frame: pl.DataFrame) -> pl.Series:
    """Each row as the bytes of a JSON object, to be kept in quarantine."""
    text = _json_text(frame, frame.columns).cast(pl.Binary)
    return frame.select(text.alias("raw"))["raw"]


def _json_text(frame: pl.DataFrame, names: Sequence[str]) -> pl.Expr:
    """The columns named, as one JSON object a row; binary is written in hex."""
    values = [
        pl.col(name).bin.encode("hex") if dtype == pl.Binary else pl.col(name)
        for name, dtype in frame.select(names).schema.items()
    ]
    return pl.struct(values).struct.json_encode()
