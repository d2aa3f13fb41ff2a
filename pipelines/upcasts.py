"""Outdated and faulty forms of clients' events that are read all the same.

Each rule says which form, from when to when, and what it means in the contract. What no
rule covers is quarantined, never guessed. Reads tables in memory. Writes nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
import polars as pl

from pipelines.clock import to_utc
from pipelines.columns import LATEST, UPCAST

Form = Literal["milliseconds", "hyphens", "digits"]

_DIGITS = "^[0-9]{1,18}$"
_HYPHENS = "^[a-z]+(-[a-z]+)+$"


@dataclass(frozen=True)
class Upcast:
    """A form in which some clients sent a field for some time.

    Attributes:
        name: What the lake's column `upcast` calls the rule.
        event_type: The events that it concerns.
        sent: The property as sent.
        field: The contract's field that it states.
        form: `milliseconds`: a whole number, of a field in seconds. `hyphens`: an enum
            value with hyphens for underscores. `digits`: a whole number as text.
        since: Events that occurred from here on, ...
        until: ... before this time.
        platform: Only events of this platform.
        app_version: Only versions that begin with this.
    """

    name: str
    event_type: str
    sent: str
    field: str
    form: Form
    since: datetime
    until: datetime = LATEST
    platform: str | None = None
    app_version: str = ""


RULES = (
    Upcast(
        "duration_ms",
        "generation_submitted",
        sent="duration_ms",
        field="video_seconds",
        form="milliseconds",
        since=datetime(2026, 2, 5, tzinfo=UTC),
    ),
    Upcast(
        "hyphenated_mode",
        "generation_submitted",
        sent="mode",
        field="mode",
        form="hyphens",
        since=datetime(2026, 2, 5, tzinfo=UTC),
    ),
    Upcast(
        "text_credits",
        "generation_submitted",
        sent="reserved_credits",
        field="reserved_credits",
        form="digits",
        since=datetime(2026, 1, 8, tzinfo=UTC),
        until=datetime(2026, 1, 17, tzinfo=UTC),
        platform="android",
        app_version="3.4.",
    ),
)


def upcast_table(frame: pl.DataFrame, event_type: str) -> list[pl.DataFrame]:
    """Read outdated forms; rows that a rule covers come apart from the others."""
    frames = [frame]
    for rule in RULES:
        if rule.event_type == event_type:
            frames = [part for whole in frames for part in _apply(rule, whole)]
    return frames


def upcast_properties(
    properties: Mapping[str, msgspec.Raw], event_type: str, occurred: datetime
) -> tuple[dict[str, msgspec.Raw], str | None]:
    """The same for one line of JSON; names the rules that were used."""
    read, used = dict(properties), []
    for rule in RULES:
        is_due = rule.event_type == event_type and rule.since <= occurred < rule.until
        if is_due and _is_sender(rule, read):
            value = _convert(rule.form, _value(read, rule.sent))
            is_free = rule.sent == rule.field or _value(read, rule.field) is None
            if value is not None and is_free:
                del read[rule.sent]
                read[rule.field] = msgspec.Raw(msgspec.json.encode(value))
                used.append(rule.name)
    return read, ",".join(used) or None


def _apply(rule: Upcast, frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Part a table into the rows that a rule covers, converted, and the rest."""
    schema = frame.schema
    occurred = schema.get("occurred_at")
    if not isinstance(occurred, pl.Datetime) or occurred.time_zone is None:
        return [frame]
    if rule.sent not in schema or not _is_form(rule.form, schema[rule.sent]):
        return [frame]
    is_form, value = _read(rule)
    is_due = to_utc("occurred_at", occurred).is_between(
        rule.since, rule.until, closed="left"
    )
    covered = frame.select(
        (is_form & is_due & _is_senders(rule, schema)).fill_null(False).alias(UPCAST)
    )[UPCAST]
    if not covered.any():
        return [frame]
    note = pl.lit(rule.name)
    if UPCAST in schema:
        note = pl.concat_str(pl.col(UPCAST), note, separator=",", ignore_nulls=True)
    read = frame.filter(covered).with_columns(
        value.alias(rule.field), note.alias(UPCAST)
    )
    read = read.drop([rule.sent] if rule.sent != rule.field else [])
    return [part for part in (read, frame.filter(~covered)) if part.height]


def _read(rule: Upcast) -> tuple[pl.Expr, pl.Expr]:
    """Whether a value is of the form, and what it means then."""
    sent = pl.col(rule.sent)
    if rule.form == "milliseconds":
        return sent >= 0, sent.cast(pl.Float64) / 1000
    if rule.form == "hyphens":
        return sent.str.contains(_HYPHENS), sent.str.replace_all("-", "_", literal=True)
    return sent.str.contains(_DIGITS), sent.cast(pl.Int64)


def _is_senders(rule: Upcast, schema: pl.Schema) -> pl.Expr:
    """Whether the client is one that sends the form, and not the field itself."""
    conditions = [pl.lit(True)]
    if rule.platform is not None:
        conditions.append(_text(schema, "platform") == rule.platform)
    if rule.app_version:
        version = _text(schema, "app_version")
        conditions.append(version.str.starts_with(rule.app_version))
    if rule.sent != rule.field and rule.field in schema:
        conditions.append(pl.col(rule.field).is_null())
    return pl.all_horizontal(conditions)


def _is_form(form: Form, dtype: pl.DataType) -> bool:
    return dtype.is_integer() if form == "milliseconds" else dtype == pl.String


def _text(schema: pl.Schema, name: str) -> pl.Expr:
    """A column as text; null where there is none."""
    return pl.col(name).cast(pl.String) if name in schema else pl.lit(None, pl.String)


def _is_sender(rule: Upcast, properties: Mapping[str, msgspec.Raw]) -> bool:
    platform = _value(properties, "platform")
    version = _value(properties, "app_version")
    return (rule.platform is None or platform == rule.platform) and (
        not rule.app_version
        or (isinstance(version, str) and version.startswith(rule.app_version))
    )


def _value(properties: Mapping[str, msgspec.Raw], name: str) -> Any:
    """A property's value; None where it cannot be read."""
    try:
        return msgspec.json.decode(bytes(properties.get(name, b"null")))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _convert(form: Form, value: Any) -> float | str | int | None:
    """A value in the contract's form; None where it is not of the form given."""
    if form == "milliseconds":
        return value / 1000 if type(value) is int and 0 <= value < 2**63 else None
    if not isinstance(value, str):
        return None
    if form == "hyphens":
        return value.replace("-", "_") if re.fullmatch(_HYPHENS, value) else None
    return int(value) if re.fullmatch(_DIGITS, value) else None
