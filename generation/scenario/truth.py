"""The planted truth: what the company really does, with and without motion control.

Reads the committed parameters. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario import measures
from generation.scenario.calendar import WEEKS_PER_MONTH, week_start
from generation.scenario.calibration import published
from generation.scenario.model import ExpectedPath, simulate_path
from generation.scenario.parameters import Parameters
from generation.scenario.products import products
from generation.scenario.regions import CODES


@dataclass(frozen=True)
class _World:
    """Weekly figures of one world. Shape [WEEKS, regions]."""

    wau: np.ndarray
    payers: np.ndarray
    new_payers: np.ndarray
    mrr_usd: np.ndarray
    run_rate_usd: np.ndarray
    videos: np.ndarray


def weekly_truth(preset: str, first: int, end: int) -> dict[str, object]:
    """Company-level truth of the weeks from `first` to before `end`, by region."""
    p = Parameters.load(preset)
    actual = _world(simulate_path(p))
    without = _world(simulate_path(p, motion_control=False))
    rows = []
    for week in range(first, end):
        for region, code in enumerate(CODES):
            row: dict[str, object] = {
                "week_start": week_start(week).isoformat(),
                "region": code,
            }
            for name in _World.__dataclass_fields__:
                row[name] = round(float(getattr(actual, name)[week, region]), 3)
                row[f"{name}_without_motion_control"] = round(
                    float(getattr(without, name)[week, region]), 3
                )
            rows.append(row)
    return {
        "preset": preset,
        "direct_effect_on_activity": p.direct_effect,
        "published": published(preset),
        "figures": measures.measure(simulate_path(p)),
        "weeks": rows,
    }


def _world(path: ExpectedPath) -> _World:
    mrr = measures.weekly_mrr(path).sum(0)
    sold = path.top_up_usd.sum(0) + path.motion_usd + path.enterprise_usd
    subscribed = sum(
        path.starts[i] for i, p in enumerate(products()) if p.payer_class != 4
    )
    opened = np.diff(path.enterprise_accounts, axis=0, prepend=0)
    packs_held = np.stack(
        [path.motion_buyers[max(w - 4, 0) : w + 1].sum(0) for w in range(len(mrr))]
    )
    return _World(
        wau=path.wau,
        payers=path.stock_end.sum(0) + packs_held + path.enterprise_accounts,
        new_payers=subscribed + path.motion_buyers + opened,
        mrr_usd=mrr,
        run_rate_usd=mrr + sold * WEEKS_PER_MONTH,
        videos=path.videos,
    )
