"""Soils the simulated events as the world does, and counts every row it touches.

Reads nothing. Writes nothing itself. Whatever is put in can be told apart again:
repeats by their id or by what they are about, broken rows by the contract, test
accounts by `is_test`, bots by what they do. What is accepted then equals the clean
events, but for `received_at`, unknown properties and a second of wrong clocks.
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
from generation.scenario.columns import contract_fields, flags
from generation.scenario.deliveries import (
    HOUR_US,
    REPEATS,
    re_send_waits,
    receive,
    times_of,
)
from generation.scenario.drift import FORMS, PLAIN, forms_of, split_forms
from generation.scenario.streams import Stream, random_stream
from generation.scenario.wrong_clocks import CLIENT_TYPES, choose_clocks, stamp

LATEST_US = 30 * DAY_US


# The collector was down; clients held their events and sent them in two hours after it.
OUTAGE_US = tuple(
    int(datetime(2025, 12, 30, hour, tzinfo=UTC).timestamp()) * 1_000_000
    for hour in (10, 16)
)
_BACK_FILL_US = 2 * HOUR_US


@dataclass(frozen=True)
class DirtRates:
    """How much of each kind; the defaults are assumptions of the scenario.

    Attributes:
        re_sent: Share of the rows that come twice.
        retold: Share of the rows that come again under another id.
        contradicted: Share that come again and state another country.
        late_hour: Share of the rows received more than an hour after they happened.
        late_day: Share received more than a day after; none later than 30 days.
        malformed: Lines that break off, per row.
        wrong: Lines with one property against the contract, per row.
        skewed_clocks: Share of the accounts whose clock is two to ten minutes off.
        unset_clocks: Share of the accounts whose clock counts from 1970.
        test_accounts: Accounts of our own testers, per account of the company.
        bots: Accounts of programs, per account since the activity window began.
    """

    re_sent: float = 0.006
    retold: float = 0.002
    contradicted: float = 0.0001
    late_hour: float = 0.025
    late_day: float = 0.0008
    malformed: float = 0.0005
    wrong: float = 0.0001
    skewed_clocks: float = 0.015
    unset_clocks: float = 0.001
    test_accounts: float = 0.0002
    bots: float = 0.012


@dataclass(frozen=True)
class Soiled:
    """Events after soiling.

    Attributes:
        forms: All rows to land, as (file name, table, places in the arrays below).
        landed: When each row was received, in microseconds.
        occurred: When each happened in truth.
        broken: Lines to land beside them.
    """

    forms: list[tuple[str, pa.Table, np.ndarray]]
    landed: np.ndarray
    occurred: np.ndarray
    broken: list[BrokenRow]


class Dirt:
    """Soils table after table; `truth` says how many rows of each kind there are."""

    def __init__(self, rates: DirtRates, *, seed: int) -> None:
        self.rates = rates
        self._seed = seed
        self._rows: Counter[tuple[int, str]] = Counter()
        self._blocks: Counter[tuple[int, str]] = Counter()

    def soil(self, event_type: str, table: pa.Table, *, week: int) -> Soiled:
        """Soil the events of one type that the company reports in a week."""
        stream = self._stream(event_type, week)
        draw = _account_draws(table["account_id"], self._seed)
        testers = np.flatnonzero(draw < self.rates.test_accounts)
        table = self._add_test_accounts(event_type, table, testers)
        occurred = times_of(table, "occurred_at")
        received = self._delay(stream, occurred, times_of(table, "received_at"))
        table = receive(table, received)
        is_in_week = received < week_start_us(week) + WEEK_US
        broken = self._break(stream, event_type, table, where=is_in_week)
        form = forms_of(event_type, table, occurred)
        for which in np.unique(form[form != PLAIN]):
            self.count(f"form_{FORMS[which]}", occurred[form == which])
        if event_type in CLIENT_TYPES:
            draw = np.concatenate([draw, draw[testers]])
            table = self._set_clocks(stream, table, draw, occurred, received, week)
        table, places, received = self._repeat(stream, table, occurred, received)
        forms = split_forms(event_type, table, form[places])
        return Soiled(list(forms), received, occurred[places], broken)

    def truth(self, end: int) -> dict[str, object]:
        """The rows of each kind by the week in which they happened, before `end`.

        Kinds: `same_id` and `same_key`, the repeats; one for each reason of refusal
        (invalid_json, ..., conflicting_duplicate); of the rows to be accepted,
        `late_hour` and `late_day` (received that much later), `outage` (held back by
        it), `skewed_clock` and `unset_clock`, `form_...` (in a form that the contract
        does not know), `test_events` and `bot_events`; `test_accounts` and `bots`
        count their registrations.
        """
        rows = {key: count for key, count in self._rows.items() if key[0] < end}
        totals: Counter[str] = Counter()
        for (_, kind), count in rows.items():
            totals[kind] += count
        weeks = [
            {"week_start": week_start(week).isoformat(), "kind": kind, "rows": count}
            for (week, kind), count in sorted(rows.items())
        ]
        ordered = dict(sorted(totals.items()))
        return {"rates": asdict(self.rates), "totals": ordered, "weeks": weeks}

    def count_bots(self, times: list[np.ndarray]) -> None:
        """Add a week's bots to the truth: their registrations, then all the rest."""
        for number, occurred in enumerate(times):
            self.count("bot_events", occurred)
            if number == 0:
                self.count("bots", occurred)

    def _stream(self, event_type: str, week: int) -> np.random.Generator:
        block = self._blocks[week, event_type]
        self._blocks[week, event_type] += 1
        kind = list(EVENT_TYPES).index(event_type)
        return random_stream(self._seed, Stream.DIRT, week, kind, block)

    def count(self, kind: str, occurred: np.ndarray) -> None:
        """Add rows of a kind to the truth, by the times at which they occurred."""
        weeks, counts = np.unique((occurred - FIRST_US) // WEEK_US, return_counts=True)
        for week, count in zip(weeks.tolist(), counts.tolist(), strict=True):
            self._rows[week, kind] += count

    def _add_test_accounts(
        self, event_type: str, table: pa.Table, rows: np.ndarray
    ) -> pa.Table:
        """Add testers: each does what an account of the company does, as a copy."""
        if not rows.size:
            return table
        copy = _as_test(event_type, table.take(pa.array(rows)))
        occurred = times_of(copy, "occurred_at")
        self.count("test_events", occurred)
        if event_type == "user_registered":
            self.count("test_accounts", occurred)
        return pa.concat_tables([table, copy])

    def _set_clocks(
        self,
        stream: np.random.Generator,
        table: pa.Table,
        draw: np.ndarray,
        occurred: np.ndarray,
        received: np.ndarray,
        week: int,
    ) -> pa.Table:
        """Let the clients state times by their own clocks, right or wrong."""
        clocks = choose_clocks(
            draw * 5_000 % 1,  # lower digits: testers' clocks are as others' are
            skewed=self.rates.skewed_clocks,
            unset=self.rates.unset_clocks,
            week=week,
        )
        is_skewed = (clocks.error != 0) & ~clocks.was_never_set
        self.count("unset_clock", occurred[clocks.was_never_set])
        self.count("skewed_clock", occurred[is_skewed])
        return stamp(table, clocks, occurred=occurred, received=received, stream=stream)

    def _repeat(
        self,
        stream: np.random.Generator,
        table: pa.Table,
        occurred: np.ndarray,
        received: np.ndarray,
    ) -> tuple[pa.Table, np.ndarray, np.ndarray]:
        """Let some rows come again: all rows, the place of each in `table`, receipt."""
        rates = self.rates
        ends = np.cumsum([rates.re_sent, rates.retold, rates.contradicted])
        kind = np.searchsorted(ends, stream.random(received.size), side="right")
        rows = np.flatnonzero(kind < len(REPEATS))
        rows = rows[np.argsort(kind[rows], kind="stable")]
        if not rows.size:
            return table, np.arange(received.size), received
        copies = table.take(pa.array(rows))
        repeats = []
        for which, (name, repeat) in enumerate(REPEATS.items()):
            low, high = np.searchsorted(kind[rows], (which, which + 1))
            self.count(name, occurred[rows[low:high]])
            repeats.append(repeat(copies.slice(low, high - low)))
        wait = re_send_waits(stream, rows.size)
        again = received[rows] + wait
        repeated = receive(pa.concat_tables(repeats), again, wait)
        return (
            pa.concat_tables([table, repeated]),
            np.concatenate([np.arange(received.size), rows]),
            np.concatenate([received, again]),
        )

    def _delay(
        self, stream: np.random.Generator, occurred: np.ndarray, received: np.ndarray
    ) -> np.ndarray:
        """Let some rows come late, and all of the outage after it."""
        received = received.copy()
        draw = stream.random(received.size)
        late = np.flatnonzero(draw < self.rates.late_hour)
        received[late] = occurred[late] + self._late_waits(draw[late])
        held = (received >= OUTAGE_US[0]) & (received < OUTAGE_US[1])
        wait = stream.random(int(held.sum())) * _BACK_FILL_US
        received[held] = OUTAGE_US[1] + wait.astype(np.int64)
        self.count("outage", occurred[held])
        self.count("late_hour", occurred[received - occurred > HOUR_US])
        self.count("late_day", occurred[received - occurred > DAY_US])
        return received

    def _late_waits(self, draw: np.ndarray) -> np.ndarray:
        """Waits with a Pareto tail through both rates, up to 30 days."""
        ratio = self.rates.late_hour / self.rates.late_day
        slope = np.log(24) / np.log(ratio)
        share = np.maximum(draw / self.rates.late_hour, 1e-12)
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
        chosen = where & (draw < self.rates.malformed + self.rates.wrong)
        places = np.flatnonzero(chosen)
        if not places.size:
            return []
        rows = table.take(pa.array(places))
        is_cut = draw[places] < self.rates.malformed
        broken = broken_rows.break_rows(stream, event_type, rows, is_cut=is_cut)
        occurred = times_of(rows, "occurred_at")
        for time, row in zip(occurred, broken, strict=True):
            self.count(row.reason, np.array([time]))
        return broken


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
