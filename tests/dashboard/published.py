"""Publishes a small warehouse that tells the reference company's story.

Reads weeks.csv and months.csv beside it (company-level figures). Writes a real DuckDB
file through `pipelines.warehouse.publish`, holding a 1:100 sample of those figures.
"""

import runpy
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import duckdb
import polars as pl

from pipelines import account, analysts, warehouse

HERE = Path(__file__).parent
# By path: the tests are no package, and a page's test may load this file by path too.
story_slices = SimpleNamespace(**runpy.run_path(str(HERE / "story_slices.py")))
story_service = SimpleNamespace(**runpy.run_path(str(HERE / "story_service.py")))
SHARED = tempfile.TemporaryDirectory()
WEIGHT = 100.0
AS_OF = date(2026, 3, 29)
FACTS = ("value", "numerator", "denominator", "state")
# Shares of December 2025 and how fast each region drifts a month, relative.
REGIONS = {
    "CN": (0.290, -0.002),
    "US": (0.260, 0.000),
    "EU": (0.126, 0.003),
    "KR": (0.066, 0.004),
    "JP": (0.058, 0.000),
    "UK": (0.036, 0.003),
    "MENA": (0.034, 0.001),
    "SEA": (0.029, 0.002),
    "IN": (0.025, 0.005),
    "BR": (0.020, 0.011),
    "LATAM": (0.019, 0.010),
    "ROW": (0.015, -0.016),
    "RU": (0.013, 0.020),
    "TR": (0.009, 0.020),
}
METRICS = story_slices.METRICS | story_service.METRICS
Change = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(frozen=True)
class Ingest:
    """One batch in the account of what was loaded."""

    received: int
    accepted: int
    duplicate: int
    quarantined: int


BATCHES = [
    Ingest(received=1_000_000, accepted=994_100, duplicate=5_800, quarantined=100),
    Ingest(received=998_000, accepted=991_950, duplicate=5_990, quarantined=60),
    Ingest(received=412_345, accepted=410_000, duplicate=2_300, quarantined=45),
]


def publish(
    home: Path,
    *,
    build_id: str = "20260330T040000-v3",
    age: timedelta = timedelta(hours=4),
    weight: float = WEIGHT,
    change: Change | None = None,
) -> Path:
    """Publish the story as one build of the given age, and change the file before."""
    folder = warehouse.folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    building = folder / "building.duckdb.tmp"
    built_at = datetime.now(UTC) - age
    shutil.copyfile(_metrics_file(), building)
    with duckdb.connect(str(building)) as connection:
        _write_account(connection, build_id, built_at=built_at, weight=weight)
        if change is not None:
            change(connection)
    opened = folder / "opened.duckdb.tmp"
    analysts.write(building, opened, _texts(building))
    return warehouse.publish(home, building, build_id, analysts=opened)


@cache
def _metrics_file() -> Path:
    """Write what all builds of the story have in common, once."""
    path = Path(SHARED.name) / "story.duckdb"
    with duckdb.connect(str(path)) as connection:
        for schema in ("metrics", "meta", "marts"):
            connection.execute(f"create schema {schema}")
        for name, rows in _metric_rows().items():
            _create_metric(connection, name, rows)
        _write(connection, "metrics.catalog", _catalog(), account.CATALOG)
        _write_launches(connection)
    return path


def _texts(building: Path) -> dict[str, analysts.Text]:
    """Describe every column of the story by its name."""
    texts: dict[str, analysts.Text] = {}
    with duckdb.connect(str(building)) as connection:
        rows = connection.execute(
            "select table_schema || '.' || table_name, column_name"
            " from information_schema.columns"
        ).fetchall()
    for table, column in rows:
        text = texts.setdefault(table, analysts.Text(f"The table {table}.", {}))
        text.columns[column] = f"The {column}."
    return texts


def _write_launches(connection: duckdb.DuckDBPyConnection) -> None:
    names = ("date", "title", "kind", "feature", "detail")
    rows = [dict(zip(names, row, strict=True)) for row in story_service.LAUNCHES]
    schema = {name: pl.Date if name == "date" else pl.String for name in names}
    _write(connection, "marts.dim_launches", rows, schema)


def _metric_rows() -> dict[str, list[tuple[object, ...]]]:
    """Give each metric its rows: grain, period, dimensions, value, parts, state."""
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in METRICS}
    for week, users, ratio, signups in pl.read_csv(
        HERE / "weeks.csv", try_parse_dates=True
    ).iter_rows():
        state = "withheld" if week == date(2024, 12, 30) else "closed"
        rows["weekly_active_users"].append(
            ("week", week, "all", users / WEIGHT, None, None, state)
        )
        story_slices.add_week(rows, week, users / WEIGHT, state)
        story_service.add_week(rows, week, users / WEIGHT, state)
        matured = week + timedelta(days=37) <= AS_OF
        rows["free_to_paid_30"].append(
            ("week", week, "all", *_ratio(ratio, signups), _cohort(matured))
        )
    months = pl.read_csv(HERE / "months.csv", try_parse_dates=True).rows()
    before = 0.0
    for month, run_rate, revenue, payers in months:
        state = "provisional" if month == date(2026, 3, 1) else "closed"
        before = _month(rows, month, (run_rate, revenue, payers, before), state)
    return rows


def _month(
    rows: dict[str, list[tuple[object, ...]]],
    month: date,
    figures: tuple[float, float, float, float],
    state: str,
) -> float:
    """Add the rows of one month and give back its closing MRR."""
    run_rate, revenue, payers, opening = (figure / WEIGHT for figure in figures)
    closing = 0.78 * run_rate
    tail = (None, None, state)
    rows["paying_users"].append(("month", month, "all", "all", payers, *tail))
    for plan, share in story_slices.PLANS.items():
        rows["mrr"].append(("month", month, "all", plan, closing * share, *tail))
    for segment, share in story_slices.SEGMENTS.items():
        row = ("month", month, "all", segment, "all", run_rate * share, *tail)
        rows["run_rate_revenue"].append(row)
    story_slices.add_month(rows, month, closing, revenue)
    story_service.add_month(rows, month, revenue)
    for name, amount in (
        ("run_rate_revenue", run_rate),
        ("arr_runrate", 12 * run_rate),
        ("revenue", revenue),
    ):
        for region, share in ({"all": 1.0} | _shares(month)).items():
            value = amount * share
            rows[name].append(("month", month, region, "all", "all", value, *tail))
    change = closing - opening
    parts = {"contraction": -0.02 * closing, "churn": -0.09 * closing}
    parts |= {"expansion": 0.04 * closing, "reactivation": 0.02 * closing}
    parts |= {"fx": 0.001 * closing}
    parts["new"] = change - sum(parts.values())
    for movement, value in (parts | {"all": change}).items():
        rows["mrr_movements"].append(("month", month, movement, "all", value, *tail))
    matured = month < date(2026, 2, 1)
    conversion = {1: 0.1263, 2: 0.0372, 3: 0.0226, 12: 0.0185}.get(
        month.month if month > date(2025, 11, 1) else 0, 0.0121 - 0.0002 * month.month
    )
    rows["free_to_paid_30"].append(
        ("month", month, "all", *_ratio(conversion, 4e6), _cohort(matured))
    )
    return closing * WEIGHT


def _ratio(ratio: float, signups: float) -> tuple[float, int, int]:
    sample = round(signups / WEIGHT)
    return ratio, round(ratio * sample), sample


def _cohort(matured: bool) -> str:
    return "closed" if matured else "provisional"


def _shares(month: date) -> dict[str, float]:
    """Split a month by region; December 2025 is the anchor, shares add up to one."""
    months = (month.year - 2025) * 12 + month.month - 12
    drift = {
        region: share * (1 + slope) ** months
        for region, (share, slope) in REGIONS.items()
    }
    return {region: share / sum(drift.values()) for region, share in drift.items()}


def _create_metric(
    connection: duckdb.DuckDBPyConnection, name: str, rows: list[tuple[object, ...]]
) -> None:
    _, unit, form, _, _, dimensions, *_ = METRICS[name]
    kind = {"usd": "decimal(20, 6)", "ratio": "double"}.get(str(unit), "bigint")
    kind = "double" if form == "ratio" else kind
    columns = [column for column in str(dimensions).split(", ") if column]
    typed = "".join(f" {column} varchar," for column in columns)
    connection.execute(
        f"create table metrics.{name} (grain varchar, period_start date,{typed}"
        f" value {kind}, numerator bigint, denominator bigint, state varchar)"
    )
    names = ["grain", "period_start", *columns, *FACTS]
    frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
    connection.register("rows", frame.to_arrow())
    connection.execute(f"insert into metrics.{name} select * from rows")
    connection.unregister("rows")


def _catalog() -> list[dict[str, object]]:
    keys = ("label", "unit", "format", "extensive", "grains", "dimensions")
    return [
        dict(zip(("name", *keys, "definition", "formula"), (name, *entry), strict=True))
        | {"caveats": "", "owner": "finance", "definition_version": "1"}
        for name, entry in sorted(METRICS.items())
    ]


def _write_account(
    connection: duckdb.DuckDBPyConnection,
    build_id: str,
    *,
    built_at: datetime,
    weight: float,
) -> None:
    tests = [
        _test("weekly_active_users_equal_iso_week_actives", "weekly_active_users"),
        _test("movements_add_up_to_the_change_of_mrr", "mrr_movements"),
        _test("revenue_by_region_adds_up", "revenue"),
    ]
    build = {
        **{"build_id": build_id, "built_at": built_at, "as_of": AS_OF},
        **{"data_through": AS_OF + timedelta(days=1), "sample_weight": weight},
        **{"reporting_time_zone": "UTC", "code_version": "3f9c2a7d81e0"},
        **{"lake_version": 3, "tests_passed": len(tests)},
        **{"tests_total": len(tests), "status": "passed"},
    }
    batches = [
        {"batch_id": f"batch-{number:04d}", "loaded_at": built_at, **vars(batch)}
        for number, batch in enumerate(BATCHES, start=1)
    ]
    quarantine = [
        *[("not_json", "unknown", 130), ("wrong_type", "payment_succeeded", 60)],
        ("in_the_future", "generation_finished", 15),
    ]
    rows = [
        dict(zip(("reason", "event_type", "count"), row, strict=True))
        | {"last_seen": built_at}
        for row in quarantine
    ]
    _write(connection, "meta.build", [build], account.BUILD)
    _write(connection, "meta.test_results", tests, account.TEST_RESULTS)
    _write(connection, "meta.ingest", batches, account.INGEST)
    _write(connection, "meta.quarantine", rows, account.QUARANTINE)


def _test(name: str, model: str) -> dict[str, object]:
    return {
        **{"name": name, "model": model},
        **{"status": "pass", "failures": 0, "message": ""},
    }


def _write(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: list[dict[str, object]],
    schema: dict[str, pl.DataType],
) -> None:
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    connection.register("rows", frame.to_arrow())
    connection.execute(f"create table {table} as select * from rows")
    connection.unregister("rows")
