"""Ingestion against DuckDB on the same work: check, deduplicate, write zstd Parquet.

Both read the same files of four event types, eight weeks of one company, of which 1 in
500 rows is delivered twice. The rival is one DuckDB statement for each event type:
the contract as a WHERE clause, the first delivery by QUALIFY row_number(), COPY to
Parquet. It keeps no state for the next load, no reasons for what it refuses, and
promises nothing after a crash. Each side runs alone in a fresh process.
Reads nothing. Writes a temporary folder and a line in benchmarks/results.csv.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl

from pipelines.columns import Column, contract
from pipelines.load import ingest

RESULTS = Path(__file__).with_name("results.csv")
MIX = {
    "session_started": 0.32,
    "generation_submitted": 0.25,
    "generation_finished": 0.25,
    "credits_spent": 0.18,
}
WEEKS = 8
REPEATED = 500  # one row in so many is delivered twice


class Cost(NamedTuple):
    """What one side took."""

    rows: int
    wall_s: float
    cpu_s: float
    peak_mib: float


def make_landing(folder: Path, *, rows: int) -> None:
    """Write `rows` events in weekly files, as the reference company does."""
    rng = np.random.default_rng(7)
    for week in range(WEEKS):
        start = np.datetime64("2024-12-30", "us") + np.timedelta64(7 * week, "D")
        for event_type, share in MIX.items():
            count = int(rows * share / WEEKS)
            frame = _events(event_type, count, start=start, rng=rng)
            path = folder / str(start)[:10] / f"{event_type}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pl.concat([frame, frame.gather_every(REPEATED)]).write_parquet(path)


def _events(
    event_type: str, count: int, *, start: np.datetime64, rng: np.random.Generator
) -> pl.DataFrame:
    """Rows in which ids and times vary and the rest is constant or short."""
    week = np.timedelta64(7, "D").astype("timedelta64[us]").astype(np.int64)
    moment = pl.Series(start + rng.integers(0, week, count).astype("timedelta64[us]"))
    prefix = f"{list(MIX).index(event_type)}-{str(start)[2:10].replace('-', '')}"
    number = pl.Series(rng.permutation(count)).cast(pl.String)
    columns: dict[str, pl.Series | pl.Expr] = {
        "event_id": prefix + pl.Series(np.arange(count)).cast(pl.String),
        "source": pl.lit("company"),
        "occurred_at": moment.dt.replace_time_zone("UTC"),
        "received_at": moment.dt.replace_time_zone("UTC").dt.offset_by("5s"),
        "platform": pl.Series(rng.choice(["web", "ios", "android"], count)),
        "country": pl.Series(rng.choice(["CN", "US", "KR", "JP", "GB"], count)),
    }
    for column in contract(event_type):
        if column.required and column.name not in columns:
            columns[column.name] = _filled(column, number, week=str(start)[2:10])
    return pl.DataFrame({"row": np.arange(count)}).select(**columns)


def _filled(column: Column, number: pl.Series, *, week: str) -> pl.Series | pl.Expr:
    if column.choices:
        return pl.lit(column.choices[-1])
    if column.dtype == pl.String:
        is_id = column.name.endswith("_id") and column.name != "model_id"
        return column.name[0] + week + number if is_id else pl.lit("v1")
    if column.name.endswith(("_ms", "_micros", "gpu_seconds")):
        return number.cast(column.dtype)
    return pl.lit(20, column.dtype)


def load_with_duckdb(home: Path) -> int:
    """The rival's load; gives the rows read."""
    output = home / "rival"
    output.mkdir()
    total = 0
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '4GB'")
        connection.execute("set preserve_insertion_order = false")
        for event_type in MIX:
            files = [str(p) for p in (home / "landing").rglob(f"{event_type}.parquet")]
            count = connection.execute(
                "select count(*) from read_parquet($files)", {"files": files}
            ).fetchone()
            total += count[0] if count else 0
            connection.execute(_statement(event_type, output), {"files": files})
    return total


def _statement(event_type: str, output: Path) -> str:
    """One COPY that checks, fills defaults and keeps first deliveries."""
    columns = contract(event_type)
    given = {"event_id", "source", "occurred_at", "received_at", "platform", "country"}
    given |= {column.name for column in columns if column.required}
    tests = [t for c in columns if c.name in given for t in _conditions(c)]
    selected = [
        c.name if c.name in given else f"{_literal(c)} as {c.name}" for c in columns
    ]
    return f"""
        copy (
            select {", ".join(selected)} from read_parquet($files)
            where {" and ".join(tests)}
            qualify row_number() over (
                partition by source, event_id order by received_at
            ) = 1
        ) to '{output}/{event_type}.parquet'
        (format parquet, compression zstd, compression_level 1)
    """


def _conditions(column: Column) -> list[str]:
    name, conditions = column.name, []
    if column.required:
        conditions.append(f"{name} is not null")
    if column.choices:
        conditions.append(f"{name} in {column.choices}")
    elif column.max_length:
        conditions.append(f"coalesce(length({name}), 1) between 1 and 100")
    elif column.pattern:
        conditions.append(f"coalesce(regexp_matches({name}, '{column.pattern}'), true)")
    elif column.minimum is not None:
        conditions.append(f"coalesce({name}, 1) >= {column.minimum}")
    return conditions


def _literal(column: Column) -> str:
    if column.default is None:
        return "null"
    return str(column.default) if column.dtype != pl.String else f"'{column.default}'"


def run_side(side: str, home: Path) -> None:
    """Load once in this process and print the cost."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    rows = ingest(home).received if side == "ours" else load_with_duckdb(home)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(rows, wall, cpu, after.ru_maxrss / 1024)


def measure(side: str, home: Path) -> Cost:
    """Run one side in a fresh process."""
    command = [sys.executable, __file__, "--side", side, "--home", str(home)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows, wall, cpu, peak = map(float, output.split())
    return Cost(int(rows), wall, cpu, peak)


def record(ours: Cost, rival: Cost) -> None:
    """Append the figures of one run."""
    header = ["measured_at", "benchmark", "rows", "rival"]
    header += [
        f"{side}_{name}" for side in ("ours", "rival") for name in Cost._fields[1:]
    ]
    header += ["ratio_wall", "ratio_cpu"]
    row: list[object] = [f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", "ingest", ours.rows]
    row += ["duckdb copy + qualify row_number()"]
    row += [f"{value:.2f}" for cost in (ours, rival) for value in cost[1:]]
    row += [f"{ours.wall_s / rival.wall_s:.2f}", f"{ours.cpu_s / rival.cpu_s:.2f}"]
    is_new = not RESULTS.exists()
    with RESULTS.open("a", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(header)
        writer.writerow(row)


def main() -> None:
    """Measure both sides and say how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--side", choices=("ours", "rival"))
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    if arguments.side:
        run_side(arguments.side, arguments.home)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_landing(home / "landing", rows=arguments.rows)
        rival, ours = measure("rival", home), measure("ours", home)
    if ours.rows != rival.rows:
        raise AssertionError(f"ours read {ours.rows} rows, the rival {rival.rows}")
    record(ours, rival)
    for name, cost in (("ours", ours), ("DuckDB", rival)):
        print(
            f"{name:<7} {cost.rows:,} rows in {cost.wall_s:.1f} s wall,"
            f" {cost.cpu_s:.1f} s CPU ({cost.rows / cost.cpu_s:,.0f} rows/CPU-s),"
            f" peak {cost.peak_mib:,.0f} MiB"
        )
    print(f"ours / DuckDB: {ours.cpu_s / rival.cpu_s:.2f} of the CPU time")


if __name__ == "__main__":
    main()
