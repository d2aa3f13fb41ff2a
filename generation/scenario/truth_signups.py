"""Counts again what becomes of signups and trials.

Reads the rows it is given. Writes nothing.
"""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from generation.scenario.truth_credits import used_up
from generation.scenario.truth_rows import (
    DAY,
    Rows,
    closings,
    each,
    every_day,
    label,
    series,
)

MONTH = timedelta(days=30)
STEPS = ("submitted", "delivered", "credits_out", "checkout", "paid")
AT = pl.col("occurred_at")


def count_signups(rows: Rows) -> Iterator[pl.DataFrame]:
    """Every metric of the way from the signup to the first payment."""
    people = _steps(rows)
    since = pl.col("paid") - pl.col("registered_at")
    by = ("region", "channel", "platform", "credit_state")
    for days in (1, 7, 30, 90):
        in_time = since.is_between(timedelta(), timedelta(days=days))
        share = in_time.fill_null(False).mean()
        end = pl.col("registered_at") + timedelta(days=days)
        ran_out = pl.col("credits_out") <= pl.min_horizontal("paid", end)
        state = label({"ran_out": ran_out}, "has_credits").alias("credit_state")
        metric, stated = f"free_to_paid_{days}", people.with_columns(state)
        yield from each(metric, stated, share, grains=("week", "month"), by=by)
    week = DAY.dt.truncate("1w").alias("period_start")
    for step in STEPS:
        waited = pl.col(step) - pl.col("registered_at")
        timed = people.select(
            week,
            pl.when(waited.is_between(timedelta(), MONTH)).then(waited).alias("waited"),
            pl.lit(step).alias("step"),
        ).group_by("period_start", "step")
        share = pl.col("waited").is_not_null().mean()
        yield series("signup_funnel", "week", timed.agg(value=share), "step")
        median = median_hours(pl.col("waited"))
        yield series("time_to_step", "week", timed.agg(value=median), "step")
    yield from _trials(rows)


def median_hours(waited: pl.Expr) -> pl.Expr:
    """The median of all, those who never do it last; null where it is theirs.

    Who has been watched for all of the time leaves no doubt.
    """
    hours = waited.dt.total_microseconds() / 3_600_000_000
    half = (pl.len() + 1) // 2 - 1
    return hours.ceil().sort(nulls_last=True).gather(half).first()


def first_payments(rows: Rows) -> pl.DataFrame:
    """When each account first paid anything."""
    paid = rows.of("payment_succeeded", "account_id", "amount_minor")
    paid = paid.filter(pl.col("amount_minor") > 0)
    return paid.group_by("account_id").agg(AT.min().alias("paid"))


def _steps(rows: Rows) -> pl.DataFrame:
    is_person = pl.col("platform") != "api"
    delivered = rows.jobs.filter(is_person & (pl.col("status") == "succeeded"))
    failed = rows.of("payment_failed", "account_id")
    paid = first_payments(rows)
    parts = {
        "submitted": ("user_id", rows.requests.filter(is_person)),
        "delivered": ("user_id", delivered),
        "credits_out": ("account_id", used_up(rows)),
        "failed": ("account_id", failed),
    }
    people = rows.users.with_columns(pl.col("registered_on").alias("day"))
    for step, (key, part) in parts.items():
        first = part.group_by(key).agg(AT.min().alias(step))
        people = people.join(first, on=key, how="left")
    people = people.join(paid, on="account_id", how="left")
    return people.with_columns(
        pl.min_horizontal("failed", "paid").alias("checkout")
    ).filter(rows.last >= DAY)


def _trials(rows: Rows) -> Iterator[pl.DataFrame]:
    tried = rows.of("trial_started", "subscription_id", "account_id", "plan_id")
    places = rows.accounts.select("account_id", "region")
    tried = tried.rename({"plan_id": "plan"}).join(places, on="account_id")
    started = rows.of("subscription_started", "subscription_id")
    kept = started.group_by("subscription_id").agg(AT.min().alias("kept"))
    dropped = rows.of("subscription_cancelled", "subscription_id", "ends_at")
    ended = dropped.group_by("subscription_id").agg(pl.col("ends_at").min())
    trials = tried.join(kept, on="subscription_id", how="left")
    trials = trials.join(ended, on="subscription_id", how="left")
    in_time = (pl.col("kept") <= AT + MONTH).fill_null(False)
    grains = ("week", "month")
    metric, by = "trial_to_paid_cohort", ("region", "plan")
    yield from each(metric, trials, in_time.mean(), grains=grains, by=by)
    over = trials.with_columns(
        pl.coalesce("kept", "ends_at").dt.date().alias("ended_on"),
        pl.col("kept").is_not_null().alias("is_kept"),
    )
    end = pl.col("ended_on")
    days = every_day(over["day"], rows.last).to_frame("day")
    recent = (end <= DAY, end + timedelta(days=29) >= DAY)
    window = days.join_where(over.drop("day"), *recent)
    share = pl.col("is_kept").mean().alias("value")
    metric = "trial_to_paid_rolling30"
    all_trials = window.group_by("day").agg(share)
    yield from closings(metric, all_trials, grains=("day", "week", "month"))
    for dimension in by:
        parts = window.group_by("day", dimension).agg(share)
        yield from closings(metric, parts, grains=("month",), by=dimension)
