"""How long users come back and payers stay: curves of the reference company.

Reads nothing. Writes nothing. Rates without a source are assumptions.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.calendar import MID_DAY, WEEKS, day_of

MONTHS_OF_INTERVAL = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class PayerClass:
    """Subscriptions that renew alike: `keep[k]` is the chance to begin period k + 1."""

    name: str
    interval: str
    keep: tuple[float, ...]

    @property
    def months(self) -> int:
        """Calendar months in one paid period."""
        return MONTHS_OF_INTERVAL[self.interval]

    def keep_at(self, period: np.ndarray) -> np.ndarray:
        """Chance that a subscription in its `period`-th period renews."""
        return np.array(self.keep)[np.minimum(period, len(self.keep) - 1)]

    def survival(self, periods: int) -> np.ndarray:
        """Chance that period 0, 1, ... begins. Shape [periods]."""
        kept = self.keep_at(np.arange(periods - 1))
        return np.concatenate([[1.0], np.cumprod(kept)])


# About 7 % of monthly starters are left after a year (RevenueCat: AI apps 6.1 %).
CLASSES = (
    PayerClass("consumer_month", "month", (0.52, 0.70, 0.78, 0.82, 0.84, 0.85, 0.86)),
    PayerClass("consumer_year", "year", (0.211,)),  # RevenueCat: annual plans 21.1 %
    PayerClass("pro_month", "month", (0.80, 0.88, 0.91, 0.92, 0.925)),
    PayerClass("pro_year", "year", (0.45,)),
    PayerClass("motion_month", "month", (0.60, 0.74, 0.80, 0.84)),
    PayerClass("consumer_quarter", "quarter", (0.42, 0.60, 0.66)),
    PayerClass("pro_quarter", "quarter", (0.68, 0.78, 0.80)),
)
CLASS_NAMES = tuple(payer_class.name for payer_class in CLASSES)
# Of all renewals 7.2 % are declined at first and about half of them recover (Churnkey).
LOST_TO_DECLINE = 0.036  # ends of a subscription that nobody asked for, per period
GRACE_DAYS = 14  # such a subscription goes on so long after its first declined charge
# Monthly renewals that are given for nothing to keep the payer, and that rest unpaid.
FREE_MONTHS, PAUSES = 0.010, 0.006
MOTION_SUBSCRIBES = 0.36  # share of the motion pack's buyers who subscribe afterwards
MOTION_LAG = {3: 0.25, 4: 0.5, 5: 0.25}  # weeks from the pack to the subscription

_annual_offer = (
    1
    + 0.45 * ((day_of(2025, 4, 12) < MID_DAY) & (day_of(2025, 5, 8) > MID_DAY))
    + 0.30 * ((day_of(2025, 11, 17) < MID_DAY) & (day_of(2025, 12, 3) > MID_DAY))
)
YEARLY_SHARE_CONSUMER = 0.18 * _annual_offer
YEARLY_SHARE_PRO = 0.32 * _annual_offer
QUARTERLY_SHARE_CONSUMER, QUARTERLY_SHARE_PRO = 0.04, 0.03


def weekly_activity(s1: float, s_inf: float, beta: float) -> np.ndarray:
    """Chance to be active k weeks after the registration week. Shape [WEEKS]."""
    age = np.arange(1, WEEKS)
    later = s_inf + (s1 - s_inf) * ((1 + age) / 2) ** (-beta)
    return np.concatenate([[1.0], later])
