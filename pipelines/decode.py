"""One line of JSON becomes one typed event, or a fault that says what is wrong.

Reads generation.events. Writes nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, reduce
from itertools import accumulate
from operator import or_
from typing import Any, NamedTuple

import msgspec
import polars as pl
import pyarrow as pa

from generation.events import EVENT_TYPES, Event, Timestamp
from pipelines.clock import true_time
from pipelines.columns import LATEST, UPCAST, Column, check_order, contract
from pipelines.quarantine import MAX_DEPTH, MAX_EVENT_BYTES, Fault, Reason
from pipelines.upcasts import upcast_properties

_NULL = b"null"
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_NOT_BRACKETS = re.compile(rb"[^\[\]{}]")
_UNTYPED = msgspec.json.Decoder()
_TIMES = msgspec.json.Decoder(Timestamp | None)
_PROPERTIES = msgspec.json.Decoder(dict[str, msgspec.Raw])
# Pinned msgspec states the cause only in words; tests hold one case for each.
_REASON_BY_MESSAGE = (
    ("Expected `datetime` with", Reason.BAD_TIMESTAMP),
    ("Invalid RFC3339", Reason.BAD_TIMESTAMP),
    ("Invalid enum value", Reason.UNKNOWN_VALUE),
    ("matching regex", Reason.BAD_FORMAT),
    ("of length", Reason.OUT_OF_RANGE),
    ("out of range", Reason.OUT_OF_RANGE),
    ("` >= ", Reason.OUT_OF_RANGE),
    ("` <= ", Reason.OUT_OF_RANGE),
)


class Decoded(NamedTuple):
    """An event of the contract.

    Attributes:
        event_type: Its type.
        event: Its fields, as the client stated them.
        extra: The properties that the contract does not know, as JSON.
        upcast: The rules by which an outdated form was read.
    """

    event_type: str
    event: Event
    extra: str | None = None
    upcast: str | None = None


def decode_line(line: bytes, *, received_at: datetime) -> Decoded | Fault:
    """Decode one event; what the contract refuses comes back as a Fault.

    Args:
        line: One object of JSON.
        received_at: When it came in, unless it says so itself.
    """
    if len(line) > MAX_EVENT_BYTES:
        limit = f"an event has at most {MAX_EVENT_BYTES} bytes, got {len(line)}"
        return Fault(Reason.TOO_LARGE, "", limit)
    try:
        event = _known_properties_only().decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _decode_slowly(line, received_at)
    return Decoded(str(type(event).__struct_config__.tag), event)


def to_frame(rows: Sequence[Decoded], event_type: str) -> pl.DataFrame:
    """Turn events of one type into the contract's columns, `extra` and notes."""
    names = EVENT_TYPES[event_type].__struct_fields__
    values = zip(*(msgspec.structs.astuple(row.event) for row in rows), strict=True)
    by_name = dict(zip(names, values, strict=True))
    arrays = {
        column.name: pa.array(by_name[column.name], _arrow_type(column))
        for column in contract(event_type)
    }
    arrays[UPCAST] = pa.array([row.upcast for row in rows], pa.string())
    arrays["extra"] = pa.array([row.extra for row in rows], pa.string())
    frame = pl.from_arrow(pa.table(arrays))
    assert isinstance(frame, pl.DataFrame)
    return frame


@cache
def _known_properties_only() -> msgspec.json.Decoder[Event]:
    """The contract's union, but refusing unknown properties: they need the slow way."""
    closed = [
        msgspec.defstruct(
            struct.__name__,
            [],
            bases=(struct,),
            tag=tag,
            kw_only=True,
            frozen=True,
            forbid_unknown_fields=True,
        )
        for tag, struct in EVENT_TYPES.items()
    ]
    return msgspec.json.Decoder(reduce(or_, closed))


def _decode_slowly(line: bytes, received_at: datetime) -> Decoded | Fault:
    """Find the first fault in the contract's order, or set unknown properties aside."""
    if _depth(line) > MAX_DEPTH:
        return Fault(Reason.TOO_DEEP, "", f"nested deeper than {MAX_DEPTH} levels")
    try:
        properties = _PROPERTIES.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return _fault(error, pointer="")
    event_type = _event_type(properties)
    if isinstance(event_type, Fault):
        return event_type
    occurred = _occurred(properties, received_at)
    upcast = None
    if occurred is not None:
        properties, upcast = upcast_properties(properties, event_type, occurred)
    values = _values(properties, event_type, occurred)
    if isinstance(values, Fault):
        return values
    known = {"event_type", *EVENT_TYPES[event_type].__struct_fields__}
    extra = _extra({k: bytes(v) for k, v in properties.items() if k not in known})
    if isinstance(extra, Fault):
        return replace(extra, event_type=event_type)
    return Decoded(event_type, EVENT_TYPES[event_type](**values), extra, upcast)


def _occurred(
    properties: Mapping[str, msgspec.Raw], received_at: datetime
) -> datetime | None:
    """When an event occurred by a right clock; None if it does not say."""
    times = {}
    for name in ("occurred_at", "received_at", "sent_at"):
        try:
            times[name] = _TIMES.decode(bytes(properties.get(name, _NULL)))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
    occurred, sent = times["occurred_at"], times["sent_at"]
    if occurred is None or sent is None:
        return occurred
    return true_time(occurred, sent, times["received_at"] or received_at)


def _event_type(properties: Mapping[str, msgspec.Raw]) -> str | Fault:
    """The event type that a line states."""
    raw = bytes(properties.get("event_type", _NULL))
    if raw == _NULL:
        return Fault(Reason.MISSING_FIELD, "/event_type", "required")
    try:
        name = msgspec.json.decode(raw, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return _fault(error, pointer="/event_type")
    if name not in EVENT_TYPES:
        message = f"no event type {name!r} in the contract"
        return Fault(Reason.UNKNOWN_EVENT_TYPE, "/event_type", message, name)
    return name


def _values(
    properties: Mapping[str, msgspec.Raw], event_type: str, occurred: datetime | None
) -> dict[str, Any] | Fault:
    """The values of the contract's fields; null means "not stated"."""
    values: dict[str, Any] = {}
    for column in check_order(event_type):
        pointer = f"/{column.name}"
        raw = bytes(properties.get(column.name, _NULL))
        if raw == _NULL and column.required:
            return Fault(Reason.MISSING_FIELD, pointer, "required", event_type)
        if raw == _NULL:
            continue
        try:
            value = _decoder(event_type, column.name).decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return replace(_fault(error, pointer=pointer), event_type=event_type)
        is_corrected = column.name == "occurred_at" and occurred is not None
        reason = _fault_beyond_json(occurred if is_corrected else value, column)
        if reason is not None:
            message = f"expected {column.expectation}"
            return Fault(reason, pointer, message, event_type)
        values[column.name] = value
    return values


def _fault_beyond_json(value: Any, column: Column) -> Reason | None:
    """What pipelines.check refuses though the decoder takes it.

    Told here only so that the first fault of a line is the one that its row in Parquet
    would have; lines without another fault meet these rules there.
    """
    if isinstance(value, datetime) and not column.earliest <= value < LATEST:
        return Reason.BAD_TIMESTAMP
    if column.pattern is not None and value.endswith("\n"):
        return Reason.BAD_FORMAT
    if isinstance(value, str) and "\0" in value:
        return Reason.INVALID_TEXT
    return None


def _extra(unknown: Mapping[str, bytes]) -> str | Fault | None:
    """Unknown properties as JSON text, sorted by name; nulls state nothing."""
    parts = []
    for name, raw in sorted(unknown.items()):
        if raw == _NULL:
            continue
        try:
            value = _UNTYPED.decode(raw)  # a Raw may hold text that is not Unicode
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return _fault(error, pointer=f"/{name}")
        # Text is written in one way; other values keep every digit that was sent.
        text = msgspec.json.encode(value) if isinstance(value, str) else raw
        parts.append(msgspec.json.encode(name) + b":" + text)
    return (b"{" + b",".join(parts) + b"}").decode() if parts else None


def _fault(error: Exception, *, pointer: str) -> Fault:
    """Translate the decoder's words into a reason code."""
    message = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return Fault(Reason.INVALID_JSON, pointer, message)
    if pointer == "/schema_version" and message.startswith("Invalid enum value"):
        return Fault(Reason.UNKNOWN_VERSION, pointer, message)
    for words, reason in _REASON_BY_MESSAGE:
        if words in message:
            return Fault(reason, pointer, message)
    return Fault(Reason.WRONG_TYPE, pointer, message)


def _depth(line: bytes) -> int:
    """How deep objects and arrays are nested, or a bound that is within the limit."""
    bound = line.count(b"[") + line.count(b"{")
    if bound <= MAX_DEPTH:
        return bound
    brackets = _NOT_BRACKETS.sub(b"", _STRINGS.sub(b"", line))
    steps = [1 if byte in b"[{" else -1 for byte in brackets]
    return max(accumulate(steps), default=0)


@cache
def _decoder(event_type: str, name: str) -> msgspec.json.Decoder[Any]:
    """The decoder of one field's value."""
    (column,) = (c for c in contract(event_type) if c.name == name)
    return msgspec.json.Decoder(column.annotation)


def _arrow_type(column: Column) -> pa.DataType:
    """The Arrow type in which Python values are collected."""
    types = {pl.String: pa.string(), pl.Int64: pa.int64(), pl.Float64: pa.float64()}
    types |= {pl.Boolean: pa.bool_(), pl.Datetime: pa.timestamp("us", "UTC")}
    return types[column.dtype.base_type()]
