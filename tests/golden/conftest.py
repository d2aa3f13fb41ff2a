"""Build the real dbt project over hand-written events, once per set of events."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

import duckdb
import pytest

from generation.events import EVENT_TYPES, AnyEvent

ROOT = Path(__file__).parents[2]
DBT = str(Path(sys.executable).with_name("dbt"))
SQL_TYPES = {
    str: "varchar",
    int: "bigint",
    float: "double",
    bool: "boolean",
    datetime: "timestamptz",
}


@dataclass(frozen=True)
class Golden:
    """A warehouse built from hand-written events.

    Attributes:
        path: The DuckDB file.
        results: dbt's status of each node, by its unique id.
    """

    path: Path
    results: dict[str, str]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Answer a query."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def value(self, metric: str, period: str, grain: str = "day", **dims: str):
        """Read one value of a metric; dimensions not given are 'all'."""
        names = self.rows(
            "select column_name from information_schema.columns"
            f" where table_schema = 'metrics' and table_name = '{metric}'"
        )
        fixed = {"grain", "period_start", "value", "numerator", "denominator", "state"}
        declared = {str(name) for (name,) in names} - fixed
        wanted = dict.fromkeys(declared, "all") | dims
        where = " and ".join(f"{dim} = '{value}'" for dim, value in wanted.items())
        found = self.rows(
            f"select value from metrics.{metric} where grain = '{grain}'"
            f" and period_start = '{period}'" + (f" and {where}" if where else "")
        )
        assert len(found) <= 1, f"{metric} has {len(found)} rows for {period}, {wanted}"
        return found[0][0] if found else None

    def state(self, metric: str, period: str, grain: str, **dims: str) -> object:
        """Read the state of one row of a metric."""
        where = "".join(f" and {dim} = '{value}'" for dim, value in dims.items())
        found = self.rows(
            f"select state from metrics.{metric} where grain = '{grain}'"
            f" and period_start = '{period}'{where}"
        )
        return found[0][0]


Builder = Callable[..., Golden]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Return a function that builds the dbt project over given events."""

    def run(
        events: Iterable[AnyEvent],
        *,
        as_of: str,
        fx_rates: str = "",
        time_zone: str = "UTC",
        policies: str = "",
        adjustments: str = "",
    ) -> Golden:
        home = tmp_path_factory.mktemp("golden")
        project = _copy_project(home, fx_rates)
        for seed, rows in (("policies", policies), ("adjustments", adjustments)):
            with (project / "seeds" / f"{seed}.csv").open("a") as file:
                file.write(rows)
        path = home / "golden.duckdb"
        _write_raw(path, list(events))
        command = [DBT, "build", "--project-dir", str(project)]
        command += ["--profiles-dir", str(project), "--target", "duckdb"]
        variables = {"as_of": as_of, "reporting_time_zone": time_zone}
        command += ["--vars", json.dumps(variables)]
        target = home / "target"
        environment = os.environ | {
            "REEL_WAREHOUSE": str(path),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(home / "logs"),
        }
        finished = subprocess.run(command, env=environment, capture_output=True)
        report = target / "run_results.json"
        assert report.exists(), finished.stdout.decode()[-3000:]
        results = json.loads(report.read_text())["results"]
        return Golden(path, {row["unique_id"]: row["status"] for row in results})

    return run


@pytest.fixture(scope="session")
def empty(build: Builder) -> Golden:
    """A warehouse built without any event."""
    return build([], as_of="2026-02-15")


@pytest.fixture(scope="session")
def finance(build: Builder) -> Golden:
    """A warehouse of finance_events.py, whose policies are not the declared ones."""
    case = runpy.run_path(str(Path(__file__).with_name("finance_events.py")))
    golden = build(
        case["EVENTS"],
        as_of=case["AS_OF"],
        fx_rates=case["FX_RATES"],
        policies=case["POLICIES"],
        adjustments=case["ADJUSTMENTS"],
    )
    failed = {n: s for n, s in golden.results.items() if s in ("error", "fail")}
    assert not failed
    return golden


@pytest.fixture(scope="session")
def january(finance: Golden) -> Callable[..., object]:
    """Read January's value of a metric of that warehouse."""

    def read(metric: str, **dims: str) -> object:
        return finance.value(metric, "2026-01-01", "month", **dims)

    return read


def _copy_project(home: Path, fx_rates: str) -> Path:
    """Lay the project beside reference data whose FX rates the test decides."""
    project = home / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", project)
    reference = home / "data" / "reference"
    shutil.copytree(ROOT / "data" / "reference", reference)
    rates = "currency,valid_from,units_per_usd\n" + fx_rates
    (reference / "fx_rates.csv").write_text(rates)
    return project


def _write_raw(path: Path, events: list[AnyEvent]) -> None:
    """Make one typed table per event type, as ingestion would leave it."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'; create schema raw")
        for tag, struct in EVENT_TYPES.items():
            types = get_type_hints(struct, include_extras=True)
            names = list(struct.__struct_fields__)
            columns = ", ".join(f"{name} {_sql_type(types[name])}" for name in names)
            connection.execute(f"create table raw.{tag} ({columns})")
            for event in events:
                if type(event) is struct:
                    values = [getattr(event, name) for name in names]
                    marks = ", ".join("?" for _ in names)
                    connection.execute(
                        f"insert into raw.{tag} values ({marks})", values
                    )


def _sql_type(annotation: object) -> str:
    """Map a field's annotation to the column type of the lake."""
    if annotation in SQL_TYPES:
        return SQL_TYPES[annotation]  # type: ignore[index]
    origin = get_origin(annotation)
    if origin is Annotated:
        return _sql_type(get_args(annotation)[0])
    if origin is Literal:
        return SQL_TYPES[type(get_args(annotation)[0])]
    if origin in (Union, UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return _sql_type(inner[0])
    raise TypeError(f"no column type for {annotation}")
