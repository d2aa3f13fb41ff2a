"""A nightly build of one more day against a full refresh of the same lake.

The reference company's last day is taken out of its files; what is left is loaded and
built, then the day is loaded and the same lake is built twice, each time in a fresh
process: nightly, as every evening, and with `--full-refresh`, the rival. Rows are those
of the lake. Beside it stands where the time goes: to models, to dbt's own tests, which
read all rows in both, and what as many nodes of the median cost, which no row explains.
Reads nothing. Writes a temporary folder and a line in benchmarks/results.csv.
"""

import argparse
import csv
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import polars as pl

from generation.scenario.simulate import simulate
from pipelines import lake
from pipelines.load import ingest

RESULTS = Path(__file__).with_name("results.csv")
REEL = str(Path(sys.executable).with_name("reel"))
START, WEEKS = date(2025, 1, 6), 56
END = datetime(START.year, START.month, START.day, tzinfo=UTC) + timedelta(weeks=WEEKS)


class Cost(NamedTuple):
    """What one build took.

    Attributes:
        wall_s: From start to publication.
        cpu_s: Of all its processes.
        peak_mib: Of the largest process among all so far.
        models_s: Spent in models, each by itself.
        tests_s: Spent in dbt's tests.
        floor_s: What the nodes would take if each took the median of its kind.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    models_s: float
    tests_s: float
    floor_s: float


def land(company: Path, home: Path, *, is_last_day: bool) -> None:
    """Land the last day of the company's files, or all that was received before."""
    received = pl.col("received_at")
    last_day = received >= END - timedelta(days=1)
    folder = "day" if is_last_day else "before"
    for path in sorted(company.glob("*/*.parquet")):
        rows = pl.read_parquet(path).filter(last_day if is_last_day else ~last_day)
        if rows.height:
            target = home / "landing" / folder / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            rows.write_parquet(target)
    ingest(home)


def measure(home: Path, *options: str) -> Cost:
    """Build in a fresh process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    command = [REEL, "build", *options]
    environment = os.environ | {"REEL_HOME": str(home)}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    results = json.loads((home / "dbt/target/run_results.json").read_text())["results"]
    times = {
        kind: [
            result["execution_time"]
            for result in results
            if result["unique_id"].startswith(f"{kind}.")
        ]
        for kind in ("model", "test")
    }
    floor = sum(len(kind) * statistics.median(kind) for kind in times.values())
    peak = after.ru_maxrss / 1024
    return Cost(wall, cpu, peak, sum(times["model"]), sum(times["test"]), floor)


def record(rows: int, nightly: Cost, full: Cost) -> None:
    """Append the figures of one run; benchmarks share the file and its columns."""
    row: list[object] = [f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", "nightly build"]
    row += [rows, "full refresh"]
    row += [f"{value:.2f}" for cost in (nightly, full) for value in cost[:3]]
    row += [f"{nightly.wall_s / full.wall_s:.2f}", f"{nightly.cpu_s / full.cpu_s:.2f}"]
    with RESULTS.open("a", newline="") as file:
        csv.writer(file).writerow(row)


def main() -> None:
    """Measure both and say how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.003)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        company, home = Path(folder) / "company", Path(folder) / "home"
        simulate(company, scale=arguments.scale, start=START, weeks=WEEKS)
        land(company, home, is_last_day=False)
        measure(home)
        land(company, home, is_last_day=True)
        shutil.rmtree(company)
        rows = sum(load["accepted"] for load in lake.ingest_totals(home))
        nightly, full = measure(home), measure(home, "--full-refresh")
    record(rows, nightly, full)
    for name, cost in (("nightly", nightly), ("full refresh", full)):
        print(
            f"{name:<12} {rows:,} rows in {cost.wall_s:.1f} s wall,"
            f" {cost.cpu_s:.1f} s CPU; models {cost.models_s:.1f} s, tests"
            f" {cost.tests_s:.1f} s, as many median nodes {cost.floor_s:.1f} s"
        )
    print(
        f"nightly / full: {nightly.wall_s / full.wall_s:.2f} of the time,"
        f" {nightly.cpu_s / full.cpu_s:.2f} of the CPU time,"
        f" {nightly.models_s / full.models_s:.2f} of the models' time"
    )


if __name__ == "__main__":
    main()
