"""Repeats under another id, and repeats that contradict what was accepted.

`pipelines.dedupe` knows the ids. Here an event also repeats another when both are
about the same thing (generation.events.NATURAL_KEYS), however long ago. Hashes of 64
bits only point to suspects; what decides is the accepted rows themselves. A repeat that
states something else than the accepted event did is a conflict, for a person to judge.
Reads the lake and its key files. Writes nothing.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from generation.events import NATURAL_KEYS
from pipelines.check import Table
from pipelines.columns import lake_schema
from pipelines.dedupe import Mask, set_bits

Hashes = npt.NDArray[np.uint64]
# Accepted rows of an event type, from the batches named, with these first keys.
Accepted = Callable[[str, Sequence[str], pl.Series], pl.DataFrame]

# Facts of the delivery, not of what happened; `source` because two systems may tell it.
_DELIVERY = {"event_id", "source", "received_at", "sent_at", "upcast"}
_STATED = "__stated_at"
# One bit for each value of the upper 28 bits: 32 MiB.
_SLOT_BITS = 28
# The hash function may change with its library: files of another one are made again.
PROBE = np.uint64(pl.DataFrame({"probe": ["probe"]}).hash_rows()[0])


class Verdict(NamedTuple):
    """What becomes of the rows of some tables, in order.

    Attributes:
        is_new: Rows to accept.
        is_conflict: Repeats that contradict an accepted event.
        hashes: Hashes of the accepted rows' keys, ascending.
    """

    is_new: Mask
    is_conflict: Mask
    hashes: Hashes


class KnownHashes:
    """The natural keys accepted so far, as sorted hashes by batch."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = [(path.stem, read_hashes(path)) for path in files]
        self._recent: list[tuple[str, Hashes]] = []
        # Hashes added in this process: an unset bit proves that a key is new.
        self._slots = np.zeros(2 ** (_SLOT_BITS - 3), np.uint8)

    def find(self, hashes: Hashes) -> dict[str, Hashes]:
        """Which of the hashes (ascending) were accepted, by batch."""
        slot, bit = _slot(hashes)
        seen = hashes[(self._slots[slot] & bit) > 0]
        found = [(name, _common(known, hashes)) for name, known in self._files]
        found += [(name, _common(known, seen)) for name, known in self._recent]
        return {name: common for name, common in found if common.size}

    def add(self, path: Path) -> None:
        """Take in a file that this process has just written."""
        hashes = read_hashes(path)
        set_bits(self._slots, *_slot(hashes))
        self._recent.append((path.stem, hashes))


def judge(
    tables: Sequence[Table], is_first_id: Mask, known: KnownHashes, accepted: Accepted
) -> Verdict:
    """Decide about rows of which `is_first_id` have an id not seen before.

    Of new rows with one key the earliest received is accepted, then the first in order.
    """
    hashes = np.concatenate(
        [hash_keys(table.rows, table.event_type) for table in tables]
    )
    ordered = np.sort(hashes)
    hits = known.find(ordered)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    doubtful = pl.Series(np.concatenate([again, *hits.values()])).unique()
    is_doubtful = pl.Series(hashes).is_in(doubtful.implode()).to_numpy()
    is_suspect = is_doubtful | ~is_first_id
    is_new, is_conflict = ~is_suspect, np.zeros(len(hashes), np.bool_)
    for event_type, suspects in _suspects(tables, is_suspect, is_first_id).items():
        first_key = NATURAL_KEYS[event_type][0]
        before = accepted(event_type, list(hits), suspects[first_key].unique())
        new, conflicts = _settle(suspects, before, event_type)
        is_new[new], is_conflict[conflicts] = True, True
    return Verdict(is_new, is_conflict, _without(ordered, hashes[~is_new]))


def hash_keys(rows: pl.DataFrame, event_type: str) -> Hashes:
    """The hash of each row's natural key; equal keys have equal hashes."""
    keys = rows.select(_keys(event_type))
    return keys.hash_rows(seed=zlib.crc32(event_type.encode())).to_numpy()


def to_bytes(hashes: Hashes) -> bytes:
    """The content of a key file: the hash function's probe, then the hashes."""
    return np.concatenate([[PROBE], hashes]).astype("<u8").tobytes()


def read_hashes(path: Path) -> Hashes:
    """Map a key file into memory; the system may drop its pages at any time."""
    return np.asarray(np.memmap(path, "<u8", mode="r")[1:])


def is_whole(path: Path, count: int) -> bool:
    """Whether a key file is there, of this hash function, with so many hashes."""
    if not path.exists() or path.stat().st_size != 8 * (count + 1):
        return False
    return bool(np.memmap(path, "<u8", mode="r")[0] == PROBE)


def _slot(hashes: Hashes) -> tuple[Hashes, npt.NDArray[np.uint8]]:
    """The byte and the bit that stand for each hash."""
    high = hashes >> np.uint64(64 - _SLOT_BITS)
    bit = np.left_shift(np.uint8(1), (high & np.uint64(7)).astype(np.uint8))
    return high >> np.uint64(3), bit


def _common(known: Hashes, hashes: Hashes) -> Hashes:
    """The values that two ascending arrays share."""
    few, many = (known, hashes) if known.size < hashes.size else (hashes, known)
    place = np.minimum(np.searchsorted(many, few), max(many.size - 1, 0))
    return few[many[place] == few] if many.size else many


def _without(ordered: Hashes, removed: Hashes) -> Hashes:
    """Ascending values without some of them, each as often as it is to go."""
    removed = np.sort(removed)
    turn = np.arange(removed.size) - np.searchsorted(removed, removed)
    return np.delete(ordered, np.searchsorted(ordered, removed) + turn)


def _suspects(
    tables: Sequence[Table], is_suspect: Mask, is_first_id: Mask
) -> Mapping[str, pl.DataFrame]:
    """The suspected rows by event type, with their positions over all tables."""
    by_type: dict[str, list[pl.DataFrame]] = {}
    start = 0
    for table in tables:
        end = start + table.rows.height
        places = np.flatnonzero(is_suspect[start:end])
        if places.size:
            rows = table.rows[places].with_columns(
                pl.Series("__place", places + start),
                pl.Series("__is_first_id", is_first_id[start:end][places]),
                _stated_at(),
            )
            by_type.setdefault(table.event_type, []).append(rows)
        start = end
    return {kind: pl.concat(frames) for kind, frames in by_type.items()}


def _settle(
    suspects: pl.DataFrame, before: pl.DataFrame, event_type: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places of the suspects to accept, and of those that contradict."""
    keys = [
        _STATED if key == "occurred_at" else key for key in NATURAL_KEYS[event_type]
    ]
    before = before.with_columns(_stated_at())
    new = (
        suspects.filter("__is_first_id")
        .join(before, on=keys, how="anti", nulls_equal=True)
        .sort("received_at", "__place")
        .unique(keys, keep="first", maintain_order=True)
    )
    times = {"occurred_at", "client_occurred_at"}
    payload = [c for c in lake_schema(event_type) if c not in _DELIVERY | times]
    payload.append(_STATED)
    told = pl.concat([before.select(payload), new.select(payload)])
    repeats = suspects.join(new, on="__place", how="anti")
    conflicts = repeats.join(told, on=payload, how="anti", nulls_equal=True)
    return new["__place"].to_numpy(), conflicts["__place"].to_numpy()


def _keys(event_type: str) -> list[pl.Expr]:
    return [
        _stated_at() if key == "occurred_at" else pl.col(key)
        for key in NATURAL_KEYS[event_type]
    ]


def _stated_at() -> pl.Expr:
    """The client's own time: each delivery of an event is corrected a little apart."""
    return pl.coalesce("client_occurred_at", "occurred_at").alias(_STATED)
