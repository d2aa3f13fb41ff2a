"""Simulates the reference company and writes its events for ingestion.

Reads the committed parameters and data/reference. Writes <out>/<week>/<event>.parquet,
<out>/manifest.json and <out>/truth.json (the planted truth by week and region, the
true effects as described in truth and effects, and of a soiled company every row put
in).
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import numpy as np

from generation.scenario.bots import Bots
from generation.scenario.calendar import FIRST_WEEK, WEEKS, week_of, week_start
from generation.scenario.checkpoint import Checkpoint, State
from generation.scenario.company import Company
from generation.scenario.dirt import Dirt, DirtRates
from generation.scenario.effects import (
    declared_experiments,
    experiment_effects,
    feature_effects,
)
from generation.scenario.landing import LandingWriter
from generation.scenario.model import ExpectedPath, simulate_path
from generation.scenario.parameters import Parameters
from generation.scenario.truth import kept_books, weekly_truth
from generation.scenario.worlds import Worlds

Preset = Literal["literal", "consistent"]
Progress = Callable[[float, float, int], None]
DEFAULT_START = date(2024, 12, 30)
DEFAULT_SEED = 20251218
LARGEST_WITH_EFFECTS = 0.1  # above, other worlds would take too much memory and time


@dataclass(frozen=True)
class Manifest:
    """What a folder of simulated events holds. `sample_weight` = 1 / scale.

    `events` counts the rows and lines of all files.
    """

    sample_weight: float
    scale: float
    seed: int
    preset: str
    start: str
    end: str
    weeks: int
    events: int
    dirty: bool = False


def simulate(
    out: Path,
    *,
    scale: float,
    start: date = DEFAULT_START,
    weeks: int = 65,
    preset: Preset = "literal",
    seed: int = DEFAULT_SEED,
    workers: int | None = None,
    dirt: DirtRates | None = None,
    effects: bool | None = None,
    on_progress: Progress | None = None,
) -> Manifest:
    """Write the company's events, week after week.

    Accounts and payments begin with the company, sessions and generations on `start`.
    Equal arguments give equal bytes with any number of workers; more weeks only add.
    A simulation that was stopped goes on where it was when it is called again.

    Args:
        out: folder of the week folders; created if missing.
        scale: simulated users per real user, above 0 and at most 1.
        start: Monday on which the activity window begins.
        weeks: length of the window.
        preset: which calibration.
        seed: root of the random streams.
        workers: writing threads beside the simulation; by default one per further core.
        dirt: how much of each kind of dirt; none by default.
        effects: whether other worlds are simulated beside the company, so that
            truth.json states true effects; by default up to a scale of 0.1.
        on_progress: called after each week with the work done, the work in all (in
            units of their own) and the events so far.

    Raises:
        ValueError: an argument is out of range.
    """
    _check(scale, start, weeks)
    end = week_start(week_of(start) + weeks) - timedelta(days=1)
    manifest = Manifest(
        sample_weight=1 / scale,
        scale=scale,
        seed=seed,
        preset=preset,
        start=start.isoformat(),
        end=end.isoformat(),
        weeks=weeks,
        events=0,
        dirty=dirt is not None,
    )
    _refuse_mixture(out, manifest)
    workers = workers or max((os.cpu_count() or 1) - 1, 1)
    soiler = None if dirt is None else Dirt(dirt, seed=seed)
    writer = LandingWriter(out, workers=workers, dirt=soiler)
    has_effects = scale <= LARGEST_WITH_EFFECTS if effects is None else effects
    worlds = _run(manifest, writer, on_progress, has_effects=has_effects)
    manifest = replace(manifest, events=writer.events)
    first, end_week = week_of(start), week_of(start) + weeks
    truth = weekly_truth(preset, first, end_week)
    truth["experiments"] = declared_experiments()
    if worlds is not None and worlds.company.tally is not None:
        truth["books"] = kept_books(worlds.company.tally, first, end_week)
        truth["experiment_effects"] = experiment_effects(worlds, first, end_week)
        truth["feature_effects"] = feature_effects(worlds, first, end_week, 1 / scale)
    if writer.dirt is not None:
        truth["dirt"] = writer.dirt.truth(end_week)
    _write_json(out / "truth.json", truth)
    _write_json(out / "manifest.json", asdict(manifest))
    return manifest


def _run(
    manifest: Manifest,
    writer: LandingWriter,
    on_progress: Progress | None,
    *,
    has_effects: bool,
) -> Worlds | None:
    """Simulate all weeks from the company's first one on; returns the other worlds."""
    first = week_of(date.fromisoformat(manifest.start))
    end = first + manifest.weeks
    checkpoint = Checkpoint(writer.out, (manifest, has_effects))
    state = checkpoint.load() or _found(manifest, writer, has_effects=has_effects)
    company, worlds = state.company, state.worlds
    writer.go_on(state.landing)
    work = np.cumsum(_expected_work(company.path, first)[:end])
    for week in range(state.week, end):
        writer.begin(week)
        if worlds is not None:
            worlds.branch(week)
        company.run_week(week, writer)
        if worlds is not None:
            worlds.run_week(week)
        _report_bots(company, writer, week)
        writer.finish()
        checkpoint.save(State(week + 1, company, worlds, writer.held_back()))
        if on_progress is not None:
            on_progress(float(work[week]), float(work[-1]), writer.events)
    if manifest.dirty:
        writer.land_late(end)
    writer.close()
    checkpoint.remove()
    return worlds


def _found(manifest: Manifest, writer: LandingWriter, *, has_effects: bool) -> State:
    """The company before its first week."""
    first = week_of(date.fromisoformat(manifest.start))
    weeks = first + manifest.weeks
    parameters = Parameters.load(manifest.preset)
    company = Company(
        simulate_path(parameters),
        scale=manifest.scale,
        seed=manifest.seed,
        weeks=weeks,
        first_usage_week=first,
    )
    worlds = None
    if has_effects:
        without = simulate_path(parameters, motion_control=False)
        worlds = Worlds(company, without, weeks)
    return State(0, company, worlds, writer.held_back())


def _report_bots(company: Company, writer: LandingWriter, week: int) -> None:
    """Let a soiled company's bots do what they do."""
    if writer.dirt is None:
        return
    bots = Bots(
        company.people,
        share=writer.dirt.rates.bots,
        seed=company.seed,
        first_week=company.first_usage_week,
    )
    writer.dirt.count_bots(bots.run_week(writer, week))


def _expected_work(path: ExpectedPath, first: int) -> np.ndarray:
    """How much there is to do in each week, before the window and in it."""
    registered, wau = path.registrations.sum(1), path.wau.sum(1)
    used = 2 * wau + 4 * path.videos.sum(1)
    return registered + np.where(np.arange(WEEKS) < first, 0, used)


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
    for name in ("scale", "seed", "preset", "start", "dirty"):
        there.setdefault(name, False)  # written before there was any dirt
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
