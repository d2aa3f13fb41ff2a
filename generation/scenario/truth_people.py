"""Counts again who was there: active people, their rungs, returns and registrations.

Reads the rows it is given. Writes nothing. Windows are counted day by day over the
days themselves, not by the gaps between them.
"""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from generation.scenario.truth_rows import (
    DAY,
    Rows,
    balances,
    closings,
    each,
    every_day,
    label,
    ratio,
    running,
    series,
    sliced,
)

WEEK = timedelta(days=7)
RUNGS = ("session", "submitted", "delivered", "downloaded")
TOTALS = {"session": "active_users_by_rung", "delivered": "weekly_creators"}
KEPT = ("downloaded", "shared")
GRAINS = {"dau_to_mau": ("day",), "stickiness": ("day", "month")}
WINDOWS = {
    "daily_active_users": 1,
    "weekly_active_users": 7,
    "monthly_active_users": 28,
    "monthly_active_users_30": 30,
}


def count_people(rows: Rows) -> Iterator[pl.DataFrame]:
    """Every metric of people who come."""
    yield from _actives(rows)
    yield from _rungs(rows)
    yield from _active_days(rows)
    yield from _lifecycle(rows)
    yield from _registered(rows)
    yield from _retention(rows)
    yield from _retention_by_wait(rows)


def trailing(rows: Rows, days: pl.DataFrame, width: int) -> pl.DataFrame:
    """Distinct users of the `width` days up to each day. `days` is sorted by day."""
    known, everybody = days["day"], days["user_id"].cast(pl.Categorical).to_physical()
    found = []
    for last in pl.date_range(rows.first, rows.last, eager=True)[width - 1 :]:
        start = known.search_sorted(last - timedelta(days=width - 1), side="left")
        end = known.search_sorted(last, side="right")
        users = everybody.slice(start, end - start)
        found.append({"day": last, "value": users.n_unique()})
    return pl.DataFrame(found)


def _actives(rows: Rows) -> Iterator[pl.DataFrame]:
    for metric, days in _windows(rows, rows.user_days):
        grains = GRAINS.get(metric, ("day", "week", "month"))
        yield from closings(metric, days, grains=grains)
    for (region,), there in rows.user_days.group_by("region", maintain_order=True):
        for metric, days in _windows(rows, there):
            part = days.with_columns(pl.lit(region).alias("region"))
            grains = GRAINS.get(metric, ("month",))[-1:]
            yield from closings(metric, part, grains=grains, by="region")
    people, by = pl.col("user_id").n_unique(), ("region",)
    yield from sliced("weekly_active_users", rows.user_days, people, "week", by)


def _windows(rows: Rows, there: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Who came within each window up to each day, and how they compare."""
    totals = {metric: trailing(rows, there, width) for metric, width in WINDOWS.items()}
    yield from totals.items()
    daily = totals["daily_active_users"].rename({"value": "dau"})
    sums = daily.with_columns(pl.col("dau").rolling_sum(28).alias("sum"))
    both = sums.join(totals["monthly_active_users"], on="day")
    month = pl.col("value")
    shares = {"dau_to_mau": pl.col("dau"), "stickiness": pl.col("sum") / 28}
    for metric, mean in shares.items():
        yield metric, both.select("day", ratio(mean, month).alias("value"))


def _rungs(rows: Rows) -> Iterator[pl.DataFrame]:
    """A day counts for the highest rung reached on it and for all below."""
    is_person = pl.col("platform") != "api"
    delivered = rows.jobs.filter(pl.col("status") == "succeeded")
    kept = [rows.of(f"video_{how}", "user_id", "platform") for how in KEPT]
    steps = ((1, rows.requests), (2, delivered), *((3, part) for part in kept))
    reached = pl.concat(
        part.filter(is_person).select("user_id", "day", pl.lit(step).alias("step"))
        for step, part in steps
    )
    highest = reached.group_by("user_id", "day").agg(pl.col("step").max())
    days = rows.user_days.join(highest, on=["user_id", "day"], how="left").sort("day")
    for step, rung in enumerate(RUNGS):
        there = days.filter(pl.col("step").fill_null(0) >= step)
        window = trailing(rows, there, 7).with_columns(pl.lit(rung).alias("rung"))
        grains = ("day", "week", "month")
        yield from closings("active_users_by_rung", window, grains=grains, by="rung")
        metric = TOTALS.get(rung)
        if metric is None:
            continue
        yield from closings(metric, window, grains=grains)
        for (region,), part in there.group_by("region", maintain_order=True):
            one = trailing(rows, part, 7).with_columns(pl.lit(region).alias("region"))
            yield from closings(metric, one, grains=("month",), by="region")


def _active_days(rows: Rows) -> Iterator[pl.DataFrame]:
    """How many people came on one, two ... of the last days of each week."""
    sundays = pl.date_range(rows.first, rows.last, eager=True)[6::7]
    for width in (7, 28):
        metric = f"active_days_{width}"
        for sunday in sundays:
            first = sunday - timedelta(days=width - 1)
            if first < rows.first:
                continue
            there = rows.user_days.filter(DAY.is_between(first, sunday))
            days = there.group_by("user_id").agg(pl.len().alias("days"))
            by_days = days.group_by("days").agg(pl.len().alias("value"))
            monday = pl.lit(sunday - timedelta(days=6)).alias("period_start")
            yield series(metric, "week", by_days.with_columns(monday), "days")
            total = days.select(monday, pl.len().alias("value"))
            yield series(metric, "week", total)


def _user_weeks(rows: Rows) -> pl.DataFrame:
    week = DAY.dt.truncate("1w").alias("week")
    return rows.user_days.select("user_id", week, "region").unique()


def _lifecycle(rows: Rows) -> Iterator[pl.DataFrame]:
    weeks = _user_weeks(rows)
    seen = weeks.join(rows.users.select("user_id", "registered_on"), on="user_id")
    first = pl.col("week").min().over("user_id")
    keys = ["user_id", "region", "week"]
    was_there = weeks.with_columns(pl.col("week") + WEEK, before=True)
    seen = seen.with_columns(first.alias("first")).join(was_there, on=keys, how="left")
    is_new = (pl.col("week") == pl.col("first")) & (
        pl.col("registered_on") >= rows.first
    )
    cases = {"retained": pl.col("before").fill_null(False), "new": is_new}
    status = label(cases, "resurrected")
    here = seen.select("week", "region", status.alias("status"))
    gone = was_there.join(weeks, on=keys, how="anti")
    gone = gone.filter(pl.col("week") <= rows.last)
    absent = gone.select("week", "region", pl.lit("dormant").alias("status"))
    people = pl.concat([here, absent])
    people = people.filter(pl.col("week") > rows.first)
    dated = people.rename({"week": "day"})
    metric, week, by = "user_lifecycle", ("week",), ("region",)
    yield from sliced(metric, dated, pl.len(), "week", ("status",))
    active = dated.filter(pl.col("status") != "dormant")
    yield from each(metric, active, pl.len(), grains=week, by=by)
    lost = (pl.col("status") == "dormant").sum()
    won = pl.col("status").is_in(["new", "resurrected"]).sum()
    yield from each("user_quick_ratio", dated, ratio(won, lost), grains=week, by=by)


def _registered(rows: Rows) -> Iterator[pl.DataFrame]:
    """Everybody so far, less those who turned out to be somebody else."""
    day = pl.col("registered_on").alias("day")
    came = rows.users.select(day, "region", amount=1)
    merged = rows.of("account_merged", "merged_user_id").rename(
        {"merged_user_id": "user_id"}
    )
    merged = merged.unique("user_id").join(rows.users, on="user_id")
    moves = pl.concat([came, merged.select("day", "region", amount=-1)])
    days = every_day(came["day"], rows.last)
    grains = ("day", "week", "month")
    yield from closings("registered_users", running(moves, days), grains=grains)
    yield from balances("registered_users", moves, days, ("region",))


def _retention(rows: Rows) -> Iterator[pl.DataFrame]:
    """Back on a day or in a bracket after the signup, and in a calendar week."""
    week = pl.col("registered_on").dt.truncate("1w").alias("period_start")
    signups = rows.users.filter(pl.col("registered_on") >= rows.first)
    signups = signups.select("user_id", "registered_on", week)
    sizes = signups.group_by("period_start").agg(pl.len().alias("size"))
    back = signups.join(rows.user_days, on="user_id").with_columns(
        (DAY - pl.col("registered_on")).dt.total_days().alias("after"),
        ((DAY.dt.truncate("1w") - pl.col("period_start")).dt.total_days() // 7).alias(
            "weeks"
        ),
    )
    brackets = {"d1": (1, 1), "d7": (7, 7), "d30": (30, 30), "d6_8": (6, 8)}
    brackets |= {f"w{n}": (7 * n, 7 * n + 6) for n in range(1, 13)}
    for name, (first, last) in brackets.items():
        there = back.filter(pl.col("after").is_between(first, last))
        yield _cohorts("retention", "measure", name, there, sizes)
    for after in range(1, 13):
        there = back.filter(pl.col("weeks") == after)
        yield _cohorts("weekly_retention", "weeks", str(after), there, sizes)


def _cohorts(
    metric: str, by: str, name: str, there: pl.DataFrame, sizes: pl.DataFrame
) -> pl.DataFrame:
    """Share of each cohort that was there; unripe ones are no longer compared."""
    counted = there.group_by("period_start").agg(pl.col("user_id").n_unique())
    joined = sizes.join(counted, on="period_start", how="left")
    share = pl.col("user_id").fill_null(0) / pl.col("size")
    named = joined.with_columns(share.alias("value"), pl.lit(name).alias(by))
    return series(metric, "week", named, by)


def _retention_by_wait(rows: Rows) -> Iterator[pl.DataFrame]:
    own = rows.jobs.filter(
        (pl.col("platform") != "api") & pl.col("user_id").is_not_null()
    )
    week = DAY.dt.truncate("1w").alias("day")
    waits = own.group_by("user_id", week).agg(pl.col("queue_ms").mean() / 60_000)
    minutes = pl.col("queue_ms").cut(
        [0.5, 1, 2, 5],
        labels=["under_half", "half_to_1", "1_to_2", "2_to_5", "over_5"],
        left_closed=True,
    )
    back = _user_weeks(rows).select("user_id", pl.col("week") - WEEK, back=True)
    people = waits.with_columns(minutes.alias("minutes")).join(
        back, left_on=["user_id", "day"], right_on=["user_id", "week"], how="left"
    )
    share = pl.col("back").fill_null(False).mean()
    by = ("minutes",)
    yield from each("retention_by_wait", people, share, grains=("week",), by=by)
