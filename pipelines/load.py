"""Load what has landed: check, deduplicate, write to the lake, commit; exactly once.

Reads <home>/landing (or the paths given) and the inbox.
Writes <home>/lake and the catalog in <home>/inbox.db.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import polars as pl

from pipelines import dedupe, inbox, lake, landing
from pipelines.check import Part
from pipelines.inbox import Batch, Busy, Counts
from pipelines.landing import Source
from pipelines.rows import read_rows
from pipelines.tables import read_tables

BATCH_ROWS = 1_000_000

# Two files at a time: one waits for the disk while the other is encoded.
_WRITERS = 2

__all__ = ["Busy", "IngestReport", "ingest", "rebuild_runs"]

# Called with the bytes loaded, the bytes that wait in all, and the events loaded.
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class IngestReport:
    """What one run of ingestion did.

    Attributes:
        received: Events met: accepted + duplicate + quarantined.
        accepted: Events that are new in the lake.
        duplicate: Events that had been accepted before, within 35 days.
        quarantined: Events refused, with a reason.
        batches: Transactions committed.
        files: Files and bodies consumed.
        lake_version: The lake's version afterwards.
    """

    received: int
    accepted: int
    duplicate: int
    quarantined: int
    batches: int
    files: int
    lake_version: int


def ingest(
    home: Path,
    paths: Sequence[Path] | None = None,
    *,
    on_progress: Progress | None = None,
) -> IngestReport:
    """Load everything that waits: the inbox, then files not loaded yet.

    Args:
        home: The data folder.
        paths: Files and folders to load; by default `<home>/landing`.
        on_progress: Told bytes loaded, bytes in all and events after each batch.

    Raises:
        Busy: Another process loads into this home.
        MixedSampleWeights: Manifests disagree; nothing was loaded.
    """
    with (
        inbox.exclusive(home),
        closing(inbox.connect(home)) as connection,
        ThreadPoolExecutor(_WRITERS) as writers,
    ):
        lake.delete_unlisted(home, connection)
        files = landing.find_files(home, paths)
        manifests = landing.read_manifests(connection, files, home=home)
        waiting = landing.waiting_files(connection, files, home=home)
        loader = _Loader(home, connection, manifests, writers)
        total = landing.waiting_body_bytes(connection)
        total += sum(source.size for source in waiting)
        sources = chain(landing.waiting_bodies(connection), waiting)
        for batch in landing.plan_batches(sources, max_rows=BATCH_ROWS):
            loader.load(batch)
            if on_progress is not None:
                on_progress(loader.loaded_bytes, total, loader.counts.received)
        return loader.report()


class _Loader:
    """Loads batch after batch into one home."""

    def __init__(
        self,
        home: Path,
        connection: sqlite3.Connection,
        manifests: Sequence[tuple[str, float, str]],
        writers: ThreadPoolExecutor,
    ) -> None:
        self.counts = Counts()
        self.loaded_bytes = 0
        self._home = home
        self._connection = connection
        self._manifests = manifests
        self._writers = writers
        self._known = dedupe.KnownKeys(_listed_runs(home, connection))
        self._batches = 0
        self._files = 0

    def load(self, sources: Sequence[Source]) -> None:
        """Load the sources and commit them as one batch."""
        started = datetime.now(UTC)
        batch = Batch(self._next_id(sources), started, manifests=self._manifests)
        for number, parts in enumerate(_chunks(sources, received_at=started)):
            name = batch.batch_id if number == 0 else f"{batch.batch_id}-{number}"
            self._load_chunk(batch, parts, name=name)
        for source in sources:
            if source.inbox_id is None:
                key = (source.origin, source.size, source.mtime_ns)
                batch.consumed_files.append(key)
            else:
                batch.consumed_bodies.append(source.inbox_id)
        inbox.commit(self._connection, batch, home=self._home)
        self.counts += batch.counts
        self.loaded_bytes += sum(source.size for source in sources)
        self._batches += 1
        self._files += len(sources)

    def report(self) -> IngestReport:
        """What was loaded so far."""
        counts = self.counts
        return IngestReport(
            counts.received,
            counts.accepted,
            counts.duplicate,
            counts.quarantined,
            batches=self._batches,
            files=self._files,
            lake_version=inbox.current_version(self._connection),
        )

    def _next_id(self, sources: Sequence[Source]) -> str:
        """A name that is the same when a load is done again after a crash."""
        statement = "select count(*) from batches"
        (count,) = self._connection.execute(statement).fetchone()
        inputs = [(s.origin, s.size, s.mtime_ns) for s in sources]
        digest = hashlib.sha256(repr(inputs).encode()).hexdigest()
        return f"b{count + 1:06d}-{digest[:8]}"

    def _load_chunk(self, batch: Batch, parts: Sequence[Part], *, name: str) -> None:
        """Deduplicate the parts together and write what is new."""
        tables = [table for part in parts for table in part.tables if len(table[1])]
        rejects = [frame for part in parts for frame in part.rejects]
        checked = sum(frame.height for _, frame in tables)
        accepted = 0
        if tables:
            accepted = self._write_new(batch, tables, name=name)
        batch.rejects += rejects
        batch.counts += Counts(
            received=sum(part.received for part in parts),
            accepted=accepted,
            duplicate=checked - accepted,
            quarantined=sum(frame.height for frame in rejects),
        )

    def _write_new(
        self, batch: Batch, tables: Sequence[tuple[str, pl.DataFrame]], *, name: str
    ) -> int:
        """Write the rows that are first deliveries, and their keys; count them."""
        keys, received = dedupe.hash_keys([frame for _, frame in tables])
        keep, new_keys = dedupe.select_new(keys, received, self._known)
        by_type: dict[str, list[pl.DataFrame]] = {}
        start = 0
        for event_type, frame in tables:
            mask = keep[start : start + frame.height]
            start += frame.height
            new = frame if mask.all() else frame.filter(pl.Series(mask))
            by_type.setdefault(event_type, []).append(new)
        merged = {kind: pl.concat(frames) for kind, frames in by_type.items()}
        new_tables = {kind: table for kind, table in merged.items() if table.height}
        batch.files += self._writers.map(
            lambda kind: lake.write_table(
                self._home, new_tables[kind], event_type=kind, name=name
            ),
            new_tables,
        )
        batch.watermarks += [_watermarks(new_tables[kind], kind) for kind in new_tables]
        if len(new_keys.high):
            run = lake.write_run(self._home, new_keys, name=name)
            batch.runs.append(run)
            self._known.add(run)
        return len(new_keys.high)


def rebuild_runs(home: Path) -> int:
    """Make every dedupe run again from the lake; gives how many there are."""
    with inbox.exclusive(home), closing(inbox.connect(home)) as connection:
        runs = connection.execute("select path from dedupe_runs").fetchall()
        for (path,) in runs:
            _rebuild_run(home, connection, home / path)
        return len(runs)


def _rebuild_run(home: Path, connection: sqlite3.Connection, path: Path) -> None:
    """Make one run again from the lake files that were written with it."""
    statement = "select path from lake_files where path like ?"
    files = connection.execute(statement, (f"%/{path.stem}.parquet",))
    columns = ["source", "event_id", "received_at"]
    frames = [pl.read_parquet(home / name, columns=columns) for (name,) in files]
    lake.write_durably(path, dedupe.to_bytes(dedupe.sorted_keys(frames)))


def _listed_runs(home: Path, connection: sqlite3.Connection) -> Iterator[dedupe.Run]:
    """The runs of the catalog; one that was lost is made again."""
    statement = "select path, ids, min_day, max_day from dedupe_runs order by path"
    for name, *values in connection.execute(statement).fetchall():
        run = dedupe.Run(home / name, *values)
        if not dedupe.is_whole(run):
            _rebuild_run(home, connection, run.path)
        yield run


def _chunks(
    sources: Iterable[Source], *, received_at: datetime
) -> Iterator[list[Part]]:
    """The checked parts of the sources in order, about `BATCH_ROWS` at a time."""
    parts: list[Part] = []
    for source in sources:
        read = read_tables if source.is_parquet else read_rows
        for part in read(source, received_at=source.received_at or received_at):
            parts.append(part)
            if sum(part.received for part in parts) >= BATCH_ROWS:
                yield parts
                parts = []
    if parts:
        yield parts


def _watermarks(table: pl.DataFrame, event_type: str) -> pl.DataFrame:
    """The newest event of each producer in a table."""
    return table.group_by("source").agg(
        pl.lit(event_type).alias("event_type"),
        pl.col("occurred_at").max(),
    )
