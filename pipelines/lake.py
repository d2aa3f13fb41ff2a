"""The lake: plain Parquet files, written durably, read by pinned version.

Readers take the file list from the catalog and never look into the folder.
Reads <home>/inbox.db; writes <home>/lake.
"""

import hashlib
import io
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict

import polars as pl
import pyarrow as pa

from pipelines import dedupe, inbox, repeats
from pipelines.batch import LakeFile
from pipelines.columns import lake_schema

RUNS, KEYS = "_runs", "_keys"


class BatchTotals(TypedDict):
    """What became of the events of one batch."""

    batch_id: str
    loaded_at: datetime
    received: int
    accepted: int
    duplicate: int
    quarantined: int


class QuarantineCount(TypedDict):
    """How many events were refused for one reason."""

    reason: str
    event_type: str | None
    count: int
    last_seen: datetime


class Watermark(TypedDict):
    """The newest event of one producer and event type."""

    source: str
    event_type: str
    max_occurred_at: datetime


def schema(event_type: str) -> dict[str, pl.DataType]:
    """The columns of an event type's files, in order."""
    return dict(lake_schema(event_type))


def arrow_schema(event_type: str) -> pa.Schema:
    """The same as an Arrow schema, for typed views where there are no files."""
    types = {pl.String: pa.string(), pl.Int64: pa.int64(), pl.Float64: pa.float64()}
    types |= {pl.Boolean: pa.bool_(), pl.Datetime: pa.timestamp("us", "UTC")}
    columns = lake_schema(event_type).items()
    return pa.schema([(name, types[dtype.base_type()]) for name, dtype in columns])


def current_version(home: Path) -> int:
    """The number of the newest version; 0 when nothing was loaded."""
    with _reading(home) as connection:
        return 0 if connection is None else inbox.current_version(connection)


def pinned_files(home: Path, version: int | None = None) -> dict[str, list[Path]]:
    """The files of one version (the newest by default), by event type.

    Every read of one build passes the same version and so sees the same rows, while
    loads go on beside it.
    """
    last = current_version(home) if version is None else version
    statement = (
        "select event_type, path from lake_files"
        " where lake_version <= ? order by event_type, path"
    )
    files: dict[str, list[Path]] = {}
    for event_type, path in _rows(home, statement, last):
        files.setdefault(event_type, []).append(home / path)
    return files


def ingest_totals(home: Path) -> list[BatchTotals]:
    """What became of the events, batch by batch."""
    statement = (
        "select batch_id, loaded_at, received, accepted, duplicate, quarantined"
        " from batches order by batch_id"
    )
    return [
        BatchTotals(
            batch_id=name,
            loaded_at=datetime.fromisoformat(loaded_at),
            received=received,
            accepted=accepted,
            duplicate=duplicate,
            quarantined=quarantined,
        )
        for name, loaded_at, received, accepted, duplicate, quarantined in _rows(
            home, statement
        )
    ]


def duplicates_by_kind(home: Path) -> dict[str, int]:
    """How many events repeated an accepted one: under its id, or under another id."""
    statement = (
        "select coalesce(sum(duplicate - same_key), 0), coalesce(sum(same_key), 0)"
        " from batches"
    )
    ((same_id, same_key),) = _rows(home, statement) or [(0, 0)]
    return {"same_id": same_id, "same_key": same_key}


def amendments(home: Path) -> dict[str, int]:
    """How many accepted events were read with a correction, by its name."""
    statement = "select name, sum(rows) from amendments group by name order by name"
    return dict(_rows(home, statement))


def quarantine_summary(home: Path) -> list[QuarantineCount]:
    """How many events were refused, by reason and event type."""
    statement = (
        "select reason, event_type, count(*), max(received_at) from quarantine"
        " group by reason, event_type order by reason, event_type"
    )
    return [
        QuarantineCount(
            reason=reason,
            event_type=event_type,
            count=count,
            last_seen=datetime.fromisoformat(last_seen),
        )
        for reason, event_type, count, last_seen in _rows(home, statement)
    ]


def watermarks(home: Path) -> list[Watermark]:
    """The newest event of each producer and event type."""
    statement = (
        "select source, event_type, max_occurred_at from watermarks"
        " order by source, event_type"
    )
    return [
        Watermark(
            source=source,
            event_type=event_type,
            max_occurred_at=datetime.fromisoformat(last),
        )
        for source, event_type, last in _rows(home, statement)
    ]


def sample_weight(home: Path) -> float:
    """How many users one user of the lake stands for; 1 unless a manifest says so."""
    weights = [row[0] for row in _rows(home, "select sample_weight from manifests")]
    return float(weights[0]) if weights else 1.0


def declared_end(home: Path) -> date | None:
    """The last day that a manifest declares complete; None where none does."""
    statement = "select max(json_extract(content, '$.end')) from manifests"
    ends = [row[0] for row in _rows(home, statement) if row[0] is not None]
    return date.fromisoformat(ends[0]) if ends else None


def damaged_files(home: Path) -> list[Path]:
    """The catalog's files that are missing or altered, found by their checksums."""
    damaged = []
    for name, sha256 in _rows(home, "select path, sha256 from lake_files"):
        path = home / name
        if not path.exists() or _sha256(path.read_bytes()) != sha256:
            damaged.append(path)
    return damaged


def write_table(
    home: Path, frame: pl.DataFrame, *, event_type: str, name: str
) -> LakeFile:
    """Write one file of the lake; it does not count before the catalog lists it."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1)
    content = buffer.getvalue()
    path = home / "lake" / event_type / f"{name}.parquet"
    write_durably(path, content)
    bounds = frame.select(
        min_occurred_at=pl.col("occurred_at").min(),
        max_occurred_at=pl.col("occurred_at").max(),
        min_received_at=pl.col("received_at").min(),
        max_received_at=pl.col("received_at").max(),
    ).row(0, named=True)
    size, checksum = len(content), _sha256(content)
    return LakeFile(path, event_type, frame.height, size, checksum, **bounds)


def write_run(home: Path, keys: dedupe.Keys, *, name: str) -> dedupe.Run:
    """Write the keys of accepted events, sorted, beside the lake's files."""
    path = home / "lake" / RUNS / f"{name}.run"
    write_durably(path, dedupe.to_bytes(keys))
    return dedupe.describe_run(path, keys)


def write_hashes(home: Path, hashes: repeats.Hashes, *, name: str) -> Path:
    """Write the hashes of accepted events' natural keys beside them."""
    path = home / "lake" / KEYS / f"{name}.keys"
    write_durably(path, repeats.to_bytes(hashes))
    return path


def read_accepted(
    home: Path, event_type: str, batches: Sequence[str], first_keys: pl.Series
) -> pl.DataFrame:
    """Rows of some batches, committed or just written, whose first key is given."""
    folder = home / "lake" / event_type
    paths = [folder / f"{name}.parquet" for name in batches]
    found = [path for path in paths if path.exists()]
    if not found:
        return pl.DataFrame(schema=schema(event_type))
    is_wanted = pl.col(first_keys.name).is_in(first_keys.implode())
    return pl.scan_parquet(found).filter(is_wanted).collect()


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent, whenever the power fails."""
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        _sync_folder(path.parent.parent)
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def delete_unlisted(home: Path, connection: sqlite3.Connection) -> None:
    """Remove what a load that died had written: the catalog does not list it."""
    statement = (
        "select path from lake_files union all select path from dedupe_runs"
        " union all select path from key_files"
    )
    listed = {home / path for (path,) in connection.execute(statement)}
    for path in (home / "lake").glob("*/*"):
        if path.suffix in {".parquet", ".run", ".keys", ".tmp"} and path not in listed:
            path.unlink()


@contextmanager
def _reading(home: Path) -> Iterator[sqlite3.Connection | None]:
    """A read-only connection; None where nothing was ever received."""
    path = inbox.database(home)
    if not path.exists():
        yield None
        return
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=60)) as connection:
        yield connection


def _rows(home: Path, statement: str, *values: object) -> list[tuple]:
    with _reading(home) as connection:
        if connection is None:
            return []
        return connection.execute(statement, values).fetchall()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
