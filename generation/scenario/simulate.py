"""Simulates the reference company and writes its events for ingestion.

Reads the committed parameters and data/reference. Writes <out>/<week>/<event>.parquet,
<out>/manifest.json and <out>/truth.json (the planted truth by week and region).
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from generation.scenario.calendar import FIRST_WEEK, WEEKS, week_of, week_start
from generation.scenario.company import Company
from generation.scenario.landing import LandingWriter
from generation.scenario.model import simulate_path
from generation.scenario.parameters import Parameters
from generation.scenario.truth import weekly_truth

Preset = Literal["literal", "consistent"]
Progress = Callable[[int, int, int], None]
DEFAULT_START = date(2024, 12, 30)
DEFAULT_SEED = 20251218


@dataclass(frozen=True)
class Manifest:
    """What a folder of simulated events holds. `sample_weight` = 1 / scale."""

    sample_weight: float
    scale: float
    seed: int
    preset: str
    start: str
    end: str
    weeks: int
    events: int


def simulate(
    out: Path,
    *,
    scale: float,
    start: date = DEFAULT_START,
    weeks: int = 65,
    preset: Preset = "literal",
    seed: int = DEFAULT_SEED,
    workers: int | None = None,
    on_progress: Progress | None = None,
) -> Manifest:
    """Write the company's events, week after week.

    Accounts, subscriptions and payments are simulated from the company's first week;
    sessions and generations are written from `start` on. Equal arguments give equal
    bytes, whatever the number of workers; a longer run only adds weeks.

    Args:
        out: folder of the week folders; created if missing.
        scale: simulated users per real user, above 0 and at most 1.
        start: Monday on which the activity window begins.
        weeks: length of the activity window.
        preset: which calibration of the company.
        seed: root of all random streams.
        workers: writing threads beside the simulation; by default one per further core.
        on_progress: called after each written week of the window with weeks done, weeks
            in all and events so far.

    Raises:
        ValueError: an argument is out of range; the message names the fix.
    """
    _check(scale, start, weeks)
    path = simulate_path(Parameters.load(preset))
    first, end = week_of(start), week_of(start) + weeks
    manifest = Manifest(
        sample_weight=1 / scale,
        scale=scale,
        seed=seed,
        preset=preset,
        start=start.isoformat(),
        end=(week_start(end) - timedelta(days=1)).isoformat(),
        weeks=weeks,
        events=0,
    )
    _refuse_mixture(out, manifest)
    if workers is None:
        workers = max((os.cpu_count() or 1) - 1, 1)
    writer = LandingWriter(out, workers=workers)
    company = Company(
        path, writer, scale=scale, seed=seed, weeks=end, first_usage_week=first
    )
    for week in range(end):
        writer.begin(week)
        company.run_week(week)
        writer.finish()
        if on_progress is not None:
            on_progress(max(week - first + 1, 0), weeks, writer.events)
    writer.close()
    done = Manifest(**(asdict(manifest) | {"events": writer.events}))
    _write_json(out / "truth.json", weekly_truth(preset, first, end))
    _write_json(out / "manifest.json", asdict(done))
    return done


def _check(scale: float, start: date, weeks: int) -> None:
    if not 0 < scale <= 1:
        raise ValueError(f"scale must be above 0 and at most 1, got {scale}; try 0.01")
    if start.weekday() != 0:
        monday = start - timedelta(days=start.weekday())
        raise ValueError(f"start must be a Monday, got {start}; try {monday}")
    if start < FIRST_WEEK:
        raise ValueError(
            f"start must not be before {FIRST_WEEK}, got {start}; try {DEFAULT_START}"
        )
    most = WEEKS - week_of(start)
    if weeks < 1 or weeks > most:
        raise ValueError(
            f"weeks must be from 1 to {most} from {start} on, got {weeks}; try 65"
        )


def _refuse_mixture(out: Path, manifest: Manifest) -> None:
    """Events of two different simulations must not lie in one folder."""
    found = out / "manifest.json"
    if not found.exists():
        return
    there = json.loads(found.read_text())
    for name in ("scale", "seed", "preset", "start"):
        if there[name] != getattr(manifest, name):
            raise ValueError(
                f"{out} holds a simulation with {name} {there[name]}, not "
                f"{getattr(manifest, name)}; remove the folder or choose another one"
            )


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, indent=1) + "\n")
    temporary.replace(path)
