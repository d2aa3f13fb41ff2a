"""Versions of the Android app; all of its users move to a new one at once.

Reads nothing. Writes nothing.
"""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from generation.scenario.columns import coded

_RELEASES = (
    (datetime(2024, 6, 3, tzinfo=UTC), "3.0.0"),
    (datetime(2025, 4, 15, tzinfo=UTC), "3.2.0"),
    (datetime(2025, 9, 23, tzinfo=UTC), "3.3.0"),
    (datetime(2026, 1, 8, tzinfo=UTC), "3.4.0"),
    (datetime(2026, 1, 13, tzinfo=UTC), "3.4.1"),
    (datetime(2026, 1, 17, tzinfo=UTC), "3.5.0"),
)
_STARTS = np.array([int(time.timestamp()) * 1_000_000 for time, _ in _RELEASES])
VERSIONS = tuple(version for _, version in _RELEASES)


def android_versions(occurred: np.ndarray, is_android: np.ndarray) -> pa.Array:
    """The app's version of each event; null on other platforms."""
    version = np.searchsorted(_STARTS, occurred, side="right") - 1
    return coded(np.where(is_android, version, -1), VERSIONS)
