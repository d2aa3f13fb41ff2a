"""Without any event the build is green and every metric is empty."""


def test_without_events_the_build_is_green_and_every_metric_is_empty(empty):
    assert set(empty.results.values()) <= {"success", "pass", "no-op"}
    metrics = empty.rows(
        "select table_name from information_schema.tables"
        " where table_schema = 'metrics'"
    )
    assert len(metrics) == 17
    for (metric,) in metrics:
        assert empty.rows(f"select count(*) from metrics.{metric}") == [(0,)], metric
