"""Loading files and bodies: nothing lost, nothing doubled, all of it accounted for."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from pipelines import inbox, lake
from pipelines.landing import MixedSampleWeights
from pipelines.load import Busy, ingest

SESSION = {
    "event_type": "session_started",
    "event_id": "e1",
    "source": "app",
    "occurred_at": "2025-01-01T10:00:00Z",
    "user_id": "u1",
    "session_id": "s1",
}


def land(home: Path, name: str, *events: dict | bytes) -> Path:
    path = home / "landing" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [e if isinstance(e, bytes) else json.dumps(e).encode() for e in events]
    content = b"\n".join(lines) + b"\n"
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def read_lake(home: Path, event_type: str = "session_started") -> pl.DataFrame:
    return pl.read_parquet(lake.pinned_files(home)[event_type])


def reasons(home: Path) -> dict[str, int]:
    summary = lake.quarantine_summary(home)
    return {row["reason"]: row["count"] for row in summary}


def test_an_event_reaches_the_lake_with_the_contracts_columns(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION | {"colour": "red"})
    report = ingest(tmp_path)
    assert (report.received, report.accepted, report.lake_version) == (1, 1, 1)
    table = read_lake(tmp_path)
    assert table.schema == lake.schema("session_started")
    assert table["extra"].to_list() == ['{"colour":"red"}']
    assert table["platform"].to_list() == ["web"]  # the contract's default
    assert table["received_at"].null_count() == 0


def test_ingesting_twice_changes_nothing(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION)
    first = ingest(tmp_path)
    second = ingest(tmp_path)
    assert (second.received, second.batches, second.files) == (0, 0, 0)
    assert second.lake_version == first.lake_version


def test_a_copy_under_another_name_only_raises_the_duplicate_count(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION, SESSION | {"event_id": "e2"})
    ingest(tmp_path)
    land(tmp_path, "b/y.ndjson.gz", SESSION, SESSION | {"event_id": "e2"})
    report = ingest(tmp_path)
    assert (report.received, report.accepted, report.duplicate) == (2, 0, 2)
    assert report.lake_version == 1
    assert read_lake(tmp_path).height == 2


def test_a_body_of_the_inbox_is_loaded_once_with_the_time_of_its_receipt(tmp_path):
    inbox.receive(tmp_path, gzip.compress(json.dumps(SESSION).encode()), source="cli")
    assert ingest(tmp_path).accepted == 1
    assert ingest(tmp_path).received == 0
    body = read_lake(tmp_path)["received_at"][0]
    assert body < lake.ingest_totals(tmp_path)[0]["loaded_at"]


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    land(tmp_path, "a/garbage.ndjson", b"\x00\xff garbage", b"more")
    (tmp_path / "landing/a/garbage.parquet").write_bytes(b"PAR1 not really")
    whole = gzip.compress(json.dumps(SESSION).encode() + b"\n" + b"x" * 10)
    (tmp_path / "landing/a/cut.ndjson.gz").write_bytes(whole[:-12])
    land(tmp_path, "a/good.ndjson", SESSION | {"event_id": "e2"})
    report = ingest(tmp_path)
    assert reasons(tmp_path) == {"unreadable_file": 2, "truncated_file": 1}
    assert (report.received, report.accepted, report.quarantined) == (5, 2, 3)


def test_two_sample_weights_stop_the_load_before_anything_is_loaded(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION)
    land(tmp_path, "b/y.ndjson", SESSION | {"event_id": "e2"})
    (tmp_path / "landing/a/manifest.json").write_text('{"sample_weight": 100}')
    (tmp_path / "landing/b/manifest.json").write_text('{"sample_weight": 10}')
    with pytest.raises(MixedSampleWeights, match=r"10 in .*b/manifest.json"):
        ingest(tmp_path)
    assert lake.current_version(tmp_path) == 0


def test_the_sample_weight_of_the_manifest_reaches_readers(tmp_path):
    assert lake.sample_weight(tmp_path) == 1
    land(tmp_path, "a/2025-01-06/x.ndjson", SESSION)
    (tmp_path / "landing/a/manifest.json").write_text('{"sample_weight": 100}')
    ingest(tmp_path)
    assert lake.sample_weight(tmp_path) == 100


def test_a_second_ingest_at_the_same_time_is_told_to_wait(tmp_path):
    with inbox.exclusive(tmp_path), pytest.raises(Busy, match="another ingest"):
        ingest(tmp_path)
