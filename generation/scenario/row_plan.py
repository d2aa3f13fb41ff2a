"""Whole numbers that the rows must reach, rounded from the expected path.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.model import ExpectedPath
from generation.scenario.products import products
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.streams import phases, round_flow, round_level

FEWEST_ACCOUNTS = 6


@dataclass(frozen=True)
class RowPlan:
    """Whole numbers that the rows must reach, rounded from the expected path."""

    started: np.ndarray  # [weeks, products, regions] new subscriptions so far
    stock: np.ndarray  # [weeks, products * regions] at the week's end
    motion: np.ndarray  # [weeks, regions]
    accounts: np.ndarray  # [weeks, regions]


def plan_rows(path: ExpectedPath, *, scale: float, seed: int, weeks: int) -> RowPlan:
    """Round the expected path; prefixes do not depend on `weeks`."""
    cells = (len(products()), NUM_REGIONS)
    by_week = path.starts.transpose(1, 0, 2)[:weeks] * scale
    stock = path.stock_end.transpose(1, 0, 2)[:weeks] * scale
    phase = phases(seed, 2, cells)
    accounts = path.enterprise_accounts[:weeks] * scale
    # A sample that can afford it has an account in each region that sells packages.
    is_large = accounts.sum(1, keepdims=True) >= FEWEST_ACCOUNTS
    rounded = round_level(accounts, phases(seed, 4, (NUM_REGIONS,)))
    motion = path.motion_buyers[:weeks] * scale
    return RowPlan(
        started=np.cumsum(round_flow(by_week, phase), axis=0),
        stock=round_level(stock, phase).reshape(weeks, -1),
        motion=round_flow(motion, phases(seed, 3, (NUM_REGIONS,))),
        accounts=np.maximum(rounded, is_large & (accounts > 0)),
    )
