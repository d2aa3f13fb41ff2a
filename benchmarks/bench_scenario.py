"""The simulated company against the least that any generator of its files pays.

The company is the whole one of `reel simulate`. The rival reads the same rows and
writes them again with Polars: no simulation, only encoding and compression. Ours is
measured with one and with two writing threads, and with all its dirt. Each side runs
alone in a fresh process.
Reads nothing. Writes a temporary folder and lines in benchmarks/results.csv.
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

import polars as pl

from generation.scenario.dirt import DirtRates
from generation.scenario.simulate import simulate

RESULTS = Path(__file__).with_name("results.csv")
RIVAL = "polars rewrites the same rows"
SIDES = ("1 writer", "2 writers", "1 writer, soiled", RIVAL)


class Cost(NamedTuple):
    """What a side took."""

    rows: int
    wall_s: float
    cpu_s: float
    peak_mib: float


def run_side(side: str, folder: Path, scale: float) -> None:
    """Do the work once in this process and print the cost."""
    started = time.perf_counter()
    rows = rewrite(folder) if side == RIVAL else simulate_company(side, folder, scale)
    wall = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(rows, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def simulate_company(side: str, folder: Path, scale: float) -> int:
    """Simulate with as many writers as the side's name says."""
    out = folder / side
    workers = int(side[0])
    dirt = DirtRates() if side.endswith("soiled") else None
    return simulate(
        out,
        scale=scale,
        workers=workers,
        dirt=dirt,
        effects=False,
    ).events


def rewrite(folder: Path) -> int:
    """Write the rows of the first side again."""
    rows = 0
    for path in sorted((folder / SIDES[0]).rglob("*.parquet")):
        target = folder / "rewritten" / path.relative_to(folder / SIDES[0])
        target.parent.mkdir(parents=True, exist_ok=True)
        frame = pl.read_parquet(path)
        frame.write_parquet(target, compression="zstd", compression_level=1)
        rows += frame.height
    return rows


def measure(side: str, folder: Path, scale: float) -> Cost:
    """Run one side in a fresh process."""
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder)]
    command += ["--scale", str(scale)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows, wall, cpu, peak = map(float, output.split())
    return Cost(int(rows), wall, cpu, peak)


def record(side: str, ours: Cost, rival: Cost) -> None:
    """Append the figures of one run; benchmarks share the file and its columns."""
    row: list[object] = [f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", f"scenario, {side}"]
    row += [ours.rows, RIVAL]
    row += [f"{value:.2f}" for cost in (ours, rival) for value in cost[1:]]
    row += [f"{ours.wall_s / rival.wall_s:.2f}", f"{ours.cpu_s / rival.cpu_s:.2f}"]
    with RESULTS.open("a", newline="") as file:
        csv.writer(file).writerow(row)


def main() -> None:
    """Measure every side and say how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    if arguments.side:
        run_side(arguments.side, arguments.folder, arguments.scale)
        return
    with tempfile.TemporaryDirectory() as folder:
        costs = {side: measure(side, Path(folder), arguments.scale) for side in SIDES}
    for side, cost in costs.items():
        if side != RIVAL:
            record(side, cost, costs[RIVAL])
        print(
            f"{side:<30} {cost.rows:,} rows in {cost.wall_s:.1f} s wall,"
            f" {cost.cpu_s:.1f} s CPU ({cost.rows / cost.cpu_s:,.0f} rows/CPU-s),"
            f" peak {cost.peak_mib:,.0f} MiB"
        )


if __name__ == "__main__":
    main()
