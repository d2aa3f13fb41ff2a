"""Columns of event files, made from numbers without a Python object per row.

Reads nothing. Writes nothing. Ids are twelve characters, so that they stay inline in
columnar engines: a letter for the kind, three digits of the week, eight of a counter.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import inspect

from generation.events import EVENT_TYPES, Event

ID_LENGTH = 12
WEEK_STEP = 10**8
FEW_VALUES = pa.dictionary(pa.int8(), pa.string())  # plain strings in the file
_ARROW = {
    inspect.StrType: pa.string(),
    inspect.LiteralType: pa.string(),
    inspect.IntType: pa.int64(),
    inspect.FloatType: pa.float64(),
    inspect.BoolType: pa.bool_(),
    inspect.DateTimeType: pa.timestamp("us", tz="UTC"),
}

# What only the bundled engine measures: the company's files have no column for it.
_ENGINE_ONLY = {
    "model_version",
    "weights_sha256",
    "load_ms",
    "first_step_ms",
    "encode_ms",
    "cpu_seconds",
    "peak_memory_mib",
    "flops",
    "num_frames",
    "num_inference_steps",
    "nfe",
    "guidance_scale",
    "seed",
    "frames_sha256",
    "output_bytes",
    "price_card_version",
    "prompt_sha256",
    "prompt_word_count",
    "unknown_word_count",
}


@dataclass(frozen=True)
class Field:
    """A column of an event file; `default` is None where null is the default."""

    name: str
    kind: pa.DataType
    default: str | int | bool | None


@cache
def contract_fields(event_type: str) -> tuple[Field, ...]:
    """The columns of an event type's files, envelope first, as in the contract."""
    result = []
    described = inspect.type_info(EVENT_TYPES[event_type])
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{event_type} is not a Struct of the contract")
    for item in described.fields:
        if item.name in _ENGINE_ONLY:
            continue
        kind = _bare(item.type)
        arrow = _ARROW[type(kind)]
        if isinstance(kind, inspect.LiteralType) and isinstance(kind.values[0], int):
            arrow = pa.int64()
        if arrow == pa.string() and not item.name.endswith("_id"):
            arrow = FEW_VALUES
        if item.name.endswith(("model_id", "plan_id")):
            arrow = FEW_VALUES
        default = None if item.default is msgspec.NODEFAULT else item.default
        result.append(Field(item.name, arrow, default))
    envelope = Event.__struct_fields__
    names = [field.name for field in result]
    first = [result[names.index(name)] for name in envelope]
    return (*first, *(field for field in result if field.name not in envelope))


def _bare(kind: inspect.Type) -> inspect.Type:
    """The type without its constraints' description and without `None`."""
    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        return _bare(next(t for t in kind.types if not isinstance(t, inspect.NoneType)))
    return kind


def ids(letter: str, numbers: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Ids of twelve characters from numbers below 10^11."""
    if valid is None:
        offsets = np.arange(numbers.size + 1, dtype=np.int32) * ID_LENGTH
        bitmap = None
    else:
        offsets = np.zeros(numbers.size + 1, np.int32)
        np.cumsum(valid * np.int32(ID_LENGTH), out=offsets[1:])
        bitmap = pa.py_buffer(np.packbits(valid, bitorder="little"))
    kept = numbers if valid is None else numbers[valid]
    text = pa.py_buffer(_twelve_characters(letter, kept))
    buffers = [bitmap, pa.py_buffer(offsets), text]
    return pa.Array.from_buffers(pa.string(), numbers.size, buffers)


def _twelve_characters(letter: str, numbers: np.ndarray) -> np.ndarray:
    """Three words of four characters for each number."""
    words = np.empty((numbers.size, 3), np.uint32)
    rest = numbers // 10_000  # numpy divides by a constant faster than it takes `%`
    words[:, 2] = _four_digits()[numbers - rest * 10_000]
    top = rest // 10_000
    words[:, 1] = _four_digits()[rest - top * 10_000]
    words[:, 0] = _letter_and_three(letter)[top]
    return words


@cache
def _four_digits() -> np.ndarray:
    text = "".join(f"{number:04d}" for number in range(10_000))
    return np.frombuffer(text.encode(), np.uint32)


@cache
def _letter_and_three(letter: str) -> np.ndarray:
    text = "".join(f"{letter}{number:03d}" for number in range(1_000))
    return np.frombuffer(text.encode(), np.uint32)


def coded(codes: np.ndarray, values: tuple[str, ...]) -> pa.Array:
    """Strings from small codes; a negative code is null."""
    index = np.ascontiguousarray(codes, np.int8)
    indices = pa.array(index)
    if index.size and index.min() < 0:
        indices = pa.array(np.maximum(index, 0), mask=index < 0)
    return pa.DictionaryArray.from_arrays(indices, _dictionary(values), safe=False)


@cache
def _dictionary(values: tuple[str, ...]) -> pa.Array:
    return pa.array(values, pa.string())


def times(microseconds: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """UTC timestamps; null where not valid."""
    mask = None if valid is None else ~valid
    # A copy: the caller may go on to move the times while a thread still writes them.
    plain = pa.array(np.array(microseconds, np.int64), mask=mask)
    return plain.view(pa.timestamp("us", tz="UTC"))


def integers(values: np.ndarray) -> pa.Array:
    """64-bit integers."""
    return pa.array(np.asarray(values, np.int64))


def numbers(values: np.ndarray) -> pa.Array:
    """64-bit floats."""
    return pa.array(np.asarray(values, np.float64))


def flags(values: np.ndarray) -> pa.Array:
    """Booleans."""
    return pa.array(np.asarray(values, bool))


def same(value: str | int | bool, count: int) -> pa.Array:
    """One value in every row; strings are a dictionary of one."""
    return _constant(value, _capacity(count)).slice(0, count)


def _capacity(count: int) -> int:
    """The next power of two: few sizes of constant columns are ever made."""
    return 1 << max(count - 1, 1).bit_length()


@lru_cache(maxsize=256, typed=True)  # 1 and True are different columns
def _constant(value: str | int | bool, count: int) -> pa.Array:
    if isinstance(value, str):
        return coded(np.zeros(count, np.int8), (value,))
    kind = pa.bool_() if isinstance(value, bool) else pa.int64()
    return pa.repeat(pa.scalar(value, kind), count)


@cache
def _nulls(kind: pa.DataType, count: int) -> pa.Array:
    return pa.nulls(count, kind)


def event_table(event_type: str, count: int, columns: dict[str, pa.Array]) -> pa.Table:
    """A table with the contract's columns; what is not given has its default."""
    unknown = columns.keys() - {field.name for field in contract_fields(event_type)}
    if unknown:
        raise ValueError(f"{event_type} has no field {', '.join(sorted(unknown))}")
    arrays, names = [], []
    for field in contract_fields(event_type):
        array = columns.get(field.name)
        if array is None:
            array = _default(field, count)
        arrays.append(array)
        names.append(field.name)
    return pa.table(arrays, names)


def _default(field: Field, count: int) -> pa.Array:
    if field.default is None:
        return _nulls(field.kind, _capacity(count)).slice(0, count)
    return same(field.default, count)
