"""Build the real dbt project over hand-written events, once per set of events."""

import json
import runpy
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from generation.events import EVENT_TYPES, AnyEvent

ROOT = Path(__file__).parents[2]
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
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dbt project, beside reference data that the tests may change."""
    home = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "dbt_project", home / "dbt_project")
    shutil.copytree(ROOT / "data" / "reference", home / "data" / "reference")
    return home / "dbt_project"


@pytest.fixture(scope="session")
def manifest(project: Path) -> Manifest:
    """The parsed project, for all builds: variables are read as a model compiles.

    A manifest names its database, which is called after its file.
    """
    with pytest.MonkeyPatch.context() as patch:
        parsed = _dbt(patch, project, "parse", project / "golden.duckdb", {"as_of": ""})
    assert parsed.success, parsed.exception
    return parsed.result


@pytest.fixture(scope="session")
def build(
    tmp_path_factory: pytest.TempPathFactory, project: Path, manifest: Manifest
) -> Builder:
    """Return a function that builds the dbt project over given events.

    The build of the company runs every test there is; this one leaves out those whose
    result does not hang on the events, and those of single columns. Events made for a
    few `metrics` build these and what they are read from, with their tests.
    """

    def run(
        events: Iterable[AnyEvent],
        *,
        as_of: str,
        metrics: Iterable[str] = (),
        fx_rates: str = "",
        time_zone: str = "UTC",
        policies: str = "",
        adjustments: str = "",
    ) -> Golden:
        rates = "currency,valid_from,units_per_usd\n" + fx_rates
        (project.parent / "data/reference/fx_rates.csv").write_text(rates)
        for seed, rows in (("policies", policies), ("adjustments", adjustments)):
            declared = (ROOT / f"dbt_project/seeds/{seed}.csv").read_text()
            (project / f"seeds/{seed}.csv").write_text(declared + rows)
        path = tmp_path_factory.mktemp("golden") / "golden.duckdb"
        _write_raw(path, list(events))
        variables = {"as_of": as_of, "reporting_time_zone": time_zone}
        with pytest.MonkeyPatch.context() as patch:
            built = _dbt(patch, project, "build", path, variables, manifest, metrics)
        assert built.result is not None, built.exception
        DuckDBConnectionManager.env().close()  # or the tests cannot open the file
        results = {row.node.unique_id: str(row.status) for row in built.result}
        return Golden(path, results)

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


def _dbt(
    patch: pytest.MonkeyPatch,
    project: Path,
    command: str,
    path: Path,
    variables: dict[str, str],
    manifest: Manifest | None = None,
    metrics: Iterable[str] = (),
) -> dbtRunnerResult:
    """Run dbt in this process."""
    patch.setenv("REEL_WAREHOUSE", str(path))
    patch.setenv("DBT_TARGET_PATH", str(path.parent / "target"))
    patch.setenv("DBT_LOG_PATH", str(path.parent / "logs"))
    left_out = ("test_type:unit", "test_name:sound_columns")
    arguments = ["--quiet", command, "--vars", json.dumps(variables)]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target", "duckdb"]
    arguments += ["--exclude", *left_out] if manifest else []
    if metrics:
        arguments += ["--select", *(f"+{metric}" for metric in metrics)]
        arguments += ["--indirect-selection", "buildable"]
    return dbtRunner(manifest=manifest).invoke(arguments)


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
