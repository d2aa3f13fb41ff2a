"""A build is published when every test passes, and only then."""

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import lake, raw, transform, warehouse

# Features overlap, and so do the days after a signup: their slices have no total.
NO_TOTAL = {
    *("feature_adoption", "feature_retention", "feature_trial_7"),
    *("retention", "weekly_retention", "signup_funnel"),
    *("time_to_step", "time_to_adopt"),
    *("cohort_revenue_per_signup", "cohort_revenue_per_payer"),
    *("cohort_credits_per_signup", "cohort_credit_retention"),
}
BY_HAND = {"revenue_adjustments"}  # empty while nothing was adjusted


@pytest.fixture
def home(company_home: Path, tmp_path: Path) -> Path:
    """A copy of the loaded company that a test may change."""
    return Path(shutil.copytree(company_home, tmp_path / "home"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the dbt project that a test may break."""
    root = tmp_path / "root"
    shutil.copytree(transform.PROJECT, root / "dbt_project")
    shutil.copytree(transform.REFERENCE, root / "data" / "reference")
    monkeypatch.setattr(transform, "ROOT", root)
    monkeypatch.setattr(transform, "PROJECT", root / "dbt_project")
    monkeypatch.setattr(transform, "REFERENCE", root / "data" / "reference")
    return root / "dbt_project"


def test_a_failed_test_publishes_nothing_and_is_told(home: Path, project: Path) -> None:
    """An executive must never read a number that failed its own test."""
    before = warehouse.current_build_id(home)
    test = project / "tests" / "always_wrong.sql"
    test.write_text("select 1 as harm")
    with pytest.raises(transform.BuildFailed, match="always_wrong"):
        transform.build(home)
    assert warehouse.current_build_id(home) == before
    failure = warehouse.last_failure(home)
    assert failure is not None
    assert "always_wrong" in str(failure["failed"])
    leftovers = [file.name for file in (home / "warehouse").glob("building*")]
    assert leftovers == []


def test_a_project_that_cannot_be_parsed_says_why(home: Path, project: Path) -> None:
    (project / "models" / "broken.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(transform.BuildFailed, match="nowhere"):
        transform.build(home)


def test_files_older_than_a_column_of_the_contract_read_as_null(tmp_path: Path) -> None:
    """A release that adds a property must still read the lake of the one before."""
    schema = lake.schema("subscription_started")
    old = {name: dtype for name, dtype in schema.items() if name != "coupon"}
    files = [tmp_path / "old.parquet", tmp_path / "new.parquet"]
    pl.DataFrame({"event_id": ["e1"]}).match_to_schema(
        old, missing_columns="insert"
    ).write_parquet(files[0])
    pl.DataFrame({"event_id": ["e2"], "coupon": ["SPRING"]}).match_to_schema(
        schema, missing_columns="insert"
    ).write_parquet(files[1])
    for pinned, expected in (
        (files[:1], [("e1", None)]),
        (files, [("e1", None), ("e2", "SPRING")]),
    ):
        with duckdb.connect() as connection:
            rows = raw.rows("subscription_started", pinned)
            query = f"select event_id, coupon from ({rows}) order by 1"
            assert connection.execute(query).fetchall() == expected


def test_the_build_says_how_far_its_data_reaches(company_home: Path) -> None:
    """The company declares its export complete through 29 March 2026."""
    build = warehouse.open_current(company_home)
    facts = build.build()
    build.close()
    assert facts["as_of"].date() == date(2026, 3, 29)  # type: ignore[attr-defined]
    assert facts["sample_weight"] == 1000
    assert facts["tests_passed"] == facts["tests_total"] > 100


@pytest.mark.parametrize(
    ("zone", "as_of", "data_through"),
    [
        ("UTC", date(2026, 3, 29), date(2026, 3, 29)),
        # the last hours of 29 March UTC are the 30th in Shanghai, which is not over
        ("Asia/Shanghai", date(2026, 3, 29), date(2026, 3, 30)),
        # and the 29th of Los Angeles has seven hours to go
        ("America/Los_Angeles", date(2026, 3, 28), date(2026, 3, 29)),
    ],
)
def test_a_day_is_closed_by_the_midnight_of_the_reporting_zone(
    zone: str, as_of: date, data_through: date, company_home: Path, tmp_path: Path
) -> None:
    version = lake.current_version(company_home)
    building = tmp_path / "building.duckdb"
    span = raw.register(company_home, building, version, zone)
    assert (span.as_of, span.data_through) == (as_of, data_through)


def test_a_changed_reference_file_calls_for_a_new_build(project: Path) -> None:
    before = transform.code_version()
    rates = transform.REFERENCE / "fx_rates.csv"
    rates.write_text(rates.read_text() + "\n")
    assert transform.code_version() != before


def test_every_metric_of_the_catalog_is_a_readable_table(company_home: Path) -> None:
    build = warehouse.open_current(company_home)
    catalog = build.catalog()
    for name, dimensions in zip(catalog["name"], catalog["dimensions"], strict=True):
        splits = dimensions.split(", ") if dimensions else []
        has_total, within = name not in NO_TOTAL, {}
        for dimension in [None] * has_total + splits:
            frame = build.metric(name, by=dimension, within=within)
            assert len(frame) > 0 or name in BY_HAND, (name, dimension)
            assert set(frame["state"]) <= {"closed", "provisional", "withheld"}
            if not has_total:
                within = {splits[0]: frame[splits[0]].iloc[0]}
    build.close()
    assert json.loads(catalog.to_json())  # it can be exported


def test_the_catalog_names_the_core_metrics(company_home: Path) -> None:
    build = warehouse.open_current(company_home)
    names = set(build.catalog()["name"])
    build.close()
    assert names >= {
        *("weekly_active_users", "daily_active_users", "monthly_active_users"),
        *("paying_users", "new_paying_users", "free_to_paid_30", "paid_share"),
        *("mrr", "mrr_movements", "arr_subscription", "arr_runrate"),
        *("run_rate_revenue", "revenue"),
        *("active_users_by_rung", "user_lifecycle", "user_quick_ratio"),
        *("stickiness", "retention"),
    }
