"""A client's wrong clock does not move what it did to another day."""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines import lake
from pipelines.load import ingest

# Ten minutes fast: at 23:55 the client wrote 00:05 of the next day, and sent it soon.
FAST = {
    "event_type": "session_started",
    "event_id": "e1",
    "source": "app",
    "occurred_at": "2025-01-02T00:05:00Z",
    "sent_at": "2025-01-02T00:06:00Z",
    "received_at": "2025-01-01T23:56:01Z",
    "user_id": "u1",
    "session_id": "s1",
}
TRUE = datetime(2025, 1, 1, 23, 55, 1, tzinfo=UTC)  # received less the wait of a minute


def land(home: Path, *events: dict, parquet: bool) -> None:
    folder = home / "landing"
    folder.mkdir(exist_ok=True)
    if not parquet:
        lines = "".join(json.dumps(event) + "\n" for event in events)
        (folder / "x.ndjson").write_text(lines)
        return
    frame = pl.DataFrame(events).drop("event_type")
    times = pl.col("occurred_at", "sent_at", "received_at")
    frame = frame.with_columns(times.str.to_datetime(time_zone="UTC"))
    frame.write_parquet(folder / "session_started.parquet")


def read(home: Path) -> dict:
    (row,) = pl.read_parquet(lake.pinned_files(home)["session_started"]).to_dicts()
    return row


@pytest.mark.parametrize("parquet", [False, True])
@pytest.mark.parametrize("more", [{}, {"colour": "red"}])
def test_a_wrong_clock_is_corrected_and_its_time_is_kept(tmp_path, parquet, more):
    land(tmp_path, FAST | more, parquet=parquet)
    ingest(tmp_path)
    row = read(tmp_path)
    assert row["occurred_at"] == TRUE
    assert row["client_occurred_at"] == datetime(2025, 1, 2, 0, 5, tzinfo=UTC)
    assert lake.amendments(tmp_path) == {"clock": 1}


@pytest.mark.parametrize("parquet", [False, True])
@pytest.mark.parametrize("more", [{}, {"colour": "red"}])
def test_a_clock_that_was_never_set_still_tells_the_wait(tmp_path, parquet, more):
    never = {
        "occurred_at": "1970-01-01T00:00:05Z",
        "sent_at": "1970-01-01T00:01:05Z",
    }
    land(tmp_path, FAST | never | more, parquet=parquet)
    assert ingest(tmp_path).accepted == 1
    assert read(tmp_path)["occurred_at"] == TRUE


@pytest.mark.parametrize("parquet", [False, True])
def test_a_clock_within_the_tolerance_is_believed(tmp_path, parquet):
    land(tmp_path, FAST | {"sent_at": "2025-01-01T23:57:01Z"}, parquet=parquet)
    ingest(tmp_path)
    row = read(tmp_path)
    assert row["occurred_at"] == datetime(2025, 1, 2, 0, 5, tzinfo=UTC)
    assert row["client_occurred_at"] is None


def test_a_wrong_clock_without_the_time_of_sending_is_refused(tmp_path):
    event = FAST | {"occurred_at": "1970-01-01T00:00:05Z"}
    del event["sent_at"]
    land(tmp_path, event, parquet=False)
    assert ingest(tmp_path).quarantined == 1


def test_a_second_delivery_by_a_wrong_clock_is_the_same_event(tmp_path):
    """Its corrected time differs by the way through the network, its own does not."""
    again = FAST | {
        "event_id": "e2",
        "sent_at": "2025-01-02T00:07:00Z",
        "received_at": "2025-01-01T23:57:03Z",
    }
    land(tmp_path, FAST, again, parquet=False)
    report = ingest(tmp_path)
    assert (report.accepted, report.same_key, report.quarantined) == (1, 1, 0)
