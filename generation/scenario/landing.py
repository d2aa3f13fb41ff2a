"""Writes the company's events into the landing folder, one file per week and type.

Reads earlier files of the same name to leave identical ones untouched.
Writes <out>/<week_start>/<event_type>.parquet (large weeks go on in <event_type>.2,
.3, ...) and, of a soiled company, beside them <event_type>.<form>.parquet and
broken.ndjson; temporary name first, then renamed.
"""

import filecmp
import itertools
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from generation.scenario.calendar import WEEK_US, week_start, week_start_us
from generation.scenario.columns import event_table
from generation.scenario.dirt import Dirt

ROW_GROUP = 1 << 20
FEWEST_ROWS = 1 << 16  # gathered before they are written, as each write has its cost
PART_ROWS = 1 << 22  # rows of a file, about 130 MB; a further part follows
MAX_PENDING = 6  # tables waiting for a writer; bounds the memory


@dataclass
class _File:
    """An event file of the current week while row groups are appended to it."""

    final: Path
    temporary: Path
    pool: ThreadPoolExecutor
    writer: pq.ParquetWriter | None = None
    rows: int = 0
    gathered: list[pa.Table] = field(default_factory=list)

    @property
    def gathered_rows(self) -> int:
        """Rows that are not written yet."""
        return sum(table.num_rows for table in self.gathered)

    def write(self, tables: Sequence[pa.Table]) -> None:
        """Append tables as one, in a thread of the file's own pool."""
        table = pa.concat_tables(tables)
        if len(tables) > 1:
            table = table.unify_dictionaries()
        if self.writer is None:
            self.writer = _parquet_writer(self.temporary, table.schema)
        self.writer.write_table(table, ROW_GROUP)

    def close(self) -> None:
        """Write what was gathered and give the file its final name."""
        if self.gathered:
            self.write(self.gathered)
        assert self.writer is not None
        self.writer.close()
        _put_in_place(self.temporary, self.final)


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
        for file in itertools.chain(*self._files.values()):
            self._pending.append(file.pool.submit(file.close))
        self._drain(0)
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
        is_later = landed >= week_start_us(self._week) + WEEK_US
        if is_later.any():
            waiting = table.filter(pa.array(is_later))
            rest = (waiting, landed[is_later], occurred[is_later])
            self._later.setdefault(name, []).append(rest)
            table = table.filter(pa.array(~is_later))
        if not table.num_rows:
            return
        self.events += table.num_rows
        file = self._open(name)
        file.rows += table.num_rows
        file.gathered.append(table)
        if file.gathered_rows >= FEWEST_ROWS:
            tables, file.gathered = file.gathered, []
            self._pending.append(file.pool.submit(file.write, tables))
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

    def _open(self, name: str) -> _File:
        """The file that takes the next rows: the last part that is not full."""
        parts = self._files.setdefault(name, [])
        if not parts or parts[-1].rows >= PART_ROWS:
            folder = self.out / week_start(self._week).isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            part = f"{name}.{len(parts) + 1}" if parts else name
            order = self._order.setdefault(name, len(self._order))
            pool = self._pools[order % len(self._pools)]
            parts.append(
                _File(folder / f"{part}.parquet", folder / f".{part}.tmp", pool)
            )
        return parts[-1]


def _parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    packed = [name for name in schema.names if _is_spread_number(name)]
    return pq.ParquetWriter(
        path,
        schema,
        compression={
            name: "none" if name in packed else "zstd" for name in schema.names
        },
        compression_level={name: 1 for name in schema.names if name not in packed},
        use_dictionary=[name for name in schema.names if not _is_wide(name)],
        column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED"),
        data_page_version="2.0",
        write_batch_size=FEWEST_ROWS,
        write_statistics=["occurred_at"],
        store_schema=False,
    )


def _is_wide(name: str) -> bool:
    """Columns whose values hardly repeat: a dictionary would only cost time."""
    return name.endswith(("_id", "gpu_seconds")) or _is_spread_number(name)


def _is_spread_number(name: str) -> bool:
    """Whole numbers that hardly repeat: packed to their range they need no more."""
    return name.endswith(("_at", "_ms", "cost_micros"))


def _put_in_place(temporary: Path, final: Path) -> None:
    if final.exists() and filecmp.cmp(temporary, final, shallow=False):
        temporary.unlink()  # a re-run: keep the file that readers have seen
    else:
        temporary.replace(final)
