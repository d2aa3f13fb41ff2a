"""A nightly build has the rows of a full refresh, whatever came late or twice."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from generation.scenario.simulate import simulate
from pipelines import lake, raw, touched, transform, warehouse
from pipelines.load import ingest

END = datetime(2026, 2, 2, tzinfo=UTC)
NIGHT = datetime(2026, 1, 30, 12, tzinfo=UTC)  # in the middle of a day
LATE = END - timedelta(days=21)
BASIS = touched.Basis(1, frozenset({"b1"}), date(2026, 1, 31), "code", "UTC")


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Build without dbt's own tests: here another build is the judge."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test unit_test")
        yield


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The soiled company at 1:5000, active for the eight weeks to 1 February."""
    out = tmp_path_factory.mktemp("company")
    simulate(out, scale=0.0002, start=date(2025, 12, 8), weeks=8, workers=1)
    return out


@pytest.fixture(scope="module")
def waiting(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a build, and a second batch that waits for the next one."""
    home = tmp_path_factory.mktemp("waiting")
    load_batch(home, company, batch=0, batches=2, seed=1)
    build(home)
    load_batch(home, company, batch=1, batches=2, seed=1)
    return home


@pytest.fixture(scope="module")
def full(waiting: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a full refresh of that folder."""
    home = tmp_path_factory.mktemp("full") / "home"
    return build(Path(shutil.copytree(waiting, home)), full_refresh=True)


@pytest.fixture
def home(waiting: Path, tmp_path: Path) -> Path:
    """A copy of that folder which a test may build."""
    return Path(shutil.copytree(waiting, tmp_path / "home"))


def test_a_nightly_build_equals_a_full_refresh(home: Path, full: Path) -> None:
    """A figure must not depend on how often somebody has built."""
    before = warehouse.current_build_id(home)
    nightly = build(home)
    assert read(nightly, "kept_from from meta.build") == before
    assert read(full, "kept_from from meta.build") is None
    assert different_tables(nightly, full) == []
    touched_users = read(nightly, "count(*) from touched.users")
    assert 0 < touched_users < read(nightly, "count(*) from marts.dim_users") / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("delete from touched.accounts", "intermediate.int_account_days"),
        ("delete from touched.users", "intermediate.int_user_days"),
        # whom only an event of the account or of their own open day names
        (
            "delete from touched.users where user_id not in (select user_id from raw."
            "session_started where received_at >= timestamptz '2026-01-30 12:00:00Z')",
            "intermediate.int_user_days",
        ),
    ],
)
def test_a_build_that_forgets_somebody_is_seen(
    statement: str,
    changed: str,
    home: Path,
    full: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The comparison above must be able to fail."""
    write = touched.write

    def forget(home: Path, building: Path, *bases: touched.Basis) -> None:
        write(home, building, *bases)
        with duckdb.connect(str(building)) as connection:
            connection.execute(statement)

    monkeypatch.setattr(touched, "write", forget)
    assert changed in different_tables(build(home), full)


@pytest.mark.slow
def test_any_number_of_nights_equals_a_full_refresh(
    company: Path, tmp_path: Path
) -> None:
    """What one night keeps wrongly, the next one would keep for ever."""
    for batch in range(4):
        load_batch(tmp_path, company, batch=batch, batches=4, seed=2)
        nightly = build(tmp_path)
    assert different_tables(nightly, build(tmp_path, full_refresh=True)) == []


def test_a_late_event_touches_its_person_and_account_only(tmp_path: Path) -> None:
    """A night must not cost what a full refresh costs because one event is late."""
    people = [
        {
            "event_type": "user_registered",
            "event_id": f"r{number}",
            "user_id": f"u{number}",
            "account_id": f"a{number}",
            "channel": "organic",
        }
        for number in range(5)
    ]
    land_lines(tmp_path, "people", *people, occurred_at="2025-12-01T00:00:00Z")
    ingest(tmp_path)
    late = {
        "event_type": "session_started",
        "event_id": "late",
        "user_id": "u3",
        "session_id": "s3",
    }
    land_lines(tmp_path, "late", late, occurred_at=LATE.isoformat())
    ingest(tmp_path)
    building = tmp_path / "building.duckdb"
    raw.register(tmp_path, building, 2, "UTC")
    touched.write(tmp_path, building, BASIS, BASIS._replace(lake_version=2))
    assert read(building, "list(user_id) from touched.users") == ["u3"]
    assert read(building, "list(account_id) from touched.accounts") == ["a3"]


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({"as_of": date(2026, 2, 1), "batches": frozenset({"b1", "b2"})}, True),
        ({"as_of": date(2026, 1, 30)}, False),
        ({"batches": frozenset({"b2"})}, False),
        ({"code_version": "other"}, False),
        ({"reporting_time_zone": "Asia/Shanghai"}, False),
        # a policy begins in between
        ({"as_of": date(2026, 3, 1)}, False),
    ],
)
def test_rows_are_kept_for_later_data_under_the_same_rules(
    change: dict, is_kept: bool, tmp_path: Path
) -> None:
    policies = tmp_path / "policies.csv"
    policies.write_text(
        "policy,valid_from\ngrace_days,2024-01-01\ngrace_days,2026-03-01"
    )
    assert touched.can_keep(BASIS, BASIS._replace(**change), policies) is is_kept


def load_batch(
    home: Path, company: Path, *, batch: int, batches: int, seed: int
) -> None:
    """Load one batch; the last one has what was made by hand too."""
    land(home, company, batch=batch, batches=batches, seed=seed)
    if batch == batches - 1:
        land_by_hand(home)
    ingest(home)


def land(home: Path, company: Path, *, batch: int, batches: int, seed: int) -> None:
    """Land one of some random batches: by time, some of it late, some of it twice.

    The first batch ends at noon, so its last day is not closed. Of what is due in a
    batch 2 % comes in a later one, and 1 % comes again in the one after.
    """
    rng = np.random.default_rng(seed)
    cuts = np.sort(rng.uniform(NIGHT.timestamp(), END.timestamp(), batches - 2))
    edges = [NIGHT.timestamp(), *cuts]
    for path in sorted(company.glob("*/*.parquet")):
        frame = pl.read_parquet(path)
        due = np.searchsorted(edges, frame["received_at"].dt.epoch("us") / 1e6)
        is_late = rng.random(frame.height) < 0.02
        due = np.where(is_late, rng.integers(due, batches), due)
        is_again = (rng.random(frame.height) < 0.01) & (due == batch - 1)
        landed = frame.filter(pl.Series((due == batch) | is_again))
        if landed.height:
            target = home / "landing" / str(batch) / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            landed.write_parquet(target)


def land_by_hand(home: Path) -> None:
    """Land what changes the past of somebody whom no other event may name."""
    people = lake.pinned_files(home)["session_started"]
    seen = pl.scan_parquet(people).filter(pl.col("occurred_at") < LATE)
    known = pl.scan_parquet(lake.pinned_files(home)["user_registered"])
    active = known.join(seen, on="user_id", how="semi").sort("user_id").collect()
    bot, payer = active.row(0, named=True), active.row(-1, named=True)
    moment = LATE.isoformat()
    sessions = [
        {
            "event_type": "session_started",
            "event_id": f"bot-{number}",
            "user_id": bot["user_id"],
            "session_id": f"bot-{number}",
        }
        for number in range(40)
    ]
    subscription = {
        "event_type": "subscription_started",
        "event_id": "late-subscription",
        "account_id": payer["account_id"],
        "subscription_id": "late-subscription",
        "plan_id": "pro",
        "interval": "month",
        "price_minor": 2500,
        "currency": "USD",
        "period_start": moment,
        "period_end": END.isoformat(),
    }
    told_otherwise = sessions[0] | {"user_id": payer["user_id"]}
    events = [*sessions, subscription, told_otherwise]
    land_lines(home, "by_hand", *events, occurred_at=moment)


def land_lines(home: Path, name: str, *events: dict, occurred_at: str) -> None:
    common = {"source": "hand", "occurred_at": occurred_at}
    lines = [json.dumps(common | event) for event in events]
    path = home / "landing" / f"{name}.ndjson"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def build(home: Path, *, full_refresh: bool = False) -> Path:
    """Build and give the published file."""
    built = transform.build(home, full_refresh=full_refresh)
    assert built.is_new
    return warehouse.folder(home) / f"{built.build_id}.duckdb"


def read(build: Path, expression: str):
    """Read one value."""
    with duckdb.connect(str(build), read_only=True) as connection:
        row = connection.execute(f"select {expression}").fetchone()
    assert row is not None
    return row[0]


def different_tables(one: Path, other: Path) -> list[str]:
    """The tables of two builds that do not have the same rows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'other' and schema_name in"
            " ('intermediate', 'marts', 'metrics') order by 1"
        ).fetchall()
        assert len(tables) > 100
        return [
            table
            for (table,) in tables
            if connection.execute(
                f"(from one.{table} except all from other.{table}) union all"
                f" (from other.{table} except all from one.{table}) limit 1"
            ).fetchall()
        ]
