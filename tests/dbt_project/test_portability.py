"""The lint finds what DuckDB and Spark read differently, and the project has none."""

from pathlib import Path

import pytest

from pipelines import portability

SOURCE = Path("models/example.sql")


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select avg(price) from t", "avg"),
        ("select percentile_cont(0.5) within group (order by x) from t",
         "percentile_cont"),
        ("select median(x) from t", "percentile_cont"),
        ("select stddev(x) from t", "stddev"),
        ("select approx_count_distinct(x) from t", "approximate"),
        ("select dayofweek(d) from t", "dayofweek"),
        ("select extract(dow from d) from t", "weekday of extract"),
        ("select * from a asof join b on a.d >= b.d", "ASOF join"),
        ("select a / b from t", "bare division"),
        ("select a / 0 from t", "bare division"),
        ("select cast(a / 2 as int) from t", "fraction cast to a whole number"),
        ("select cast(2.5 as bigint)", "fraction cast to a whole number"),
        ("select string_agg(x, ',') from t", "list of strings"),
        ("select concat(a, b) from t", "concat"),
        ("select current_date", "clock"),
        ("select t at time zone 'Asia/Shanghai' from u", "time zone"),
        ("select regexp_replace(a, 'b', 'c') from t", "regexp_replace"),
        ("select hash(a) from t", "hash"),
        ('select "a" from t', "quoted identifier"),
        ("select from where", "unparsable"),
    ],
)  # fmt: skip
def test_what_the_engines_read_differently_is_found(sql: str, name: str):
    found = portability.check_sql(sql, "duckdb", SOURCE)
    assert [finding.name for finding in found] == [name]


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(a) / nullif(count(a), 0) from t",
        "select a / 2 from t",
        "select cast(floor(a / 2 + 0.5) as bigint) from t",
        "select cast(d + interval '1' month as date) from t",
        'select a from "base"."marts"."t"',
    ],
)
def test_what_both_engines_read_alike_passes(sql: str):
    assert list(portability.check_sql(sql, "duckdb", SOURCE)) == []


def test_a_finding_names_the_line_of_the_source_and_the_fix(tmp_path: Path):
    source = tmp_path / "revenue.sql"
    source.write_text("select\n    -- a comment\n    avg(amount)\nfrom t\n")
    compiled = "\n\nselect\n    -- a comment\n    avg(amount)\nfrom t\n"

    (finding,) = portability.check_sql(compiled, "spark", source)

    assert str(finding) == (
        f"{source}:3: avg: store sum() and count() and divide by nullif(count(), 0)"
    )


def test_the_project_means_the_same_on_both_engines(
    capsys: pytest.CaptureFixture[str],
):
    assert portability.main() == 0, capsys.readouterr().out


def test_type_names_of_one_engine_are_found_in_the_source(tmp_path: Path):
    (tmp_path / "models").mkdir()
    model = tmp_path / "models" / "users.sql"
    model.write_text("select cast(a as varchar)\nfrom t -- not this varchar\n")

    (finding,) = portability.check_sources(tmp_path)

    assert (finding.line, finding.name, finding.fix) == (1, "varchar", "write string")
