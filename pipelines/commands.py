"""What the longer subcommands of `reel` do, with their progress on stderr.

Reads and writes the data folder. The rest of `generation` is named by string and loaded
only by the command that needs it.
"""

import json
import os
import subprocess
import sys
import time
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.engine_commands import read_wishes, run_generate
from pipelines.settings import ROOT, settings
from pipelines.terminal import Format, console, fail, show, task

if TYPE_CHECKING:
    from pipelines.warehouse import Warehouse

DEMO_PROMPTS = {
    "a red star moving left to right over grass": "red_star",
    "a big blue circle bounces on sand": "blue_circle",
    "a small yellow heart rises in the sky": "yellow_heart",
    "a striped purple square circles clockwise at night": "purple_square",
}


def run_simulate(
    scale: float,
    *,
    start: date,
    weeks: int,
    preset: str,
    out: Path | None,
    is_clean: bool = False,
) -> None:
    """Write the reference company's events to the landing folder."""
    scenario = import_module("generation.scenario.simulate")
    rates = import_module("generation.scenario.dirt").DirtRates()
    folder = out or settings().home / "landing" / "company"
    with task(f"simulating the company at {scale:g}", total=None) as (progress, bar):

        def advance(done: float, total: float, events: int) -> None:
            rate = events / max(time.monotonic() - began, 1e-9)
            note = f"{events:,} events, {rate / 1e6:.2f}M/s"
            progress.update(bar, completed=done, total=total, note=note)

        began = time.monotonic()
        try:
            scenario.simulate(
                folder,
                scale=scale,
                start=start,
                weeks=weeks,
                preset=preset,
                dirt=None if is_clean else rates,
                on_progress=advance,
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    console.print(f"events in {folder}")
    if is_clean:
        truth = import_module("generation.scenario.truth_metrics")
        if scale <= truth.LARGEST and weeks >= truth.FEWEST_WEEKS:
            with task("counting every metric again"):
                truth.plant_metrics(folder)


def run_calibrate(preset: str) -> None:
    """Solve the company's parameters and set the published figures beside it."""
    import pandas as pd

    calibration = import_module("generation.scenario.calibration")
    parameters = import_module("generation.scenario.parameters").Parameters
    total = calibration.ITERATIONS
    with task(f"calibrating {preset}", total=total) as (progress, bar):
        solved = calibration.calibrate(
            preset, on_step=lambda step: progress.update(bar, completed=step)
        )
    rows = [
        {
            "figure": row.figure,
            "target": row.target,
            "achieved": row.achieved,
            "error": f"{row.error:+.3%}",
            "fitted": "yes" if row.is_fitted else "no",
        }
        for row in calibration.compare(preset, solved)
    ]
    show(pd.DataFrame(rows), Format.TABLE, None)
    apart = calibration.difference(solved, parameters.load(preset))
    console.print(f"committed parameters differ by at most {apart:.2%}")


def run_proof(build: "Warehouse", truth: Path | None, format: Format) -> None:
    """Show each figure as planted and as measured; fail if one is too far off."""
    import pandas as pd

    proof = import_module("pipelines.proof")
    file = truth or settings().home / "landing" / "company" / "truth.json"
    try:
        scores = proof.score(build, file)
    except FileNotFoundError:
        raise fail(f"no {file}: simulate a company first, or name its file") from None
    except ValueError as error:
        raise fail(str(error)) from None
    frame = pd.DataFrame(scores)
    if format is Format.TABLE:
        frame["error"] = frame["error"].map("{:+.2%}".format)
    show(frame, format, None)
    wrong = [row.figure for row in scores if not row.holds]
    if wrong:
        raise fail(f"too far from what was planted: {', '.join(wrong)}")
    periods = sum(row.compared for row in scores)
    console.print(
        f"{len(scores)} figures within 1 % (payers 3 %) of what was planted, counts of"
        f" people and things exact: {periods:,} periods and slices"
    )
    for metric, reason in import_module("pipelines.proof_metrics").NOT_COUNTED.items():
        console.print(f"not compared: {metric}: {reason}")


def run_ingest(paths: list[Path] | None) -> None:
    """Load what is new and account for every event received."""
    load = import_module("pipelines.load")
    with task("loading events") as (progress, bar):

        def advance(done: int, total: int, events: int) -> None:
            progress.update(bar, completed=done, total=total, note=f"{events:,} events")

        try:
            report = load.ingest(settings().home, paths, on_progress=advance)
        except (ValueError, FileNotFoundError, load.Busy) as error:
            raise fail(str(error)) from None
    console.print(
        f"received {report.received:,} = accepted {report.accepted:,}"
        f" + duplicate {report.duplicate:,} + quarantined {report.quarantined:,}"
        f" in {report.files} files; lake version {report.lake_version}"
    )


def run_build(*, full_refresh: bool) -> None:
    """Build and publish, or say that nothing changed."""
    transform = import_module("pipelines.transform")
    with task("building the warehouse") as (progress, bar):

        def advance(name: str, done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total, note=name)

        try:
            built = transform.build(
                settings().home,
                time_zone=settings().time_zone,
                full_refresh=full_refresh,
                on_progress=advance,
            )
        except transform.BuildFailed as error:
            raise fail(str(error)) from None
        progress.update(bar, completed=1, total=1, note="")
    if built.is_new:
        console.print(f"published {built.build_id}, {built.tests} tests passed")
    else:
        console.print(f"{built.build_id} is up to date, nothing to build")


def run_dashboard(port: int) -> None:
    """Serve the dashboard until Ctrl-C."""
    folder = ROOT / "dashboard"
    command = [sys.executable, "-m", "streamlit", "run", "asgi.py"]
    environment = os.environ | {"REEL_HOME": str(settings().home)}
    console.print(f"dashboard on http://localhost:{port} (Ctrl-C stops it)")
    finished = subprocess.run(
        [*command, "--server.port", str(port)], cwd=folder, env=environment
    )
    if finished.returncode not in (0, 130, -2):
        raise fail(f"the dashboard stopped; is port {port} free? Try --port")


def run_demo(scale: float, *, preset: str, serve: bool, port: int) -> None:
    """Run the main job from end to end."""
    home = settings().home
    wishes = [
        wish
        for prompt, name in DEMO_PROMPTS.items()
        for wish in read_wishes(
            prompt,
            batch=None,
            out=home / "videos" / f"{name}.mp4",
            variations=1,
            seed=7,
        )
    ]
    run_generate(wishes, account="local", as_json=False)
    run_simulate(scale, start=date(2024, 12, 30), weeks=65, preset=preset, out=None)
    run_ingest(None)
    run_build(full_refresh=False)
    console.print(
        f"\nclips      {home / 'videos'}\n"
        f"warehouse  reel sql 'select * from metrics.catalog'\n"
        f"metrics    reel metrics weekly_active_users --grain week\n"
        f"dashboard  reel dashboard --port {port}"
    )
    if serve:
        run_dashboard(port)


def run_status(*, as_json: bool) -> None:
    """Tell what is loaded and what is published."""
    lake = import_module("pipelines.lake")
    warehouse = import_module("pipelines.warehouse")
    home = settings().home
    batches = lake.ingest_totals(home)
    state: dict[str, object] = {
        "home": str(home),
        "lake_version": lake.current_version(home),
        "loaded": {
            count: sum(batch[count] for batch in batches)
            for count in ("received", "accepted", "duplicate", "quarantined")
        },
        "duplicates": lake.duplicates_by_kind(home),
        "corrected": lake.amendments(home),
        "quarantine": lake.quarantine_summary(home),
        "published": None,
        "last_failure": warehouse.last_failure(home),
    }
    if warehouse.current_build_id(home):
        build = warehouse.open_current(home)
        state["published"] = build.build()
        build.close()
    if as_json:
        print(json.dumps(state, indent=1, default=str))
        return
    for name, value in state.items():
        if isinstance(value, dict):
            print(name)
            for key, detail in value.items():
                print(f"  {key:<14} {detail}")
        elif isinstance(value, list):
            print(name, "" if value else "none")
            for row in value:
                print(" ", "  ".join(str(cell) for cell in row.values()))
        else:
            print(f"{name:<16} {value or 'none'}")
