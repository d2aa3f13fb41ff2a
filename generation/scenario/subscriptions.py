"""Subscriptions of the simulated company, week by week, along the expected path.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass, field, fields

import numpy as np

from generation.scenario.calendar import (
    DAY_US,
    WEEK_US,
    add_months,
    day_index,
    week_start_us,
)
from generation.scenario.prices import plans, usd
from generation.scenario.products import UPGRADE_PERIOD, plan_prices, products
from generation.scenario.rationing import Rations
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.retention import CLASSES
from generation.scenario.wallet import no_numbers

FAILED_THEN_PAID = 0.036  # of renewals: 7.2 % are declined, about half recover
LOST_TO_DECLINE = 0.036
RECENT_BUYER_WEEKS = 5
PAUSE_WEEKS = 6  # no new subscription before a full month has passed


@dataclass
class Subscriptions:
    """Running subscriptions; one entry of each array per subscription.

    Attributes:
        user: who pays.
        number: of the subscription's id.
        cell: product * regions + region, at the start.
        plan: plan in force.
        period: paid periods begun before this one.
        months: credit months begun so far.
        anchor: start, from which all calendar months are counted.
        period_start: start of the paid period.
        period_end: its end.
        credits_until: end of the running credit month.
        grant: number of the running plan grant; 0 without one.
        balance: what is left of it.
        top_up_week: week of the last top-up.
    """

    user: np.ndarray = field(default_factory=no_numbers)
    number: np.ndarray = field(default_factory=no_numbers)
    cell: np.ndarray = field(
        default_factory=no_numbers
    )  # product * regions + region at the start
    plan: np.ndarray = field(default_factory=no_numbers)
    period: np.ndarray = field(
        default_factory=no_numbers
    )  # paid periods begun before this one
    months: np.ndarray = field(
        default_factory=no_numbers
    )  # credit months begun before this one
    anchor: np.ndarray = field(default_factory=no_numbers)
    period_start: np.ndarray = field(default_factory=no_numbers)
    period_end: np.ndarray = field(default_factory=no_numbers)
    credits_until: np.ndarray = field(default_factory=no_numbers)
    grant: np.ndarray = field(default_factory=no_numbers)
    balance: np.ndarray = field(default_factory=no_numbers)
    top_up_week: np.ndarray = field(default_factory=no_numbers)

    def take(self, index: np.ndarray) -> "Subscriptions":
        """A copy of some subscriptions."""
        return Subscriptions(
            **{item.name: getattr(self, item.name)[index] for item in fields(self)}
        )

    def joined(self, other: "Subscriptions") -> "Subscriptions":
        """These subscriptions and then the others."""
        return Subscriptions(
            **{
                item.name: np.concatenate(
                    [getattr(self, item.name), getattr(other, item.name)]
                )
                for item in fields(self)
            }
        )

    @property
    def product(self) -> np.ndarray:
        """Product index of each subscription."""
        return self.cell // NUM_REGIONS

    @property
    def region(self) -> np.ndarray:
        """Region index of each subscription."""
        return self.cell % NUM_REGIONS


@dataclass(frozen=True)
class Renewals:
    """What became of the subscriptions whose period ended in a week."""

    renewed: Subscriptions
    price_minor: np.ndarray
    is_changed: np.ndarray
    is_late: np.ndarray
    previous_plan: np.ndarray
    lapsed: Subscriptions
    lapsed_voluntarily: np.ndarray


def period_months() -> np.ndarray:
    """Months of a paid period by product."""
    return np.array([CLASSES[product.payer_class].months for product in products()])


def price_minor(subs: Subscriptions) -> np.ndarray:
    """Price of the current period in local minor units."""
    intro, renewal, yearly = plan_prices()
    monthly = np.where(
        subs.period == 0, intro[subs.plan, subs.region], renewal[subs.plan, subs.region]
    )
    is_year = period_months()[subs.product] == 12
    return np.where(is_year, yearly[subs.plan, subs.region], monthly)


def mrr_usd(subs: Subscriptions) -> np.ndarray:
    """MRR in booked dollars by segment and region. Shape [2, regions]."""
    months = period_months()[subs.product]
    day = day_index(subs.period_start)
    dollars = usd(price_minor(subs), subs.region, day) / months
    cell = segment_of_plan()[subs.plan] * NUM_REGIONS + subs.region
    return np.bincount(cell, dollars, 2 * NUM_REGIONS).reshape(2, NUM_REGIONS)


def start_subscriptions(
    users: np.ndarray, cells: np.ndarray, times: np.ndarray, numbers: np.ndarray
) -> Subscriptions:
    """New subscriptions; their first plan credits are granted by the ledger."""
    plan = np.array([product.plan for product in products()])
    months = period_months()[cells // NUM_REGIONS]
    zero = np.zeros(users.size, np.int64)
    return Subscriptions(
        user=users.astype(np.int64),
        number=numbers,
        cell=cells.astype(np.int64),
        plan=plan[cells // NUM_REGIONS],
        period=zero,
        months=zero.copy(),
        anchor=times,
        period_start=times,
        period_end=add_months(times, months),
        credits_until=times.copy(),
        grant=zero.copy(),
        balance=zero.copy(),
        top_up_week=zero - 99,
    )


def renew(
    subs: Subscriptions,
    *,
    week: int,
    target: np.ndarray,
    started: np.ndarray,
    chance: np.ndarray,
    rations: Rations,
    stream: np.random.Generator,
) -> tuple[Subscriptions, Renewals]:
    """Renew or end what is due so that each cell ends the week at its target.

    `target` and `started` count subscriptions by cell; `subs` excludes the new ones.
    `chance` is each subscription's own number of the week in (0, 1).
    Returns the subscriptions that go on, and what happened.
    """
    end = week_start_us(week) + WEEK_US
    due = np.flatnonzero(subs.period_end < end)
    count = np.bincount(subs.cell, minlength=target.size)
    due_count = np.bincount(subs.cell[due], minlength=target.size)
    keep = np.clip(target - started - (count - due_count), 0, due_count)
    key = _reluctance(subs, due, week, chance)
    stays = np.zeros(due.size, bool)
    stays[rations.serve("renew", key, subs.cell[due], keep, natural=1.0)] = True
    renewed = subs.take(due[stays])
    previous_plan = renewed.plan.copy()
    _advance(renewed, stream)
    late = stream.random(renewed.user.size) < FAILED_THEN_PAID
    lapsed = subs.take(due[~stays])
    lost = LOST_TO_DECLINE * due.size / max(lapsed.user.size, 1)
    running = np.ones(subs.user.size, bool)
    running[due] = False
    return subs.take(np.flatnonzero(running)).joined(renewed), Renewals(
        renewed=renewed,
        price_minor=price_minor(renewed),
        is_changed=renewed.plan != previous_plan,
        is_late=late,
        previous_plan=previous_plan,
        lapsed=lapsed,
        lapsed_voluntarily=stream.random(lapsed.user.size) >= lost,
    )


def _reluctance(
    subs: Subscriptions, due: np.ndarray, week: int, chance: np.ndarray
) -> np.ndarray:
    """Below one for those who would renew; recent buyers of credits come first."""
    keep = np.empty(due.size)
    classes = np.array([product.payer_class for product in products()])
    payer_class = classes[subs.product[due]]
    for index, curve in enumerate(CLASSES):
        here = payer_class == index
        keep[here] = curve.keep_at(subs.period[due][here])
    key = chance[due] / keep
    key[subs.top_up_week[due] >= week - RECENT_BUYER_WEEKS] -= 10
    return key


def _advance(subs: Subscriptions, stream: np.random.Generator) -> None:
    """Begin the next period, on the next plan for those who upgrade."""
    months = period_months()[subs.product]
    subs.period += 1
    subs.period_start[:] = subs.period_end
    subs.period_end[:] = add_months(subs.anchor, months * (subs.period + 1))
    share = np.array([product.upgrade_share for product in products()])[subs.product]
    target = np.array([product.upgrade_plan for product in products()])[subs.product]
    # Stratified: the number of upgrades is within one of its expectation.
    taken = np.floor(
        np.cumsum(share * (subs.period == UPGRADE_PERIOD)) + stream.random()
    )
    moves = np.diff(taken, prepend=0) > 0
    subs.plan[:] = np.where(moves & (subs.period == UPGRADE_PERIOD), target, subs.plan)


def segment_of_plan() -> np.ndarray:
    """Zero for consumer plans, one for professional ones."""
    return np.array([int(plan.segment == "pro") for plan in plans()])


def late_by(count: int, stream: np.random.Generator) -> np.ndarray:
    """Microseconds until a declined renewal is paid: one to three days."""
    return (stream.uniform(1, 3, count) * DAY_US).astype(np.int64)
