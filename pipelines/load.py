"""Load what has landed: check, deduplicate, write to the lake, commit; exactly once.

Reads <home>/landing (or the paths given) and the inbox.
Writes <home>/lake and the catalog in <home>/inbox.db.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl

from pipelines import dedupe, inbox, known_files, lake, landing, repeats
from pipelines.batch import Batch, Counts
from pipelines.check import Part, Table
from pipelines.dedupe import Mask
from pipelines.inbox import Busy
from pipelines.landing import Source
from pipelines.quarantine import Fault, Reason, reject_rows
from pipelines.rows import read_rows
from pipelines.tables import read_tables, to_json

BATCH_ROWS = 1_000_000

# Two files at a time: one waits for the disk while the other is encoded.
_WRITERS = 2

__all__ = ["Busy", "IngestReport", "ingest"]

# Called with the bytes loaded, the bytes that wait in all, and the events loaded.
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class IngestReport:
    """What one run of ingestion did.

    Attributes:
        received: Events met: accepted + duplicate + quarantined.
        accepted: Events that are new in the lake.
        duplicate: Events that repeat an accepted one.
        same_key: Of these, those with an id of their own.
        quarantined: Events refused, with a reason.
        batches: Transactions committed.
        files: Files and bodies consumed.
        lake_version: The lake's version afterwards.
    """

    received: int
    accepted: int
    duplicate: int
    same_key: int
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
        self._known_ids = dedupe.KnownKeys(known_files.listed_runs(home, connection))
        self._known_keys = repeats.KnownHashes(
            known_files.listed_hashes(home, connection)
        )
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
            counts.same_key,
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
        tables = [table for part in parts for table in part.tables if len(table.rows)]
        rejects = [frame for part in parts for frame in part.rejects]
        refused = sum(frame.height for frame in rejects)
        counts = Counts(received=refused, quarantined=refused)
        batch.rejects += rejects
        if tables:
            counts += self._load_tables(batch, tables, name=name)
        if counts.received != sum(part.received for part in parts):
            raise AssertionError(f"{name}: not every event found its place")
        batch.counts += counts

    def _load_tables(
        self, batch: Batch, tables: Sequence[Table], *, name: str
    ) -> Counts:
        """Part the rows into new ones, repeats and conflicts; write the new ones."""
        ids, received = dedupe.hash_keys([table.rows for table in tables])
        is_first_id, order = dedupe.select_new(ids, received, self._known_ids)
        verdict = repeats.judge(
            tables,
            is_first_id,
            self._known_keys,
            lambda *key: lake.read_accepted(self._home, *key),
        )
        conflicts = list(_conflicts(tables, verdict.is_conflict))
        batch.rejects += conflicts
        self._write_new(batch, tables, verdict.is_new, name=name)
        order = order[verdict.is_new[order]]
        if len(order):
            run = lake.write_run(self._home, ids.take(order), name=name)
            batch.runs.append(run)
            self._known_ids.add(run)
            path = lake.write_hashes(self._home, verdict.hashes, name=name)
            batch.key_files.append((path, len(verdict.hashes)))
            self._known_keys.add(path)
        is_repeat = ~verdict.is_new & ~verdict.is_conflict
        return Counts(
            received=len(is_repeat),
            accepted=len(order),
            duplicate=int(is_repeat.sum()),
            quarantined=int(verdict.is_conflict.sum()),
            same_key=int((is_repeat & is_first_id).sum()),
        )

    def _write_new(
        self, batch: Batch, tables: Sequence[Table], is_new: Mask, *, name: str
    ) -> None:
        """Write the accepted rows, one file for each event type."""
        by_type: dict[str, list[pl.DataFrame]] = {}
        for table, mask in _parts(tables, is_new):
            rows = table.rows
            new = rows if mask.all() else rows.filter(pl.Series(mask))
            by_type.setdefault(table.event_type, []).append(new)
        merged = {kind: pl.concat(frames) for kind, frames in by_type.items()}
        new_tables = {kind: table for kind, table in merged.items() if table.height}
        batch.files += self._writers.map(
            lambda kind: lake.write_table(
                self._home, new_tables[kind], event_type=kind, name=name
            ),
            new_tables,
        )
        for kind, rows in new_tables.items():
            batch.watermarks.append(_watermarks(rows, kind))
            batch.amendments.update(_amendments(rows))


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


def _amendments(rows: pl.DataFrame) -> Counter[str]:
    """How many rows were read with a correction, by its name."""
    names = rows["upcast"].drop_nulls().str.split(",").explode()
    counts = Counter(dict(names.value_counts().rows()))
    counts["clock"] = rows["client_occurred_at"].count()
    return +counts


def _parts(tables: Sequence[Table], mask: Mask) -> Iterator[tuple[Table, Mask]]:
    """Each table with its part of a mask over the rows of all."""
    start = 0
    for table in tables:
        yield table, mask[start : start + table.rows.height]
        start += table.rows.height


def _conflicts(tables: Sequence[Table], mask: Mask) -> Iterator[pl.DataFrame]:
    """The rows that contradict an accepted event, for the quarantine."""
    message = "repeats an accepted event and states something else"
    for table, part in _parts(tables, mask):
        places = np.flatnonzero(part)
        if places.size:
            fault = Fault(Reason.CONFLICTING_DUPLICATE, "", message, table.event_type)
            yield reject_rows(
                [fault],
                which=pl.zeros(places.size, pl.Int32, eager=True),
                origin=table.origin,
                lines=table.lines[places],
                raws=to_json(table.rows[places]),
            )
