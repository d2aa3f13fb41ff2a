"""Hold a table of one event type to the contract, column by column, without row loops.

Reads tables in memory. Writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from pipelines.clock import is_outside, to_utc
from pipelines.columns import (
    LATEST,
    MAX_INT64,
    NOTES,
    TIME,
    Column,
    check_order,
    contract,
    lake_name,
)
from pipelines.quarantine import MAX_EVENT_BYTES, Fault, Reason

MAX_AHEAD = timedelta(hours=24)

_SMALL_INTEGERS = (
    pl.Int8,
    pl.Int16,
    pl.Int32,
    pl.Int64,
    pl.UInt8,
    pl.UInt16,
    pl.UInt32,
)


@dataclass(frozen=True)
class Rule:
    """One thing that must not happen.

    Attributes:
        reason: The reason code of a row that does it.
        pointer: JSON pointer of the property.
        message: What the contract expects.
        violation: True for the rows that do it.
        suspicion: Cheaper to compute and true wherever `violation` is.
    """

    reason: Reason
    pointer: str
    message: str
    violation: pl.Expr
    suspicion: pl.Expr


@dataclass(frozen=True)
class Checked:
    """A table, parted into what the contract accepts and what it refuses.

    Attributes:
        good: The accepted rows, in the lake's columns.
        good_rows: Their positions in the table given, or None for all.
        bad_rows: Positions of the refused rows in the table given, ascending.
        faults: What is wrong with any of them.
        which: For each refused row, its place in `faults`.
    """

    good: pl.DataFrame
    good_rows: pl.Series | None
    bad_rows: pl.Series
    faults: list[Fault]
    which: pl.Series


class Table(NamedTuple):
    """Events of one type that the contract accepts.

    Attributes:
        event_type: Their type.
        rows: The events in the lake's columns.
        origin: Where they came from.
        lines: Where each stands there.
    """

    event_type: str
    rows: pl.DataFrame
    origin: str
    lines: pl.Series


@dataclass(frozen=True)
class Part:
    """A part of a source after all checks.

    Attributes:
        received: How many events it held.
        tables: The accepted ones.
        rejects: The refused ones, as rows for the quarantine.
    """

    received: int
    tables: list[Table]
    rejects: list[pl.DataFrame]


def check_table(
    frame: pl.DataFrame, event_type: str, *, received_at: datetime
) -> Checked:
    """Part the rows of one event type; `frame` has contract columns, notes, `extra`.

    Args:
        frame: The rows; a column of the contract may be absent or of another type.
        event_type: The event type of all rows.
        received_at: When the rows came in, for those that do not say.
    """
    rules = list(_rules(event_type, frame.schema, received_at))
    flags = frame.select(
        rule.suspicion.any().alias(str(i)) for i, rule in enumerate(rules)
    )
    suspects = [rule for rule, flag in zip(rules, flags.row(0), strict=True) if flag]
    if not suspects or frame.is_empty():
        good, none = _to_lake_columns(frame, event_type, received_at), pl.Series([])
        return Checked(good, None, none, [], none)
    first_rule = frame.with_columns(
        pl.coalesce(
            pl.when(rule.violation).then(pl.lit(i, pl.Int32))
            for i, rule in enumerate(suspects)
        ).alias("__rule")
    )["__rule"]
    good = frame.filter(first_rule.is_null())
    return Checked(
        good=_to_lake_columns(good, event_type, received_at),
        good_rows=first_rule.is_null().arg_true(),
        bad_rows=first_rule.is_not_null().arg_true(),
        faults=[Fault(r.reason, r.pointer, r.message, event_type) for r in suspects],
        which=first_rule.drop_nulls(),
    )


def _rules(event_type: str, schema: pl.Schema, received_at: datetime) -> Iterator[Rule]:
    """All rules of an event type, in the order in which faults are told."""
    for column in check_order(event_type):
        yield from _column_rules(column, schema.get(column.name))
    yield _rule(
        Reason.TOO_LARGE,
        "",
        f"unknown properties take more than {MAX_EVENT_BYTES} bytes",
        pl.col("extra").str.len_bytes() > MAX_EVENT_BYTES,
    )
    occurred, received = (schema.get(n) for n in ("occurred_at", "received_at"))
    if isinstance(occurred, pl.Datetime) and occurred.time_zone:
        came_in = pl.lit(received_at, TIME)
        if isinstance(received, pl.Datetime) and received.time_zone:
            came_in = to_utc("received_at", received).fill_null(received_at)
        yield _rule(
            Reason.FUTURE_TIMESTAMP,
            "/occurred_at",
            "more than 24 hours after it was received",
            to_utc("occurred_at", occurred) > came_in + MAX_AHEAD,
        )


def _column_rules(column: Column, dtype: pl.DataType | None) -> Iterator[Rule]:
    """The rules of one column, given the type in which it came."""
    value, pointer = pl.col(column.name), f"/{column.name}"
    if column.required:
        is_missing = pl.lit(True) if dtype is None else value.is_null()
        yield _rule(Reason.MISSING_FIELD, pointer, "required", is_missing)
    if dtype is None or dtype == pl.Null:
        return
    expected = f"expected {column.expectation}, got a column of {dtype}"
    if isinstance(dtype, pl.Datetime) and column.dtype == TIME and not dtype.time_zone:
        yield _rule(Reason.BAD_TIMESTAMP, pointer, expected, value.is_not_null())
    elif not _is_readable(dtype, column):
        yield _rule(Reason.WRONG_TYPE, pointer, expected, value.is_not_null())
    else:
        yield from _value_rules(column, dtype)


def _value_rules(column: Column, dtype: pl.DataType) -> Iterator[Rule]:
    """The limits of a column whose type is right."""
    value, pointer = pl.col(column.name), f"/{column.name}"
    message = f"expected {column.expectation}"
    if column.choices:
        is_version = column.name == "schema_version"
        reason = Reason.UNKNOWN_VERSION if is_version else Reason.UNKNOWN_VALUE
        value = value.cast(pl.String) if column.dtype == pl.String else value
        yield _rule(reason, pointer, message, ~value.is_in(column.choices))
    elif column.dtype == pl.String:
        yield from _text_rules(column, value.cast(pl.String))
    elif column.dtype == TIME:
        assert isinstance(dtype, pl.Datetime)
        message = f"expected a time from {column.earliest.year} to {LATEST.year}"
        violation = is_outside(column.name, dtype, column.earliest)
        yield _rule(Reason.BAD_TIMESTAMP, pointer, message, violation)
    else:
        yield from _number_rules(column, dtype)


def _text_rules(column: Column, value: pl.Expr) -> Iterator[Rule]:
    """Length, pattern and characters of a text."""
    pointer, message = f"/{column.name}", f"expected {column.expectation}"
    if column.pattern is not None:
        is_other = ~value.str.contains(column.pattern)
        yield _rule(Reason.BAD_FORMAT, pointer, message, is_other)
        return
    if column.min_length:
        is_short = value.str.len_chars() < column.min_length
        suspicion = value.str.len_bytes() < column.min_length
        yield _rule(Reason.OUT_OF_RANGE, pointer, message, is_short, suspicion)
    if column.max_length is not None:
        is_long = value.str.len_chars() > column.max_length
        suspicion = value.str.len_bytes() > column.max_length
        yield _rule(Reason.OUT_OF_RANGE, pointer, message, is_long, suspicion)
    has_nul = value.str.contains("\0", literal=True)
    yield _rule(Reason.INVALID_TEXT, pointer, "text contains U+0000", has_nul)


def _number_rules(column: Column, dtype: pl.DataType) -> Iterator[Rule]:
    """Range of a number; infinite and not-a-number are outside every range."""
    value, pointer = pl.col(column.name), f"/{column.name}"
    message = f"expected {column.expectation}"
    if dtype.is_float():
        yield _rule(Reason.OUT_OF_RANGE, pointer, message, ~value.is_finite())
    if column.minimum is not None and not dtype.is_unsigned_integer():
        yield _rule(Reason.OUT_OF_RANGE, pointer, message, value < column.minimum)
    maximum = MAX_INT64 if column.maximum is None else column.maximum
    is_wide = dtype.is_integer() and dtype not in _SMALL_INTEGERS
    if column.dtype == pl.Int64 and (is_wide or maximum < MAX_INT64):
        yield _rule(Reason.OUT_OF_RANGE, pointer, message, value > maximum)


def _rule(
    reason: Reason,
    pointer: str,
    message: str,
    violation: pl.Expr,
    suspicion: pl.Expr | None = None,
) -> Rule:
    cheap = violation if suspicion is None else suspicion
    return Rule(reason, pointer, message, violation, cheap)


def _is_readable(dtype: pl.DataType, column: Column) -> bool:
    """Whether a physical type can be read as the column's without losing anything."""
    if column.dtype == pl.String:
        return dtype in (pl.String, pl.Categorical, pl.Enum)
    if column.dtype == pl.Int64:
        return dtype.is_integer()
    if column.dtype == pl.Float64:
        return dtype.is_float() or dtype.is_integer()
    if column.dtype == TIME:
        return isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    return dtype == column.dtype


def _to_lake_columns(
    frame: pl.DataFrame, event_type: str, received_at: datetime
) -> pl.DataFrame:
    """Cast checked rows to the lake's types and fill what was not stated."""
    columns = [
        _lake_column(column, frame, received_at).alias(column.name)
        for column in contract(event_type)
    ]
    notes = [
        (pl.col(note) if note in frame.columns else pl.lit(None, dtype)).alias(
            lake_name(note)
        )
        for note, dtype in NOTES.items()
    ]
    return frame.select(*columns, *notes, pl.col("extra"))


def _lake_column(column: Column, frame: pl.DataFrame, received_at: datetime) -> pl.Expr:
    """One column as the lake stores it."""
    is_receipt = column.name == "received_at"
    default = pl.lit(received_at if is_receipt else column.default, column.dtype)
    dtype = frame.schema.get(column.name)
    if dtype is None or not _is_readable(dtype, column):
        return default  # a column of another type has no values in checked rows
    if isinstance(dtype, pl.Datetime):
        value = to_utc(column.name, dtype)
    else:
        value = pl.col(column.name).cast(column.dtype)
    has_default = is_receipt or column.default is not None
    is_complete = frame[column.name].null_count() == 0
    return value if is_complete or not has_default else value.fill_null(default)
