"""One clip by the whole command against the bare model: what queue and marks cost.

Both load the same weights and take the same 8 steps; the rival neither writes a file
nor meters anything. Each side runs alone in a fresh process.
Reads nothing. Writes a temporary folder and lines in benchmarks/results.csv.
"""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from generation.events import GenerationFinished

RESULTS = Path(__file__).with_name("results.csv")
REEL = str(Path(sys.executable).with_name("reel"))
PROMPT = "a red star moving left to right over grass"
RIVAL = "the bare pipeline"
BARE = f"""
import torch
from generation.bundled.pipeline import WEIGHTS, load_pipeline
torch.set_num_threads(1)
pipeline = load_pipeline(WEIGHTS / "v2")
pipeline({PROMPT!r}, num_inference_steps=8, guidance_scale=2.5)
"""


class Cost(NamedTuple):
    """What a side took."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def measure(command: list[str], home: str) -> Cost:
    """Run one side; the first side run must be the one that needs less memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    environment = os.environ | {"REEL_HOME": home}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, after.ru_maxrss / 1024)


def read_metering(home: str) -> GenerationFinished:
    """The job's own account of what it took."""
    (spool,) = Path(home, "landing", "engine").glob("*.ndjson")
    events = [json.loads(line) for line in spool.read_text().splitlines()]
    finished = [e for e in events if e["event_type"] == "generation_finished"]
    return msgspec.convert(finished[0], GenerationFinished)


def record(ours: Cost, rival: Cost) -> None:
    """Append the figures of one run; benchmarks share the file and its columns."""
    row: list[object] = [f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", "engine, one clip"]
    row += [1, RIVAL]
    row += [f"{value:.2f}" for cost in (ours, rival) for value in cost]
    row += [f"{ours.wall_s / rival.wall_s:.2f}", f"{ours.cpu_s / rival.cpu_s:.2f}"]
    with RESULTS.open("a", newline="") as file:
        csv.writer(file).writerow(row)


def main() -> None:
    """Measure both sides and say how they compare."""
    with tempfile.TemporaryDirectory() as home:
        rival = measure([sys.executable, "-c", BARE], home)
        ours = measure([REEL, "generate", PROMPT], home)
        job = read_metering(home)
    record(ours, rival)
    for name, cost in (("reel generate", ours), (RIVAL, rival)):
        print(
            f"{name:<20} {cost.wall_s:.1f} s wall, {cost.cpu_s:.1f} s CPU,"
            f" peak {cost.peak_mib:,.0f} MiB"
        )
    print(
        f"of the job: load {job.load_ms} ms, run {job.run_ms} ms, mark, write and sign"
        f" {job.encode_ms} ms; {job.cpu_seconds} s CPU, {job.peak_memory_mib} MiB"
    )


if __name__ == "__main__":
    main()
