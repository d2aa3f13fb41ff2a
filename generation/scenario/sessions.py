"""Sessions of a week's active users: about one on each active day.

A user's active days of a week follow one another. Spread over the week they would make
every seven-day window that crosses two weeks hold far more people than either week.
Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.calendar import DAY_US, week_start_us
from generation.scenario.population import Population
from generation.scenario.regions import region_values

HOUR_US = DAY_US // 24
CORE_DAY, CASUAL_DAY = 0.22, 0.06  # chance of each further active day, assumed
EXTRA_SESSIONS = 0.05  # second sessions on an active day
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
    registered: np.ndarray,
    week: int,
    stream: np.random.Generator,
) -> Sessions:
    """Sessions of a chunk of active users.

    `registered` is the registration time of the week's new users and 0 for the others;
    a new user's first session follows the registration by five seconds.
    """
    start = week_start_us(week)
    region = people.region[users]
    likely = people.is_core[users] | people.is_engaged[users]
    size = 1 + stream.binomial(6, np.where(likely, CORE_DAY, CASUAL_DAY))
    is_new = registered > 0
    since = np.where(
        is_new,
        (registered + 5_000_000 - start) // DAY_US,
        stream.integers(0, 7, users.size),
    )
    days = np.where(is_new, np.minimum(size, 7 - since), size)
    wrapped = np.maximum(since + days - 7, 0)  # Sunday's neighbour is Monday
    count = days + stream.poisson(EXTRA_SESSIONS * days)
    first = np.cumsum(count) - count
    owner = np.repeat(np.arange(users.size), count)
    turn = np.arange(owner.size) - first[owner]
    extra = stream.integers(0, 7, owner.size) % days[owner]
    place = np.where(turn < days[owner], turn, extra)
    shift = np.where(place < wrapped[owner], 0, (since - wrapped)[owner])
    time = _moment(place + shift, region[owner], week, stream)
    time = np.maximum(time, registered[owner] + 60_000_000 * (turn + 1))
    time = np.where((turn == 0) & is_new[owner], registered[owner] + 5_000_000, time)
    return Sessions(owner, np.minimum(time, start + 7 * DAY_US - 1), first, count)


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
