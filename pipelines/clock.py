"""Times by clients' clocks, corrected where the clock was wrong.

A client states the time of its own clock when it sent an event (`sent_at`). The wait
between the event and its sending is right on any clock, so the event occurred that long
before it was received. Reads tables in memory. Writes nothing.
"""

from datetime import UTC, datetime, timedelta

import polars as pl

from pipelines.columns import CLIENT_TIME, CLOCK_EARLIEST, LATEST, TIME

# Less is not told apart from the way through the network; it hardly moves a day.
MAX_CLOCK_ERROR = timedelta(seconds=60)

_TICKS_PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}


def correct_clocks(frame: pl.DataFrame, received_at: datetime) -> pl.DataFrame:
    """Correct `occurred_at`; what the client had stated is kept beside it.

    Args:
        frame: Rows as they came; a column may be absent or of another type.
        received_at: When the rows came in, for those that do not say.
    """
    zoned = {
        name: dtype
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    }
    occurred, sent = zoned.get("occurred_at"), zoned.get("sent_at")
    if occurred is None or sent is None or not frame["sent_at"].count():
        return frame
    received = pl.lit(received_at, TIME)
    if "received_at" in zoned:
        stated = to_utc("received_at", zoned["received_at"])
        received = stated.fill_null(received_at)
    error = received - to_utc("sent_at", sent)
    is_wrong = (
        (error.abs() > MAX_CLOCK_ERROR)
        & _is_readable("occurred_at", occurred)
        & _is_readable("sent_at", sent)
    )
    stated_at = to_utc("occurred_at", occurred)
    if not frame.select(is_wrong.any()).item():
        return frame
    return frame.with_columns(
        pl.when(is_wrong).then(stated_at + error).otherwise(stated_at),
        pl.when(is_wrong).then(stated_at).alias(CLIENT_TIME),
    )


def true_time(occurred: datetime, sent: datetime, received: datetime) -> datetime:
    """The same for one event."""
    error = received - sent
    is_readable = all(CLOCK_EARLIEST <= time < LATEST for time in (occurred, sent))
    if is_readable and abs(error) > MAX_CLOCK_ERROR:
        return (occurred + error).astimezone(UTC)
    return occurred


def to_utc(name: str, dtype: pl.Datetime) -> pl.Expr:
    """A zoned time in UTC, rounded to the microsecond as the JSON decoder does."""
    if dtype.time_unit == "ns":
        ticks = (pl.col(name).to_physical() + 500) // 1000
        return ticks.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias(name)
    return pl.col(name).dt.convert_time_zone("UTC").cast(TIME)


def is_outside(name: str, dtype: pl.Datetime, earliest: datetime) -> pl.Expr:
    """Which times no clock should show; compared in ticks, which cannot overflow."""
    ticks = _TICKS_PER_SECOND[dtype.time_unit]
    low, high = (int(time.timestamp()) * ticks for time in (earliest, LATEST))
    value = pl.col(name).to_physical()
    return (value < low) | (value >= high)


def _is_readable(name: str, dtype: pl.Datetime) -> pl.Expr:
    return ~is_outside(name, dtype, CLOCK_EARLIEST)
