"""Lines that the contract must refuse, made from rows that it accepts.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
import pyarrow as pa

# Reason code, the property and its value (None: left out). One fault a line, so that
# the reason is certain.
FAULTS = (
    ("unknown_value", "platform", "watch"),
    ("wrong_type", "is_test", "no"),
    ("bad_format", "country", "Vietnam"),
    ("bad_timestamp", "occurred_at", "1970-01-01T00:00:07Z"),
    ("unknown_version", "schema_version", 9),
    ("missing_field", "source", None),
    ("unknown_event_type", "event_type", "story_viewed"),
)
CUT = "invalid_json"


@dataclass(frozen=True)
class BrokenRow:
    """A line and the reason for which it must be refused."""

    reason: str
    line: bytes


def break_rows(
    stream: np.random.Generator, event_type: str, rows: pa.Table, *, is_cut: np.ndarray
) -> list[BrokenRow]:
    """Break every row: cut its line off where `is_cut`, else spoil one property."""
    faults = stream.integers(0, len(FAULTS), rows.num_rows)
    ends = stream.random(rows.num_rows)
    broken = []
    for index, values in enumerate(rows.to_pylist()):
        stated = {name: value for name, value in values.items() if value is not None}
        event = {"event_type": event_type} | stated
        if is_cut[index]:
            line = msgspec.json.encode(event)
            end = 1 + int(ends[index] * (len(line) - 1))
            broken.append(BrokenRow(CUT, line[:end]))
        else:
            reason, name, value = FAULTS[faults[index]]
            spoilt = event | {name: value}
            broken.append(BrokenRow(reason, msgspec.json.encode(spoilt)))
    return broken
