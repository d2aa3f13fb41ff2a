"""Runs dbt over the pinned lake and publishes the result when every test passes.

Reads the lake through its catalog. Writes `<home>/warehouse/` and dbt's own files under
`<home>/dbt/`. A failed build publishes nothing: the build before it stays.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from generation.events import EVENT_TYPES
from pipelines import account, analysts, lake, warehouse
from pipelines.account import Results
from pipelines.settings import ROOT

PROJECT = ROOT / "dbt_project"
REFERENCE = ROOT / "data" / "reference"
SQL_TYPES = {
    pl.String: "varchar",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Boolean: "boolean",
    pl.Datetime: "timestamptz",
}
Progress = Callable[[str, int, int], None]


class BuildFailed(RuntimeError):
    """dbt did not finish green; the message lists what failed."""


@dataclass(frozen=True)
class Build:
    """What a call of `build` left published.

    Attributes:
        build_id: The published build.
        is_new: False when the published build already was of this lake and this code.
        tests: Number of data and unit tests that passed.
    """

    build_id: str
    is_new: bool
    tests: int


def build(
    home: Path,
    *,
    time_zone: str = "UTC",
    full_refresh: bool = False,
    on_progress: Progress | None = None,
) -> Build:
    """Build, test and publish the warehouse of the lake's current version.

    Args:
        home: The data folder.
        time_zone: Whose midnight ends a day; another one restates every figure.
        full_refresh: Build even if nothing has changed since the published build.
        on_progress: Called with (name of the finished dbt node, done, total).

    Raises:
        BuildFailed: Nothing is loaded yet, or a model or a test failed.
    """
    version = lake.current_version(home)
    if version == 0:
        raise BuildFailed("the lake is empty: load events with `reel ingest` first")
    code = code_version()
    inputs = {
        "lake_version": version,
        "code_version": code,
        "reporting_time_zone": time_zone,
    }
    published = _published(home)
    if published and not full_refresh and inputs.items() <= published.items():
        tests = int(str(published["tests_passed"]))
        return Build(str(published["build_id"]), is_new=False, tests=tests)
    now = datetime.now(UTC)
    build_id = f"{now:%Y%m%dT%H%M%S}-v{version}"
    warehouse.folder(home).mkdir(parents=True, exist_ok=True)
    building = warehouse.folder(home) / f"building-{os.getpid()}.duckdb.tmp"
    opened = building.with_name(f"building-{os.getpid()}-analysts.duckdb.tmp")
    try:
        span = _register_raw(home, building, version, time_zone)
        variables = span.variables | {"reporting_time_zone": time_zone}
        results = _run_dbt(home, building, variables, on_progress=on_progress)
        facts: dict[str, object] = {
            "build_id": build_id,
            "built_at": now,
            "as_of": span.as_of,
            "data_through": span.data_through,
            "sample_weight": lake.sample_weight(home),
            **inputs,
        }
        if results.failed:
            _fail(home, facts, results)
        manifest = json.loads((home / "dbt/target/manifest.json").read_text())
        account.write(home, building, facts, results)
        analysts.write(building, opened, analysts.read_texts(manifest))
        warehouse.publish(home, building, build_id, analysts=opened)
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # DuckDB's word for Ctrl-C
            raise KeyboardInterrupt from None
        raise
    finally:
        for file in (building, opened):
            file.unlink(missing_ok=True)
            file.with_name(file.name + ".wal").unlink(missing_ok=True)
    return Build(build_id, is_new=True, tests=len(results.tests))


def code_version() -> str:
    """Fingerprint everything that decides what a build says: models and references."""
    digest = hashlib.sha256()
    files = [*PROJECT.rglob("*"), *REFERENCE.rglob("*")]
    for file in sorted(files):
        if file.suffix in {".sql", ".yml", ".csv"}:
            digest.update(file.relative_to(ROOT).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _published(home: Path) -> dict[str, object] | None:
    if warehouse.current_build_id(home) is None:
        return None
    published = warehouse.open_current(home)
    try:
        return published.build()
    finally:
        published.close()


@dataclass(frozen=True)
class Span:
    """How far the data reaches.

    Attributes:
        as_of: The last closed day: the main source has sent events of that day and
            has sent something after its end.
        data_through: The last day with any event, from whatever source.
    """

    as_of: date
    data_through: date

    @property
    def variables(self) -> dict[str, str]:
        """What dbt is told of it."""
        return {
            "as_of": self.as_of.isoformat(),
            "data_through": self.data_through.isoformat(),
        }


def _register_raw(home: Path, building: Path, version: int, time_zone: str) -> Span:
    """Make one view per event type over the pinned files and see how far they reach."""
    files = lake.pinned_files(home, version)
    with duckdb.connect(str(building)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema raw")
        for event_type in EVENT_TYPES:
            connection.execute(_view(event_type, files.get(event_type, [])))
        connection.execute(f"set timezone = '{time_zone}'")
        end = _declared_end(home)
        return _span(connection, declared_end=end, time_zone=time_zone)


def _view(event_type: str, files: list[Path]) -> str:
    """A view in the contract's columns; files older than a column read as null."""
    columns = lake.schema(event_type).items()
    empty = ", ".join(
        f"cast(null as {SQL_TYPES[dtype.base_type()]}) as {name}"
        for name, dtype in columns
    )
    view = f"create view raw.{event_type} as select {empty} where false"
    if not files:
        return view
    paths = ", ".join(f"'{path}'" for path in files)
    return (
        f"{view} union all by name select * from"
        f" read_parquet([{paths}], hive_partitioning = false, union_by_name = true)"
    )


def _declared_end(home: Path) -> datetime | None:
    """The end of the last day (UTC) for which an export is declared complete."""
    declared = lake.declared_end(home)
    if declared is None:
        return None
    return datetime.combine(declared, time(), UTC) + timedelta(days=1)


def _span(
    connection: duckdb.DuckDBPyConnection,
    *,
    declared_end: datetime | None,
    time_zone: str,
) -> Span:
    """Find the last closed day of the source that sends most events.

    A few clips made on this machine today must not make last month's company export
    look alive, so each day is closed by the main source alone: by something that came
    in after the day's end, or by the manifest that declares the export complete.
    Rows re-sent long after an export ended close no day that it does not reach.
    """
    union = " union all ".join(
        f"select source, occurred_at, received_at from raw.{event_type}"
        for event_type in EVENT_TYPES
    )
    rows = connection.execute(
        "select max(occurred_at), max(occurred_at)::date, max(received_at)::date"
        f" from ({union}) group by source order by count(*) desc, source"
    ).fetchall()
    last_at, occurred, received = rows[0]
    closed = min(occurred, date.fromordinal(received.toordinal() - 1))
    if declared_end is not None:
        declared = declared_end.astimezone(ZoneInfo(time_zone)).date()
        declared -= timedelta(days=1)
        is_all = last_at < declared_end
        closed = min(occurred, declared if is_all else max(closed, declared))
    return Span(as_of=closed, data_through=max(row[1] for row in rows))


def _run_dbt(
    home: Path,
    building: Path,
    variables: dict[str, str],
    *,
    on_progress: Progress | None,
) -> Results:
    target = home / "dbt" / "target"
    target.mkdir(parents=True, exist_ok=True)
    (target / "run_results.json").unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target", "duckdb", "--vars", json.dumps(variables)),
        *("--log-format", "json", "--log-level-file", "none", "--no-use-colors"),
    ]
    environment = os.environ | {
        "REEL_WAREHOUSE": str(building),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(home / "dbt" / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said: list[str] = []
    try:
        assert process.stdout is not None
        for name, done, total in _finished_nodes(process.stdout, said):
            if on_progress is not None:
                on_progress(name, done, total)
        process.wait()
    finally:
        process.terminate()
    if not (target / "run_results.json").exists():
        raise BuildFailed("dbt could not start:\n" + "\n".join(said[-20:]))
    return account.read_results(target)


def _finished_nodes(
    lines: Iterable[bytes], said: list[str]
) -> Iterator[tuple[str, int, int]]:
    """Pick the finished nodes out of dbt's JSON log; keep the messages for an error."""
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError:
            said.append(line.decode(errors="replace").rstrip())
            continue
        said.append(message["info"]["msg"])
        data = message["data"]
        if "index" in data and "total" in data and "execution_time" in data:
            yield data["node_info"]["node_name"], int(data["index"]), int(data["total"])


def _fail(home: Path, facts: dict[str, object], results: Results) -> None:
    failure = {name: str(fact) for name, fact in facts.items()}
    warehouse.record_failure(home, failure | {"failed": results.failed})
    listed = "\n".join(f"  - {failure}" for failure in results.failed)
    raise BuildFailed(
        f"{len(results.failed)} dbt nodes failed, nothing was published:\n{listed}"
    )
