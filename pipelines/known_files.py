"""The files that tell what was accepted: lost ones are made again from the lake.

Reads the catalog and the lake. Writes <home>/lake/_runs and <home>/lake/_keys.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl

from pipelines import dedupe, inbox, lake, repeats


def rebuild_runs(home: Path) -> int:
    """Make every dedupe run again from the lake; gives how many there are."""
    with inbox.exclusive(home), closing(inbox.connect(home)) as connection:
        runs = connection.execute("select path from dedupe_runs").fetchall()
        for (path,) in runs:
            _rebuild_run(home, connection, home / path)
        return len(runs)


def listed_runs(home: Path, connection: sqlite3.Connection) -> Iterator[dedupe.Run]:
    """The runs of the catalog; one that was lost is made again."""
    statement = "select path, ids, min_day, max_day from dedupe_runs order by path"
    for name, *values in connection.execute(statement).fetchall():
        run = dedupe.Run(home / name, *values)
        if not dedupe.is_whole(run):
            _rebuild_run(home, connection, run.path)
        yield run


def listed_hashes(home: Path, connection: sqlite3.Connection) -> Iterator[Path]:
    """The key files of the catalog; one of another hash function is made again."""
    statement = "select path, hashes from key_files order by path"
    for name, count in connection.execute(statement).fetchall():
        path = home / name
        if not repeats.is_whole(path, count):
            _rebuild_key_file(home, connection, path)
        yield path


def _rebuild_run(home: Path, connection: sqlite3.Connection, path: Path) -> None:
    """Make one run again from the lake files that were written with it."""
    columns = ["source", "event_id", "received_at"]
    files = _files_beside(home, connection, path)
    frames = [pl.read_parquet(file, columns=columns) for file in files]
    lake.write_durably(path, dedupe.to_bytes(dedupe.sorted_keys(frames)))


def _rebuild_key_file(home: Path, connection: sqlite3.Connection, path: Path) -> None:
    """Make one key file again, likewise."""
    files = _files_beside(home, connection, path)
    hashes = [
        repeats.hash_keys(pl.read_parquet(file), file.parent.name) for file in files
    ]
    lake.write_durably(path, repeats.to_bytes(np.sort(np.concatenate(hashes))))


def _files_beside(home: Path, connection: sqlite3.Connection, path: Path) -> list[Path]:
    statement = "select path from lake_files where path like ?"
    files = connection.execute(statement, (f"%/{path.stem}.parquet",))
    return [home / name for (name,) in files]
