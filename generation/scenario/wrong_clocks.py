"""Clients whose clock is minutes off, or was never set; all say when they sent.

Reads nothing. Writes nothing. The wait before sending is right on a wrong clock too, so
that the true time can be told but for the way through the network.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from generation.scenario.calendar import DAY_US, week_start_us
from generation.scenario.columns import times

# What happens in the app is stamped by the device; all else is stamped by a server.
CLIENT_TYPES = {
    "session_started",
    "feature_exposed",
    "generation_submitted",
    "video_downloaded",
    "video_shared",
}
# A clock less than two minutes off does no harm and is not simulated.
ERROR_US = (120_000_000, 600_000_000)
_NETWORK_US = 900_000


@dataclass(frozen=True)
class Clocks:
    """How much each row's clock is off, in microseconds; 0 where it is right.

    Attributes:
        error: What the clock shows more than the true time.
        was_never_set: Whether it counts from 1970.
    """

    error: np.ndarray
    was_never_set: np.ndarray


def choose_clocks(
    draw: np.ndarray, *, skewed: float, unset: float, week: int
) -> Clocks:
    """Clocks from one number from 0 to 1 for each account."""
    was_never_set = draw < unset
    place = (draw - unset) / skewed  # 0 to 1 for the skewed
    low, high = ERROR_US
    size = low + np.abs(2 * place - 1) * (high - low)
    error = np.where(place < 0.5, -size, size).astype(np.int64)
    error[(place < 0) | (place >= 1)] = 0
    error[was_never_set] = -week_start_us(week)  # set to zero as the week began
    return Clocks(error, was_never_set)


def stamp(
    table: pa.Table,
    clocks: Clocks,
    *,
    occurred: np.ndarray,
    received: np.ndarray,
    stream: np.random.Generator,
) -> pa.Table:
    """State by the client's clock when events occurred and when they were sent.

    The network's time never reaches over midnight, so that days can be compared.
    """
    network = (stream.random(occurred.size) * _NETWORK_US).astype(np.int64)
    network = np.minimum(network, DAY_US - 1 - occurred % DAY_US)
    names = table.column_names
    stated = times(occurred + clocks.error)
    sent = times(received - network + clocks.error)
    table = table.set_column(names.index("occurred_at"), "occurred_at", stated)
    return table.set_column(names.index("sent_at"), "sent_at", sent)
