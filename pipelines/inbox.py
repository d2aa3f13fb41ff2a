"""The SQLite file of an installation: bodies received, and the catalog of the lake.

A load is one transaction here; what the catalog does not list does not exist.
Reads and writes <home>/inbox.db and <home>/ingest.lock.
"""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipelines import quarantine
from pipelines.batch import Batch

_SCHEMA_VERSION = 2
_SCHEMA = (
    """
create table inbox (
    inbox_id integer primary key,
    body blob not null,
    source text not null,
    received_at text not null,
    batch_id text references batches
);
create index inbox_waiting on inbox (inbox_id) where batch_id is null;
create table batches (
    batch_id text primary key,
    loaded_at text not null,
    received integer not null,
    accepted integer not null,
    duplicate integer not null,
    quarantined integer not null,
    same_key integer not null,
    check (received = accepted + duplicate + quarantined),
    check (same_key <= duplicate)
);
create table amendments (
    batch_id text not null references batches,
    name text not null,
    rows integer not null,
    primary key (batch_id, name)
);
create table sources (
    path text not null,
    size integer not null,
    mtime_ns integer not null,
    batch_id text not null references batches,
    primary key (path, size, mtime_ns)
);
create table lake_files (
    path text primary key,
    batch_id text not null references batches,
    lake_version integer not null,
    event_type text not null,
    rows integer not null,
    bytes integer not null,
    sha256 text not null,
    min_occurred_at text not null,
    max_occurred_at text not null,
    min_received_at text not null,
    max_received_at text not null
);
create table dedupe_runs (
    path text primary key,
    batch_id text not null references batches,
    ids integer not null,
    min_day integer not null,
    max_day integer not null
);
create table key_files (
    path text primary key,
    batch_id text not null references batches,
    hashes integer not null
);
create table watermarks (
    source text not null,
    event_type text not null,
    max_occurred_at text not null,
    primary key (source, event_type)
);
create table manifests (
    path text primary key,
    sample_weight real not null,
    content text not null
);
"""
    + quarantine.TABLE
)


class Busy(RuntimeError):
    """Another process loads into the same home."""


def database(home: Path) -> Path:
    """Where the SQLite file lies."""
    return home / "inbox.db"


def connect(home: Path) -> sqlite3.Connection:
    """Open the database for writing; make it when it is not there."""
    home.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(database(home), isolation_level=None, timeout=60)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    with transaction(connection):
        (version,) = connection.execute("pragma user_version").fetchone()
        if version == 0:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"pragma user_version = {_SCHEMA_VERSION}")
        elif version != _SCHEMA_VERSION:
            raise RuntimeError(
                f"{database(home)} has schema {version}, this program writes "
                f"{_SCHEMA_VERSION}; use the program that made it or another REEL_HOME"
            )
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at the start."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Hold the right to load into a home; the system lets go when the process ends."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "ingest.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"another ingest is running on {home}; wait for it to end"
            ) from error
        yield


def receive(home: Path, body: bytes, *, source: str) -> int:
    """Keep a body of NDJSON (or its gzip); durable when this returns its id."""
    with closing(connect(home)) as connection, transaction(connection):
        cursor = connection.execute(
            "insert into inbox (body, source, received_at) values (?, ?, ?)",
            (body, source, to_text(datetime.now(UTC))),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def commit(connection: sqlite3.Connection, batch: Batch, *, home: Path) -> None:
    """Make a load true in one transaction; its files are the lake's next version."""
    with transaction(connection):
        _insert_batch(connection, batch)
        _insert_files(connection, batch, home)
        _mark_consumed(connection, batch)
        quarantine.insert_rejects(
            connection,
            batch.rejects,
            batch_id=batch.batch_id,
            received_at=to_text(batch.loaded_at),
        )


def current_version(connection: sqlite3.Connection) -> int:
    """The number of the lake's newest version, 0 when it is empty."""
    statement = "select coalesce(max(lake_version), 0) from lake_files"
    (version,) = connection.execute(statement).fetchone()
    return int(version)


def to_text(moment: datetime) -> str:
    """A time as the database keeps it: UTC, sortable, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _insert_batch(connection: sqlite3.Connection, batch: Batch) -> None:
    counts = batch.counts
    connection.execute(
        "insert into batches values (?, ?, ?, ?, ?, ?, ?)",
        (
            batch.batch_id,
            to_text(batch.loaded_at),
            counts.received,
            counts.accepted,
            counts.duplicate,
            counts.quarantined,
            counts.same_key,
        ),
    )
    connection.executemany(
        "insert into amendments values (?, ?, ?)",
        [(batch.batch_id, name, rows) for name, rows in batch.amendments.items()],
    )
    connection.executemany(
        "insert or replace into manifests values (?, ?, ?)", batch.manifests
    )


def _insert_files(connection: sqlite3.Connection, batch: Batch, home: Path) -> None:
    version = current_version(connection) + 1
    for file in batch.files:
        row = (
            file.path.relative_to(home).as_posix(),
            batch.batch_id,
            version,
            file.event_type,
            file.rows,
            file.bytes,
            file.sha256,
            to_text(file.min_occurred_at),
            to_text(file.max_occurred_at),
            to_text(file.min_received_at),
            to_text(file.max_received_at),
        )
        marks = ", ".join("?" * len(row))
        connection.execute(f"insert into lake_files values ({marks})", row)
    for run in batch.runs:
        name = run.path.relative_to(home).as_posix()
        connection.execute(
            "insert into dedupe_runs values (?, ?, ?, ?, ?)",
            (name, batch.batch_id, run.ids, run.min_day, run.max_day),
        )
    connection.executemany(
        "insert into key_files values (?, ?, ?)",
        [
            (path.relative_to(home).as_posix(), batch.batch_id, hashes)
            for path, hashes in batch.key_files
        ],
    )
    for frame in batch.watermarks:
        connection.executemany(
            "insert into watermarks values (?, ?, ?) on conflict do update set"
            " max_occurred_at = max(max_occurred_at, excluded.max_occurred_at)",
            [(source, kind, to_text(last)) for source, kind, last in frame.rows()],
        )


def _mark_consumed(connection: sqlite3.Connection, batch: Batch) -> None:
    connection.executemany(
        "insert into sources values (?, ?, ?, ?)",
        [(*source, batch.batch_id) for source in batch.consumed_files],
    )
    # The events are in the lake or in quarantine now; the body need not stay.
    connection.executemany(
        "update inbox set batch_id = ?, body = x'' where inbox_id = ?",
        [(batch.batch_id, body) for body in batch.consumed_bodies],
    )
