"""Sessions of a week's active users: about one on each active day.

Visits come on independent days and last for a run of days, into the next week if need
be: any seven days then hold about as many people as a calendar week does.
Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.calendar import DAY_US, week_start_us
from generation.scenario.population import Population
from generation.scenario.regions import region_values
from generation.scenario.streams import Stream, uniforms_of

HOUR_US = DAY_US // 24
# Chance to stay for one more day; a fifth of the new users comes back the day after,
# which lies between the public figures of Hailuo (22.6 %) and Sora (10 %).
CORE_STAYS, CASUAL_STAYS = 0.42, 0.18
LONGEST_SPELL = 7  # days
SUREST = 0.98  # chance of a week that still leaves days without a visit
EXTRA_SESSIONS = 0.05  # further sessions on an active day
_HOURS = np.array(
    [2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7, 8, 8, 7, 5, 3], float
)
HOUR_OF_DAY = np.repeat(
    np.arange(24), np.round(_HOURS / _HOURS.sum() * 4096).astype(int)
)


@dataclass(frozen=True)
class Sessions:
    """Sessions in the order of their users; `first` and `count` are per user."""

    owner: np.ndarray  # position of the user in the chunk
    time: np.ndarray
    first: np.ndarray
    count: np.ndarray


def registration_times(
    region: np.ndarray, week: int, stream: np.random.Generator
) -> np.ndarray:
    """When the week's new users register, by the local hours of their regions."""
    day = stream.integers(0, 7, region.size)
    return _moment(day, region, week, stream) - 5_000_000


def draw_sessions(
    people: Population,
    users: np.ndarray,
    *,
    chance: np.ndarray,
    registered: np.ndarray,
    week: int,
    seed: int,
    stream: np.random.Generator,
) -> Sessions:
    """Sessions of a chunk of active users, whose `spell_end` is brought up to date.

    `chance` is that of a week with a visit; `registered` is the registration time of
    the week's new users and 0 for the others; a new user's first session follows the
    registration by five seconds.
    """
    visit, stay = (uniforms_of(users, seed, Stream.SESSION, week, i) for i in (0, 1))
    start, last, daily = _first_run(
        people, users, chance, registered, week, visit, stay
    )
    again = stream.random((users.size, 7), dtype=np.float32) < daily[:, None]
    days = np.arange(7)
    is_active = (days >= start[:, None]) & (again | (days <= last[:, None]))
    owner, day = np.nonzero(is_active)
    often = 1 + stream.poisson(EXTRA_SESSIONS, owner.size)
    owner, day = np.repeat(owner, often), np.repeat(day, often)
    count = np.bincount(owner, minlength=users.size)
    first = np.cumsum(count) - count
    turn = np.arange(owner.size) - first[owner]
    time = _moment(day, people.region[users[owner]], week, stream)
    time = np.maximum(time, registered[owner] + 60_000_000 * (turn + 1))
    opening = (turn == 0) & (registered[owner] > 0)
    time = np.where(opening, registered[owner] + 5_000_000, time)
    time = np.minimum(time, week_start_us(week) + 7 * DAY_US - 1)
    return Sessions(owner, time, first, count)


def _first_run(
    people: Population,
    users: np.ndarray,
    chance: np.ndarray,
    registered: np.ndarray,
    week: int,
    visit: np.ndarray,
    stay: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First day of each user's week, last day of that run, chance of each later day.

    The first visit lasts for a run of days, which may outlast the week; a run that was
    begun before goes on. Each later day has a visit by the chance that makes `chance`
    the chance of a week with a visit. `visit` and `stay` are the users' own numbers.
    """
    daily = 1 - (1 - np.minimum(chance, SUREST)) ** (1 / 7)
    opened = (registered + 5_000_000 - week_start_us(week)) // DAY_US
    start = np.where(registered > 0, opened, _first_visit(daily, visit))
    stays = np.where(people.is_core[users], CORE_STAYS, CASUAL_STAYS)
    more = np.minimum(np.log(stay) / np.log(stays), LONGEST_SPELL - 1).astype(np.int64)
    last = people.spell_end[users].astype(np.int64) - 7 * week
    goes_on = last >= 0
    start = np.where(goes_on, 0, start)
    last = np.where(goes_on, last, start + more)
    people.spell_end[users] = 7 * week + last
    return start, last, daily


def _first_visit(daily: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """First of seven days with a visit, given that there is one; `daily` its chance."""
    log_miss = np.log1p(-np.maximum(daily, 1e-6))
    day = np.log1p(uniform * np.expm1(7 * log_miss)) / log_miss
    return np.minimum(day.astype(np.int64), 6)


def _moment(
    day: np.ndarray, region: np.ndarray, week: int, stream: np.random.Generator
) -> np.ndarray:
    """A time on a UTC day, at a usual local hour, ten minutes off midnight."""
    local = HOUR_OF_DAY[stream.integers(0, HOUR_OF_DAY.size, day.size)]
    offset = region_values("utc_offset").astype(np.int64)
    hour = (local - offset[region]) % 24
    within = stream.random(day.size)
    time = day * DAY_US + ((hour + within) * HOUR_US).astype(np.int64)
    edge = 600_000_000
    return week_start_us(week) + np.clip(
        time, day * DAY_US + edge, (day + 1) * DAY_US - edge
    )
