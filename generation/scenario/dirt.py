"""Soils the simulated events as the world does, and counts every row it touches.

Reads nothing. Writes nothing itself. Whatever is put in can be told apart again:
re-sends by their key, broken rows by the contract, test accounts by `is_test`. What is
accepted then equals the clean events, but for `received_at` and unknown properties.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generation.events import EVENT_TYPES
from generation.scenario import broken_rows
from generation.scenario.broken_rows import BrokenRow
from generation.scenario.calendar import (
    DAY_US,
    FIRST_US,
    WEEK_US,
    week_start,
    week_start_us,
)
from generation.scenario.columns import contract_fields, flags, times
from generation.scenario.streams import Stream, random_stream

HOUR_US = 3_600_000_000
LATEST_US = 30 * DAY_US
_RETRY_US = 40_000_000  # mean wait of a client that saw no answer
_REPLAYED = 0.25  # of the re-sends: a client's queue, sent again within two weeks
_REPLAY_US = (HOUR_US, 14 * DAY_US)


def _microseconds(year: int, month: int, day: int, *, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1_000_000


# The collector was down; clients held their events and sent them in two hours after it.
OUTAGE_US = (_microseconds(2025, 12, 30, hour=10), _microseconds(2025, 12, 30, hour=16))
_BACK_FILL_US = 2 * HOUR_US
# A client release that sends a property of which the contract knows nothing.
DRIFT_TYPE, DRIFT_NAME, DRIFT_COPIES = "generation_submitted", "audio", "has_audio"
DRIFT_US = _microseconds(2025, 12, 3)


@dataclass(frozen=True)
class DirtRates:
    """How much of each kind; the defaults are assumptions of the scenario.

    Attributes:
        re_sent: Share of the rows that come twice.
        late_hour: Share of the rows received more than an hour after they happened.
        late_day: Share received more than a day after; none later than 30 days.
        malformed: Lines that break off, per row.
        wrong: Lines with one property against the contract, per row.
        test_accounts: Accounts of our own testers, per account of the company.
    """

    re_sent: float = 0.006
    late_hour: float = 0.025
    late_day: float = 0.0008
    malformed: float = 0.0005
    wrong: float = 0.0001
    test_accounts: float = 0.0002


@dataclass(frozen=True)
class Soiled:
    """Events after soiling.

    Attributes:
        table: All rows to land as columns.
        landed: When each was received, in microseconds.
        broken: Lines to land beside them.
    """

    table: pa.Table
    landed: np.ndarray
    broken: list[BrokenRow]


class Dirt:
    """Soils table after table; `truth` says how many rows of each kind there are."""

    def __init__(self, rates: DirtRates, *, seed: int) -> None:
        self._rates = rates
        self._seed = seed
        self._rows: Counter[tuple[int, str]] = Counter()
        self._blocks: Counter[tuple[int, str]] = Counter()

    def soil(self, event_type: str, table: pa.Table, *, week: int) -> Soiled:
        """Soil the events of one type that the company reports in a week."""
        stream = self._stream(event_type, week)
        table = self._add_test_accounts(event_type, table)
        occurred = _times_of(table, "occurred_at")
        received = self._delay(stream, occurred, _times_of(table, "received_at"))
        table = _receive(table, received)
        if event_type == DRIFT_TYPE:
            self._count("drifted", occurred[occurred >= DRIFT_US])
        is_in_week = received < week_start_us(week) + WEEK_US
        broken = self._break(stream, event_type, table, where=is_in_week)
        rows = np.flatnonzero(stream.random(received.size) < self._rates.re_sent)
        self._count("duplicates", occurred[rows])
        again = received[rows] + _re_send_waits(stream, rows.size)
        re_sent = _receive(table.take(pa.array(rows)), again)
        return Soiled(
            pa.concat_tables([table, re_sent]),
            np.concatenate([received, again]),
            broken,
        )

    def truth(self, end: int) -> dict[str, object]:
        """The rows of each kind by the week in which they happened, before `end`.

        Kinds: `duplicates`; one for each reason of refusal (invalid_json, ...); of the
        rows to be accepted, `late_hour` and `late_day` (received that much later),
        `outage` (held back by it), `drifted` (with an unknown property), `test_events`;
        `test_accounts` counts their registrations.
        """
        rows = {key: count for key, count in self._rows.items() if key[0] < end}
        totals: Counter[str] = Counter()
        for (_, kind), count in rows.items():
            totals[kind] += count
        weeks = [
            {"week_start": week_start(week).isoformat(), "kind": kind, "rows": count}
            for (week, kind), count in sorted(rows.items())
        ]
        return {
            "rates": asdict(self._rates),
            "totals": dict(sorted(totals.items())),
            "weeks": weeks,
        }

    def _stream(self, event_type: str, week: int) -> np.random.Generator:
        block = self._blocks[week, event_type]
        self._blocks[week, event_type] += 1
        kind = list(EVENT_TYPES).index(event_type)
        return random_stream(self._seed, Stream.DIRT, week, kind, block)

    def _count(self, kind: str, occurred: np.ndarray) -> None:
        weeks, counts = np.unique((occurred - FIRST_US) // WEEK_US, return_counts=True)
        for week, count in zip(weeks.tolist(), counts.tolist(), strict=True):
            self._rows[week, kind] += count

    def _add_test_accounts(self, event_type: str, table: pa.Table) -> pa.Table:
        """Add testers: each does what an account of the company does, as a copy."""
        draw = _account_draws(table["account_id"], self._seed)
        rows = np.flatnonzero(draw < self._rates.test_accounts)
        copy = _as_test(event_type, table.take(pa.array(rows)))
        occurred = _times_of(copy, "occurred_at")
        self._count("test_events", occurred)
        if event_type == "user_registered":
            self._count("test_accounts", occurred)
        return pa.concat_tables([table, copy])

    def _delay(
        self, stream: np.random.Generator, occurred: np.ndarray, received: np.ndarray
    ) -> np.ndarray:
        """Let some rows come late, and all of the outage after it."""
        received = received.copy()
        draw = stream.random(received.size)
        late = np.flatnonzero(draw < self._rates.late_hour)
        received[late] = occurred[late] + self._late_waits(draw[late])
        held = (received >= OUTAGE_US[0]) & (received < OUTAGE_US[1])
        wait = stream.random(int(held.sum())) * _BACK_FILL_US
        received[held] = OUTAGE_US[1] + wait.astype(np.int64)
        self._count("outage", occurred[held])
        self._count("late_hour", occurred[received - occurred > HOUR_US])
        self._count("late_day", occurred[received - occurred > DAY_US])
        return received

    def _late_waits(self, draw: np.ndarray) -> np.ndarray:
        """Waits with a Pareto tail through both rates, up to 30 days."""
        ratio = self._rates.late_hour / self._rates.late_day
        slope = np.log(24) / np.log(ratio)
        share = np.maximum(draw / self._rates.late_hour, 1e-12)
        wait = HOUR_US * share**-slope
        return np.minimum(wait, LATEST_US).astype(np.int64) + 1

    def _break(
        self,
        stream: np.random.Generator,
        event_type: str,
        table: pa.Table,
        *,
        where: np.ndarray,
    ) -> list[BrokenRow]:
        """Broken copies of some rows: the client sends them again, whole."""
        draw = stream.random(table.num_rows)
        chosen = where & (draw < self._rates.malformed + self._rates.wrong)
        places = np.flatnonzero(chosen)
        rows = table.take(pa.array(places))
        is_cut = draw[places] < self._rates.malformed
        broken = broken_rows.break_rows(stream, event_type, rows, is_cut=is_cut)
        occurred = _times_of(rows, "occurred_at")
        for time, row in zip(occurred, broken, strict=True):
            self._count(row.reason, np.array([time]))
        return broken


def has_drifted(event_type: str, week: int) -> bool:
    """Whether a week's file of this type has the unknown property."""
    return event_type == DRIFT_TYPE and week_start_us(week) + WEEK_US > DRIFT_US


def add_drift(table: pa.Table) -> pa.Table:
    """Add the unknown property; rows of older clients do not state it."""
    is_new = pa.array(_times_of(table, "occurred_at") >= DRIFT_US)
    unstated = pa.scalar(None, pa.bool_())
    value = pc.if_else(is_new, table[DRIFT_COPIES], unstated)
    return table.append_column(DRIFT_NAME, value)


def happened_before(table: pa.Table, time_us: int) -> np.ndarray:
    """Which rows happened before a time."""
    return _times_of(table, "occurred_at") < time_us


def _re_send_waits(stream: np.random.Generator, count: int) -> np.ndarray:
    """How long after the first delivery a re-send comes."""
    retried = 1 + stream.exponential(_RETRY_US, count).astype(np.int64)
    replayed = stream.integers(*_REPLAY_US, count)
    return np.where(stream.random(count) < _REPLAYED, replayed, retried)


def _times_of(table: pa.Table, name: str) -> np.ndarray:
    """A column of times in microseconds since 1970."""
    return table[name].cast(pa.int64()).to_numpy()


def _receive(table: pa.Table, received: np.ndarray) -> pa.Table:
    place = table.column_names.index("received_at")
    return table.set_column(place, "received_at", times(received))


def _account_draws(accounts: pa.ChunkedArray, seed: int) -> np.ndarray:
    """A number from 0 to 1 for each row, the same for all rows of an account."""
    words = np.array(accounts.cast(pa.binary(12)).chunk(0).buffers()[1])
    words = words.view(np.uint32).reshape(-1, 3)[: len(accounts)].astype(np.uint64)
    mixed = np.full(len(accounts), seed, np.uint64)
    for column in range(3):
        mixed = (mixed ^ words[:, column]) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(11)) / 2.0**53


def _as_test(event_type: str, rows: pa.Table) -> pa.Table:
    """The same doings under other ids, marked as a test."""
    for place, field in enumerate(contract_fields(event_type)):
        if field.name.endswith("_id") and field.kind == pa.string():
            renamed = pc.binary_join_element_wise("t", rows[field.name], "")
            rows = rows.set_column(place, field.name, renamed)
        elif field.name == "is_test":
            is_test = flags(np.ones(rows.num_rows))
            rows = rows.set_column(place, "is_test", is_test)
    return rows
