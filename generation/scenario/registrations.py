"""Weekly registrations without motion control, through the published milestones.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from generation.scenario.calendar import MID_DAY, WEEKS, day_of, week_start
from generation.scenario.regions import CN, NUM_REGIONS, region_shares

# Public cumulative registrations; the figure of 31 December 2024 is interpolated.
MILESTONES = (
    (day_of(2024, 6, 3), 0.0),
    (day_of(2024, 9, 2), 1.6e6),
    (day_of(2024, 11, 20), 5.0e6),
    (day_of(2024, 12, 31), 6.3e6),
    (day_of(2025, 4, 15), 22e6),
    (day_of(2025, 7, 27), 45e6),
    (day_of(2025, 12, 15), 60e6),
)
# Model launches and the assumed size of the impulse that each gave.
LAUNCH_IMPULSES = (
    (day_of(2024, 9, 19), 0.5),
    (day_of(2024, 12, 19), 0.6),
    (day_of(2025, 4, 15), 0.8),
    (day_of(2025, 5, 29), 0.5),
    (day_of(2025, 9, 23), 0.5),
    (day_of(2025, 12, 3), 0.25),
    (day_of(2026, 2, 5), 0.25),
)
IMPULSE_DAYS = 14


@dataclass(frozen=True)
class Shock:
    """A time of the year that moves demand, whatever the product does.

    The whole factor acts on a wave of newcomers, 3 % of it on the activity of old
    users. Milestones fix each week's other registrations: a shock only moves them
    between regions.
    """

    name: str
    factor: float
    weeks: tuple[int, ...]
    regions: tuple[int, ...]


def _weeks(months: dict[int, tuple[int, int]]) -> tuple[int, ...]:
    """Weeks whose Monday lies between two days of one of the months."""
    mondays = [(week, week_start(week)) for week in range(WEEKS)]
    none = (1, 0)
    return tuple(
        week
        for week, monday in mondays
        if months.get(monday.month, none)[0]
        <= monday.day
        <= months.get(monday.month, none)[1]
    )


_ALL = tuple(range(NUM_REGIONS))
# The year-end holidays fall into the launch: a before/after reading takes their effect
# for the feature's. Sizes are assumed.
YEAR_END = Shock("year_end", 1.08, _weeks({12: (20, 31), 1: (1, 4)}), _ALL)
SUMMER = Shock("summer", 0.96, _weeks({7: (1, 31), 8: (1, 31)}), _ALL)
SPRING_FESTIVAL = Shock(
    "spring_festival",
    1.25,
    (day_of(2025, 1, 27) // 7, day_of(2026, 2, 16) // 7),
    (CN,),
)
SHOCKS = (YEAR_END, SUMMER, SPRING_FESTIVAL)


@cache
def season(without: Shock | None = None) -> np.ndarray:
    """Seasonal factor by week and region, one shock left out. [WEEKS, regions]."""
    factor = np.ones((WEEKS, NUM_REGIONS))
    for shock in SHOCKS:
        if shock != without:
            factor[np.ix_(shock.weeks, shock.regions)] *= shock.factor
    return factor


@cache
def base_registrations(without: Shock | None = None) -> np.ndarray:
    """Registrations without motion control, one shock left out. [WEEKS, regions]."""
    days = np.array([day for day, _ in MILESTONES], dtype=float)
    totals = np.array([total for _, total in MILESTONES])
    weekly = _weekly_curve(days, totals)
    shaped = _with_impulses(weekly, days)
    shares = region_shares("registrations")
    weights = season(without) * shares
    return shaped[:, None] * weights / weights.sum(1, keepdims=True)


def _weekly_curve(days: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """A monotone curve through the milestones; constant inflow after the last one."""
    curve = PchipInterpolator(days, totals)
    edges = np.arange(WEEKS + 1) * 7.0
    last_week = totals[-1] - float(curve(days[-1] - 7))
    after = totals[-1] + last_week * (edges - days[-1]) / 7
    inside = curve(np.minimum(edges, days[-1]))
    return np.diff(np.where(edges <= days[-1], inside, after))


def _with_impulses(weekly: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Add the launches' impulses and keep the total between two milestones."""
    since = MID_DAY[:, None] - np.array([day for day, _ in LAUNCH_IMPULSES])
    sizes = np.array([size for _, size in LAUNCH_IMPULSES])
    decay = np.where(since > 0, np.exp(-since / IMPULSE_DAYS), 0)
    shaped = weekly * (1 + decay @ sizes)
    segment = np.searchsorted(days[1:-1], MID_DAY)
    for index in range(len(days) - 1):
        inside = (segment == index) & (days[-1] >= MID_DAY)
        if inside.any():
            shaped[inside] *= weekly[inside].sum() / shaped[inside].sum()
    return shaped


def registered_by(weekly: np.ndarray, day: int) -> float:
    """Cumulative registrations at the start of a day."""
    edges = np.arange(WEEKS + 1) * 7
    total = np.concatenate([[0.0], np.cumsum(weekly.sum(1))])
    return float(np.interp(day, edges, total))
