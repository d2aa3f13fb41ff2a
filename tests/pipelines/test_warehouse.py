"""Publishing is atomic, reading is locked down, weights are applied once."""

import threading
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines import warehouse


def make_build(path: Path, *, actives: int = 30_000, weight: float = 100) -> Path:
    """Write a build by hand with one extensive metric and one ratio."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema metrics; create schema meta;")
        connection.execute(f"create table meta.build as select {weight} sample_weight")
        connection.execute(
            "create table metrics.catalog as select * from (values"
            " ('weekly_active_users', 'WAU', true, 'week', 'region'),"
            " ('paid_share', 'Paid share', false, 'week', 'region'))"
            " t(name, label, extensive, grains, dimensions)"
        )
        for name, value, parts in (
            ("weekly_active_users", actives, "null::bigint, null::bigint"),
            ("paid_share", 0.1, "3000, 30000"),
        ):
            connection.execute(
                f"create table metrics.{name} as select 'week' grain,"
                " date '2025-12-08' period_start, region, value, numerator,"
                " denominator, 'closed' state from (values"
                f" ('all', {value}, {parts}), ('US', {value} / 4, {parts}))"
                " t(region, value, numerator, denominator)"
            )
    return path


def publish(home: Path, build_id: str, **facts: float) -> warehouse.Warehouse:
    make_build(home / "warehouse" / "building.tmp", **facts)
    warehouse.publish(home, home / "warehouse" / "building.tmp", build_id)
    return warehouse.open_current(home)


def test_before_the_first_build_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(warehouse.NoWarehouse, match="reel run"):
        warehouse.open_current(tmp_path)


def test_an_extensive_metric_is_weighted_and_a_ratio_is_not(tmp_path: Path) -> None:
    build = publish(tmp_path, "a")
    users = build.metric("weekly_active_users", grain="week")
    assert users["value"].tolist() == [3_000_000]  # 30,000 x 100
    assert build.metric("weekly_active_users", raw=True)["value"].tolist() == [30_000]
    share = build.metric("paid_share")
    assert share[["value", "numerator", "denominator"]].values.tolist() == [
        [0.1, 3000, 30000]
    ]


def test_the_newest_row_of_a_metric_is_its_total_and_weighted(tmp_path: Path) -> None:
    publish(tmp_path, "a")
    path = tmp_path / "warehouse" / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "insert into metrics.weekly_active_users values"
            " ('week', '2025-12-15', 'all', 7, null, null, 'provisional')"
        )
    newest = warehouse.open_current(tmp_path).newest().set_index("name")
    assert newest["value"].to_dict() == {
        "weekly_active_users": 3_000_000,  # 30,000 x 100; the open week is not it
        "paid_share": 0.1,
    }
    states = newest["newest_state"].to_dict()
    assert states == {"weekly_active_users": "provisional", "paid_share": "closed"}


def test_a_slice_is_asked_for_by_name(tmp_path: Path) -> None:
    build = publish(tmp_path, "a")
    regions = build.metric("weekly_active_users", by="region")
    assert regions["region"].tolist() == ["US"]
    assert regions["value"].tolist() == [750_000]
    with pytest.raises(ValueError, match="split by region, not by planet"):
        build.metric("weekly_active_users", by="planet")
    with pytest.raises(ValueError, match="grains \\['week'\\], not 'year'"):
        build.metric("weekly_active_users", grain="year")
    with pytest.raises(warehouse.UnknownMetric, match="this build has: paid_share"):
        build.metric("weekly_active_user")


def test_a_period_filter_includes_both_ends(tmp_path: Path) -> None:
    build = publish(tmp_path, "a")
    day = date(2025, 12, 8)
    assert len(build.metric("paid_share", since=day, until=day)) == 1
    assert len(build.metric("paid_share", since=date(2025, 12, 9))) == 0


def test_the_file_cannot_be_written_nor_the_disk_read(tmp_path: Path) -> None:
    build = publish(tmp_path, "a")
    for attack in (
        "create table metrics.x as select 1",
        "select * from read_csv('/etc/hostname')",
        "set enable_external_access = true",
        "copy metrics.paid_share to 'stolen.csv'",
    ):
        with pytest.raises(duckdb.Error):
            build.query(attack)


def test_two_readers_of_one_process_share_a_build(tmp_path: Path) -> None:
    """DuckDB gives both the same instance, which the first has locked."""
    first = publish(tmp_path, "a")
    second = warehouse.open_current(tmp_path)
    clock = "select current_setting('TimeZone') as zone"
    assert first.query(clock)["zone"].tolist() == ["UTC"]
    assert second.query(clock)["zone"].tolist() == ["UTC"]
    with pytest.raises(duckdb.Error):
        second.query("select * from read_csv('/etc/hostname')")


def test_a_reader_keeps_its_build_and_a_new_reader_sees_the_new_one(
    tmp_path: Path,
) -> None:
    before = publish(tmp_path, "a", actives=1)
    assert before.metric("weekly_active_users", raw=True)["value"].tolist() == [1]
    after = publish(tmp_path, "b", actives=2)
    assert after.build_id == "b"
    assert after.metric("weekly_active_users", raw=True)["value"].tolist() == [2]
    assert before.metric("weekly_active_users", raw=True)["value"].tolist() == [1]


def test_readers_never_fail_or_mix_while_builds_are_published(tmp_path: Path) -> None:
    publish(tmp_path, "0", actives=0).close()
    seen, errors, done = [], [], threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                build = warehouse.open_current(tmp_path)
                value = build.metric("weekly_active_users", raw=True)["value"].item()
                seen.append((build.build_id, int(value)))
                build.close()
            except Exception as error:
                errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 8):
        make_build(tmp_path / "warehouse" / "next.tmp", actives=number)
        warehouse.publish(tmp_path, tmp_path / "warehouse" / "next.tmp", str(number))
    done.set()
    reader.join()
    assert errors == []
    assert seen
    assert all(build_id == str(value) for build_id, value in seen)


def test_only_the_last_builds_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        publish(tmp_path, f"b{number}").close()
    files = sorted(file.stem for file in (tmp_path / "warehouse").glob("*.duckdb"))
    assert files == ["b2", "b3", "b4"]


def test_a_failure_is_told_until_a_build_passes(tmp_path: Path) -> None:
    publish(tmp_path, "a").close()
    warehouse.record_failure(tmp_path, {"build_id": "b", "failed": ["arr: 3 rows"]})
    failure = warehouse.last_failure(tmp_path)
    assert failure is not None
    assert failure["failed"] == ["arr: 3 rows"]
    assert warehouse.open_current(tmp_path).build_id == "a"
    publish(tmp_path, "c").close()
    assert warehouse.last_failure(tmp_path) is None


def test_the_part_for_analysts_comes_and_goes_with_its_build(tmp_path: Path) -> None:
    """A part without its build would be asked for ever, and fill the disk."""
    for number in range(warehouse.KEPT_BUILDS + 1):
        building = make_build(tmp_path / "warehouse" / "building.tmp")
        opened = make_build(tmp_path / "warehouse" / "opened.tmp")
        warehouse.publish(tmp_path, building, str(number), analysts=opened)
    kept = sorted((tmp_path / "warehouse" / "analysts").iterdir())
    assert [file.stem for file in kept] == ["1", "2", "3"]
    with pytest.raises(warehouse.NoWarehouse, match="--full-refresh"):
        warehouse.open_for_analysts(tmp_path, "0")
    newest = warehouse.open_for_analysts(tmp_path, "3")
    assert len(newest.query("from metrics.paid_share")) == 2
    newest.close()
