"""Loading files and bodies: nothing lost, nothing doubled, all of it accounted for."""

import gzip
import json
import sqlite3
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines import inbox, lake, rows, tables
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
SECOND = SESSION | {"event_id": "e2", "session_id": "s2"}


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


def quarantined(home: Path, column: str) -> list:
    statement = f"select {column} from quarantine order by quarantine_id"
    with closing(inbox.connect(home)) as connection:
        return [value for (value,) in connection.execute(statement)]


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
    land(tmp_path, "a/x.ndjson", SESSION, SECOND)
    ingest(tmp_path)
    land(tmp_path, "b/y.ndjson.gz", SESSION, SECOND)
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
    land(tmp_path, "a/good.ndjson", SESSION)
    (tmp_path / "landing/a/garbage.parquet").write_bytes(b"PAR1 not really")
    (tmp_path / "landing/a/empty.parquet").write_bytes(b"")
    whole = tmp_path / "whole.parquet"
    pl.DataFrame({"event_id": [f"e{i}" for i in range(10_000)]}).write_parquet(whole)
    cut = whole.read_bytes()[:-500]
    (tmp_path / "landing/a/session_started.parquet").write_bytes(cut)
    report = ingest(tmp_path)
    assert reasons(tmp_path) == {"unreadable_file": 4}
    assert (report.received, report.accepted, report.quarantined) == (5, 1, 4)
    assert quarantined(tmp_path, "raw")[-1] == cut  # files load in order of name


def test_damage_inside_a_parquet_file_does_not_stop_the_others(tmp_path):
    path = land(tmp_path, "a/session_started.parquet")
    frame = pl.DataFrame({"event_id": [f"e{i}" for i in range(10_000)]})
    frame.write_parquet(path)
    content = bytearray(path.read_bytes())
    content[100:2_000] = b"\xff" * 1_900
    path.write_bytes(content)
    land(tmp_path, "b/good.ndjson", SESSION)
    assert ingest(tmp_path).accepted == 1
    assert reasons(tmp_path) == {"unreadable_file": 1}


def test_a_truncated_gzip_gives_the_lines_before_the_cut(tmp_path):
    events = [
        SESSION | {"event_id": f"e{i}", "session_id": f"s{i}"} for i in range(2_000)
    ]
    path = land(tmp_path, "a/cut.ndjson.gz", *events)
    cut = path.read_bytes()[:-1_500]
    path.write_bytes(cut)
    report = ingest(tmp_path)
    assert reasons(tmp_path) == {"truncated_file": 1}
    assert 0 < report.accepted < 2_000
    ids = [f"e{i}" for i in range(report.accepted)]
    assert sorted(read_lake(tmp_path)["event_id"]) == sorted(ids)
    (rest,) = quarantined(tmp_path, "raw")
    readable = zlib.decompressobj(wbits=31).decompress(cut)
    assert rest == readable.rpartition(b"\n")[2] != b""


def test_a_gzip_of_several_members_is_read_to_its_end(tmp_path):
    members = [
        json.dumps(SESSION | {"event_id": f"e{i}", "session_id": f"s{i}"}) + "\n"
        for i in range(3)
    ]
    path = land(tmp_path, "a/x.ndjson.gz")
    path.write_bytes(b"".join(gzip.compress(m.encode()) for m in members))
    assert ingest(tmp_path).accepted == 3


def test_a_file_that_grew_is_loaded_again_and_its_old_events_are_duplicates(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION)
    ingest(tmp_path)
    land(tmp_path, "a/x.ndjson", SESSION, SECOND)
    report = ingest(tmp_path)
    assert (report.accepted, report.duplicate) == (1, 1)


def test_files_still_being_written_are_left_alone(tmp_path):
    land(tmp_path, "a/.x.ndjson", SESSION)
    land(tmp_path, "a/x.ndjson.tmp", SESSION)
    assert ingest(tmp_path).files == 0


def test_a_path_that_cannot_be_loaded_is_refused_by_name(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file or folder .*nowhere"):
        ingest(tmp_path, [tmp_path / "nowhere"])
    table = tmp_path / "x.csv"
    table.write_text("a,b")
    with pytest.raises(ValueError, match=r"x.csv: only \.ndjson"):
        ingest(tmp_path, [table])


def test_received_is_accepted_plus_duplicate_plus_quarantined(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION, SESSION, b"{", SECOND)
    report = ingest(tmp_path)
    assert (report.received, report.accepted) == (4, 2)
    assert (report.duplicate, report.quarantined) == (1, 1)
    (totals,) = lake.ingest_totals(tmp_path)
    del totals["batch_id"], totals["loaded_at"]
    assert list(totals.values()) == [4, 2, 1, 1]
    with (
        closing(inbox.connect(tmp_path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="CHECK"),
    ):
        connection.execute("update batches set accepted = 3")


def test_an_older_version_keeps_its_files_while_loads_go_on(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION)
    ingest(tmp_path)
    land(tmp_path, "a/y.ndjson", SECOND)
    ingest(tmp_path)
    assert len(lake.pinned_files(tmp_path, 1)["session_started"]) == 1
    assert len(lake.pinned_files(tmp_path)["session_started"]) == 2


def test_an_altered_lake_file_is_found_by_its_checksum(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION)
    ingest(tmp_path)
    (file,) = lake.pinned_files(tmp_path)["session_started"]
    assert lake.damaged_files(tmp_path) == []
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(content)
    assert lake.damaged_files(tmp_path) == [file]


def test_watermarks_tell_the_newest_event_of_each_producer(tmp_path):
    later = {"event_id": "e2", "occurred_at": "2025-01-03T00:00:00Z"}
    land(tmp_path, "a/x.ndjson", SESSION | later)
    ingest(tmp_path)
    land(tmp_path, "a/y.ndjson", SESSION)
    ingest(tmp_path)
    (mark,) = lake.watermarks(tmp_path)
    assert (mark["source"], mark["event_type"]) == ("app", "session_started")
    assert mark["max_occurred_at"] == datetime(2025, 1, 3, tzinfo=UTC)


def test_the_arrow_schema_is_what_a_lake_file_has(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION)
    ingest(tmp_path)
    (file,) = lake.pinned_files(tmp_path)["session_started"]
    written = pl.read_parquet(file).schema
    assert pl.from_arrow(lake.arrow_schema("session_started").empty_table()).schema == (
        written
    )


def test_progress_is_told_in_bytes_and_events_up_to_the_end(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION)
    calls = []
    ingest(tmp_path, on_progress=lambda *call: calls.append(call))
    size = (tmp_path / "landing/a/x.ndjson").stat().st_size
    assert calls == [(size, size, 1)]


def test_a_file_larger_than_a_chunk_is_loaded_whole_with_its_row_numbers(tmp_path):
    # 1,000,001 rows are read in two chunks; the repeated first id comes in the second.
    count = tables.CHUNK_ROWS + 1
    frame = pl.select(
        event_id=pl.int_range(count).mod(tables.CHUNK_ROWS).cast(pl.String),
        source=pl.lit("app"),
        occurred_at=pl.lit(datetime(2025, 1, 1, tzinfo=UTC)),
        user_id=pl.lit("u"),
        session_id=pl.int_range(count).mod(tables.CHUNK_ROWS).cast(pl.String),
        platform=pl.when(pl.int_range(count) == count - 2)
        .then(pl.lit("tv"))
        .otherwise(pl.lit("web")),
    )
    path = land(tmp_path, "a/session_started.parquet")
    frame.write_parquet(path)
    report = ingest(tmp_path)
    assert (report.batches, report.accepted) == (1, count - 2)
    assert (report.duplicate, report.quarantined) == (1, 1)
    assert read_lake(tmp_path)["event_id"].n_unique() == count - 2
    assert quarantined(tmp_path, "line") == [count - 1]


def test_more_lines_than_a_chunk_are_loaded_with_their_line_numbers(tmp_path):
    count = rows.CHUNK_LINES + 2
    line = json.dumps(SESSION)
    events = [
        line.replace("e1", f"e{i}").replace("s1", f"s{i}").encode()
        for i in range(count)
    ]
    events[-2] = b"{"
    land(tmp_path, "a/x.ndjson", *events)
    report = ingest(tmp_path)
    assert (report.received, report.accepted) == (count, count - 1)
    assert quarantined(tmp_path, "line") == [count - 1]


def test_a_file_refused_row_by_row_keeps_every_row(tmp_path):
    path = land(tmp_path, "a/session_started.parquet")
    pl.select(event_id=pl.int_range(50_000).cast(pl.String)).write_parquet(path)
    assert ingest(tmp_path).quarantined == 50_000
    assert quarantined(tmp_path, "line") == list(range(1, 50_001))
    assert quarantined(tmp_path, "raw")[-1] == b'{"event_id":"49999"}'


def test_two_sample_weights_stop_the_load_before_anything_is_loaded(tmp_path):
    land(tmp_path, "a/x.ndjson", SESSION)
    land(tmp_path, "b/y.ndjson", SECOND)
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


def test_a_weight_that_differs_from_what_was_loaded_before_is_refused(tmp_path):
    manifest = tmp_path / "landing/a/manifest.json"
    land(tmp_path, "a/x.ndjson", SESSION)
    manifest.write_text('{"sample_weight": 100}')
    ingest(tmp_path)
    manifest.write_text('{"sample_weight": 10}')
    with pytest.raises(MixedSampleWeights, match=r"10 in .*, 100 in"):
        ingest(tmp_path)


def test_a_second_ingest_at_the_same_time_is_told_to_wait(tmp_path):
    with inbox.exclusive(tmp_path), pytest.raises(Busy, match="another ingest"):
        ingest(tmp_path)


def test_the_further_parts_of_a_parquet_file_hold_the_same_event_type(tmp_path):
    for number, name in enumerate(("session_started", "session_started.2")):
        row = {name: SESSION[name] for name in SESSION if name != "event_type"}
        row |= {"event_id": f"e{number}", "session_id": f"s{number}"}
        row |= {"occurred_at": datetime.now(UTC)}
        pl.DataFrame([row]).write_parquet(land(tmp_path, f"a/{name}.parquet"))
    assert ingest(tmp_path).accepted == 2
    assert sorted(read_lake(tmp_path)["event_id"]) == ["e0", "e1"]
