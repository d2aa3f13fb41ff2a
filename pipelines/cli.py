"""The `reel` command. Each subcommand imports what it needs when it runs.

Machine-readable output goes to stdout alone; progress and messages go to stderr.
Exit codes: 0 done, 1 the check or build failed, 2 bad usage.
"""

import signal
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import studio
from pipelines.engine_cli import engine, generate
from pipelines.settings import BadSetting, settings
from pipelines.terminal import Format, console, fail, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.warehouse import Warehouse

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Reelmetrics: from usage events of an AI video product to ARR, with proof.",
)
app.add_typer(studio.studio, name="studio")
app.add_typer(studio.arena, name="arena")


class Preset(StrEnum):
    """Which reading of "paying users +350 %" the reference company follows."""

    LITERAL = "literal"
    CONSISTENT = "consistent"


class Channel(StrEnum):
    """Where a digest goes."""

    FILE = "file"
    SMTP = "smtp"
    SLACK = "slack"


FormatOption = Annotated[Format, typer.Option("--format", help="how to print")]
OutOption = Annotated[Path | None, typer.Option("-o", "--out", help="write to a file")]
ScaleOption = Annotated[float, typer.Option(help="sample size: 0.01 = one in 100")]


app.command()(generate)
app.add_typer(engine, name="engine")


@app.command()
def simulate(
    scale: ScaleOption = 0.01,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])] = datetime(
        2024, 12, 30
    ),
    weeks: Annotated[int, typer.Option(help="length of the activity window")] = 65,
    preset: Annotated[Preset, typer.Option()] = Preset.LITERAL,
    clean: Annotated[
        bool, typer.Option("--clean", help="no re-sends, late or bad rows, no bots")
    ] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="only solve the parameters and compare")
    ] = False,
    out: OutOption = None,
) -> None:
    """Write the events of the reference company, with its planted truth."""
    from pipelines.commands import run_calibrate, run_simulate

    if calibrate:
        run_calibrate(preset.value)
        return
    run_simulate(
        scale,
        start=start.date(),
        weeks=weeks,
        preset=preset.value,
        is_clean=clean,
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
        bool, typer.Option("--full-refresh", help="compute every row anew")
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
def proof(
    truth: Annotated[
        Path | None, typer.Argument(help="default: landing/company/truth.json")
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Compare the metrics with the planted truth of the simulated company."""
    from pipelines.commands import run_proof

    with opened() as build:
        run_proof(build, truth, format)


@app.command()
def status(format: FormatOption = Format.TABLE) -> None:
    """Tell what is loaded, what is published and whether the last build passed."""
    from pipelines.commands import run_status

    run_status(as_json=format is Format.JSON)


@app.command()
def digest(
    to: Annotated[Channel, typer.Option(help="where it goes")] = Channel.FILE,
    out: OutOption = None,
) -> None:
    """Send the Overview's numbers to their readers, or that the build failed."""
    from pipelines.delivery import run_digest

    run_digest(to.value, out)


@contextmanager
def opened() -> "Iterator[Warehouse]":
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


def main() -> None:
    """Run the command; Ctrl-C or a termination ends it in order, with exit code 130."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except BadSetting as error:
        console.print(str(error), style="red", markup=False)
        raise SystemExit(2) from None
    except SystemExit as stop:
        if stop.code == 130:
            console.print("stopped; run the same command again to go on")
        raise
