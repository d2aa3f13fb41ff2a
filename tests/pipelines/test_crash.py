"""A load that is killed at any moment loses nothing and doubles nothing."""

import json
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import polars as pl

from pipelines import inbox, lake
from pipelines.load import ingest

FILES, EVENTS = 24, 100
# Small batches, so that a run has many transactions to be killed between.
LOAD = """
import sys
from pathlib import Path
from pipelines import load
load.BATCH_ROWS = 200
load.ingest(Path(sys.argv[1]))
"""


def land_round(home: Path, number: int) -> set[str]:
    """New files, of which every other one repeats the one before it."""
    folder = home / "landing" / f"{number:02}"
    folder.mkdir(parents=True)
    ids = set()
    for i in range(FILES):
        names = [f"{number}-{i // 2}-{k}" for k in range(EVENTS)]
        lines = [
            json.dumps(
                {
                    "event_type": "session_started",
                    "event_id": name,
                    "source": "app",
                    "occurred_at": "2025-01-01T00:00:00Z",
                    "user_id": "u",
                    "session_id": name,
                }
            )
            for name in names
        ]
        (folder / f"{i:02}.ndjson").write_text("\n".join([*lines, "{bad"]))
        ids.update(names)
    return ids


def kill_at_random(home: Path, seconds: float) -> bool:
    """Start a load and kill it; says whether it was still running."""
    process = subprocess.Popen([sys.executable, "-c", LOAD, str(home)])
    while not (home / "ingest.lock").exists() and process.poll() is None:
        time.sleep(0.005)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def test_kill_9_at_random_moments_loses_and_doubles_nothing(tmp_path):
    rng = random.Random(11)
    expected: set[str] = set()
    killed = 0
    for number in range(10):
        expected |= land_round(tmp_path, number)
        (tmp_path / "ingest.lock").unlink(missing_ok=True)
        killed += kill_at_random(tmp_path, rng.uniform(0.0, 0.6))
    assert killed >= 5, "the loads ended before they could be killed"
    ingest(tmp_path)
    files = lake.pinned_files(tmp_path)["session_started"]
    stored = pl.read_parquet(files)["event_id"]
    assert stored.len() == len(expected)
    assert set(stored) == expected
    check_catalog(tmp_path, bad=10 * FILES)


def check_catalog(home: Path, *, bad: int) -> None:
    """Every count holds; no file lies in the lake that the catalog does not list."""
    totals = lake.ingest_totals(home)
    received, quarantined = (
        sum(batch[key] for batch in totals) for key in ("received", "quarantined")
    )
    assert (received, quarantined) == (bad * (EVENTS + 1), bad)
    with closing(inbox.connect(home)) as connection:
        listed = {
            home / row[0]
            for row in connection.execute(
                "select path from lake_files union all select path from dedupe_runs"
                " union all select path from key_files"
            )
        }
    assert set((home / "lake").glob("*/*")) == listed
    assert lake.damaged_files(home) == []
