"""Exact deduplication: every accepted (source, event_id) of 35 days, as sorted runs.

An event is a duplicate when one with the same key was accepted within 35 days of its
own receipt, by UTC date. Keys are 128-bit MD5: two different events that collide are
not to be expected in the life of any installation. Each load adds one run (hashes in
order, with the day of receipt); a run can be made again from the lake files beside it.
Reads and writes <home>/lake/_runs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

WINDOW_DAYS = 35

# The length stands before the source so that no two pairs give the same text.
_HASH = """
    with hashes as (
        select md5_number(length(source) || ':' || source || event_id) as hash from keys
    )
    select
        (hash >> 64)::ubigint as high,
        (hash & 18446744073709551615::uhugeint)::ubigint as low
    from hashes
"""
_BYTES_PER_KEY = 18  # two 64-bit halves and the day
# One bit for each value of 27 bits of one half and 3 of the other: 128 MiB, of which
# only the pages in use take memory.
_SLOT_BITS = 27
_SLOT_SHIFT = np.uint64(64 - _SLOT_BITS)

Mask = npt.NDArray[np.bool_]
Order = npt.NDArray[np.int64]


class Keys(NamedTuple):
    """Event keys as arrays of one length.

    Attributes:
        high: Upper half of the hash.
        low: Lower half of the hash.
        day: UTC date of receipt, in days since 1970.
    """

    high: npt.NDArray[np.uint64]
    low: npt.NDArray[np.uint64]
    day: npt.NDArray[np.uint16]

    def take(self, rows: Order | Mask) -> "Keys":
        """The keys at the rows given, in their order."""
        return Keys(self.high[rows], self.low[rows], self.day[rows])


@dataclass(frozen=True)
class Run:
    """One sorted run of accepted keys on disk.

    Attributes:
        path: Its file.
        ids: How many keys it holds.
        min_day: First day of receipt.
        max_day: Last day of receipt.
    """

    path: Path
    ids: int
    min_day: int
    max_day: int


class KnownKeys:
    """The keys accepted so far, and the question whether one is among them."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._runs = list(runs)
        self._recent: list[tuple[Run, Keys]] = []
        # Keys of the runs added in this process: an unset bit proves a key is new.
        self._slots = np.zeros(2**_SLOT_BITS, np.uint8)

    def find(self, keys: Keys) -> Mask:
        """Which of the keys (sorted by `high`) were accepted within the window."""
        known = np.zeros(len(keys.high), np.bool_)
        if not len(known):
            return known
        first, last = int(keys.day.min()), int(keys.day.max())
        for run in self._runs:
            if _overlaps(run, first, last):
                _mark_known(known, keys, read_run(run), np.flatnonzero(~known))
        if self._recent:
            slot, bit = _slot(keys)
            seen = (self._slots[slot] & bit) > 0
            for run, recent in self._recent:
                if _overlaps(run, first, last):
                    _mark_known(known, keys, recent, np.flatnonzero(seen & ~known))
        return known

    def add(self, run: Run) -> None:
        """Take in a run that this process has just written."""
        keys = read_run(run)
        set_bits(self._slots, *_slot(keys))
        self._recent.append((run, keys))


def hash_keys(frames: Sequence[pl.DataFrame]) -> tuple[Keys, npt.NDArray[np.int64]]:
    """The keys of all rows in order, and when each was received (microseconds)."""
    columns = ["source", "event_id", "received_at"]
    table = pl.concat([frame.select(columns) for frame in frames])
    with duckdb.connect() as connection:
        connection.register("keys", table.select("source", "event_id").to_arrow())
        halves = connection.execute(_HASH).fetchnumpy()
    received = table["received_at"].to_physical().to_numpy()
    days = (received // 86_400_000_000).astype(np.uint16)
    high, low = (np.ascontiguousarray(halves[name]) for name in ("high", "low"))
    return Keys(high, low, days), received


def select_new(
    keys: Keys, received: npt.NDArray[np.int64], known: KnownKeys
) -> tuple[Mask, Order]:
    """Decide which rows are first deliveries; the earliest received of a key wins.

    Args:
        keys: The keys of the rows, in file order.
        received: When each row was received, in microseconds.
        known: The keys accepted before.

    Returns:
        A mask over the rows, and the accepted rows in the order of their keys.
    """
    order = np.argsort(keys.high)
    order = _settle_ties(order, keys, received)
    ordered = keys.take(order)
    is_new = ~known.find(ordered)
    order, ordered = order[is_new], ordered.take(is_new)
    is_first = ~_repeats(ordered)
    keep = np.zeros(len(keys.high), np.bool_)
    keep[order[is_first]] = True
    return keep, order[is_first]


def to_bytes(keys: Keys) -> bytes:
    """The content of a run file: all upper halves, all lower halves, all days."""
    return b"".join(
        part.astype(part.dtype.newbyteorder("<")).tobytes() for part in keys
    )


def describe_run(path: Path, keys: Keys) -> Run:
    """What the catalog says of a run."""
    days = (int(keys.day.min()), int(keys.day.max()))
    return Run(path, len(keys.high), *days)


def read_run(run: Run) -> Keys:
    """Map a run into memory; the system may drop its pages at any time."""
    if not is_whole(run):
        raise ValueError(f"{run.path} is damaged: it does not hold {run.ids} keys")
    halves = np.memmap(run.path, "<u8", mode="r", shape=(2, run.ids))
    days = np.memmap(run.path, "<u2", mode="r", offset=16 * run.ids)
    return Keys(np.asarray(halves[0]), np.asarray(halves[1]), np.asarray(days))


def sorted_keys(frames: Sequence[pl.DataFrame]) -> Keys:
    """The keys of accepted rows as their run holds them, for rebuilding it."""
    keys, received = hash_keys(frames)
    return keys.take(_settle_ties(np.argsort(keys.high), keys, received))


def is_whole(run: Run) -> bool:
    """Whether the run's file is there with the size it must have."""
    return run.path.exists() and run.path.stat().st_size == run.ids * _BYTES_PER_KEY


def set_bits(
    slots: npt.NDArray[np.uint8],
    places: npt.NDArray[np.uint64],
    bits: npt.NDArray[np.uint8],
) -> None:
    """Set a bit at each of the places, which ascend and may repeat."""
    first = np.ones(len(places), np.bool_)
    first[1:] = places[1:] != places[:-1]
    starts = np.flatnonzero(first)
    slots[places[starts]] |= np.bitwise_or.reduceat(bits, starts)


def _slot(keys: Keys) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    """The byte and the bit that stand for each key."""
    bit = np.left_shift(np.uint8(1), (keys.low & np.uint64(7)).astype(np.uint8))
    return keys.high >> _SLOT_SHIFT, bit


def _overlaps(run: Run, first: int, last: int) -> bool:
    return run.min_day - WINDOW_DAYS <= last and first <= run.max_day + WINDOW_DAYS


def _settle_ties(order: Order, keys: Keys, received: npt.NDArray[np.int64]) -> Order:
    """Put rows with equal upper halves in the order of key, receipt and file."""
    high = keys.high[order]
    same = high[1:] == high[:-1]
    tied = np.zeros(len(order), np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    rows = order[tied]
    by = (rows, received[rows], keys.low[rows], keys.high[rows])
    order[tied] = rows[np.lexsort(by)]
    return order


def _repeats(keys: Keys) -> Mask:
    """Which keys repeat an accepted one of the same table within the window.

    The first of a key is accepted; what came within the window of it is a repeat; the
    next one after that is accepted again, and so on.
    """
    size = len(keys.high)
    repeat = np.zeros(size, np.bool_)
    starts = np.ones(size, np.bool_)
    starts[1:] = (keys.high[1:] != keys.high[:-1]) | (keys.low[1:] != keys.low[:-1])
    anchor = np.maximum.accumulate(np.where(starts, np.arange(size), 0))
    open_rows = np.flatnonzero(~starts)
    days = keys.day.astype(np.int32)
    while len(open_rows):
        within = days[open_rows] - days[anchor[open_rows]] <= WINDOW_DAYS
        repeat[open_rows[within]] = True
        open_rows = open_rows[~within]
        groups, firsts = np.unique(anchor[open_rows], return_index=True)
        accepted = open_rows[firsts]
        anchor[open_rows] = accepted[np.searchsorted(groups, anchor[open_rows])]
        open_rows = np.delete(open_rows, firsts)
    return repeat


def _mark_known(known: Mask, keys: Keys, run: Keys, rows: Order) -> None:
    """Mark those of `rows` whose key is in the run, received within the window."""
    place = np.searchsorted(run.high, keys.high[rows])
    while len(rows):
        inside = place < len(run.high)
        rows, place = rows[inside], place[inside]
        equal = run.high[place] == keys.high[rows]
        rows, place = rows[equal], place[equal]
        distance = run.day[place].astype(np.int32) - keys.day[rows].astype(np.int32)
        hit = (run.low[place] == keys.low[rows]) & (np.abs(distance) <= WINDOW_DAYS)
        known[rows[hit]] = True
        rows, place = rows[~hit], place[~hit] + 1
