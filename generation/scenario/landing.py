"""Writes the company's events into the landing folder, one file per week and type.

Reads earlier files of the same name to leave identical ones untouched.
Writes <out>/<week_start>/<event_type>.parquet (large weeks go on in <event_type>.2,
.3, ...) and, of a soiled company, beside them <event_type>.<form>.parquet and
broken.ndjson; temporary name first, then renamed.
"""

import filecmp
import itertools
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from generation.scenario.calendar import WEEK_US, week_start, week_start_us
from generation.scenario.columns import event_table
from generation.scenario.dirt import Dirt

ROW_GROUP = 1 << 20
PART_ROWS = 1 << 22  # rows of a file, about 130 MB; a further part follows
MAX_PENDING = 6  # tables waiting for a writer; bounds the memory


@dataclass
class _File:
    """An event file of the current week while row groups are appended to it."""

    final: Path
    temporary: Path
    writer: pq.ParquetWriter
    rows: int = 0


class LandingWriter:
    """Appends event tables week by week; rows of a later week wait for it.

    Encoding and compression release the interpreter, so they run in `workers` threads
    beside the simulation. A file always belongs to one thread: bytes do not depend on
    the number of workers. A clean row lies in the week in which it happened, a soiled
    one in the week in which it was received.
    """

    def __init__(self, out: Path, *, workers: int, dirt: Dirt | None = None) -> None:
        self.out = out
        self.dirt = dirt
        self._broken: list[bytes] = []
        self.events = 0
        self._pools = [ThreadPoolExecutor(1) for _ in range(max(workers, 1))]
        self._pending: list[Future[None]] = []
        self._files: dict[str, list[_File]] = {}
        self._later: dict[str, list[tuple[pa.Table, np.ndarray, np.ndarray]]] = {}
        self._order: dict[str, int] = {}
        self._week = -1

    def held_back(self) -> dict[str, Any]:
        """What the writer must know to go on after a finished week."""
        return {"events": self.events, "_later": self._later, "dirt": self.dirt}

    def go_on(self, held_back: dict[str, Any]) -> None:
        """Go on where another writer stopped."""
        vars(self).update(held_back)

    def begin(self, week: int) -> None:
        """Open a week and put in what was waiting for it."""
        self._week = week
        waiting, self._later = self._later, {}
        for name in sorted(waiting):
            tables, landed, occurred = zip(*waiting[name], strict=True)
            table = pa.concat_tables(tables).unify_dictionaries()
            self._add_table(
                name, table, np.concatenate(landed), np.concatenate(occurred)
            )

    def add(
        self, event_type: str, occurred: np.ndarray, columns: dict[str, pa.Array]
    ) -> None:
        """Add events of a type; `occurred` holds their times in microseconds."""
        if not occurred.size:
            return
        table = event_table(event_type, occurred.size, columns)
        if self.dirt is None:
            self._add_table(event_type, table, occurred, occurred)
            return
        soiled = self.dirt.soil(event_type, table, week=self._week)
        for name, rows, places in soiled.forms:
            landed, happened = soiled.landed[places], soiled.occurred[places]
            self._add_table(name, rows, landed, happened)
        self._broken += [row.line for row in soiled.broken]

    def finish(self) -> None:
        """Close the week's files and give them their final names."""
        self._drain(0)
        for file in itertools.chain(*self._files.values()):
            file.writer.close()
            _put_in_place(file.temporary, file.final)
        self._files = {}
        if self._broken:
            self._put_broken()

    def land_late(self, end: int) -> None:
        """Land the rows of the weeks before `end` that were received after them."""
        for name, waiting in self._later.items():
            kept = []
            for table, landed, occurred in waiting:
                ours = occurred < week_start_us(end)
                rows = table.filter(pa.array(ours))
                kept.append((rows, landed[ours], occurred[ours]))
            self._later[name] = kept
        week = end
        while self._later:
            self.begin(week)
            self.finish()
            week += 1

    def close(self) -> None:
        """Stop the writing threads."""
        for pool in self._pools:
            pool.shutdown()

    def _add_table(
        self, name: str, table: pa.Table, landed: np.ndarray, occurred: np.ndarray
    ) -> None:
        later = np.flatnonzero(landed >= week_start_us(self._week) + WEEK_US)
        if later.size:
            waiting = table.take(pa.array(later))
            rest = (waiting, landed[later], occurred[later])
            self._later.setdefault(name, []).append(rest)
        if later.size == landed.size:
            return
        self.events += landed.size - later.size
        file = self._open(name, table.schema)
        file.rows += landed.size - later.size
        order = self._order.setdefault(name, len(self._order))
        pool = self._pools[order % len(self._pools)]
        self._pending.append(pool.submit(_write, file, table, later))
        self._drain(MAX_PENDING)

    def _put_broken(self) -> None:
        folder = self.out / week_start(self._week).isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / ".broken.tmp"
        temporary.write_bytes(b"".join(line + b"\n" for line in self._broken))
        _put_in_place(temporary, folder / "broken.ndjson")
        self.events += len(self._broken)
        self._broken = []

    def _drain(self, limit: int) -> None:
        while len(self._pending) > limit:
            self._pending.pop(0).result()

    def _open(self, name: str, schema: pa.Schema) -> _File:
        """The file that takes the next rows: the last part that is not full."""
        parts = self._files.setdefault(name, [])
        if not parts or parts[-1].rows >= PART_ROWS:
            folder = self.out / week_start(self._week).isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            part = f"{name}.{len(parts) + 1}" if parts else name
            temporary = folder / f".{part}.tmp"
            writer = _parquet_writer(temporary, schema)
            parts.append(_File(folder / f"{part}.parquet", temporary, writer))
        return parts[-1]


def _write(file: _File, table: pa.Table, without: np.ndarray) -> None:
    """Append a table, except the rows that belong to a later week."""
    if without.size:
        keep = np.ones(table.num_rows, bool)
        keep[without] = False
        table = table.filter(pa.array(keep))
    file.writer.write_table(table, ROW_GROUP)


def _parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in schema.names if not _is_wide(name)],
        write_statistics=["occurred_at"],
        store_schema=False,
    )


def _is_wide(name: str) -> bool:
    """Columns whose values hardly repeat: a dictionary would only cost time."""
    return name.endswith(("_id", "_at", "_ms", "gpu_seconds", "cost_micros"))


def _put_in_place(temporary: Path, final: Path) -> None:
    if final.exists() and filecmp.cmp(temporary, final, shallow=False):
        temporary.unlink()  # a re-run: keep the file that readers have seen
    else:
        temporary.replace(final)
