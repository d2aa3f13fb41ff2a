"""Rows as JSON lines and rows as Parquet give the same lake and the same reasons."""

import json
import math
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.columns import TIME, contract
from pipelines.landing import Source
from pipelines.rows import read_rows
from pipelines.tables import read_tables

NOW = datetime(2025, 1, 2, tzinfo=UTC)
BASE = {
    "event_id": "e1",
    "source": "app",
    "occurred_at": datetime(2025, 1, 1, tzinfo=UTC),
    "account_id": "a1",
    "generation_id": "g1",
    "mode": "motion_control",
    "model_id": "m1",
    "resolution": "720p",
    "video_seconds": 5.0,
    "reserved_credits": 20,
}
# Every column in the type that a producer would choose, and one unknown property each.
TYPES = {c.name: c.dtype for c in contract("generation_submitted")} | {
    "campaign": pl.String(),
    "rank": pl.Int64(),
}

texts = st.sampled_from(
    [None, "", "a", "é" * 100, "é" * 101, "a\0b", "CN", "CN\n", "cn"]
)
counts = st.sampled_from([None, -(2**63), -1, 0, 1, 2, 2**63 - 1])
numbers = st.sampled_from([None, -0.5, -0.0, 0.0, 2.5, 1e300])
moments = st.sampled_from(
    [
        None,
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=UTC),
        NOW + timedelta(hours=24),
        NOW + timedelta(hours=24, microseconds=1),
        datetime(2025, 1, 1, 3, tzinfo=timezone(timedelta(hours=8))),
        datetime(2199, 12, 31, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ]
)
hashes = st.sampled_from([None, "0" * 64, "A" * 64, "0" * 63])
modes = st.sampled_from([None, "motion_control", "text_to_video", "", "other"])
platforms = st.sampled_from([None, "web", "ios", "tv"])
BY_NAME = {"prompt_sha256": hashes, "mode": modes, "platform": platforms}
BY_TYPE = {
    pl.String: texts,
    pl.Int64: counts,
    pl.Float64: numbers,
    pl.Boolean: st.sampled_from([None, True, False]),
    pl.Datetime: moments,
}


def values(name: str) -> st.SearchStrategy:
    return BY_NAME.get(name, BY_TYPE[TYPES[name].base_type()])


# A valid row with up to three properties changed: several faults at a time, but not
# always so many that every row has the same first one.
changes = st.lists(st.sampled_from(sorted(TYPES)), max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: values(name) for name in names})
)


def as_json(row: dict) -> str:
    stated = {k: v for k, v in row.items() if v is not None}
    stated = {"event_type": "generation_submitted"} | stated
    return json.dumps(stated, default=datetime.isoformat)


def outcome(parts: list) -> tuple[list[dict], list[tuple]]:
    lake = [
        row for part in parts for table in part.tables for row in table.rows.to_dicts()
    ]
    faults = [
        (r["line"], r["reason"], r["pointer"], r["event_type"])
        for part in parts
        for table in part.rejects
        for r in table.to_dicts()
    ]
    return lake, faults


def by_rows(rows: list[dict]) -> tuple[list[dict], list[tuple]]:
    body = "\n".join(as_json(row) for row in rows).encode()
    source = Source("x", len(body), len(rows), body=body)
    return outcome(list(read_rows(source, received_at=NOW)))


def by_columns(frame: pl.DataFrame) -> tuple[list[dict], list[tuple]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "generation_submitted.parquet"
        frame.write_parquet(path)
        source = Source("x", 1, frame.height, path=path)
        return outcome(list(read_tables(source, received_at=NOW)))


@settings(max_examples=150, deadline=None)
@given(st.lists(changes, min_size=1, max_size=8))
def test_the_same_rows_end_in_the_same_place_on_both_paths(changed):
    rows = [BASE | change for change in changed]
    frame = pl.DataFrame(rows, schema=TYPES, infer_schema_length=None)
    lake, faults = by_columns(frame)
    assert (lake, faults) == by_rows(rows)
    assert len(lake) + len(faults) == len(rows)


LIMITS = {
    "reserved_credits": [0, 2**63 - 1],
    "video_seconds": [0.0],
    "event_id": ["a", "é" * 100],
    "occurred_at": [datetime(2000, 1, 1, tzinfo=UTC), NOW + timedelta(hours=24)],
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_lies_exactly_on_a_limit_is_accepted_on_both_paths(name):
    rows = [BASE | {name: value} for value in LIMITS[name]]
    frame = pl.DataFrame(rows, schema={key: TYPES[key] for key in BASE})
    for lake, faults in (by_columns(frame), by_rows(rows)):
        assert ([row[name] for row in lake], faults) == (LIMITS[name], [])


# A column of another physical type, and what becomes of its one row.
COLUMNS = {
    "int32": (pl.Series("reserved_credits", [20], pl.Int32), None),
    "uint64 too large": (
        pl.Series("reserved_credits", [2**63], pl.UInt64),
        "out_of_range",
    ),
    "uint64 that fits": (pl.Series("reserved_credits", [7], pl.UInt64), None),
    "float for an integer": (pl.Series("reserved_credits", [20.0]), "wrong_type"),
    "text for an integer": (pl.Series("reserved_credits", ["20"]), "wrong_type"),
    "integer for a float": (pl.Series("video_seconds", [5]), None),
    "float32": (pl.Series("video_seconds", [2.5], pl.Float32), None),
    "not a number": (pl.Series("video_seconds", [math.nan]), "out_of_range"),
    "infinite": (pl.Series("video_seconds", [math.inf]), "out_of_range"),
    "text for a float": (pl.Series("video_seconds", ["5"]), "wrong_type"),
    "category": (pl.Series("mode", ["motion_control"], pl.Categorical), None),
    "number for text": (pl.Series("model_id", [1]), "wrong_type"),
    "integer for a truth value": (pl.Series("is_test", [1]), "wrong_type"),
    "text for a truth value": (pl.Series("is_test", ["true"]), "wrong_type"),
    "version 2": (pl.Series("schema_version", [2], pl.Int8), "unknown_version"),
    "version as text": (pl.Series("schema_version", ["1"]), "wrong_type"),
    "naive": (pl.Series("occurred_at", [datetime(2025, 1, 1)]), "bad_timestamp"),
    "epoch": (pl.Series("occurred_at", [1735689600]), "wrong_type"),
    "date": (pl.Series("occurred_at", [NOW.date()]), "wrong_type"),
    "milliseconds": (
        pl.Series("occurred_at", [NOW], pl.Datetime("ms", "UTC")),
        None,
    ),
    "another zone": (
        pl.Series("occurred_at", [NOW], pl.Datetime("us", "UTC")).dt.convert_time_zone(
            "Asia/Shanghai"
        ),
        None,
    ),
    "no values": (pl.Series("country", [None], pl.Null), None),
    "no values but required": (pl.Series("model_id", [None], pl.Null), "missing_field"),
    "list": (pl.Series("model_id", [["a"]]), "wrong_type"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_of_another_type_is_cast_without_loss_or_refused(case):
    column, reason = COLUMNS[case]
    types = {name: TYPES[name] for name in BASE}
    frame = pl.DataFrame([BASE], schema=types).with_columns(column)
    lake, faults = by_columns(frame)
    assert [fault[1:3] for fault in faults] == (
        [(reason, f"/{column.name}")] if reason else []
    )
    assert len(lake) == (reason is None)


def test_nanoseconds_are_rounded_as_the_json_decoder_rounds_them():
    ticks = [1735689600_123456499, 1735689600_123456500]
    column = pl.Series("occurred_at", ticks).cast(pl.Datetime("ns", "UTC"))
    types = {name: TYPES[name] for name in BASE}
    rows = [BASE, BASE | {"event_id": "e2"}]
    lake, _ = by_columns(pl.DataFrame(rows, schema=types).with_columns(column))
    texts = ["2025-01-01T00:00:00.123456499Z", "2025-01-01T00:00:00.123456500Z"]
    expected, _ = by_rows([BASE | {"occurred_at": text} for text in texts])
    assert [r["occurred_at"] for r in lake] == [r["occurred_at"] for r in expected]


def test_a_row_with_too_much_beside_the_contract_is_refused():
    frame = pl.DataFrame([BASE], schema={n: TYPES[n] for n in BASE})
    lake, faults = by_columns(frame.with_columns(note=pl.lit("x" * 70_000)))
    assert (lake, [fault[1] for fault in faults]) == ([], ["too_large"])


def test_a_missing_required_column_refuses_every_row_with_its_content():
    frame = pl.DataFrame([BASE], schema={n: TYPES[n] for n in BASE}).drop("model_id")
    lake, faults = by_columns(frame)
    assert (lake, [f[:3] for f in faults]) == ([], [(1, "missing_field", "/model_id")])


def test_a_file_named_after_no_event_type_is_refused_row_by_row(tmp_path):
    path = tmp_path / "something.parquet"
    pl.DataFrame([BASE, BASE]).write_parquet(path)
    (part,) = read_tables(Source("x", 1, 2, path=path), received_at=NOW)
    assert part.rejects[0]["reason"].to_list() == ["unknown_event_type"] * 2
    assert json.loads(part.rejects[0]["raw"][0])["model_id"] == "m1"


def test_a_column_event_type_parts_the_rows_of_one_file(tmp_path):
    path = tmp_path / "mixed.parquet"
    kinds = ["generation_submitted", None, "session_started", "nonsense"]
    rows = [
        BASE | {"event_type": kind, "user_id": "u", "session_id": "s"} for kind in kinds
    ]
    pl.DataFrame(rows).write_parquet(path)
    (part,) = read_tables(Source("x", 1, 4, path=path), received_at=NOW)
    assert [(table.event_type, table.rows.height) for table in part.tables] == [
        ("generation_submitted", 1),
        ("session_started", 1),
    ]
    refused = pl.concat(part.rejects).sort("line")
    assert refused["reason"].to_list() == ["missing_field", "unknown_event_type"]
    assert refused["line"].to_list() == [2, 4]
    assert '"model_id":"m1"' in part.tables[1][1]["extra"][0]  # unknown to a session


def test_a_time_column_has_microseconds_and_a_zone():
    assert TYPES["occurred_at"] == TIME
