"""Writes the company's events into the landing folder, one file per week and type.

Reads earlier files of the same name to leave identical ones untouched.
Writes <out>/<week_start>/<event_type>.parquet, temporary name first, then renamed.
"""

import filecmp
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from generation.scenario.calendar import WEEK_US, week_start, week_start_us
from generation.scenario.columns import contract_fields, event_table

ROW_GROUP = 1 << 20
MAX_PENDING = 6  # tables waiting for a writer; bounds the memory


@dataclass
class _File:
    """An event file of the current week while row groups are appended to it."""

    final: Path
    temporary: Path
    writer: pq.ParquetWriter


class LandingWriter:
    """Appends event tables week by week; rows of a later week wait for it.

    Encoding and compression release the interpreter, so they run in `workers` threads
    beside the simulation. A file always belongs to one thread: bytes do not depend on
    the number of workers.
    """

    def __init__(self, out: Path, *, workers: int) -> None:
        self.out = out
        self.events = 0
        self._pools = [ThreadPoolExecutor(1) for _ in range(max(workers, 1))]
        self._pending: list[Future[None]] = []
        self._files: dict[str, _File] = {}
        self._later: dict[str, list[tuple[pa.Table, np.ndarray]]] = {}
        self._order: dict[str, int] = {}
        self._week = -1

    def begin(self, week: int) -> None:
        """Open a week and put in what was waiting for it."""
        self._week = week
        waiting, self._later = self._later, {}
        for event_type in sorted(waiting):
            for table, occurred in waiting[event_type]:
                self._add_table(event_type, table, occurred)

    def add(
        self, event_type: str, occurred: np.ndarray, columns: dict[str, pa.Array]
    ) -> None:
        """Add events of a type; `occurred` holds their times in microseconds."""
        if not occurred.size:
            return
        self._add_table(
            event_type, event_table(event_type, occurred.size, columns), occurred
        )

    def finish(self) -> None:
        """Close the week's files and give them their final names."""
        self._drain(0)
        for file in self._files.values():
            file.writer.close()
            _put_in_place(file)
        self._files = {}

    def close(self) -> None:
        """Stop the writing threads."""
        for pool in self._pools:
            pool.shutdown()

    def _add_table(
        self, event_type: str, table: pa.Table, occurred: np.ndarray
    ) -> None:
        later = np.flatnonzero(occurred >= week_start_us(self._week) + WEEK_US)
        if later.size:
            waiting = table.take(pa.array(later))
            self._later.setdefault(event_type, []).append((waiting, occurred[later]))
        if later.size == occurred.size:
            return
        self.events += occurred.size - later.size
        file = self._open(event_type)
        order = self._order.setdefault(event_type, len(self._order))
        pool = self._pools[order % len(self._pools)]
        self._pending.append(pool.submit(_write, file, table, later))
        self._drain(MAX_PENDING)

    def _drain(self, limit: int) -> None:
        while len(self._pending) > limit:
            self._pending.pop(0).result()

    def _open(self, event_type: str) -> _File:
        if event_type not in self._files:
            folder = self.out / week_start(self._week).isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            final = folder / f"{event_type}.parquet"
            temporary = folder / f".{event_type}.tmp"
            self._files[event_type] = _File(
                final, temporary, _parquet_writer(temporary, event_type)
            )
        return self._files[event_type]


def _write(file: _File, table: pa.Table, without: np.ndarray) -> None:
    """Append a table, except the rows that belong to a later week."""
    if without.size:
        keep = np.ones(table.num_rows, bool)
        keep[without] = False
        table = table.filter(pa.array(keep))
    file.writer.write_table(table, ROW_GROUP)


def _parquet_writer(path: Path, event_type: str) -> pq.ParquetWriter:
    fields = contract_fields(event_type)
    example = event_table(event_type, 0, {})
    schema = pa.schema([(field.name, field.kind) for field in fields])
    plain = [f.name for f in fields if _is_wide(f.name)]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in example.column_names if name not in plain],
        write_statistics=["occurred_at"],
        store_schema=False,
    )


def _is_wide(name: str) -> bool:
    """Columns whose values hardly repeat: a dictionary would only cost time."""
    return name.endswith(("_id", "_at", "_ms", "gpu_seconds", "cost_micros"))


def _put_in_place(file: _File) -> None:
    if file.final.exists() and filecmp.cmp(file.temporary, file.final, shallow=False):
        file.temporary.unlink()  # a re-run: keep the file that readers have seen
    else:
        file.temporary.replace(file.final)
