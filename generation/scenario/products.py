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
UPGRADE_PERIOD = 2  # an upgrade comes with the third paid month
UPGRADES = {
    "standard": ("pro", 0.05),
    "pro": ("premier", 0.05),
    "premier": ("ultra", 0.04),
}


@dataclass(frozen=True)
class Product:
    """One cell of the price list that subscriptions start in."""

    plan: int
    payer_class: int
    upgrade_plan: int
    upgrade_share: float

    @property
    def interval(self) -> str:
        """Length of a paid period: month or year."""
        return retention.CLASSES[self.payer_class].interval


def _plan_index(plan_id: str) -> int:
    return [plan.plan_id for plan in plans()].index(plan_id)


def _product(plan_id: str, payer_class: str) -> Product:
    klass = CLASS_NAMES.index(payer_class)
    plan = _plan_index(plan_id)
    if retention.CLASSES[klass].interval == "year" or plan_id not in UPGRADES:
        return Product(plan, klass, plan, 0.0)
    target, share = UPGRADES[plan_id]
    return Product(plan, klass, _plan_index(target), share)


@cache
def products() -> tuple[Product, ...]:
    """All products; the order is part of the deterministic output."""
    return (
        _product("standard", "consumer_month"),
        _product("standard", "consumer_year"),
        *(_product(plan, "pro_month") for plan in PRO_MIX),
        *(_product(plan, "pro_year") for plan in PRO_MIX),
        *(_product(plan, "motion_month") for plan in MOTION_MIX),
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
    return np.stack(
        [
            consumer * (1 - yearly_consumer),
            consumer * yearly_consumer,
            *(pro * (1 - yearly_pro) * share for share in PRO_MIX.values()),
            *(pro * yearly_pro * share for share in PRO_MIX.values()),
            *(motion * share for share in MOTION_MIX.values()),
        ]
    )


@cache
def plan_prices() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local first-month, renewal and yearly prices in minor units. [plans, regions]."""
    return (
        np.stack([local_minor(plan.intro_usd) for plan in plans()]),
        np.stack([local_minor(plan.renewal_usd) for plan in plans()]),
        np.stack([local_minor(plan.yearly_usd) for plan in plans()]),
    )
