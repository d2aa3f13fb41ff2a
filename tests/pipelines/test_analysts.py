"""The analysts' file holds nobody, and says of everything else what it is."""

from pathlib import Path

import duckdb
import pytest

from dashboard import sandbox
from dashboard.sql_panels import EXAMPLES
from pipelines import analysts, warehouse
from pipelines.analysts import Text

KEYS = {
    "user_registered": ("user_id", "account_id"),
    "payment_succeeded": ("payment_id", "account_id"),
    "subscription_started": ("subscription_id",),
    "generation_submitted": ("generation_id", "event_id"),
}


@pytest.fixture
def file(company_home: Path) -> Path:
    build_id = warehouse.current_build_id(company_home)
    assert build_id is not None
    return warehouse.analysts_path(company_home, build_id)


def test_no_key_of_a_person_or_of_what_they_did_is_in_the_file(
    file: Path, company_home: Path
) -> None:
    """Who may query a file can read all of it, whatever rules the page has."""
    build = warehouse.open_current(company_home)
    opened = duckdb.connect(str(file), read_only=True)
    columns_of_text = opened.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns()"
        " where data_type = 'VARCHAR' and not internal"
    ).fetchall()
    texts = set()
    for table, column in columns_of_text:
        rows = opened.execute(f'select distinct "{column}" from {table}').fetchall()
        texts |= {row[0] for row in rows}
    assert "US" in texts
    for event, columns in KEYS.items():
        for column in columns:
            keys = set(build.query(f"select {column} from raw.{event}")[column])
            assert len(keys) > 10, column
            assert not keys & texts, column
    build.close()
    opened.close()


def test_no_table_has_one_row_for_each_account(file: Path) -> None:
    with duckdb.connect(str(file), read_only=True) as opened:
        rows = opened.execute('select "table" from meta.tables').fetchall()
    tables = {row[0] for row in rows}
    for closed in ("dim_users", "dim_accounts", "fct_payments", "fct_mrr_movements"):
        assert f"marts.{closed}" not in tables
    for open_ in ("marts.fct_mrr_daily", "metrics.mrr", "seeds.plans", "meta.build"):
        assert open_ in tables


def test_every_metric_is_in_the_file_row_for_row(
    file: Path, company_home: Path
) -> None:
    """A metric without a described column would be missing silently."""
    build = warehouse.open_current(company_home)
    part = warehouse.open_for_analysts(company_home, build.build_id)
    for name in build.catalog()["name"]:
        counted = f"select count(*) as n, sum(hash({name})) as sum from metrics.{name}"
        assert build.query(counted).equals(part.query(counted)), name
    build.close()
    part.close()


def test_every_column_in_the_file_is_described(file: Path) -> None:
    with duckdb.connect(str(file), read_only=True) as opened:
        columns = opened.execute(
            "select schema_name || '.' || table_name, column_name"
            " from duckdb_columns() where not internal"
            " and (schema_name, table_name) not in"
            " (('meta', 'tables'), ('meta', 'columns'))"
        ).fetchall()
        described = opened.execute(
            'select "table", "column" from meta.columns where length(description) > 1'
        ).fetchall()
    assert set(columns) == set(described)
    assert len(columns) > 200


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_each_example_has_an_answer(file: Path, example: Path) -> None:
    answer = sandbox.start(file, example.read_text()).wait(30)
    assert answer is not None
    assert answer.table is not None, answer
    assert answer.table.num_rows > 1


def test_what_nobody_has_thought_of_stays_closed(tmp_path: Path) -> None:
    building, path = tmp_path / "building.duckdb", tmp_path / "opened.duckdb"
    with duckdb.connect(str(building)) as build:
        for schema in ("metrics", "marts", "seeds", "meta", "intermediate"):
            build.execute(f"create schema {schema}")
        for table, columns in (
            ("marts.open", "'US' as region, 1 as n, 'pro' as plan_id"),
            ("marts.keyed", "'US' as region, 'u1' as user_id"),
            ("marts.new_key", "'US' as region, 'd1' as device_id"),
            ("marts.half_described", "'US' as region, 'ann@example.com' as email"),
            ("marts.undescribed", "1 as n"),
            ("intermediate.open", "1 as n"),
        ):
            build.execute(f"create table {table} as select {columns}")
    names = ("region", "n", "plan_id", "user_id", "device_id")
    text = Text("A table.", {name: f"The {name}." for name in names})
    texts = dict.fromkeys(
        ("marts.open", "marts.keyed", "marts.new_key", "marts.half_described"), text
    ) | {"intermediate.open": text}
    analysts.write(building, path, texts)
    with duckdb.connect(str(path), read_only=True) as opened:
        tables = opened.execute('select "table", description from meta.tables')
        assert tables.fetchall() == [("marts.open", "A table.")]
        columns = opened.execute('select "column", type from meta.columns').fetchall()
        assert columns == [
            ("region", "varchar"),
            ("n", "integer"),
            ("plan_id", "varchar"),
        ]
        assert opened.execute("from marts.open").fetchall() == [("US", 1, "pro")]
