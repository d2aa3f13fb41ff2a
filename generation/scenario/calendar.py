"""The scenario's calendar: weeks from the company's first Monday, days and months.

Reads nothing. Writes nothing.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np

FIRST_WEEK = date(2024, 6, 3)  # a Monday; the first model came out on 6 June 2024
WEEKS = 130  # the model's horizon: up to Sunday 2026-11-29
DAYS = 7 * WEEKS
DAY_US = 86_400_000_000
WEEK_US = 7 * DAY_US
FIRST_US = (
    int(
        datetime(
            FIRST_WEEK.year, FIRST_WEEK.month, FIRST_WEEK.day, tzinfo=UTC
        ).timestamp()
    )
    * 1_000_000
)
WEEKS_PER_MONTH = 30.4375 / 7
MID_DAY = np.arange(WEEKS) * 7 + 3.5  # the middle of each week, days since the start
MONTHS = tuple(
    (2024 + (month - 1) // 12, (month - 1) % 12 + 1) for month in range(6, 36)
)


def day_of(year: int, month: int, day: int) -> int:
    """Days from the company's first Monday to a date."""
    return (date(year, month, day) - FIRST_WEEK).days


def week_of(day: date) -> int:
    """Index of the ISO week that holds `day`."""
    return (day - FIRST_WEEK).days // 7


def week_start(week: int) -> date:
    """The Monday of a week."""
    return FIRST_WEEK + timedelta(weeks=int(week))


def week_start_us(week: int) -> int:
    """The Monday of a week in microseconds since 1970, UTC."""
    return FIRST_US + int(week) * WEEK_US


def month_bounds(year: int, month: int) -> tuple[int, int]:
    """First day of a month and of the next one, as day indexes."""
    first = day_of(year, month, 1)
    return first, day_of(year + month // 12, month % 12 + 1, 1)


def month_weights(year: int, month: int) -> np.ndarray:
    """Share of each week's days that lie in the month. Shape [WEEKS]."""
    first, end = month_bounds(year, month)
    monday = np.arange(WEEKS) * 7
    overlap = np.minimum(monday + 7, end) - np.maximum(monday, first)
    return np.clip(overlap, 0, 7) / 7


def add_months(times_us: np.ndarray, months: np.ndarray | int) -> np.ndarray:
    """Move times by whole calendar months; the 31st becomes the month's last day."""
    stamps = np.asarray(times_us, dtype=np.int64).astype("datetime64[us]")
    month = stamps.astype("datetime64[M]")
    day = stamps.astype("datetime64[D]") - month.astype("datetime64[D]")
    clock = stamps - stamps.astype("datetime64[D]")
    target = month + np.asarray(months).astype("timedelta64[M]")
    first = target.astype("datetime64[D]")
    length = (target + 1).astype("datetime64[D]") - first
    moved = first + np.minimum(day, length - np.timedelta64(1, "D"))
    return (moved.astype("datetime64[us]") + clock).astype(np.int64)


def day_index(times_us: np.ndarray) -> np.ndarray:
    """Days since the company's first Monday of times in microseconds."""
    return (np.asarray(times_us) - FIRST_US) // DAY_US
