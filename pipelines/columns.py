"""The event contract as columns: types, limits and defaults, derived from the Structs.

Reads generation.events. Writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_type_hints

import msgspec
import polars as pl
from msgspec import inspect

from generation.events import EVENT_TYPES, Event

TIME = pl.Datetime("us", "UTC")
MAX_INT64 = 2**63 - 1
# Times outside are clocks that were never set, or units taken for one another.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
# What a clock that was never set still tells: how long ago something was.
CLOCK_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

# What ingestion notes of a row; named so that no property of a producer is hit.
CLIENT_TIME, UPCAST = "__client_occurred_at", "__upcast"
NOTES = {CLIENT_TIME: TIME, UPCAST: pl.String()}


@dataclass(frozen=True)
class Column:
    """One field of an event type, as the loader checks and stores it.

    Attributes:
        name: The field's name.
        dtype: How the lake stores it.
        required: A row without a value is refused.
        default: What an absent value means (None: stays null).
        choices: The only values allowed, or () where any value is.
        minimum: The least number allowed.
        maximum: The greatest number allowed.
        min_length: The least length of the text, in characters.
        max_length: The greatest length of the text, in characters.
        pattern: The regular expression that the text must match.
        annotation: The Python type, for decoding one JSON value.
        expectation: What the contract asks for, in words.
    """

    name: str
    dtype: pl.DataType
    required: bool
    default: Any
    annotation: Any
    choices: Sequence[Any] = ()
    minimum: float | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None

    @property
    def earliest(self) -> datetime:
        """The first time that may be stated."""
        return CLOCK_EARLIEST if self.name == "sent_at" else EARLIEST

    @property
    def expectation(self) -> str:
        """What the contract asks of a value, in one line."""
        if self.choices:
            return "one of " + ", ".join(map(str, self.choices))
        words = {pl.String: "text", pl.Int64: "integer", pl.Float64: "number"}
        words |= {pl.Boolean: "true or false", pl.Datetime: "time with a zone"}
        parts = [words[self.dtype.base_type()]]
        if self.minimum is not None:
            parts.append(f">= {self.minimum:g}")
        if self.maximum is not None and self.maximum < MAX_INT64:
            parts.append(f"<= {self.maximum}")
        if self.max_length is not None:
            parts.append(f"of {self.min_length or 0} to {self.max_length} characters")
        if self.pattern is not None:
            parts.append(f"matching {self.pattern}")
        return " ".join(parts)


@cache
def contract(event_type: str) -> tuple[Column, ...]:
    """The columns of an event type: the envelope first, each in declaration order."""
    struct = EVENT_TYPES[event_type]
    hints = get_type_hints(struct, include_extras=True)
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    columns = {
        field.name: _column(field, annotation=hints[field.name])
        for field in info.fields
    }
    envelope = Event.__struct_fields__
    own = [name for name in columns if name not in envelope]
    return tuple(columns[name] for name in (*envelope, *own))


@cache
def check_order(event_type: str) -> tuple[Column, ...]:
    """The columns in the order of their checks: an unknown version is told first."""
    columns = contract(event_type)
    return tuple(sorted(columns, key=lambda column: column.name != "schema_version"))


@cache
def lake_schema(event_type: str) -> dict[str, pl.DataType]:
    """The columns of a lake file: the contract's, ours, unknown properties as JSON.

    `client_occurred_at` is what the client stated where `occurred_at` was corrected;
    `upcast` names the rules by which an outdated form was read.
    """
    schema = {column.name: column.dtype for column in contract(event_type)}
    notes = {lake_name(note): dtype for note, dtype in NOTES.items()}
    return schema | notes | {"extra": pl.String()}


def lake_name(note: str) -> str:
    """What the lake calls a note of ingestion."""
    return note.removeprefix("__")


def _column(field: inspect.Field, *, annotation: Any) -> Column:
    """Translate one field of a Struct."""
    default = None if field.default is msgspec.NODEFAULT else field.default
    limits = _limits(_bare(field.type))
    return Column(
        name=field.name,
        required=field.required,
        default=default,
        annotation=annotation,
        **limits,
    )


def _bare(kind: inspect.Type) -> inspect.Type:
    """The type below annotations and `| None`."""
    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        (only,) = (t for t in kind.types if not isinstance(t, inspect.NoneType))
        return _bare(only)
    return kind


def _limits(kind: inspect.Type) -> dict[str, Any]:
    """The storage type of a field and the limits that its annotation states."""
    match kind:
        case inspect.StrType():
            return {
                "dtype": pl.String(),
                "min_length": kind.min_length,
                "max_length": kind.max_length,
                "pattern": kind.pattern,
            }
        case inspect.IntType():
            return {"dtype": pl.Int64(), "minimum": kind.ge, "maximum": kind.le}
        case inspect.FloatType():
            return {"dtype": pl.Float64(), "minimum": kind.ge}
        case inspect.BoolType():
            return {"dtype": pl.Boolean()}
        case inspect.DateTimeType(tz=True):
            return {"dtype": TIME}
        case inspect.LiteralType():
            is_text = isinstance(kind.values[0], str)
            dtype = pl.String() if is_text else pl.Int64()
            return {"dtype": dtype, "choices": tuple(kind.values)}
    raise TypeError(f"the lake has no column type for {kind}; see pipelines/columns.py")
