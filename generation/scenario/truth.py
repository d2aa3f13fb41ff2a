"""The planted truth: what the company really does, with and without motion control.

Reads the committed parameters. Writes nothing.
"""

from dataclasses import dataclass, replace

import numpy as np

from generation.scenario import measures
from generation.scenario.calendar import WEEKS_PER_MONTH, week_start
from generation.scenario.calibration import published
from generation.scenario.model import ExpectedPath, simulate_path
from generation.scenario.parameters import Parameters
from generation.scenario.products import products
from generation.scenario.regions import CODES
from generation.scenario.registrations import SHOCKS, Shock
from generation.scenario.tally import EVERYBODY, Tally

WAYS = ("acquisition", "resurrection", "direct")  # by which motion control adds users


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
        "wau_effects": _decompose(p, first, end),
        "shocks": [_shock(p, shock, first, end) for shock in SHOCKS],
    }


def kept_books(tally: Tally, first: int, end: int) -> list[dict[str, object]]:
    """What the simulation counted as it went, under the names of the metrics.

    Payers and MRR are no part of it: a metric counts programs' accounts among payers,
    and who owes a charge until grace is over; the simulation knows who will not pay.
    """
    sums = tally.sums[EVERYBODY, "wau"]
    slices = [("", "", sums.sum(1))]
    slices += [("region", code, sums[:, i]) for i, code in enumerate(CODES)]
    keys = {"metric": "weekly_active_users", "grain": "week"}
    return [
        keys
        | {"by": by, "slice": code}
        | {
            "values": {
                week_start(week).isoformat(): float(values[week])
                for week in range(first, end)
            }
        }
        for by, code, values in slices
    ]


def _decompose(p: Parameters, first: int, end: int) -> list[dict[str, object]]:
    """What motion control adds to weekly actives, and by which way, company level.

    Each way is the effect of that way alone: `acquisition` (people whom the wave
    brings), `resurrection` (old users whom it brings back) and `direct` (exposed users
    come oftener). `interaction` is what they add together beyond their sum.
    """
    none = {"motion_size": 0.0, "resurrection": 0.0, "direct_effect": 0.0}
    base = simulate_path(p, motion_control=False).wau
    ways = {
        name: simulate_path(replace(p, **{**none, field: getattr(p, field)})).wau - base
        for name, field in zip(WAYS, none, strict=True)
    }
    total = simulate_path(p).wau - base
    ways |= {"interaction": total - sum(ways.values()), "total": total}
    return _weekly_rows(ways, first, end)


def _shock(p: Parameters, shock: Shock, first: int, end: int) -> dict[str, object]:
    """A declared shock and what it adds to weekly actives: no launch, only season."""
    with_it, without_it = simulate_path(p), simulate_path(p, without=shock)
    added = {
        "wau": with_it.wau - without_it.wau,
        "registrations": with_it.registrations - without_it.registrations,
        "wau_relative": with_it.wau / without_it.wau - 1,
    }
    weeks = [week for week in shock.weeks if first <= week < end]
    return {
        "name": shock.name,
        "factor": shock.factor,
        "regions": [CODES[region] for region in shock.regions],
        "weeks": [row for week in weeks for row in _weekly_rows(added, week, week + 1)],
    }


def _weekly_rows(
    figures: dict[str, np.ndarray], first: int, end: int
) -> list[dict[str, object]]:
    """A row for each week and region of figures of the shape [WEEKS, regions]."""
    return [
        {"week_start": week_start(week).isoformat(), "region": code}
        | {name: round(float(x[week, region]), 6) for name, x in figures.items()}
        for week in range(first, end)
        for region, code in enumerate(CODES)
    ]


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
