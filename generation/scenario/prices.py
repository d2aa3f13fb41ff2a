"""Local prices and exchange rates of the reference company.

Reads data/reference/{plans,credit_packs,fx_rates,tax_rates}.csv. Writes nothing.
List prices are set once in local currency, at the rates of December 2025, so the
dollars booked for a period move with the rate on the day the period starts.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from generation.scenario.calendar import DAYS, FIRST_WEEK, day_of
from generation.scenario.regions import COUNTRIES, CURRENCIES, REGIONS

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
ZERO_DECIMAL = frozenset({"JPY", "KRW"})
MINOR_FACTOR = np.array([1 if c in ZERO_DECIMAL else 100 for c in CURRENCIES])
PRICE_DAY = day_of(2025, 12, 1)


@dataclass(frozen=True)
class Plan:
    """A plan as sold: prices in US dollars for all its seats."""

    plan_id: str
    segment: str
    seats: int
    intro_usd: float
    renewal_usd: float
    quarterly_usd: float
    yearly_usd: float
    credits_per_month: int


@dataclass(frozen=True)
class Pack:
    """Credits sold once."""

    pack_id: str
    kind: str
    price_usd: float
    credits: int
    valid_days: int


def _read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


@cache
def plans() -> tuple[Plan, ...]:
    """The paid plans in the order of the file, cheapest first."""
    return tuple(
        Plan(
            row["plan_id"],
            row["segment"],
            int(row["seats"]),
            float(row["intro_usd"]),
            float(row["renewal_usd"]),
            float(row["quarterly_usd"]),
            float(row["yearly_usd"]),
            int(row["credits_per_month"]),
        )
        for row in _read("plans.csv")
    )


@cache
def packs(kind: str) -> tuple[Pack, ...]:
    """The credit packs of a kind: top_up, motion_intro or api."""
    return tuple(
        Pack(
            row["pack_id"],
            row["kind"],
            float(row["price_usd"]),
            int(row["credits"]),
            int(row["valid_days"]),
        )
        for row in _read("credit_packs.csv")
        if row["kind"] == kind
    )


@cache
def units_per_usd() -> np.ndarray:
    """Currency units for one dollar on each day. Shape [currencies, DAYS]."""
    table = np.full((len(CURRENCIES), DAYS), np.nan)
    rows = sorted(_read("fx_rates.csv"), key=lambda row: row["valid_from"])
    for row in rows:
        first = max((date.fromisoformat(row["valid_from"]) - FIRST_WEEK).days, 0)
        if row["currency"] in CURRENCIES:
            table[CURRENCIES.index(row["currency"]), first:] = row["units_per_usd"]
    if np.isnan(table).any():
        raise ValueError(
            f"fx_rates.csv lacks rates from {FIRST_WEEK} on; add the missing months"
        )
    return table


def local_minor(price_usd: float) -> np.ndarray:
    """The list price of an item in each region's minor units. Shape [regions]."""
    rates = units_per_usd()
    prices = []
    for region in REGIONS:
        currency = CURRENCIES.index(region.currency)
        local = price_usd * region.price_factor * rates[currency, PRICE_DAY]
        prices.append(round(local * MINOR_FACTOR[currency]))
    return np.array(prices, dtype=np.int64)


@cache
def tax_rates() -> np.ndarray:
    """Rate of the tax on sales in each country. Shape [countries]."""
    rates = {row["country"]: float(row["rate"]) for row in _read("tax_rates.csv")}
    return np.array([rates[country] for country in COUNTRIES])


def currency_of(region: np.ndarray) -> np.ndarray:
    """Currency index of each region index."""
    table = np.array([CURRENCIES.index(r.currency) for r in REGIONS])
    return table[region]


def usd(amount_minor: np.ndarray, region: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Dollars of local minor units at the booked rate of the day."""
    currency = currency_of(region)
    rate = units_per_usd()[currency, np.clip(day, 0, DAYS - 1)]
    return amount_minor / MINOR_FACTOR[currency] / rate
