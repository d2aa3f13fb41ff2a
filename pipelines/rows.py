"""The row path: lines of NDJSON become checked tables, one event type each.

Reads files and bodies through pipelines.landing. Writes nothing.
"""

import codecs
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from pipelines.check import Part, Table, check_table
from pipelines.clock import correct_clocks
from pipelines.decode import Decoded, decode_line, to_frame
from pipelines.landing import Source
from pipelines.quarantine import (
    MAX_RAW_BYTES,
    Fault,
    Reason,
    reject_file,
    reject_rows,
)

CHUNK_LINES = 100_000

_BOM = b"\xef\xbb\xbf"
_HEAD_BYTES = 64 * 1024


class Line(NamedTuple):
    """One line that is not blank.

    Attributes:
        number: Its number in the source, from 1.
        raw: Its bytes without the line end; only the first part of a huge one.
        size: How many bytes it has in the source.
    """

    number: int
    raw: bytes
    size: int


class _Unreadable(Exception):
    """The rest of a source cannot be read.

    Attributes:
        rest: The bytes after the last line end.
    """

    def __init__(self, message: str, rest: bytes) -> None:
        super().__init__(message)
        self.rest = rest


def read_rows(source: Source, *, received_at: datetime) -> Iterator[Part]:
    """Check a source of NDJSON, part by part.

    A source that holds no JSON at all is one record in quarantine; one that breaks off
    gives what came before, and a record for the rest.
    """
    lines: list[Line] = []
    count = 0
    try:
        for line in _split_lines(_check_head(source.read_blocks())):
            lines.append(line)
            if len(lines) == CHUNK_LINES:
                yield _check_lines(lines, source.origin, received_at)
                count += len(lines)
                lines = []
    except _Unreadable as error:
        if lines:
            yield _check_lines(lines, source.origin, received_at)
            count += len(lines)
        yield _broken_off(source, error, is_whole=count == 0 and not error.rest)
        return
    if lines:
        yield _check_lines(lines, source.origin, received_at)


def _broken_off(source: Source, error: _Unreadable, *, is_whole: bool) -> Part:
    """The record of what could not be read of a source."""
    if is_whole:
        raw, size = source.read_head(MAX_RAW_BYTES), source.size
        reason = Reason.UNREADABLE_FILE
    else:
        raw, size = error.rest, len(error.rest)
        reason = Reason.TRUNCATED_FILE
    record = reject_file(
        reason, str(error), origin=source.origin, raw=raw, raw_bytes=size
    )
    return Part(1, [], [record])


def _check_head(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Pass the blocks on if the first shows at least one line that may be an object."""
    first = next((block for block in blocks if block), b"")
    lines = first[:_HEAD_BYTES].removeprefix(_BOM).split(b"\n")
    if first.strip() and not any(_may_be_object(line) for line in lines):
        raise _Unreadable("no line of the file's beginning is a JSON object", b"")
    yield first.removeprefix(_BOM)
    yield from blocks


def _may_be_object(line: bytes) -> bool:
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)  # may end within a letter
    except UnicodeDecodeError:
        return False
    return True


def _split_lines(blocks: Iterator[bytes]) -> Iterator[Line]:
    """Lines that are not blank; one that never ends does not fill the memory."""
    number, tail, dropped = 1, b"", 0
    try:
        for block in blocks:
            *whole, tail = (tail + block).split(b"\n")
            for raw in whole:
                if raw.strip():
                    yield Line(number, raw.removesuffix(b"\r"), len(raw) + dropped)
                number, dropped = number + 1, 0
            dropped += max(0, len(tail) - MAX_RAW_BYTES)
            tail = tail[:MAX_RAW_BYTES]
    except (EOFError, zlib.error) as error:
        raise _Unreadable(str(error), tail) from error
    if tail.strip():
        yield Line(number, tail.removesuffix(b"\r"), len(tail) + dropped)


def _check_lines(lines: Sequence[Line], origin: str, received_at: datetime) -> Part:
    """Decode lines, then hold each type's table to the rules that JSON cannot state."""
    by_type: dict[str, list[tuple[Line, Decoded]]] = {}
    refused: list[tuple[Line, Fault]] = []
    for line in lines:
        decoded = decode_line(line.raw, received_at=received_at)
        if isinstance(decoded, Fault):
            refused.append((line, decoded))
        else:
            by_type.setdefault(decoded.event_type, []).append((line, decoded))
    tables = []
    for event_type, rows in by_type.items():
        frame = to_frame([decoded for _, decoded in rows], event_type)
        frame = correct_clocks(frame, received_at)
        checked = check_table(frame, event_type, received_at=received_at)
        bad = [rows[i][0] for i in checked.bad_rows]
        faults = [checked.faults[i] for i in checked.which]
        refused += zip(bad, faults, strict=True)
        numbers = pl.Series([line.number for line, _ in rows], dtype=pl.UInt32)
        good = numbers if checked.good_rows is None else numbers[checked.good_rows]
        tables.append(Table(event_type, checked.good, origin, good))
    rejects = [_rejects(refused, origin)] if refused else []
    return Part(len(lines), tables, rejects)


def _rejects(refused: Iterable[tuple[Line, Fault]], origin: str) -> pl.DataFrame:
    """Refused lines in the order of the file, as rows for the quarantine."""
    ordered = sorted(refused, key=lambda pair: pair[0].number)
    return reject_rows(
        [fault for _, fault in ordered],
        origin=origin,
        lines=[line.number for line, _ in ordered],
        raws=[line.raw for line, _ in ordered],
        sizes=[line.size for line, _ in ordered],
    )
