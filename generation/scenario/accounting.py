"""Exact money and payer counts that a path of subscription starts leads to.

Reads nothing. Writes nothing. Starts are uniform over the days of a week, periods are
calendar months or years, dollars are booked at the rate of the period's first day:
the same rules as the rows, so the expected month is a linear map of the weekly starts.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from generation.scenario.calendar import (
    DAY_US,
    DAYS,
    FIRST_US,
    MONTHS,
    WEEKS,
    add_months,
    day_index,
    month_bounds,
)
from generation.scenario.prices import MINOR_FACTOR, units_per_usd
from generation.scenario.regions import CURRENCIES
from generation.scenario.retention import (
    CLASSES,
    FREE_MONTHS,
    GRACE_DAYS,
    LOST_TO_DECLINE,
    PAUSES,
    PayerClass,
)

STEPS = 3  # prices: first period, second period, later ones (moves begin there)


@dataclass(frozen=True)
class ClassMaps:
    """Linear maps from one start a week to what it leads to, for one payer class.

    Attributes:
        run: mean daily MRR of a month in dollars per local minor unit of period price.
            Shape [currencies, STEPS, months, WEEKS].
        recognised: earned in the month, per local minor unit; the same shape.
        stock_end: subscriptions alive at the end of a week. Shape [WEEKS, WEEKS].
        stock_mean: alive on the mean day of a week. Shape [WEEKS, WEEKS].
        any_day: alive, or in its grace, on any day of a month. Shape [months, WEEKS].
    """

    run: np.ndarray
    recognised: np.ndarray
    stock_end: np.ndarray
    stock_mean: np.ndarray
    any_day: np.ndarray


@dataclass(frozen=True)
class _Period:
    """One period of the subscriptions that start on each day; arrays over days.

    Attributes:
        step: which price holds.
        first: day on which it begins.
        end: day on which it ends.
        alive: share of the subscriptions that begin it.
        in_force: share that has MRR: alive and not paused.
        paid: share that is paid: in force and not given for nothing.
    """

    step: int
    first: np.ndarray
    end: np.ndarray
    alive: float
    in_force: float
    paid: float

    @property
    def grace_end(self) -> np.ndarray:
        """Day on which what was lost to a declined charge ends."""
        return self.end + GRACE_DAYS


def _periods(payer_class: PayerClass) -> list[_Period]:
    start_us = FIRST_US + np.arange(DAYS) * DAY_US
    count = DAYS // (28 * payer_class.months) + 2
    survival = payer_class.survival(count)
    firsts = [
        day_index(add_months(start_us, index * payer_class.months))
        for index in range(count + 1)
    ]
    return [
        _Period(
            min(index, STEPS - 1),
            firsts[index],
            firsts[index + 1],
            alive,
            in_force=alive * (1 - _rest(payer_class, index, PAUSES)),
            paid=alive * (1 - _rest(payer_class, index, PAUSES + FREE_MONTHS)),
        )
        for index, alive in enumerate(survival)
        if firsts[index][0] < DAYS
    ]


def _rest(payer_class: PayerClass, period: int, share: float) -> float:
    """Only the renewals of monthly plans rest or are given for nothing."""
    return share if payer_class.months == 1 and period else 0.0


def _days_from(buckets: np.ndarray) -> np.ndarray:
    """Days of each bucket from a day on. [buckets, DAYS] -> [buckets, DAYS + 1]."""
    later = np.cumsum(buckets[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([later, np.zeros((len(buckets), 1))], axis=1)


@cache
def money_maps(index: int, grain: str) -> tuple[np.ndarray, np.ndarray]:
    """MRR days and earned money by month or week. [currencies, STEPS, buckets, WEEKS].

    The first result is the mean daily MRR of a bucket, the second what it earns.
    """
    payer_class = CLASSES[index]
    buckets = month_matrix() if grain == "month" else week_matrix()
    later = _days_from(buckets)
    rate = 7 * units_per_usd() * MINOR_FACTOR[:, None]  # a start is spread over 7 days
    shape = (len(CURRENCIES), STEPS, len(buckets), WEEKS)
    run, earned = np.zeros(shape), np.zeros(shape)
    for period in _periods(payer_class):
        first, end = np.minimum(period.first, DAYS), np.minimum(period.end, DAYS)
        days = later[:, first] - later[:, end]
        grace = later[:, end] - later[:, np.minimum(period.grace_end, DAYS)]
        mrr_days = period.in_force * (days + LOST_TO_DECLINE * grace)
        paid_days = period.paid * days / (period.end - period.first)
        for currency, unit in enumerate(1 / rate[:, np.minimum(first, DAYS - 1)]):
            weekly = (mrr_days * unit).reshape(len(buckets), WEEKS, 7)
            run[currency, period.step] += weekly.sum(2)
            weekly = (paid_days * unit).reshape(len(buckets), WEEKS, 7)
            earned[currency, period.step] += weekly.sum(2)
    length = np.maximum(buckets.sum(1), 1)[:, None]
    return run / length / payer_class.months, earned


@cache
def month_matrix() -> np.ndarray:
    """Days of each month inside the horizon. Shape [months, DAYS]."""
    days = np.arange(DAYS)
    bounds = [month_bounds(year, month) for year, month in MONTHS]
    return np.array([(days >= a) & (days < b) for a, b in bounds], dtype=float)


@cache
def week_matrix() -> np.ndarray:
    """Days of each week. Shape [WEEKS, DAYS]."""
    return np.kron(np.eye(WEEKS), np.ones(7))


@cache
def class_maps(index: int) -> ClassMaps:
    """The linear maps of one payer class; they do not depend on the parameters."""
    periods = _periods(CLASSES[index])
    alive = _alive(periods)
    run, recognised = money_maps(index, "month")
    return ClassMaps(
        run,
        recognised,
        alive[6::7],
        alive.reshape(WEEKS, 7, WEEKS).mean(1),
        _any_day(alive + _in_grace(periods)),
    )


def _alive(periods: list[_Period]) -> np.ndarray:
    """Subscriptions alive on a day by the week they started in. [DAYS, WEEKS]."""
    return _counted([(p.first, p.end, p.alive) for p in periods])


def _in_grace(periods: list[_Period]) -> np.ndarray:
    """Subscriptions lost to a declined charge that still run. [DAYS, WEEKS]."""
    return _counted(
        [(p.end, p.grace_end, LOST_TO_DECLINE * p.in_force) for p in periods]
    )


def _counted(spans: list[tuple[np.ndarray, np.ndarray, float]]) -> np.ndarray:
    """Subscriptions on a day, of spans (first day, day after, share)."""
    change = np.zeros((DAYS + 1) * WEEKS)
    week = np.arange(DAYS) // 7
    for first, end, share in spans:
        for day, sign in ((first, 1.0), (end, -1.0)):
            cell = np.minimum(day, DAYS) * WEEKS + week
            change += np.bincount(cell, np.full(DAYS, sign * share / 7), change.size)
    return np.cumsum(change.reshape(DAYS + 1, WEEKS), axis=0)[:DAYS]


def _any_day(alive: np.ndarray) -> np.ndarray:
    """Alive on a month's first day or started in it. Shape [months, WEEKS]."""
    starts = month_matrix().reshape(len(MONTHS), WEEKS, 7).sum(2) / 7
    rows = []
    for month, (year, number) in enumerate(MONTHS):
        first = month_bounds(year, number)[0]
        before = np.zeros(WEEKS)
        if 0 < first < DAYS:
            before = alive[first].copy()
            before[first // 7] -= 1 / 7  # started on the first day: in `starts`
        rows.append(before + starts[month])
    return np.stack(rows)
