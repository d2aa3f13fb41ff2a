"""One-off sales: top-ups, motion packs and API packages, along the expected path.

Reads nothing. Writes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from generation.scenario.calendar import (
    DAY_US,
    WEEK_US,
    WEEKS,
    day_index,
    week_start_us,
)
from generation.scenario.conversion import spread_times
from generation.scenario.prices import (
    MINOR_FACTOR,
    currency_of,
    local_minor,
    packs,
    units_per_usd,
)
from generation.scenario.rationing import Rations
from generation.scenario.regions import NUM_REGIONS, region_values

# Which packs consumers and professionals buy; assumed, in the order of the price list.
PACK_MIX = np.array(
    [
        [0.30, 0.30, 0.25, 0.12, 0.03, 0.0, 0.0, 0.0],
        [0.05, 0.10, 0.20, 0.35, 0.22, 0.07, 0.01, 0.0],
    ]
)
PACKAGE_DAYS = 30  # an API account buys a package every thirty days
REGION_PURCHASES = 8  # at least so many a month in a region, so that no sale is a lump
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
        chance: Callable[[int], np.ndarray],
        rations: Rations,
        week: int,
        stream: np.random.Generator,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw packs for the week.

        Args:
            expected: money to add to the budget by segment and region.
            candidates: for each cell (segment * regions + region) who may buy.
            chance: the candidates' own numbers in (0, 1) for the n-th round of sales.
            rations: who buys, and what.
            week: the week of the sale.
            stream: random numbers.

        Returns:
            Buyer (as given in candidates), pack and time of each sale.
        """
        self.budget += expected
        prices = np.array([pack.price_usd for pack in packs("top_up")])
        sold = np.zeros((prices.size, len(candidates)), np.int64)
        for index, may in enumerate(candidates):
            if may.size:
                kind = self._draw_packs(index, prices, stream)
                sold[:, index] = np.bincount(kind, minlength=prices.size)
        buyer, cell, key = _choose_buyers(candidates, sold.sum(0), chance, rations)
        kind = rations.deal("top_up packs", key, cell, sold)
        order = stream.permutation(kind.size)
        time = _times_by_value(prices[kind[order]], week, stream)
        return buyer[order], kind[order], time

    def _draw_packs(
        self, cell: int, prices: np.ndarray, stream: np.random.Generator
    ) -> np.ndarray:
        """Packs that a cell's budget pays, by the segment's mix."""
        segment, region = divmod(cell, NUM_REGIONS)
        budget = self.budget[segment, region]
        local = prices * region_values("price_factor")[region]
        if budget <= 0:
            return np.empty(0, np.int64)
        mix = PACK_MIX[segment]
        count = int(2 * budget / (mix @ local)) + 16
        kind = np.searchsorted(np.cumsum(mix), stream.random(count), side="right")
        kind = _fill(kind[np.cumsum(local[kind]) <= budget], local, budget)
        self.budget[segment, region] -= local[kind].sum()
        return kind


def _choose_buyers(
    candidates: list[np.ndarray],
    wanted: np.ndarray,
    chance: Callable[[int], np.ndarray],
    rations: Rations,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Buyers, their cells, and the numbers by which they are dealt their packs.

    In each round a candidate buys at most once; few weeks need a second round.
    """
    size = np.array([may.size for may in candidates])
    cell = np.repeat(np.arange(size.size), size)
    may = np.concatenate([np.empty(0, np.int64), *candidates])
    rounds = int(np.max(-(-wanted // np.maximum(size, 1))))
    buyers, cells, keys = [may[:0]], [cell[:0]], [np.empty(0)]
    for turn in range(rations.same("top_up rounds", rounds)):
        places = np.clip(wanted - turn * size, 0, size)
        key = chance(2 * turn)[may]
        taken = np.sort(rations.serve(f"top_up {turn}", key, cell, places))
        buyers.append(may[taken])
        cells.append(cell[taken])
        keys.append(chance(2 * turn + 1)[may[taken]])
    return np.concatenate(buyers), np.concatenate(cells), np.concatenate(keys)


def _fill(kind: np.ndarray, local: np.ndarray, budget: float) -> np.ndarray:
    """Spend what is left on smaller packs, so that less than the smallest remains."""
    left = budget - local[kind].sum()
    more = []
    for pack in np.argsort(-local):
        count = int(left // local[pack])
        left -= count * local[pack]
        more.append(np.full(count, pack))
    return np.concatenate([kind, *more])


def _times_by_value(
    value: np.ndarray, week: int, stream: np.random.Generator
) -> np.ndarray:
    """Moments at which the running value grows evenly over the week."""
    share = (np.cumsum(value) - value * stream.random(value.size)) / value.sum()
    return week_start_us(week) + (share * (WEEK_US - 1)).astype(np.int64)


def pack_prices() -> np.ndarray:
    """Local prices of the top-ups. Shape [packs, regions]."""
    return np.stack([local_minor(pack.price_usd) for pack in packs("top_up")])


@dataclass
class ApiAccounts:
    """Enterprise accounts that buy credit packages for the API."""

    region: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    created: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    size: np.ndarray = field(default_factory=lambda: np.empty(0))
    reseller: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    sold_usd: np.ndarray = field(default_factory=lambda: np.zeros(NUM_REGIONS))
    lent_usd: np.ndarray = field(default_factory=lambda: np.zeros(NUM_REGIONS))

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
        """Sell the week's packages.

        Day by day a region's purchases follow the running sum of its expected money;
        between two purchases, a package covers half of the time up to the next one.

        Args:
            expected_usd: expected sales by week and region. Shape [WEEKS, regions].
            week: the week of the sale.
        """
        running = np.concatenate(
            [np.zeros((1, NUM_REGIONS)), np.cumsum(expected_usd, axis=0)]
        )
        parts = [self._sell_day(running, 7 * week + day) for day in range(7)]
        buyer, time, dollars = (
            np.concatenate(part) for part in zip(*parts, strict=True)
        )
        region = self.region[buyer]
        currency = currency_of(region)
        amount = dollars * units_per_usd()[currency, day_index(time)]
        units = dollars / packs("api")[0].price_usd
        return Sales(
            owner=buyer,
            region=region,
            time=time,
            amount_minor=np.maximum(
                np.round(amount * MINOR_FACTOR[currency]), 1
            ).astype(np.int64),
            credits=np.maximum(np.round(units), 1).astype(np.int64),
        )

    def _sell_day(
        self, running: np.ndarray, day: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Buyers, times and dollars of a day's packages."""
        start = week_start_us(0) + day * DAY_US
        time = self._next_purchase(start)
        buyer = np.flatnonzero(time < start + DAY_US)
        region = self.region[buyer]
        following = np.full(NUM_REGIONS, float(7 * WEEKS))
        later = (self._next_purchase(start + DAY_US) - week_start_us(0)) // DAY_US
        np.minimum.at(following, self.region, later)
        until = np.minimum((day + 1 + following) / 2, 7 * WEEKS)
        self._lend(_at_day(running, np.array([day, day + 1])))
        target = np.diag(_at_day(running, until)) + self.lent_usd
        budget = np.maximum(target - self.sold_usd, 0)
        weight = self.size[buyer] / self._per_month()[buyer]
        total = np.bincount(region, weight, NUM_REGIONS)
        dollars = weight / total[region] * budget[region]
        self.sold_usd = self.sold_usd + np.bincount(region, dollars, NUM_REGIONS)
        return buyer, time[buyer], dollars

    def _lend(self, day: np.ndarray) -> None:
        """Regions without an account yet leave the day's money to the largest one."""
        count = np.bincount(self.region, minlength=NUM_REGIONS)
        if not count.any():
            return
        lent = np.where(count == 0, day[1] - day[0], 0)
        self.lent_usd = self.lent_usd - lent
        self.lent_usd[np.argmax(count)] += lent.sum()

    def _per_month(self) -> np.ndarray:
        """Purchases in thirty days: many by large accounts and in small regions."""
        count = np.bincount(self.region, minlength=NUM_REGIONS)
        least = np.ceil(REGION_PURCHASES / np.maximum(count, 1))
        return np.maximum(np.clip(np.round(2 * self.size), 1, 20), least[self.region])

    def _next_purchase(self, start: int) -> np.ndarray:
        """The accounts' first purchase that is not before a time."""
        step = (PACKAGE_DAYS * DAY_US / self._per_month()).astype(np.int64)
        age = -((self.created - start) // step)
        return self.created + np.maximum(age, 0) * step


def _at_day(running: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Running sums at days. [WEEKS + 1, regions], [n] -> [n, regions]."""
    edges = 7 * np.arange(WEEKS + 1)
    return np.stack([np.interp(day, edges, column) for column in running.T], axis=1)
