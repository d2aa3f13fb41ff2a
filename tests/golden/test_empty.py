"""Without any event the build is green and every metric is empty."""

from pathlib import Path

METRICS = Path(__file__).parents[2] / "dbt_project" / "models" / "metrics"


def test_without_events_the_build_is_green_and_every_metric_is_empty(empty):
    assert set(empty.results.values()) <= {"success", "pass", "no-op"}
    metrics = empty.rows(
        "select table_name from information_schema.tables"
        " where table_schema = 'metrics'"
    )
    assert {name for (name,) in metrics} == {
        path.stem for path in METRICS.glob("*.sql")
    }
    for (metric,) in metrics:
        assert empty.rows(f"select count(*) from metrics.{metric}") == [(0,)], metric
