"""Subscriptions of the simulated company: what they are, what they cost.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass, field, fields

import numpy as np

from generation.scenario.calendar import add_months, day_index
from generation.scenario.prices import plans, usd
from generation.scenario.products import COUPONS, plan_prices, products
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.retention import CLASSES
from generation.scenario.streams import choose_evenly
from generation.scenario.wallet import no_numbers

PAUSE_WEEKS = 6  # no new subscription before a full month has passed
PAID, FREE, PAUSED = 0, 1, 2  # a period's state
NO_COUPON = len(COUPONS)


@dataclass
class Subscriptions:
    """Running subscriptions; one entry of each array per subscription.

    Attributes:
        user: who pays.
        number: of the subscription's id.
        cell: product * regions + region, at the start.
        plan: plan in force.
        seats: seats paid for.
        coupon: index of the coupon it began with; NO_COUPON without one.
        period: periods begun before this one.
        state: whether this one is paid, given for nothing or paused.
        months: credit months begun so far.
        anchor: start, from which all calendar months are counted.
        period_start: start of the period.
        period_end: its end.
        credits_until: end of the running credit month.
        grant: number of the running plan grant; 0 without one.
        balance: what is left of it.
        top_up_week: week of the last top-up.
    """

    user: np.ndarray = field(default_factory=no_numbers)
    number: np.ndarray = field(default_factory=no_numbers)
    cell: np.ndarray = field(default_factory=no_numbers)
    plan: np.ndarray = field(default_factory=no_numbers)
    seats: np.ndarray = field(default_factory=no_numbers)
    coupon: np.ndarray = field(default_factory=no_numbers)
    period: np.ndarray = field(default_factory=no_numbers)
    state: np.ndarray = field(default_factory=no_numbers)
    months: np.ndarray = field(default_factory=no_numbers)
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


def period_months() -> np.ndarray:
    """Months of a period by product."""
    return np.array([CLASSES[product.payer_class].months for product in products()])


def list_price_minor(subs: Subscriptions) -> np.ndarray:
    """Price of the current period in local minor units, before the coupon."""
    prices = {
        name: table[subs.plan, subs.region] for name, table in plan_prices().items()
    }
    months = period_months()[subs.product]
    monthly = np.where(subs.period == 0, prices["intro"], prices["month"])
    price = np.select(
        [months == 3, months == 12], [prices["quarter"], prices["year"]], monthly
    )
    usual = np.array([plan.seats for plan in plans()])[subs.plan]
    return np.round(price * subs.seats / usual).astype(np.int64)


def coupon_in_force(subs: Subscriptions) -> np.ndarray:
    """Index of the coupon that lowers the current period's price, or NO_COUPON."""
    lasts = np.array([coupon.periods or 10**6 for coupon in COUPONS] + [0])
    return np.where(subs.period < lasts[subs.coupon], subs.coupon, NO_COUPON)


def price_minor(subs: Subscriptions) -> np.ndarray:
    """Price of the current period in local minor units."""
    discount = np.array([coupon.discount for coupon in COUPONS] + [0.0])
    factor = 1 - discount[coupon_in_force(subs)]
    return np.round(list_price_minor(subs) * factor).astype(np.int64)


def mrr_usd(subs: Subscriptions) -> np.ndarray:
    """MRR in booked dollars by segment and region. Shape [2, regions]."""
    months = period_months()[subs.product]
    day = day_index(subs.period_start)
    dollars = usd(price_minor(subs), subs.region, day) / months
    dollars = np.where(subs.state == PAUSED, 0, dollars)
    cell = segment_of_plan()[subs.plan] * NUM_REGIONS + subs.region
    return np.bincount(cell, dollars, 2 * NUM_REGIONS).reshape(2, NUM_REGIONS)


def start_subscriptions(
    users: np.ndarray,
    cells: np.ndarray,
    times: np.ndarray,
    *,
    numbers: np.ndarray,
    stream: np.random.Generator,
) -> Subscriptions:
    """New subscriptions; their first plan credits are granted by the ledger."""
    product = cells // NUM_REGIONS
    plan = np.array([product.plan for product in products()])[product]
    zero = np.zeros(users.size, np.int64)
    return Subscriptions(
        user=users.astype(np.int64),
        number=numbers,
        cell=cells.astype(np.int64),
        plan=plan,
        seats=np.array([plan.seats for plan in plans()])[plan],
        coupon=_deal_coupons(product, stream),
        period=zero,
        state=zero + PAID,
        months=zero.copy(),
        anchor=times,
        period_start=times,
        period_end=add_months(times, period_months()[product]),
        credits_until=times.copy(),
        grant=zero.copy(),
        balance=zero.copy(),
        top_up_week=zero - 99,
    )


def _deal_coupons(product: np.ndarray, stream: np.random.Generator) -> np.ndarray:
    has = np.array([bool(product.coupons) for product in products()])[product]
    shares = np.array([coupon.share for coupon in COUPONS])
    holds = choose_evenly(np.where(has, shares.sum(), 0.0), stream)
    kind = np.searchsorted(
        np.cumsum(shares), stream.random(product.size) * shares.sum()
    )
    return np.where(holds, np.minimum(kind, len(COUPONS) - 1), NO_COUPON)


def segment_of_plan() -> np.ndarray:
    """Zero for consumer plans, one for professional ones."""
    return np.array([int(plan.segment == "pro") for plan in plans()])
