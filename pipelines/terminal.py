"""How the command speaks: tables to stdout, progress and messages to stderr."""

from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

console = Console(stderr=True, highlight=False)


class Format(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@contextmanager
def task(
    title: str, *, total: int | None = None
) -> "Iterator[tuple[Progress, TaskID]]":
    """Show the progress of one task, with the time left."""
    columns = [
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    ]
    with Progress(*columns, console=console) as progress:
        yield progress, progress.add_task(title, total=total, note="")


def fail(message: str) -> typer.Exit:
    """Say what is wrong and what to do, and end with exit code 1."""
    console.print(message, style="red", markup=False)
    return typer.Exit(1)


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
