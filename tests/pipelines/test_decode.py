"""Each way in which a line can be wrong has its reason code; nothing is lost."""

import json
from datetime import UTC, datetime

import pytest

from pipelines.check import check_table
from pipelines.columns import contract
from pipelines.decode import Decoded, decode_line, to_frame
from pipelines.landing import Source
from pipelines.quarantine import Fault
from pipelines.rows import read_rows

NOW = datetime(2025, 1, 2, tzinfo=UTC)
EVENT = {
    "event_type": "generation_submitted",
    "event_id": "e1",
    "source": "app",
    "occurred_at": "2025-01-01T10:00:00Z",
    "account_id": "a1",
    "generation_id": "g1",
    "mode": "motion_control",
    "model_id": "m1",
    "resolution": "720p",
    "video_seconds": 5,
    "reserved_credits": 20,
}
DEEP = b'{"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
WRONG = {
    "null": (b"null", "wrong_type", ""),
    "array": (b"[1]", "wrong_type", ""),
    "cut": (json.dumps(EVENT)[:-1].encode(), "invalid_json", ""),
    "trailing": (json.dumps(EVENT).encode() + b" x", "invalid_json", ""),
    "not a number": ({"video_seconds": float("nan")}, "invalid_json", ""),
    "half a surrogate": (b'{"source":"\\ud800"}', "invalid_json", ""),
    "bad UTF-8": (b'{"event_type":"\xff"}', "invalid_json", "/event_type"),
    "bad UTF-8 in extra": ({"x": "MARK"}, "invalid_json", "/x"),
    "deep": (DEEP, "too_deep", ""),
    "deep but small": (b'{"x":' + b"[" * 64 + b"]" * 64 + b"}", "too_deep", ""),
    "large": ({"x": "a" * 70_000}, "too_large", ""),
    "no type": (b"{}", "missing_field", "/event_type"),
    "type null": ({"event_type": None}, "missing_field", "/event_type"),
    "type number": ({"event_type": 1}, "wrong_type", "/event_type"),
    "type unknown": ({"event_type": "z"}, "unknown_event_type", "/event_type"),
    "version 2": ({"schema_version": 2}, "unknown_version", "/schema_version"),
    "version text": ({"schema_version": "1"}, "wrong_type", "/schema_version"),
    "missing": ({"account_id": None}, "missing_field", "/account_id"),
    "id number": ({"event_id": 5}, "wrong_type", "/event_id"),
    "id empty": ({"event_id": ""}, "out_of_range", "/event_id"),
    "id long": ({"event_id": "é" * 101}, "out_of_range", "/event_id"),
    "id with NUL": ({"event_id": "a\0b"}, "invalid_text", "/event_id"),
    "mode": ({"mode": "other"}, "unknown_value", "/mode"),
    "integer as float": ({"reserved_credits": 1.0}, "wrong_type", "/reserved_credits"),
    "integer as text": ({"reserved_credits": "1"}, "wrong_type", "/reserved_credits"),
    "negative": ({"reserved_credits": -1}, "out_of_range", "/reserved_credits"),
    "beyond int64": ({"reserved_credits": 2**63}, "out_of_range", "/reserved_credits"),
    "huge": ({"reserved_credits": 10**400}, "out_of_range", "/reserved_credits"),
    "float negative": ({"video_seconds": -1}, "out_of_range", "/video_seconds"),
    "float text": ({"video_seconds": "5"}, "wrong_type", "/video_seconds"),
    "bool": ({"is_test": 1}, "wrong_type", "/is_test"),
    "country": ({"country": "cn"}, "bad_format", "/country"),
    "country and newline": ({"country": "CN\n"}, "bad_format", "/country"),
    "naive": ({"occurred_at": "2025-01-01T00:00:00"}, "bad_timestamp", "/occurred_at"),
    "no time": ({"occurred_at": "yesterday"}, "bad_timestamp", "/occurred_at"),
    "leap second": (
        {"occurred_at": "2016-12-31T23:59:60Z"},
        "bad_timestamp",
        "/occurred_at",
    ),
    "epoch": ({"occurred_at": 1735689600}, "wrong_type", "/occurred_at"),
    "year 1": (
        {"occurred_at": "0001-01-01T00:00:00+05:00"},
        "bad_timestamp",
        "/occurred_at",
    ),
    "year 9999": (
        {"occurred_at": "9999-12-31T23:59:59-05:00"},
        "bad_timestamp",
        "/occurred_at",
    ),
    "future": (
        {"occurred_at": "2025-01-03T00:00:00.000001Z"},
        "future_timestamp",
        "/occurred_at",
    ),
    "version before missing": (
        {"schema_version": 2, "event_id": None},
        "unknown_version",
        "/schema_version",
    ),
}


def refuse(change: dict | bytes) -> Fault:
    line = change
    if isinstance(change, dict):
        line = json.dumps(EVENT | change).encode().replace(b"MARK", b"\xff")
    decoded = decode_line(line, received_at=NOW)
    if isinstance(decoded, Fault):
        return decoded
    table = to_frame([decoded], decoded.event_type)
    return check_table(table, decoded.event_type, received_at=NOW).faults[0]


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_by_reason_and_place(case):
    change, reason, pointer = WRONG[case]
    fault = refuse(change)
    assert (fault.reason, fault.pointer) == (reason, pointer)


def test_null_for_a_field_with_a_default_means_not_stated():
    decoded = decode_line(
        json.dumps(EVENT | {"platform": None}).encode(), received_at=NOW
    )
    assert isinstance(decoded, Decoded)
    assert decoded.event.platform == "web"


def test_unknown_properties_are_kept_digit_by_digit():
    text = (
        json.dumps(EVENT)[:-1] + ', "b": 1.10, "a": 12345678901234567890123, "c": null}'
    )
    decoded = decode_line(text.encode(), received_at=NOW)
    assert isinstance(decoded, Decoded)
    assert decoded.extra == '{"a":12345678901234567890123,"b":1.10}'


def test_byte_order_mark_carriage_returns_and_blank_lines_are_no_events():
    line = json.dumps(EVENT).encode()
    body = b"\xef\xbb\xbf" + line + b"\r\n\r\n  \n" + line
    parts = list(read_rows(Source("x", len(body), 1, body=body), received_at=NOW))
    (part,) = parts
    assert (part.received, part.tables[0][1].height, part.rejects) == (2, 2, [])


def test_a_line_of_megabytes_is_one_record_with_its_line_number(tmp_path):
    line = json.dumps(EVENT).encode()
    body = line + b"\n" + b"x" * 5_000_000 + b"\n" + line
    path = tmp_path / "x.ndjson"
    path.write_bytes(body)
    (part,) = read_rows(Source("x", len(body), 1, path=path), received_at=NOW)
    (record,) = part.rejects[0].to_dicts()
    assert record["raw"] == b"x" * 1024 * 1024
    assert (record["reason"], record["line"], record["raw_bytes"]) == (
        "too_large",
        2,
        5_000_000,
    )
    assert part.tables[0][1].height == 2


def test_every_field_of_the_contract_has_a_column():
    for event_type in ("generation_finished", "payment_succeeded"):
        names = [column.name for column in contract(event_type)]
        assert names[:3] == ["event_id", "source", "occurred_at"]
        assert len(names) == len(set(names))
