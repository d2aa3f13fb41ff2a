"""The engine's jobs and their events, exactly once each even if a process is killed.

Reads and writes <home>/engine/jobs.db; writes <home>/landing/engine/*.ndjson.
A job's change of state and its events are one transaction; the relay may repeat itself,
because an event keeps its id.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import msgspec

from generation.events import Event

SCHEMA = """
create table if not exists jobs (
    job_id text primary key,
    status text not null,
    grant_id text not null,
    submitted blob not null
);
create table if not exists outbox (
    position integer primary key autoincrement,
    event_id text not null unique,
    body blob not null,
    is_relayed integer not null default 0
);
create table if not exists grants (
    grant_id text primary key,
    granted integer not null,
    balance integer not null check (balance between 0 and granted)
);
"""
# Columns that an older store lacks. `fence` counts a job's claims, so that a worker
# which lost one can change nothing; `attempts` leaves out those given back unharmed.
# `owner` is the command that waits for the job, null if any worker may make it.
ADDED_COLUMNS = {
    "jobs": {
        "account_id": "text not null default 'local'",
        "idempotency_key": "text",
        "request": "blob",  # holds the prompt: null once the job has ended
        "path": "text",
        "priority": "integer not null default 0",
        "owner": "text",
        "steps": "integer not null default 0",
        "steps_done": "integer not null default 0",
        "fence": "integer not null default 0",
        "attempts": "integer not null default 0",
        "worker_id": "text",
        "available_at": "real not null default 0",
        "claimed_at": "real",
        "lease_until": "real",
        "busy_ms": "integer not null default 0",
        "is_cancel_asked": "integer not null default 0",
        "ended_at": "real",
        "error": "text",
    },
    "grants": {"account_id": "text not null default 'local'"},
}
INDEXES = """
create index if not exists jobs_by_status on jobs (status);
create unique index if not exists jobs_by_key on jobs (account_id, idempotency_key);
create index if not exists jobs_by_claim on jobs (account_id, claimed_at);
create index if not exists unsent on outbox (position) where is_relayed = 0;
"""


class JobStore:
    """Jobs, credits and the outbox of one data folder."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "engine"
        self.spool = home / "landing" / "engine"
        self.folder.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as database:
            database.execute("pragma journal_mode = wal")
        with self.transaction() as database:
            _make_tables(database)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Open one write transaction: all of the block is kept, or nothing."""
        with closing(self._connect()) as database:
            database.execute("begin immediate")
            try:
                yield database
            except BaseException:
                database.execute("rollback")
                raise
            database.execute("commit")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open a connection whose rows have names."""
        with closing(self._connect()) as database:
            database.row_factory = sqlite3.Row
            yield database

    def relay(self) -> Path | None:
        """Hand unsent events to the spool as one new file; None if there are none.

        A kill between the rename and the mark sends them again under the same ids. The
        transaction keeps two workers from sending the same events.
        """
        with self.transaction() as database:
            rows = database.execute(
                "select position, body from outbox where is_relayed = 0"
                " order by position"
            ).fetchall()
            if not rows:
                return None
            first, last = rows[0][0], rows[-1][0]
            path = self.spool / f"{first:012d}-{last:012d}.ndjson"
            _write_durably(path, b"".join(body + b"\n" for _, body in rows))
            database.execute(
                "update outbox set is_relayed = 1 where position between ? and ?",
                (first, last),
            )
        return path

    @contextmanager
    def live(self, name: str) -> Iterator[None]:
        """Hold a process's lock: while it is held, the process lives."""
        path = self._lock_of(name)
        with _lock(path):
            try:
                yield
            finally:
                path.unlink(missing_ok=True)

    def is_alive(self, name: str) -> bool:
        """Whether the process of that name still holds its lock; a dead one's goes."""
        try:
            with self._lock_of(name).open("r") as file:
                is_free = _try_lock(file)
                if is_free:
                    self._lock_of(name).unlink(missing_ok=True)
                return not is_free
        except FileNotFoundError:
            return False

    def list_alive(self) -> list[str]:
        """The names of the processes that make clips."""
        names = sorted(path.stem for path in self.folder.glob("*.lock"))
        return [name for name in names if self.is_alive(name)]

    def _lock_of(self, name: str) -> Path:
        return self.folder / f"{name}.lock"

    def _connect(self) -> sqlite3.Connection:
        path = self.folder / "jobs.db"
        database = sqlite3.connect(path, timeout=30, isolation_level=None)
        database.execute("pragma synchronous = full")
        database.execute("pragma secure_delete = on")  # prompts are erased, not freed
        return database


def add_events(database: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Put events into the outbox; one that is there already is refused."""
    database.executemany(
        "insert into outbox (event_id, body) values (?, ?)",
        [(event.event_id, msgspec.json.encode(event)) for event in events],
    )


def _make_tables(database: sqlite3.Connection) -> None:
    """Create what is missing; an older store keeps its rows."""
    for statement in SCHEMA.split(";"):
        database.execute(statement)
    for table, columns in ADDED_COLUMNS.items():
        known = {row[1] for row in database.execute(f"pragma table_info({table})")}
        for name, kind in columns.items():
            if name not in known:
                database.execute(f"alter table {table} add column {name} {kind}")
    for statement in INDEXES.split(";"):
        database.execute(statement)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Make and lock a file; once more if it was taken for a dead one's in between."""
    while True:
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                yield
                return


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_durably(path: Path, content: bytes) -> None:
    """Write beside, sync, rename: a reader sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
