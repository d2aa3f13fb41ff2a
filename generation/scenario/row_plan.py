"""Whole numbers that the rows must reach, rounded from the expected path.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.model import ExpectedPath
from generation.scenario.products import products
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.streams import phases, round_flow, round_level


@dataclass(frozen=True)
class RowPlan:
    """Whole numbers that the rows must reach, rounded from the expected path."""

    starts: np.ndarray  # [products, weeks, regions]
    stock: np.ndarray  # [weeks, products * regions] at the week's end
    motion: np.ndarray  # [weeks, regions]
    accounts: np.ndarray  # [weeks, regions]


def plan_rows(path: ExpectedPath, *, scale: float, seed: int, weeks: int) -> RowPlan:
    """Round the expected path; prefixes do not depend on `weeks`."""
    cells = (len(products()), NUM_REGIONS)
    by_week = path.starts.transpose(1, 0, 2)[:weeks] * scale
    stock = path.stock_end.transpose(1, 0, 2)[:weeks] * scale
    phase = phases(seed, 2, cells)
    return RowPlan(
        starts=round_flow(by_week, phase).transpose(1, 0, 2),
        stock=round_level(stock, phase).reshape(weeks, -1),
        motion=round_flow(
            path.motion_buyers[:weeks] * scale, phases(seed, 3, (NUM_REGIONS,))
        ),
        accounts=round_level(
            path.enterprise_accounts[:weeks] * scale, phases(seed, 4, (NUM_REGIONS,))
        ),
    )
