"""Subscription products: a plan, how it is paid and how its buyers renew.

Reads data/reference/plans.csv through prices. Writes nothing.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from generation.scenario import retention
from generation.scenario.prices import local_minor, plans
from generation.scenario.retention import CLASS_NAMES

PRO_MIX = {"pro": 0.565, "premier": 0.27, "ultra": 0.14, "team": 0.025}  # assumed
MOTION_MIX = {"standard": 0.9, "pro": 0.1}  # plans of former motion pack buyers
MOVE_PERIOD = 2  # up- and downgrades come with the third month
UPGRADES = {
    "standard": ("pro", 0.05),
    "pro": ("premier", 0.05),
    "premier": ("ultra", 0.04),
}
DOWNGRADES = {
    "pro": ("standard", 0.03),
    "premier": ("pro", 0.03),
    "ultra": ("premier", 0.03),
}


@dataclass(frozen=True)
class Coupon:
    """A discount on monthly plans. `periods`: None is for ever."""

    name: str
    share: float
    discount: float
    periods: int | None


COUPONS = (
    Coupon("WELCOME25", 0.05, 0.25, 2),
    Coupon("CREATOR10", 0.02, 0.10, None),
)
COUPON_CLASSES = ("consumer_month", "pro_month")


@dataclass(frozen=True)
class Product:
    """One cell of the price list that subscriptions start in.

    Attributes:
        plan: index of the plan.
        payer_class: index of the class that it renews like.
        moves: other plans that it moves to, and the share that does.
    """

    plan: int
    payer_class: int
    moves: tuple[tuple[int, float], ...]

    @property
    def interval(self) -> str:
        """Length of a paid period: month, quarter or year."""
        return retention.CLASSES[self.payer_class].interval

    @property
    def coupons(self) -> tuple[Coupon, ...]:
        """The coupons that it is sold with."""
        name = CLASS_NAMES[self.payer_class]
        return COUPONS if name in COUPON_CLASSES else ()


def _plan_index(plan_id: str) -> int:
    return [plan.plan_id for plan in plans()].index(plan_id)


def _product(plan_id: str, payer_class: str) -> Product:
    klass = CLASS_NAMES.index(payer_class)
    plan = _plan_index(plan_id)
    if retention.CLASSES[klass].interval != "month":
        return Product(plan, klass, ())
    moves = [table[plan_id] for table in (UPGRADES, DOWNGRADES) if plan_id in table]
    return Product(
        plan, klass, tuple((_plan_index(target), share) for target, share in moves)
    )


@cache
def products() -> tuple[Product, ...]:
    """All products; the order is part of the deterministic output."""
    return (
        _product("standard", "consumer_month"),
        _product("standard", "consumer_year"),
        *(_product(plan, "pro_month") for plan in PRO_MIX),
        *(_product(plan, "pro_year") for plan in PRO_MIX),
        *(_product(plan, "motion_month") for plan in MOTION_MIX),
        _product("standard", "consumer_quarter"),
        _product("pro", "pro_quarter"),
    )


@cache
def is_motion() -> np.ndarray:
    """Products that only the motion pack's buyers start in."""
    motion = CLASS_NAMES.index("motion_month")
    return np.array([product.payer_class == motion for product in products()])


@cache
def is_dear() -> np.ndarray:
    """Products of the professional segment: few, and each moves the revenue."""
    return np.array([plans()[product.plan].segment == "pro" for product in products()])


def split_starts(
    consumer: np.ndarray, pro: np.ndarray, motion: np.ndarray, week: int
) -> np.ndarray:
    """A week's new subscriptions by product. [regions] each -> [products, regions].

    `motion` counts the motion pack's buyers who begin a subscription in the week.
    """
    yearly_consumer = retention.YEARLY_SHARE_CONSUMER[week]
    yearly_pro = retention.YEARLY_SHARE_PRO[week]
    quarterly_consumer = retention.QUARTERLY_SHARE_CONSUMER
    quarterly_pro = retention.QUARTERLY_SHARE_PRO
    monthly_pro = 1 - yearly_pro - quarterly_pro
    return np.stack(
        [
            consumer * (1 - yearly_consumer - quarterly_consumer),
            consumer * yearly_consumer,
            *(pro * monthly_pro * share for share in PRO_MIX.values()),
            *(pro * yearly_pro * share for share in PRO_MIX.values()),
            *(motion * share for share in MOTION_MIX.values()),
            consumer * quarterly_consumer,
            pro * quarterly_pro,
        ]
    )


@cache
def plan_prices() -> dict[str, np.ndarray]:
    """Local prices in minor units before coupons. Shape of each [plans, regions].

    `intro` and `month` are the first and every later month of a monthly plan.
    """
    dollars = {
        "intro": [plan.intro_usd for plan in plans()],
        "month": [plan.renewal_usd for plan in plans()],
        "quarter": [plan.quarterly_usd for plan in plans()],
        "year": [plan.yearly_usd for plan in plans()],
    }
    return {
        name: np.stack([local_minor(price) for price in prices])
        for name, prices in dollars.items()
    }


def coupon_factor(coupons: tuple[Coupon, ...], period: int) -> float:
    """Expected price of a period relative to the price without coupons."""
    off = [
        coupon.share * coupon.discount
        for coupon in coupons
        if coupon.periods is None or period < coupon.periods
    ]
    return 1 - sum(off)
