"""Outdated forms are read by dated rules; what none covers is refused, not guessed."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines import lake
from pipelines.load import ingest

EVENT = {
    "event_type": "generation_submitted",
    "event_id": "e1",
    "source": "app",
    "occurred_at": "2026-03-01T10:00:00Z",
    "received_at": "2026-03-01T10:00:01Z",
    "account_id": "a1",
    "generation_id": "g1",
    "mode": "text_to_video",
    "model_id": "m1",
    "resolution": "720p",
    "video_seconds": 5.0,
    "reserved_credits": 20,
}
WITHOUT_SECONDS = {k: v for k, v in EVENT.items() if k != "video_seconds"}
NEW_FORM = WITHOUT_SECONDS | {"duration_ms": 5500, "mode": "text-to-video"}
IN_JANUARY = {
    "occurred_at": "2026-01-16T23:59:59Z",
    "received_at": "2026-01-17T00:00:00Z",
}
TEXT = EVENT | IN_JANUARY | {"platform": "android", "app_version": "3.4.1"}
TEXT |= {"reserved_credits": "20"}


def land(home: Path, event: dict, *, parquet: bool) -> None:
    folder = home / "landing"
    folder.mkdir()
    if not parquet:
        (folder / "x.ndjson").write_text(json.dumps(event))
        return
    frame = (
        pl.DataFrame([event])
        .drop("event_type")
        .with_columns(
            pl.col("occurred_at", "received_at").str.to_datetime(time_zone="UTC")
        )
    )
    frame.write_parquet(folder / "generation_submitted.new.parquet")


@pytest.mark.parametrize("parquet", [False, True])
def test_milliseconds_and_hyphens_are_read_as_what_they_mean(tmp_path, parquet):
    land(tmp_path, NEW_FORM | {"audio": True}, parquet=parquet)
    assert ingest(tmp_path).accepted == 1
    files = lake.pinned_files(tmp_path)["generation_submitted"]
    (row,) = pl.read_parquet(files).to_dicts()
    assert (row["video_seconds"], row["mode"]) == (5.5, "text_to_video")
    assert row["extra"] == '{"audio":true}'
    assert row["upcast"] == "duration_ms,hyphenated_mode"
    assert lake.amendments(tmp_path) == {"duration_ms": 1, "hyphenated_mode": 1}


@pytest.mark.parametrize("parquet", [False, True])
def test_credits_as_text_are_read_from_the_release_that_sent_them(tmp_path, parquet):
    land(tmp_path, TEXT, parquet=parquet)
    assert ingest(tmp_path).accepted == 1
    files = lake.pinned_files(tmp_path)["generation_submitted"]
    assert pl.read_parquet(files)["reserved_credits"].to_list() == [20]


UNCOVERED = {
    "a day late": (
        TEXT | {k: v.replace("-16T", "-17T") for k, v in IN_JANUARY.items()},
        "wrong_type",
    ),
    "another release": (TEXT | {"app_version": "3.5.0"}, "wrong_type"),
    "another platform": (TEXT | {"platform": "ios"}, "wrong_type"),
    "no number": (TEXT | {"reserved_credits": "20.0"}, "wrong_type"),
    "before its time": (NEW_FORM | IN_JANUARY, "unknown_value"),
    "no such mode": (NEW_FORM | {"mode": "text-to-text"}, "unknown_value"),
    "less than nothing": (
        WITHOUT_SECONDS | {"duration_ms": -5},
        "missing_field",
    ),
}


@pytest.mark.parametrize("parquet", [False, True])
@pytest.mark.parametrize("case", UNCOVERED)
def test_what_no_rule_covers_is_quarantined(tmp_path, case, parquet):
    event, reason = UNCOVERED[case]
    land(tmp_path, event, parquet=parquet)
    assert ingest(tmp_path).quarantined == 1
    assert lake.quarantine_summary(tmp_path)[0]["reason"] == reason


@pytest.mark.parametrize("parquet", [False, True])
def test_a_field_stated_in_both_forms_keeps_the_contracts(tmp_path, parquet):
    """Which of the two is right is not ours to guess; the other is kept as unknown."""
    land(tmp_path, EVENT | {"duration_ms": 9000}, parquet=parquet)
    assert ingest(tmp_path).accepted == 1
    files = lake.pinned_files(tmp_path)["generation_submitted"]
    (row,) = pl.read_parquet(files).to_dicts()
    assert (row["video_seconds"], row["extra"]) == (5.0, '{"duration_ms":9000}')
