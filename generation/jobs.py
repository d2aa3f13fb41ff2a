"""The engine's jobs and their events, exactly once each even if a process is killed.

Reads and writes <home>/engine/jobs.db; writes <home>/landing/engine/*.ndjson.
A job's change of state and its events are one transaction; the relay may repeat itself,
because an event keeps its id.
"""

import fcntl
import os
import sqlite3
import time
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


class JobStore:
    """Jobs, credits and the outbox of one data folder."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "engine"
        self.spool = home / "landing" / "engine"
        self.folder.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as database:
            database.execute("pragma journal_mode = wal")
            database.executescript(SCHEMA)

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

    def open_jobs(self) -> list[str]:
        """Return the ids of the jobs without an end."""
        with closing(self._connect()) as database:
            rows = database.execute(
                "select job_id from jobs where status in ('queued', 'running')"
            ).fetchall()
        return [job_id for (job_id,) in rows]

    def relay(self) -> Path | None:
        """Hand unsent events to the spool as one new file; None if there are none.

        A kill between the rename and the mark sends them again under the same ids.
        """
        with closing(self._connect()) as database:
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
    def own_job(self, job_id: str) -> Iterator[None]:
        """Hold the job's lock: while it is held, the job's process lives."""
        path = self.folder / f"{job_id}.lock"
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                path.unlink(missing_ok=True)

    @contextmanager
    def adopt_job(self, job_id: str) -> Iterator[bool]:
        """Take over a job whose process died; False if it still lives."""
        path = self.folder / f"{job_id}.lock"
        with path.open("a") as file:
            is_ours = _try_lock(file)
            try:
                yield is_ours
            finally:
                if is_ours:
                    path.unlink(missing_ok=True)

    @contextmanager
    def wait_for_turn(self) -> Iterator[float]:
        """Wait until no other job runs; gives the seconds waited."""
        asked = time.monotonic()
        with (self.folder / "device.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield time.monotonic() - asked

    def _connect(self) -> sqlite3.Connection:
        path = self.folder / "jobs.db"
        database = sqlite3.connect(path, timeout=30, isolation_level=None)
        database.execute("pragma synchronous = full")
        return database


def add_events(database: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Put events into the outbox; one that is there already is refused."""
    database.executemany(
        "insert into outbox (event_id, body) values (?, ?)",
        [(event.event_id, msgspec.json.encode(event)) for event in events],
    )


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
