"""Credit grants that last: packs of users, packages of API accounts, compensation.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass, field, fields

import numpy as np

from generation.scenario.calendar import DAY_US
from generation.scenario.purchases import Sales

USED_UP = 10  # credits: less than the cheapest generation


def no_numbers() -> np.ndarray:
    """An empty array of integers."""
    return np.empty(0, np.int64)


@dataclass
class Wallet:
    """Open grants; one entry of each array per grant."""

    owner: np.ndarray = field(default_factory=no_numbers)
    number: np.ndarray = field(default_factory=no_numbers)  # of the grant's id
    balance: np.ndarray = field(default_factory=no_numbers)
    starts: np.ndarray = field(default_factory=no_numbers)
    expires: np.ndarray = field(default_factory=no_numbers)
    gift: np.ndarray = field(default_factory=no_numbers)  # 1 where nothing was paid

    def add(self, **grants: np.ndarray) -> None:
        """Put in new grants."""
        for item in fields(self):
            joined = np.concatenate([getattr(self, item.name), grants[item.name]])
            setattr(self, item.name, joined)

    def deposit(self, sales: Sales, number: np.ndarray, valid_days: int) -> None:
        """Put in the grants that sales have opened."""
        self.add(
            owner=sales.owner,
            number=number,
            balance=sales.credits,
            starts=sales.time,
            expires=sales.time + valid_days * DAY_US,
            gift=np.zeros(number.size, np.int64),
        )

    def remove(self, index: np.ndarray) -> None:
        """Take out grants."""
        keep = np.ones(self.owner.size, bool)
        keep[index] = False
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name)[keep])


def burn_counts(
    balance: np.ndarray,
    share: np.ndarray,
    mean_credits: float,
    uniform: np.ndarray,
) -> np.ndarray:
    """How many generations a grant pays in a week.

    `share` of the balance is wanted; a small rest is used up. `uniform` holds each
    grant's own number in (0, 1), by which it is rounded up or down.
    """
    wanted = (
        np.where(balance < 3 * mean_credits, balance, share * balance) / mean_credits
    )
    count = np.floor(wanted + uniform).astype(np.int64)
    return np.where(balance >= USED_UP, count, 0)


def affordable(
    grant: np.ndarray, credits: np.ndarray, balance: np.ndarray
) -> np.ndarray:
    """Which generations their grant can pay, in the order given. `grant` may repeat."""
    order = np.argsort(grant, kind="stable")
    total = np.cumsum(credits[order])
    ranked = grant[order]
    first = np.searchsorted(ranked, ranked)
    before = total[first] - credits[order][first]
    result = np.empty(grant.size, bool)
    result[order] = total - before <= balance[ranked]
    return result
