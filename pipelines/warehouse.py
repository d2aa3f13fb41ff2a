"""The published warehouse: where it is, how it is read, how a build replaces it.

Reads and writes `<home>/warehouse/`: one immutable `<build_id>.duckdb` a build, its
part for analysts under `analysts/`, the pointer `current`, and `last_failure.json` when
the newest build did not pass its tests.
A build gets a new file name because a process that opens a replaced path again still
sees the old data.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock

import duckdb
import pandas as pd

from pipelines import slices
from pipelines.slices import NoSlice

__all__ = ["NoSlice"]

KEPT_BUILDS = 3


class NoWarehouse(FileNotFoundError):
    """Nothing has been published yet."""


class UnknownMetric(ValueError):
    """The catalog of this build has no such metric."""


@dataclass(frozen=True)
class Warehouse:
    """One published build, opened read-only.

    The connection sees this file and the lake, nothing else of the file system, and its
    configuration is locked. Safe for threads: each query runs on its own cursor.
    """

    build_id: str
    path: Path
    lake: Path
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.path), read_only=True)
        # All who open this file in one process share one instance, locked by the first.
        locked = "select current_setting('lock_configuration')"
        if connection.execute(locked).fetchone() == (False,):
            connection.execute("set global timezone = 'UTC'")
            connection.execute(f"set allowed_directories = ['{self.lake}/']")
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
        return connection

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Open a cursor of its own on the read-only connection."""
        with self._lock:
            return self._connection.cursor()

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Answer one SQL statement as a frame."""
        cursor = self.cursor()
        try:
            return cursor.execute(sql, list(params)).df()
        finally:
            cursor.close()

    def close(self) -> None:
        """Close the connection; a later query opens it again."""
        connection = self.__dict__.pop("_connection", None)
        if connection is not None:
            connection.close()

    def build(self) -> dict[str, object]:
        """Describe this build: the row of `meta.build` as a dictionary."""
        return self.query("select * from meta.build").iloc[0].to_dict()

    def catalog(self) -> pd.DataFrame:
        """List every metric: label, unit, format, definition, owner, version."""
        return self.query("select * from metrics.catalog order by name")

    def metric(
        self,
        name: str,
        *,
        grain: str | None = None,
        by: str | None = None,
        within: Mapping[str, str] | None = None,
        since: date | None = None,
        until: date | None = None,
        raw: bool = False,
    ) -> pd.DataFrame:
        """Read the rows of one metric, oldest period first.

        Args:
            name: A name of the catalog.
            grain: 'day', 'week' or 'month'; all grains if left out.
            by: A dimension of the metric: its slices instead of the total.
            within: Values of dimensions to stay in, such as region US.
            since: First `period_start` wanted.
            until: Last `period_start` wanted.
            raw: Give the sample's own figures; otherwise extensive metrics are
                multiplied by the sample weight of the build.

        Returns:
            Columns grain, period_start, the dimensions, value, numerator, denominator,
            state. A slice is a row of its own, never a sum of slices.

        Raises:
            UnknownMetric: The catalog has no metric of this name.
            NoSlice: The metric has no such dimension, or not these together.
            ValueError: The metric has no such grain.
        """
        entry = self._entry(name)
        text = slices.statement(
            entry, grain=grain, by=by, within=within or {}, since=since, until=until
        )
        told_apart = sorted({*(within or {}), *filter(None, [by])})
        if len(told_apart) > 1 and self.query(slices.any_row(name, told_apart)).empty:
            raise NoSlice(
                f"{entry['label']} is not split by {' and '.join(told_apart)} together"
            )
        frame = self.query(text)
        return frame if raw else self._weighted(frame, entry)

    def statement(
        self,
        name: str,
        *,
        grain: str | None = None,
        by: str | None = None,
        within: Mapping[str, str] | None = None,
    ) -> str:
        """Write the SQL that `metric` asks; its rows are the sample's own."""
        return slices.statement(
            self._entry(name), grain=grain, by=by, within=within or {}
        )

    def newest(self) -> pd.DataFrame:
        """Read the last closed value and the newest state of every metric's total.

        Of its coarsest grain; a metric without a total has no row.
        """
        catalog = self.catalog().set_index("name", drop=False)
        parts = [slices.newest(entry) for _, entry in catalog.iterrows()]
        frame = self.query(" union all ".join(parts))
        weight = float(self.build()["sample_weight"])  # type: ignore[arg-type]
        is_extensive = frame["name"].map(catalog["extensive"]).astype(bool)
        frame.loc[is_extensive, "value"] *= weight
        return frame

    def _entry(self, name: str) -> pd.Series:
        catalog = self.catalog().set_index("name", drop=False)
        if name not in catalog.index:
            known = ", ".join(catalog.index)
            raise UnknownMetric(f"no metric {name!r}; this build has: {known}")
        return catalog.loc[name]

    def _weighted(self, frame: pd.DataFrame, entry: pd.Series) -> pd.DataFrame:
        facts = ["value", "numerator", "denominator"]
        frame[facts] = frame[facts].astype("float64")
        weight = float(self.build()["sample_weight"])  # type: ignore[arg-type]
        if entry["extensive"]:
            frame[facts] = frame[facts] * weight
        return frame


def folder(home: Path) -> Path:
    """Where the builds of this installation lie."""
    return home / "warehouse"


def current_build_id(home: Path) -> str | None:
    """Name the published build, or None before the first one."""
    pointer = folder(home) / "current"
    return pointer.read_text().strip() if pointer.exists() else None


def open_current(home: Path) -> Warehouse:
    """Open the published build.

    Raises:
        NoWarehouse: Nothing is published; the message says what to run.
    """
    build_id = current_build_id(home)
    if build_id is None:
        raise NoWarehouse(
            f"no warehouse in {folder(home)}: run `reel run` (or `reel demo`) first"
        )
    path = folder(home) / f"{build_id}.duckdb"
    if not path.exists():
        raise NoWarehouse(f"{path} is gone: run `reel build` to make a new one")
    return Warehouse(build_id=build_id, path=path, lake=home / "lake")


def analysts_path(home: Path, build_id: str) -> Path:
    """Where the part of a build lies that anybody who writes SQL may read."""
    return folder(home) / "analysts" / f"{build_id}.duckdb"


def open_for_analysts(home: Path, build_id: str) -> Warehouse:
    """Open the part of a build that holds no row of a person or an account.

    Raises:
        NoWarehouse: The build has none; the message says what to run.
    """
    path = analysts_path(home, build_id)
    if not path.exists():
        raise NoWarehouse(
            f"build {build_id} has no file for analysts:"
            " run `reel build --full-refresh` to make one"
        )
    return Warehouse(build_id=build_id, path=path, lake=home / "lake")


def last_failure(home: Path) -> dict[str, object] | None:
    """Tell about a build that failed after the published one, if there is one."""
    path = folder(home) / "last_failure.json"
    return json.loads(path.read_text()) if path.exists() else None


def record_failure(home: Path, failure: dict[str, object]) -> None:
    """Keep what a failed build said; the published build stays as it is."""
    _replace(folder(home) / "last_failure.json", json.dumps(failure, indent=1))


def publish(
    home: Path, building: Path, build_id: str, *, analysts: Path | None = None
) -> Path:
    """Make a finished build the current one: durable files first, pointer last.

    Args:
        home: The data folder.
        building: The closed DuckDB file that passed its tests.
        build_id: The name it gets.
        analysts: The closed DuckDB file that analysts may read, if there is one.

    Returns:
        The published file.
    """
    path = folder(home) / f"{build_id}.duckdb"
    if analysts is not None:
        _move(analysts, analysts_path(home, build_id))
    _move(building, path)
    _replace(folder(home) / "current", build_id)
    (folder(home) / "last_failure.json").unlink(missing_ok=True)
    builds = sorted(
        folder(home).glob("*.duckdb"), key=lambda file: file.stat().st_mtime
    )
    for old in builds[:-KEPT_BUILDS]:
        old.unlink()
        analysts_path(home, old.stem).unlink(missing_ok=True)
    return path


def _move(file: Path, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    _fsync(file)
    os.replace(file, path)
    _fsync(path.parent)


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text)
    _fsync(temporary)
    os.replace(temporary, path)
    _fsync(path.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
