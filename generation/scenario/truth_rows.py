"""The rows of a clean company as written, and the shape in which they are counted.

Reads <folder>/<week>/<event_type>.parquet. Writes nothing. Every count of the modules
truth_* is made here again from these files: no lake, no dbt, no row left out or healed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import polars as pl
import polars.selectors as cs

from generation.scenario.calendar import DAYS, FIRST_WEEK
from generation.scenario.columns import event_table
from generation.scenario.prices import MINOR_FACTOR, units_per_usd
from generation.scenario.regions import CURRENCIES, REGIONS

DAY = pl.col("day")
REGION_OF = {country: place.code for place in REGIONS for country in place.countries}
MICROS = 1e6


@dataclass(frozen=True)
class Rows:
    """The files of a company.

    Attributes:
        folder: where the week folders lie.
        first: day on which sessions begin to be told.
        last: last day of the company.
    """

    folder: Path
    first: date
    last: date

    def of(self, event_type: str, *columns: str) -> pl.DataFrame:
        """Columns of all events of a type, with the UTC `day` they happened on."""
        files = sorted(self.folder.glob(f"*/{event_type}.parquet"))
        files += sorted(self.folder.glob(f"*/{event_type}.[0-9]*.parquet"))
        at = pl.col("occurred_at")
        return (
            (pl.scan_parquet(files) if files else _none_of(event_type))
            .select("occurred_at", *columns, at.dt.date().alias("day"))
            .filter(self.last >= DAY)
            .collect()
        )

    @cached_property
    def users(self) -> pl.DataFrame:
        """Who registered, when and where; one row per user, whose account it is."""
        rows = self.of(
            "user_registered", "user_id", "account_id", "channel", "country", "platform"
        )
        return rows.select(
            "user_id",
            "account_id",
            "channel",
            "platform",
            pl.col("country").replace_strict(REGION_OF).alias("region"),
            pl.col("occurred_at").alias("registered_at"),
            DAY.alias("registered_on"),
        )

    @cached_property
    def accounts(self) -> pl.DataFrame:
        """Region and channel of an account are those of who opened it."""
        return (
            self.users.sort("registered_at", "user_id")
            .unique("account_id", keep="first", maintain_order=True)
            .drop("user_id", "platform")
            .rename({"registered_on": "opened_on", "registered_at": "opened_at"})
        )

    @cached_property
    def user_days(self) -> pl.DataFrame:
        """Days on which a person was there: a session in the foreground."""
        sessions = self.of(
            "session_started", "user_id", "is_foreground", "platform"
        ).filter(pl.col("is_foreground") & (pl.col("platform") != "api"))
        return (
            sessions.select("user_id", "day")
            .unique()
            .join(self.users.select("user_id", "region"), on="user_id")
            .sort("day", "user_id")
        )

    @cached_property
    def jobs(self) -> pl.DataFrame:
        """Generations that came to an end, with the region of their account."""
        columns = ["user_id", "account_id", "generation_id", "platform", "status"]
        columns += ["mode", "model_id", "resolution", "video_seconds", "queue_ms"]
        columns += ["run_ms", "cost_micros", "gpu_seconds", "charged_credits"]
        return self.of("generation_finished", *columns).join(
            self.accounts.select("account_id", "region"), on="account_id", how="left"
        )

    @cached_property
    def requests(self) -> pl.DataFrame:
        """What people asked for; programs are told by their key."""
        return self.of(
            "generation_submitted", "user_id", "account_id", "platform", "mode"
        )


def _none_of(event_type: str) -> pl.LazyFrame:
    """The columns of a type of which a small company has no event."""
    empty = pl.DataFrame(event_table(event_type, 0, {}))
    return empty.lazy().with_columns(cs.categorical().cast(pl.String))


def period(grain: str) -> pl.Expr:
    """First day of the day's period."""
    return DAY.dt.truncate({"day": "1d", "week": "1w", "month": "1mo"}[grain])


def every_day(known: pl.Series, last: date) -> pl.Series:
    """The days from the first one known."""
    first = known.min()
    return pl.date_range(first if isinstance(first, date) else last, last, eager=True)


def label(cases: dict[str, pl.Expr], otherwise: str | None = None) -> pl.Expr:
    """The name of the first case that holds."""
    chosen: pl.Expr = pl.lit(otherwise, pl.String)
    for name, holds in reversed(cases.items()):
        chosen = pl.when(holds).then(pl.lit(name)).otherwise(chosen)
    return chosen


def series(metric: str, grain: str, values: pl.DataFrame, by: str = "") -> pl.DataFrame:
    """Name values: one row for each period and, where `by` says so, slice."""
    return values.select(
        pl.lit(metric).alias("metric"),
        pl.lit(grain).alias("grain"),
        pl.lit(by).alias("by"),
        (pl.col(by).cast(pl.String) if by else pl.lit("")).alias("slice"),
        "period_start",
        pl.col("value").cast(pl.Float64),
    )


def each(
    metric: str,
    rows: pl.DataFrame,
    value: pl.Expr,
    *,
    grains: Iterable[str],
    by: Iterable[str] = (),
) -> Iterator[pl.DataFrame]:
    """Aggregate dated rows by period: in all, and the last grain by each dimension."""
    grains = list(grains)
    for grain in grains:
        dated = rows.with_columns(period(grain).alias("period_start"))
        for dimension in ("", *(by if grain == grains[-1] else ())):
            keys = ["period_start", dimension] if dimension else ["period_start"]
            counted = dated.group_by(keys).agg(value.alias("value"))
            yield series(metric, grain, counted, dimension)


def sliced(
    metric: str, rows: pl.DataFrame, value: pl.Expr, grain: str, by: Iterable[str]
) -> Iterator[pl.DataFrame]:
    """Aggregate dated rows by period and each dimension, not in all."""
    for part in each(metric, rows, value, grains=(grain,), by=by):
        yield part.filter(pl.col("by") != "")


def closings(
    metric: str, days: pl.DataFrame, *, grains: Iterable[str], by: str = ""
) -> Iterator[pl.DataFrame]:
    """Read a `value` of every day at the end of each period that is over."""
    ends = {"day": DAY, "week": DAY.dt.truncate("1w") + pl.duration(days=6)}
    ends |= {"month": DAY.dt.month_end()}
    for grain in grains:
        over = days.filter(ends[grain] == DAY)
        closed = over.with_columns(period(grain).alias("period_start"))
        yield series(metric, grain, closed, by)


def running(moves: pl.DataFrame, days: pl.Series) -> pl.DataFrame:
    """The balance at the close of every day."""
    daily = moves.group_by("day").agg(pl.col("amount").sum())
    every = pl.DataFrame({"day": days}).join(daily, on="day", how="left").sort("day")
    balance = pl.col("amount").fill_null(0).cum_sum().alias("value")
    return every.select("day", balance)


def balances(
    metric: str, moves: pl.DataFrame, days: pl.Series, by: Iterable[str]
) -> Iterator[pl.DataFrame]:
    """The balance of each slice at the close of every month."""
    for dimension in by:
        for (name,), part in moves.group_by(dimension):
            one = running(part, days).with_columns(pl.lit(name).alias(dimension))
            yield from closings(metric, one, grains=("month",), by=dimension)


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """One sum over another; null over nothing."""
    return pl.when(whole != 0).then(part / whole)


def rates() -> pl.DataFrame:
    """Minor units for one dollar by currency and day."""
    table = units_per_usd() * MINOR_FACTOR[:, None]
    last = FIRST_WEEK + timedelta(days=DAYS - 1)
    days = pl.date_range(FIRST_WEEK, last, eager=True)
    return pl.concat(
        pl.DataFrame({"currency": code, "booked_on": days, "per_usd": table[row]})
        for row, code in enumerate(CURRENCIES)
    )
