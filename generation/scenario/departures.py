"""Users who leave for good: erased at their wish, or merged into another account.

Reads nothing. Writes nothing itself: rows go to the landing writer. Only users who
never paid and rest in the week go, so that nothing of them follows.
"""

import numpy as np

from generation.scenario import people_events
from generation.scenario.calendar import DAY_US, WEEKS_PER_MONTH, week_start_us
from generation.scenario.population import Population
from generation.scenario.rationing import Rations
from generation.scenario.streams import Stream, random_stream
from generation.scenario.usage_events import Reporter

ERASURES, MERGES = 0.001, 0.0005  # of the registered users a month
QUIET_DAYS = 2  # what a user did last week has settled by then


def depart(
    to: Reporter,
    people: Population,
    rations: Rations,
    active: np.ndarray,
    *,
    week: int,
    seed: int,
) -> None:
    """Let the week's erasures and merges happen."""
    old = int(people.first_of_week[week])
    stream = random_stream(seed, Stream.DEPARTURE, week)
    expected = old * (ERASURES + MERGES) / WEEKS_PER_MONTH
    leaving = _choose(people, active, old, int(expected + stream.random()), stream)
    leaving = rations.same("leaving", leaving)
    people.is_gone[leaving] = True
    start = week_start_us(week) + QUIET_DAYS * DAY_US
    time = start + stream.integers(0, (7 - QUIET_DAYS) * DAY_US, leaving.size)
    is_merged = stream.random(leaving.size) < MERGES / (ERASURES + MERGES)
    merged = leaving[is_merged]
    kept = _partners(people, merged, old)
    found = kept >= 0
    people_events.report_merges(to, kept[found], merged[found], time[is_merged][found])
    erased = np.concatenate([leaving[~is_merged], merged[~found]])
    when = np.concatenate([time[~is_merged], time[is_merged][~found]])
    people_events.report_deletions(to, erased, when)


def _choose(
    people: Population,
    active: np.ndarray,
    old: int,
    wanted: int,
    stream: np.random.Generator,
) -> np.ndarray:
    """Draw resting users who never paid, without looking at everybody."""
    if not wanted:
        return np.empty(0, np.int64)
    drawn = stream.integers(0, old, 3 * wanted + 30)
    rests = ~(
        people.has_paid[drawn] | people.is_engaged[drawn] | people.is_gone[drawn]
    ) & (people.eligible_from[drawn] <= people.week[old - 1])
    place = np.minimum(np.searchsorted(active, drawn), active.size - 1)
    drawn = drawn[rests & (active[place] != drawn)]
    _, first = np.unique(drawn, return_index=True)
    return drawn[np.sort(first)][:wanted]


def _partners(people: Population, merged: np.ndarray, old: int) -> np.ndarray:
    """The next user of the region who is still there; -1 where there is none."""
    following = np.minimum(merged + 1, old - 1)
    alike = people.region[following] == people.region[merged]
    fits = alike & ~people.is_gone[following] & (following != merged)
    return np.where(fits, following, -1)
