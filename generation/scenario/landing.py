"""Writes the company's events into the landing folder, one file per week and type.

Reads earlier files of the same name to leave identical ones untouched.
Writes <out>/<week_start>/<event_type>.parquet and, of a soiled company, broken.ndjson
beside them; temporary name first, then renamed.
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
from generation.scenario.dirt import (
    DRIFT_NAME,
    Dirt,
    add_drift,
    happened_before,
    has_drifted,
)

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
    the number of workers. A clean row lies in the week in which it happened, a soiled
    one in the week in which it was received.
    """

    def __init__(self, out: Path, *, workers: int, dirt: Dirt | None = None) -> None:
        self.out = out
        self._dirt = dirt
        self._broken: list[bytes] = []
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
            tables, landed = zip(*waiting[event_type], strict=True)
            table = pa.concat_tables(tables).unify_dictionaries()
            self._add_table(event_type, table, np.concatenate(landed))

    def add(
        self, event_type: str, occurred: np.ndarray, columns: dict[str, pa.Array]
    ) -> None:
        """Add events of a type; `occurred` holds their times in microseconds."""
        if not occurred.size:
            return
        table = event_table(event_type, occurred.size, columns)
        if self._dirt is None:
            self._add_table(event_type, table, occurred)
            return
        soiled = self._dirt.soil(event_type, table, week=self._week)
        self._add_table(event_type, soiled.table, soiled.landed)
        self._broken += [row.line for row in soiled.broken]

    def finish(self) -> None:
        """Close the week's files and give them their final names."""
        self._drain(0)
        for file in self._files.values():
            file.writer.close()
            _put_in_place(file.temporary, file.final)
        self._files = {}
        if self._broken:
            self._put_broken()

    def land_late(self, end: int) -> None:
        """Land the rows of the weeks before `end` that were received after them."""
        for event_type, waiting in self._later.items():
            kept = []
            for table, landed in waiting:
                ours = happened_before(table, week_start_us(end))
                kept.append((table.filter(pa.array(ours)), landed[ours]))
            self._later[event_type] = kept
        week = end
        while self._later:
            self.begin(week)
            self.finish()
            week += 1

    def close(self) -> None:
        """Stop the writing threads."""
        for pool in self._pools:
            pool.shutdown()

    def _add_table(self, event_type: str, table: pa.Table, landed: np.ndarray) -> None:
        later = np.flatnonzero(landed >= week_start_us(self._week) + WEEK_US)
        if later.size:
            waiting = table.take(pa.array(later))
            self._later.setdefault(event_type, []).append((waiting, landed[later]))
        if later.size == landed.size:
            return
        self.events += landed.size - later.size
        if self._has_drifted(event_type):
            table = add_drift(table)
        file = self._open(event_type)
        order = self._order.setdefault(event_type, len(self._order))
        pool = self._pools[order % len(self._pools)]
        self._pending.append(pool.submit(_write, file, table, later))
        self._drain(MAX_PENDING)

    def _has_drifted(self, event_type: str) -> bool:
        return self._dirt is not None and has_drifted(event_type, self._week)

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

    def _open(self, event_type: str) -> _File:
        if event_type not in self._files:
            folder = self.out / week_start(self._week).isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            final = folder / f"{event_type}.parquet"
            temporary = folder / f".{event_type}.tmp"
            writer = _parquet_writer(
                temporary, event_type, has_drifted=self._has_drifted(event_type)
            )
            self._files[event_type] = _File(final, temporary, writer)
        return self._files[event_type]


def _write(file: _File, table: pa.Table, without: np.ndarray) -> None:
    """Append a table, except the rows that belong to a later week."""
    if without.size:
        keep = np.ones(table.num_rows, bool)
        keep[without] = False
        table = table.filter(pa.array(keep))
    file.writer.write_table(table, ROW_GROUP)


def _parquet_writer(
    path: Path, event_type: str, *, has_drifted: bool
) -> pq.ParquetWriter:
    fields = contract_fields(event_type)
    example = event_table(event_type, 0, {})
    schema = pa.schema([(field.name, field.kind) for field in fields])
    if has_drifted:
        schema = schema.append(pa.field(DRIFT_NAME, pa.bool_()))
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


def _put_in_place(temporary: Path, final: Path) -> None:
    if final.exists() and filecmp.cmp(temporary, final, shallow=False):
        temporary.unlink()  # a re-run: keep the file that readers have seen
    else:
        temporary.replace(final)
