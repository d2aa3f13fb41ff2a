"""The money of a clean company, row by row and in dollars.

Reads the rows and terms it is given. Writes nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import polars as pl

from generation.scenario.truth_credits import SOLD, earnings, sold_grants
from generation.scenario.truth_rows import DAY, MICROS, Rows, label, rates
from generation.scenario.truth_terms import Terms, on_days

PLACES = ("region", "channel", "segment", "plan")
RANK_OF = {"enterprise": 1, "pro": 2, "consumer": 3}
IS_SERVICE = pl.col("kind").is_in(["subscription", "usage"])


@dataclass(frozen=True)
class Books:
    """The money of a company, row by row, in dollars."""

    rows: Rows
    terms: Terms

    @cached_property
    def payments(self) -> pl.DataFrame:
        """Payments at the rate of the first day of what is paid for."""
        columns = ["account_id", "payment_id", "kind", "currency", "subscription_id"]
        columns += ["grant_id", "period_start", "period_end", "store_fee_minor"]
        columns += ["amount_minor", "tax_minor", "fee_minor"]
        paid = self.rows.of("payment_succeeded", *columns)
        starts = pl.col("period_start").dt.date().fill_null(DAY)
        paid = paid.with_columns(starts.alias("booked_on"))
        paid = paid.join(rates(), on=["currency", "booked_on"])
        paid = paid.with_columns(
            (pl.col(f"{part}_minor") / pl.col("per_usd")).alias(part)
            for part in ("amount", "tax", "fee", "store_fee")
        )
        places = self.rows.accounts.select("account_id", "region", "channel")
        paid = self._with_plans(paid.join(places, on="account_id"))
        return paid.with_columns(pl.col("amount").alias("usd"))

    def _with_plans(self, paid: pl.DataFrame) -> pl.DataFrame:
        """The plan held when the service begins; packs count with who buys them."""
        held = self.terms.intervals.select(
            "subscription_id",
            pl.col("started_on").alias("booked_on"),
            pl.col("plan").alias("held_plan"),
            pl.col("segment").alias("held_segment"),
        ).sort("booked_on")
        paid = paid.sort("booked_on").join_asof(
            held, on="booked_on", by="subscription_id", check_sortedness=False
        )
        pros = self.terms.intervals.filter(pl.col("segment") == "pro")
        buys = paid.select("account_id", "payment_id", "day").join(
            pros.select("account_id", "started_on", "ended_on"), on="account_id"
        )
        pro = buys.filter(DAY.is_between("started_on", "ended_on", closed="left"))
        is_plan, is_pack = (
            pl.col("kind") == kind for kind in ("subscription", "credit_pack")
        )
        is_pro = pl.col("payment_id").is_in(pro["payment_id"].implode())
        sold = label({"enterprise": ~is_pack, "pro": is_pro}, "consumer")
        return paid.with_columns(
            pl.when(is_plan).then("held_segment").otherwise(sold).alias("segment"),
            pl.when(is_plan).then("held_plan").otherwise("kind").alias("plan"),
        )

    @cached_property
    def refunds(self) -> pl.DataFrame:
        """What went back, given or taken by a bank, at the rate of the payment."""
        given = self.rows.of("payment_refunded", "payment_id", "amount_minor")
        lost = self.rows.of(
            "chargeback_lost", "payment_id", "amount_minor", "fee_minor"
        )
        both = pl.concat([given, lost], how="diagonal")
        columns = ("payment_id", "account_id", "per_usd", "currency", *PLACES)
        known = self.payments.select(columns)
        minor = pl.col("amount_minor"), pl.col("fee_minor").fill_null(0)
        return both.join(known, on="payment_id").with_columns(
            (minor[0] / pl.col("per_usd")).alias("usd"),
            (minor[1] / pl.col("per_usd")).alias("fee"),
        )

    @cached_property
    def grants(self) -> pl.DataFrame:
        """Credits sold, with the segment of the payment for them."""
        segments = self.payments.drop_nulls("grant_id").select("grant_id", "segment")
        return sold_grants(self.rows).join(segments, on="grant_id", how="left")

    @cached_property
    def earned(self) -> pl.DataFrame:
        """Recognised revenue by account and day: service, credits and refunds."""
        columns = ("account_id", "day", "usd", "currency", "per_usd", *PLACES)
        first = pl.col("booked_on")
        end = pl.max_horizontal(
            pl.col("period_end").dt.date().fill_null(DAY + timedelta(days=1)),
            first + timedelta(days=1),
        )
        paid = self.payments.filter(IS_SERVICE)
        spread = paid.with_columns(
            (pl.col("usd") / (end - first).dt.total_days()).alias("usd"),
            pl.date_ranges(first, end, closed="left").alias("day"),
        ).explode("day")
        used = earnings(self.rows, self.grants).rename({"earned": "usd"})
        parts = {
            "service": spread,
            "credits": used,
            "refund": self.refunds.with_columns(-pl.col("usd")),
        }
        return pl.concat(
            part.select(*columns, pl.lit(source).alias("source"))
            for source, part in parts.items()
        ).filter(self.rows.last >= DAY)

    @cached_property
    def costs(self) -> pl.DataFrame:
        """Computing cost by account and day, and what the account holds on it."""
        jobs = self.rows.jobs.group_by("account_id", "region", "day")
        costs = jobs.agg((pl.col("cost_micros").sum() / MICROS).alias("cost"))
        costs = costs.join(self.holdings, on=["account_id", "day"], how="left")
        return costs.with_columns(pl.col("segment", "plan").fill_null("free"))

    @cached_property
    def holdings(self) -> pl.DataFrame:
        """Days on which an account holds something paid, and what of it ranks first."""
        sold = pl.col("kind") == "usage", pl.col("amount") > 0
        used = self.payments.filter(*sold).with_columns(
            DAY.alias("started_on"), (DAY + timedelta(days=30)).alias("ended_on")
        )
        columns = ("account_id", "segment", "plan")
        spans = pl.concat(
            part.select(*columns, "started_on", "ended_on")
            for part in (self._grant_spans(), used)
        )
        parts = [self.terms.held, on_days(spans, self.rows)]
        held = pl.concat(part.select(*columns, "day") for part in parts)
        ranks = [
            pl.col("segment").replace_strict(RANK_OF),
            pl.col("plan").is_in([*SOLD.values(), "usage"]),
            pl.col("plan"),
        ]
        first = held.sort(*ranks)
        return first.unique(["account_id", "day"], keep="first", maintain_order=True)

    def _grant_spans(self) -> pl.DataFrame:
        """Credits sold are held until the last is used or expires."""
        uses = earnings(self.rows, self.grants)
        # A refund can come after the last use: it ended when it was first used up.
        total = pl.col("earned").cum_sum().over("grant_id") / pl.col("consideration")
        first = uses.sort("grant_id", "day").filter(total > 1 - 1e-9)
        over = first.group_by("grant_id").agg(DAY.min().alias("over_on"))
        last = pl.col("over_on").fill_null(self.rows.last)
        return self.grants.join(over, on="grant_id", how="left").with_columns(
            pl.col("granted_on").alias("started_on"),
            (last + timedelta(days=1)).alias("ended_on"),
        )
