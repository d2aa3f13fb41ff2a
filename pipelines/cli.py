"""The `reel` command. Each subcommand imports what it needs when it runs.

Machine-readable output goes to stdout alone; progress and messages go to stderr.
Exit codes: 0 done, 1 the check or build failed, 2 bad usage.
"""

import signal
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from pipelines.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Reelmetrics: from usage events of an AI video product to ARR, with proof.",
)
console = Console(stderr=True, highlight=False)


class Format(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class Preset(StrEnum):
    """Which reading of "paying users +350 %" the reference company follows."""

    LITERAL = "literal"
    CONSISTENT = "consistent"


FormatOption = Annotated[Format, typer.Option("--format", help="how to print")]
OutOption = Annotated[Path | None, typer.Option("-o", "--out", help="write to a file")]
ScaleOption = Annotated[float, typer.Option(help="sample size: 0.01 = one in 100")]


@contextmanager
def progress_bar() -> "Iterator[Progress]":
    """Show progress on stderr, with the time left."""
    columns = [
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    ]
    with Progress(*columns, console=console) as progress:
        yield progress


def fail(message: str) -> typer.Exit:
    """Say what is wrong and what to do, and end with exit code 1."""
    console.print(message, style="red", markup=False)
    return typer.Exit(1)


@app.command()
def generate(
    prompt: Annotated[str, typer.Argument(help="what to show, in plain English")],
    image: Annotated[Path | None, typer.Option(help="first frame")] = None,
    motion: Annotated[
        Path | None, typer.Option(help="clip whose motion to use")
    ] = None,
    trajectory: Annotated[
        Path | None, typer.Option(help="JSON list of [x, y] in 0..1 to follow")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="length of the clip")] = None,
    model: Annotated[str, typer.Option(help="model id")] = "sprite-2",
    seed: Annotated[int, typer.Option(help="same seed, same clip")] = 0,
    out: OutOption = None,
) -> None:
    """Make a clip from a prompt and record its usage events."""
    from pipelines.commands import run_generate

    run_generate(
        prompt,
        image=image,
        motion=motion,
        trajectory=trajectory,
        seconds=seconds,
        model=model,
        seed=seed,
        out=out,
    )


@app.command()
def simulate(
    scale: ScaleOption = 0.01,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])] = datetime(
        2024, 12, 30
    ),
    weeks: Annotated[int, typer.Option(help="length of the activity window")] = 65,
    preset: Annotated[Preset, typer.Option()] = Preset.LITERAL,
    dirty: Annotated[
        bool, typer.Option("--dirty/--clean", help="add re-sends, late and bad rows")
    ] = False,
    out: OutOption = None,
) -> None:
    """Write the events of the reference company, with its planted truth."""
    from pipelines.commands import run_simulate

    run_simulate(
        scale,
        start=start.date(),
        weeks=weeks,
        preset=preset.value,
        dirty=dirty,
        out=out,
    )


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="files or folders; default: landing/")
    ] = None,
) -> None:
    """Check new event files and load them into the lake, each event exactly once."""
    from pipelines.commands import run_ingest

    run_ingest(paths)


@app.command()
def build(
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="build even if nothing changed")
    ] = False,
) -> None:
    """Run the dbt models and tests, and publish the warehouse if all is green."""
    from pipelines.commands import run_build

    run_build(full_refresh=full_refresh)


@app.command()
def run() -> None:
    """Ingest what is new, then build."""
    from pipelines.commands import run_build, run_ingest

    run_ingest(None)
    run_build(full_refresh=False)


@app.command()
def dashboard(port: Annotated[int, typer.Option()] = 8501) -> None:
    """Serve the dashboard on this machine."""
    from pipelines.commands import run_dashboard

    run_dashboard(port)


@app.command()
def demo(
    scale: ScaleOption = 0.01,
    preset: Annotated[Preset, typer.Option()] = Preset.LITERAL,
    serve: Annotated[bool, typer.Option(help="serve the dashboard at the end")] = True,
    port: Annotated[int, typer.Option()] = 8501,
) -> None:
    """Make clips, simulate the company, load, build and show it all."""
    from pipelines.commands import run_demo

    run_demo(scale, preset=preset.value, serve=serve, port=port)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="one SELECT statement")],
    format: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Query the published warehouse, read-only."""
    import duckdb

    with opened() as build:
        try:
            statements = duckdb.extract_statements(query)
            kinds = [statement.type.name for statement in statements]
            if kinds not in (["SELECT"], ["EXPLAIN"]):
                raise typer.BadParameter(
                    f"one SELECT or EXPLAIN is allowed, got {kinds or 'nothing'}"
                )
            frame = build.query(query)
        except duckdb.Error as error:
            raise fail(str(error)) from None
    show(frame, format, out)


@app.command()
def metrics(
    name: Annotated[str | None, typer.Argument(help="a metric; none: list all")] = None,
    by: Annotated[str | None, typer.Option(help="dimension to split by")] = None,
    grain: Annotated[str | None, typer.Option(help="day, week or month")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="the sample's own figures, not weighted")
    ] = False,
    format: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """Print a published metric, or the catalog of all of them."""
    with opened() as build:
        if name is None:
            catalog = build.catalog()
            show(
                catalog[["name", "label", "unit", "grains", "definition"]], format, out
            )
            return
        try:
            frame = build.metric(
                name,
                grain=grain,
                by=by,
                since=since.date() if since else None,
                until=until.date() if until else None,
                raw=raw,
            )
        except ValueError as error:
            raise fail(str(error)) from None
        weight = build.build()["sample_weight"]
        splits = build.catalog().set_index("name")["dimensions"][name]
    if frame.empty and by is None and splits:
        console.print(f"no such total; split with --by: {splits}", style="yellow")
    if weight != 1 and not raw:
        console.print(f"1:{weight:g} sample, extensive figures weighted", style="dim")
    show(frame, format, out)


@app.command()
def status(format: FormatOption = Format.TABLE) -> None:
    """Tell what is loaded, what is published and whether the last build passed."""
    from pipelines.commands import run_status

    run_status(as_json=format is Format.JSON)


@contextmanager
def opened() -> "Iterator":
    """Open the published warehouse, or fail with what to run."""
    from pipelines import warehouse

    try:
        build = warehouse.open_current(settings().home)
    except warehouse.NoWarehouse as error:
        raise fail(str(error)) from None
    try:
        yield build
    finally:
        build.close()


def show(frame: "pd.DataFrame", format: Format, out: Path | None) -> None:
    """Print a frame to stdout, or write it to a file."""
    if format is Format.PARQUET:
        if out is None:
            raise typer.BadParameter("--format parquet needs a file: add -o FILE")
        frame.to_parquet(out, index=False)
        return
    text = {
        Format.TABLE: lambda: frame.to_string(
            index=False, na_rep="", float_format=as_figure
        ),
        Format.CSV: lambda: frame.to_csv(index=False).rstrip("\n"),
        Format.JSON: lambda: as_json(frame),
    }[format]()
    if out is None:
        print(text)
    else:
        out.write_text(text + "\n")


def as_figure(value: float) -> str:
    """Write a number for a person: no more digits than can be read."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"


def as_json(frame: "pd.DataFrame") -> str:
    """Write a frame as a JSON array of objects: ISO dates, null for missing values."""
    for column in frame.columns:
        if frame[column].dtype.kind == "M":
            days = frame[column].dropna()
            only_days = (days == days.dt.normalize()).all()
            layout = "%Y-%m-%d" if only_days else "%Y-%m-%dT%H:%M:%S.%f%z"
            frame[column] = frame[column].dt.strftime(layout)
        elif frame[column].map(lambda value: isinstance(value, date)).any():
            frame[column] = frame[column].map(lambda value: value and value.isoformat())
    return frame.to_json(orient="records", indent=1, double_precision=15)


def main() -> None:
    """Run the command; Ctrl-C or a termination ends it in order, with exit code 130."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except SystemExit as stop:
        if stop.code == 130:
            console.print("stopped; run the same command again to go on")
        raise
