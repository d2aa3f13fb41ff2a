"""How busy the devices are: by hour of the day and against the weeks before.

Reads nothing. Writes nothing. Capacity follows demand with a delay, so queues are long
in the evenings and in the weeks of the viral wave.
"""

import numpy as np

from generation.scenario.calendar import DAY_US, FIRST_US
from generation.scenario.model import ExpectedPath
from generation.scenario.regions import region_values
from generation.scenario.sessions import HOUR_OF_DAY

HEAD_ROOM = 1.35  # capacity over the mean demand of the trailing weeks
TRAILING_WEEKS = 8
USUAL = 1 / HEAD_ROOM
MOST = 0.92  # beyond this, people come at another time
HOUR_US = DAY_US // 24


def weekly_load(path: ExpectedPath, week: int) -> np.ndarray:
    """Load of the devices by hour of the day, UTC. Shape [24]."""
    demand = path.videos[week]
    before = path.videos[max(week - TRAILING_WEEKS, 0) : week].sum(1)
    usual = before.mean() if before.size and before.sum() else demand.sum()
    local = np.bincount(HOUR_OF_DAY, minlength=24) / HOUR_OF_DAY.size
    offset = region_values("utc_offset").astype(int)
    hours = np.stack([np.roll(local, -each) for each in offset])
    by_hour = 24 * (demand[:, None] * hours).sum(0)
    return np.minimum(by_hour / max(HEAD_ROOM * usual, 1e-9), MOST)


def load_at(path: ExpectedPath, week: int, time: np.ndarray) -> np.ndarray:
    """Load at times in microseconds."""
    hour = (time - FIRST_US) // HOUR_US % 24
    return weekly_load(path, week)[hour]


def queue_factor(load: np.ndarray) -> np.ndarray:
    """Waiting time relative to that at the usual load: that of a busy server."""
    return load**2 / (1 - load) * (1 - USUAL) / USUAL**2
