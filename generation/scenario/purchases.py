"""One-off sales: top-ups, motion packs and API packages, along the expected path.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.calendar import DAY_US, WEEK_US, day_index, week_start_us
from generation.scenario.conversion import spread_times
from generation.scenario.prices import (
    MINOR_FACTOR,
    currency_of,
    local_minor,
    packs,
    units_per_usd,
)
from generation.scenario.regions import NUM_REGIONS, region_values

# Which packs consumers and professionals buy; assumed, in the order of the price list.
PACK_MIX = np.array(
    [
        [0.30, 0.30, 0.25, 0.12, 0.03, 0.0, 0.0, 0.0],
        [0.05, 0.10, 0.20, 0.35, 0.22, 0.07, 0.01, 0.0],
    ]
)
PACKAGE_DAYS = 30  # an API account buys a package every thirty days
ACCOUNT_SIGMA = 1.4  # spread of the API accounts' sizes


@dataclass(frozen=True)
class Sales:
    """Packs sold: to whom (a user or API account), when and for how much."""

    owner: np.ndarray
    region: np.ndarray
    time: np.ndarray
    amount_minor: np.ndarray
    credits: np.ndarray


@dataclass
class TopUpDesk:
    """Sells top-ups until each week's expected money is reached."""

    budget: np.ndarray  # [2, regions] list dollars x price factor not yet sold

    def sell(
        self,
        expected: np.ndarray,
        *,
        candidates: list[np.ndarray],
        week: int,
        stream: np.random.Generator,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw packs for the week.

        Args:
            expected: money to add to the budget by segment and region.
            candidates: for each cell (segment * regions + region) who may buy.
            week: the week of the sale.
            stream: random numbers.

        Returns:
            Buyer (as given in candidates), pack and time of each sale.
        """
        self.budget += expected
        prices = np.array([pack.price_usd for pack in packs("top_up")])
        factor = region_values("price_factor")
        buyers, sold = [], []
        for cell, may in enumerate(candidates):
            segment, region = divmod(cell, NUM_REGIONS)
            budget = self.budget[segment, region]
            if not may.size or budget <= 0:
                continue
            mix = PACK_MIX[segment]
            local = prices * factor[region]
            count = int(2 * budget / (mix @ local)) + 16
            kind = np.searchsorted(np.cumsum(mix), stream.random(count), side="right")
            kind = kind[np.cumsum(local[kind]) <= budget]
            self.budget[segment, region] -= local[kind].sum()
            buyers.append(may[stream.integers(0, may.size, kind.size)])
            sold.append(kind)
        if not sold:
            none = np.empty(0, np.int64)
            return none, none, none
        kind = np.concatenate(sold)
        return np.concatenate(buyers), kind, spread_times(kind.size, week, stream)


def pack_prices() -> np.ndarray:
    """Local prices of the top-ups. Shape [packs, regions]."""
    return np.stack([local_minor(pack.price_usd) for pack in packs("top_up")])


@dataclass
class ApiAccounts:
    """Enterprise accounts that buy credit packages for the API."""

    region: np.ndarray
    created: np.ndarray
    size: np.ndarray
    budget: np.ndarray  # [regions] dollars to be sold

    def open(
        self, target: np.ndarray, week: int, stream: np.random.Generator
    ) -> np.ndarray:
        """Open accounts up to the target by region; returns the new indexes."""
        have = np.bincount(self.region, minlength=NUM_REGIONS)
        more = np.maximum(target - have, 0)
        region = np.repeat(np.arange(NUM_REGIONS), more)
        first = self.region.size
        self.region = np.concatenate([self.region, region])
        times = spread_times(region.size, week, stream)
        self.created = np.concatenate([self.created, times])
        size = stream.lognormal(0, ACCOUNT_SIGMA, region.size)
        self.size = np.concatenate([self.size, size])
        return np.arange(first, self.region.size)

    def sell(self, expected_usd: np.ndarray, week: int) -> Sales:
        """Sell the week's packages; each region's expected money is met exactly."""
        self.budget = self.budget + expected_usd
        start, step = week_start_us(week), PACKAGE_DAYS * DAY_US
        age = -((self.created - start) // step)  # periods until the first time >= start
        time = self.created + np.maximum(age, 0) * step
        buyers = np.flatnonzero(time < start + WEEK_US)
        region, time = self.region[buyers], time[buyers]
        weight = self.size[buyers]
        total = np.bincount(region, weight, NUM_REGIONS)
        dollars = weight / total[region] * self.budget[region]
        self.budget[np.unique(region)] = 0
        rate = units_per_usd()[currency_of(region), day_index(time)]
        amount = dollars * rate * MINOR_FACTOR[currency_of(region)]
        return Sales(
            owner=buyers,
            region=region,
            time=time,
            amount_minor=np.maximum(np.round(amount), 1).astype(np.int64),
            credits=np.maximum(np.round(dollars / packs("api")[0].price_usd), 1).astype(
                np.int64
            ),
        )
