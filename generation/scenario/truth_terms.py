"""Which subscriptions were in force when, and at what price.

Reads the rows it is given. Writes nothing. A subscription is walked event by event:
what was stated last holds until something else does.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from generation.scenario.calendar import FIRST_WEEK
from generation.scenario.prices import plans
from generation.scenario.truth_rows import DAY, Rows, label, rates

GRACE = timedelta(days=14)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
SEGMENT_OF = {plan.plan_id: plan.segment for plan in plans()}
STATEMENTS = ("started", "renewed", "changed", "resumed")
AT = pl.col("occurred_at")
SUBSCRIPTION = "subscription_id"


@dataclass(frozen=True)
class Terms:
    """What subscriptions were worth.

    Attributes:
        stated: what each event puts in force from when; a price of null is an end.
        intervals: terms from `started_on` to before `ended_on`, with their `usd` a
            month and the part `fx` of it that the rate alone changed.
        held: a row for each subscription and day on which it was in force.
        debts: times in which a subscription owed a payment.
    """

    stated: pl.DataFrame
    intervals: pl.DataFrame
    held: pl.DataFrame
    debts: pl.DataFrame


def read_terms(rows: Rows) -> Terms:
    """Follow every subscription from its start to its end."""
    debts = _debts(rows)
    stated = _with_lapses(_stated(rows), debts, rows.last)
    intervals = _priced(_in_turn(stated, "effective_at", rows.last), rows)
    held = on_days(intervals.filter(pl.col("usd") > 0), rows)
    return Terms(stated, intervals, held, debts)


def _stated(rows: Rows) -> pl.DataFrame:
    """Terms and ends as the events say them."""
    columns = [SUBSCRIPTION, "account_id", "plan_id", "interval", "price_minor"]
    columns += ["currency", "period_start", "coupon", "coupon_duration", "offer"]
    offers = {
        "free_period": pl.col("offer").is_not_null(),
        "coupon_forever": pl.col("coupon_duration") == "forever",
        "coupon_finite": pl.col("coupon").is_not_null(),
    }
    parts = [
        rows.of(f"subscription_{how}", *columns).select(
            SUBSCRIPTION,
            "account_id",
            AT,
            pl.col("period_start").alias("effective_at"),
            pl.col("plan_id").alias("plan"),
            pl.col("interval").replace_strict(MONTHS).alias("months"),
            "price_minor",
            "currency",
            label(offers).alias("discount"),
            pl.lit(None, pl.String).alias("end_cause"),
        )
        for how in STATEMENTS
    ]
    keys = (SUBSCRIPTION, "account_id")
    cancelled = rows.of("subscription_cancelled", *keys, "ends_at", "is_voluntary")
    cause = label({"voluntary": pl.col("is_voluntary")}, "involuntary")
    paused = rows.of("subscription_paused", *keys, "paused_from")
    ends = [(cancelled, "ends_at", cause), (paused, "paused_from", pl.lit("pause"))]
    parts += [
        part.select(
            SUBSCRIPTION,
            "account_id",
            AT,
            pl.col(from_when).alias("effective_at"),
            why.alias("end_cause"),
        )
        for part, from_when, why in ends
    ]
    return pl.concat(parts, how="diagonal")


def _debts(rows: Rows) -> pl.DataFrame:
    """From the first failed charge until a later one succeeds, if one does."""
    columns = (SUBSCRIPTION, "account_id", "kind")
    failed = rows.of("payment_failed", *columns)
    failed = failed.filter(pl.col("kind") == "subscription").sort("occurred_at")
    paid = rows.of("payment_succeeded", SUBSCRIPTION).sort("occurred_at")
    paid = paid.filter(pl.col(SUBSCRIPTION).is_not_null())
    tried = failed.join_asof(
        paid.select(SUBSCRIPTION, AT.alias("recovered_at"), AT.alias("key")),
        left_on="occurred_at",
        right_on="key",
        by=SUBSCRIPTION,
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    first = tried.group_by(SUBSCRIPTION, "account_id", "recovered_at").agg(AT.min())
    owed_on = AT.dt.date()
    return first.select(
        SUBSCRIPTION,
        "account_id",
        "recovered_at",
        owed_on.alias("owed_on"),
        (owed_on + GRACE).alias("grace_ends_on"),
        pl.col("recovered_at").dt.date().alias("recovered_on"),
    )


def _with_lapses(stated: pl.DataFrame, debts: pl.DataFrame, last: date) -> pl.DataFrame:
    """Unpaid after the days of grace it has ended; who pays later has it again."""
    paid_late = pl.col("recovered_on").is_null() | (
        pl.col("recovered_on") > pl.col("grace_ends_on")
    )
    lapsed = debts.filter((pl.col("grace_ends_on") <= last) & paid_late)
    midnight = pl.col("grace_ends_on").cast(pl.Datetime("us", "UTC"))
    lapses = lapsed.select(
        SUBSCRIPTION,
        "account_id",
        midnight.alias("occurred_at"),
        midnight.alias("effective_at"),
        pl.lit("involuntary").alias("end_cause"),
    )
    back = lapsed.drop_nulls("recovered_at").sort("recovered_at")
    revived = back.select(SUBSCRIPTION, "recovered_at").join_asof(
        stated.sort("effective_at", "occurred_at"),
        left_on="recovered_at",
        right_on="effective_at",
        by=SUBSCRIPTION,
        check_sortedness=False,
    )
    again = revived.drop_nulls("account_id").with_columns(
        pl.col("recovered_at").alias("occurred_at"),
        pl.col("recovered_at").alias("effective_at"),
    )
    parts = [stated, lapses, again.select(stated.columns)]
    return pl.concat(parts, how="diagonal")


def _in_turn(stated: pl.DataFrame, when: str, last: date) -> pl.DataFrame:
    """Each term until the next of its subscription; of a day the last one counts."""
    ordered = stated.sort(SUBSCRIPTION, when, "occurred_at")
    following = pl.col(when).shift(-1).over(SUBSCRIPTION).dt.date()
    return ordered.with_columns(
        pl.col(when).dt.date().alias("started_on"),
        following.fill_null(last + timedelta(days=1)).alias("ended_on"),
        pl.col("end_cause").shift(-1).over(SUBSCRIPTION).alias("then"),
    ).filter(
        pl.col("price_minor").is_not_null()
        & (pl.col("started_on") < pl.col("ended_on"))
    )


def _priced(intervals: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Dollars a month, and what of their change was the rate."""
    placed = in_place(intervals, rows).with_columns(
        pl.col("started_on").alias("booked_on")
    )
    priced = placed.join(rates(), on=["currency", "booked_on"]).with_columns(
        (pl.col("price_minor") / pl.col("months")).alias("local")
    )
    priced = priced.with_columns(
        (pl.col("local") / pl.col("per_usd")).alias("usd")
    ).sort(SUBSCRIPTION, "started_on")
    before = {
        name: pl.col(name).shift(1).over(SUBSCRIPTION)
        for name in ("local", "usd", "ended_on", "currency")
    }
    follows = (before["ended_on"] == pl.col("started_on")) & (
        before["currency"] == pl.col("currency")
    )
    drift = before["local"] / pl.col("per_usd") - before["usd"]
    return priced.with_columns(pl.when(follows).then(drift).otherwise(0.0).alias("fx"))


def in_place(frame: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Add the region of the account and the segment of the plan."""
    places = rows.accounts.select("account_id", "region")
    segment = pl.col("plan").replace_strict(SEGMENT_OF, default="enterprise")
    return frame.join(places, on="account_id", how="left").with_columns(
        segment.alias("segment")
    )


def contracted(terms: Terms, rows: Rows) -> pl.DataFrame:
    """What customers have agreed to, from when they said so. A row for each day."""
    known = pl.min_horizontal("occurred_at", "effective_at").alias("known_at")
    ordered = terms.stated.with_columns(known).sort(
        SUBSCRIPTION, "known_at", "effective_at"
    )
    latest = pl.col("effective_at").cum_max().shift(1).over(SUBSCRIPTION)
    agreed = ordered.filter(latest.is_null() | (pl.col("effective_at") >= latest))
    said = _in_turn(agreed, "known_at", rows.last).with_columns(
        pl.col("effective_at").dt.date().alias("booked_on")
    )
    columns = ("account_id", "started_on", "ended_on", "plan", "usd")
    priced = said.join(rates(), on=["currency", "booked_on"]).with_columns(
        (pl.col("price_minor") / pl.col("months") / pl.col("per_usd")).alias("usd")
    )
    signed = contracts(rows).with_columns(
        pl.min_horizontal("agreed_on", "started_on").alias("started_on")
    )
    both = pl.concat([priced.select(columns), signed.select(columns)])
    return on_days(in_place(both, rows), rows)


def contracts(rows: Rows) -> pl.DataFrame:
    """What is committed in dollars: for the whole term, and a month of it."""
    columns = ("account_id", "contract_id", "starts_at", "ends_at", "currency")
    signed = rows.of("contract_signed", *columns, "committed_minor").with_columns(
        pl.col("starts_at").dt.date().alias("booked_on")
    )
    first, end = pl.col("booked_on"), pl.col("ends_at").dt.date()
    committed = pl.col("committed_minor") / pl.col("per_usd")
    return signed.join(rates(), on=["currency", "booked_on"]).select(
        "account_id",
        "contract_id",
        DAY.alias("agreed_on"),
        first.alias("started_on"),
        end.alias("ended_on"),
        committed.alias("committed"),
        (committed * 365 / (12 * (end - first).dt.total_days())).alias("usd"),
        pl.lit("contract").alias("plan"),
    )


def on_days(intervals: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """A row for each day from `started_on` to before `ended_on`."""
    days = pl.DataFrame({"day": pl.date_range(FIRST_WEEK, rows.last, eager=True)})
    in_force = (pl.col("started_on") <= DAY, pl.col("ended_on") > DAY)
    return days.join_where(intervals, *in_force)
