"""The company's till: subscriptions, packs and API packages between two weeks.

Reads nothing. Writes nothing itself: rows go to the landing writer.
"""

from functools import partial

import numpy as np

from generation.scenario import billing_events as billing
from generation.scenario import (
    contracts,
    conversion,
    people_events,
    plan_credits,
    renewals,
    subscriptions,
    teams,
)
from generation.scenario.calendar import (
    DAY_US,
    WEEK_US,
    WEEKS_PER_MONTH,
    week_start_us,
)
from generation.scenario.ledger import PlanSlots
from generation.scenario.measures import weekly_mrr
from generation.scenario.model import ExpectedPath, booked_per_list
from generation.scenario.population import PAYING, Population
from generation.scenario.prices import local_minor, packs
from generation.scenario.products import is_dear, is_motion
from generation.scenario.purchases import ApiAccounts, Sales, TopUpDesk, pack_prices
from generation.scenario.rationing import Rations
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.retention import GRACE_DAYS, MOTION_LAG
from generation.scenario.row_plan import RowPlan
from generation.scenario.streams import Stream, random_stream, uniforms_of
from generation.scenario.subscriptions import PAUSE_WEEKS, PAUSED, Subscriptions
from generation.scenario.trials import Trials
from generation.scenario.usage_events import API_ACCOUNT, Reporter
from generation.scenario.wallet import Wallet


class Checkout:
    """Everybody who pays, and what they hold."""

    def __init__(
        self,
        people: Population,
        path: ExpectedPath,
        plan: RowPlan,
        rations: Rations,
        *,
        scale: float,
        seed: int,
        first_usage_week: int,
    ) -> None:
        self.people, self.path, self.plan = people, path, plan
        self.rations = rations
        self.scale, self.seed = scale, seed
        self.first_usage_week = first_usage_week
        self.subs = Subscriptions()
        self.unpaid = Subscriptions()  # declined, in the grace after their last period
        self.teams = 0
        self.started = np.zeros_like(plan.started[0])
        self.packs, self.packages = Wallet(), Wallet()
        self.top_ups = TopUpDesk(np.zeros((2, NUM_REGIONS)))
        self.api = ApiAccounts()
        self.mrr_usd = np.zeros((2, NUM_REGIONS))
        self.expected_mrr = weekly_mrr(path)
        self.booked_per_list = booked_per_list()
        self.trials = Trials(path, scale=scale, seed=seed)
        self.trial_number = np.empty(0, np.int64)  # of the week's kept trials
        self.motion_user = np.empty(0, np.int64)
        self.motion_week = np.empty(0, np.int64)

    def choose_starters(
        self, to: Reporter, week: int, active: np.ndarray, appeal: np.ndarray
    ) -> conversion.Starters:
        """New subscribers; those who keep a trial come last."""
        draw = conversion.Draw(self.people, self.rations, self.seed, week)
        counts = self._wanted_starts(week)
        tried, self.trial_number = self.trials.settle(to, draw, counts)
        kept = np.bincount(tried.cell, minlength=counts.size)
        counts = counts - kept.reshape(counts.shape)
        ordinary = conversion.choose_subscribers(draw, active, counts, appeal)
        lag = week - self.motion_week
        weight = np.array([MOTION_LAG.get(int(weeks), 0.0) for weeks in lag])
        after = conversion.choose_motion_subscribers(
            draw, self.motion_user, weight, counts
        )
        keep = ~np.isin(self.motion_user, after.user) & (lag <= max(MOTION_LAG))
        self.people.eligible_from[ordinary.user] = PAYING
        self.people.eligible_from[after.user] = PAYING
        self.people.eligible_from[tried.user] = PAYING
        self.motion_user, self.motion_week = (
            self.motion_user[keep],
            self.motion_week[keep],
        )
        return ordinary.joined(after).joined(tried)

    def _wanted_starts(self, week: int) -> np.ndarray:
        """New subscriptions of the week. Shape [products, regions].

        What the expected running total asks for; on the dear plans at least what fills
        the stock: a start made early is one less later.
        """
        planned = self.plan.started[week] - self.started
        count = np.bincount(self.subs.cell, minlength=planned.size)
        gap = (self.plan.stock[week] - count).reshape(planned.shape)
        gap[is_motion() | ~is_dear()] = 0
        return np.maximum(np.maximum(planned, gap), 0)

    def choose_motion_buyers(
        self, week: int, active: np.ndarray
    ) -> conversion.Starters:
        draw = conversion.Draw(self.people, self.rations, self.seed, week)
        return conversion.choose_motion_buyers(draw, active, self.plan.motion[week])

    def choose_trialists(
        self, week: int, active: np.ndarray, buyers: conversion.Starters
    ) -> conversion.Starters:
        draw = conversion.Draw(self.people, self.rations, self.seed, week)
        others = active[~np.isin(active, buyers.user)] if buyers.user.size else active
        return conversion.choose_trialists(draw, others, self.trials.wanted(week))

    def sell_packages(self, to: Reporter, week: int) -> None:
        """New API accounts, and the packages that fall due."""
        stream = random_stream(self.seed, Stream.PACKAGE, week)
        opened = self.api.open(self.plan.accounts[week], week, stream)
        to.api_region = self.api.region
        channel = np.where(stream.random(opened.size) < 0.3, 3, 0)
        people_events.report_registrations(
            to, opened + API_ACCOUNT, self.api.created[opened] - 1_000_000, channel
        )
        contracts.report_openings(to, self.api, opened, channel)
        spent = self.path.enterprise_usd[week].sum() * WEEKS_PER_MONTH * 12
        accounts = max(self.path.enterprise_accounts[week].sum(), 1e-9)
        contracts.report_contracts(to, self.api, yearly_usd=spent / accounts)
        sales = self.api.sell(self.path.enterprise_usd * self.scale, week)
        named = Sales(
            sales.owner + API_ACCOUNT,
            sales.region,
            sales.time,
            sales.amount_minor,
            sales.credits,
        )
        days = packs("api")[0].valid_days
        number = billing.report_sales(
            to, named, "api_package", valid_days=days, stream=stream
        )
        self.packages.deposit(sales, number, days)

    def subscribe(
        self, to: Reporter, week: int, starters: conversion.Starters
    ) -> PlanSlots:
        """Start, renew and end subscriptions; returns the week's plan credits."""
        before = self.subs
        cells = self.plan.stock.shape[1]
        stream = random_stream(self.seed, Stream.RENEWAL, week)
        running, outcome = renewals.renew(
            before,
            week=week,
            target=self.plan.stock[week],
            started=np.bincount(starters.cell, minlength=cells),
            chance=uniforms_of(before.user, self.seed, Stream.RENEWAL, week),
            rations=self.rations,
            stream=stream,
        )
        begun = np.bincount(starters.cell, minlength=cells)
        self.started += begun.reshape(self.started.shape)
        fresh = starters.user.size - self.trial_number.size
        number = np.concatenate([to.numbers.take("w", fresh), self.trial_number])
        new = subscriptions.start_subscriptions(
            starters.user, starters.cell, starters.time, numbers=number, stream=stream
        )
        self.teams = teams.seat_new_teams(new, self.teams)
        billing.report_renewals(to, outcome, stream)
        billing.report_starts(to, new, stream)
        lapsed = outcome.lapsed.user
        self.people.eligible_from[lapsed] = week + PAUSE_WEEKS
        self.people.has_paid[new.user] = True
        self.subs = running.joined(new)
        unpaid = self.unpaid.joined(
            outcome.lapsed.take(np.flatnonzero(outcome.is_lost))
        )
        end = week_start_us(week) + WEEK_US
        in_grace = unpaid.period_end + GRACE_DAYS * DAY_US > end
        self.unpaid = unpaid.take(np.flatnonzero(in_grace))
        has_usage = week >= self.first_usage_week
        return plan_credits.grant(to, week, before, self.subs, has_usage=has_usage)

    def sell_motion_packs(
        self, to: Reporter, week: int, buyers: conversion.Starters
    ) -> None:
        if not buyers.user.size:
            return
        stream = random_stream(self.seed, Stream.BILLING, week)
        pack = packs("motion_intro")[0]
        sales = Sales(
            buyers.user,
            buyers.cell,
            buyers.time,
            local_minor(pack.price_usd)[buyers.cell],
            np.full(buyers.user.size, pack.credits),
        )
        number = billing.report_sales(
            to,
            sales,
            "credit_pack",
            valid_days=pack.valid_days,
            stream=stream,
            is_first=True,
        )
        self.packs.deposit(sales, number, pack.valid_days)
        self.people.eligible_from[buyers.user] = week + PAUSE_WEEKS
        self.people.has_paid[buyers.user] = True
        self.motion_user = np.concatenate([self.motion_user, buyers.user])
        self.motion_week = np.concatenate(
            [self.motion_week, np.full(buyers.user.size, week)]
        )

    def sell_top_ups(self, to: Reporter, week: int) -> None:
        """Top-ups go to subscribers of at least a month who stay on."""
        subs = self.subs
        stream = random_stream(self.seed, Stream.TOP_UP, week)
        settled = (subs.period_start < week_start_us(week)) | (subs.period > 0)
        settled &= subs.state != PAUSED
        segment = subscriptions.segment_of_plan()[subs.plan]
        cell = np.where(settled, segment * NUM_REGIONS + subs.region, -1)
        candidates = [np.flatnonzero(cell == index) for index in range(2 * NUM_REGIONS)]
        buyer, kind, time = self.top_ups.sell(
            self._top_up_budget(week),
            candidates=candidates,
            chance=partial(uniforms_of, subs.user, self.seed, Stream.TOP_UP, week),
            rations=self.rations,
            week=week,
            stream=stream,
        )
        if not buyer.size:
            return
        offered = packs("top_up")
        region = subs.region[buyer]
        sales = Sales(
            subs.user[buyer],
            region,
            time,
            pack_prices()[kind, region],
            np.array([pack.credits for pack in offered])[kind],
        )
        days = offered[0].valid_days
        number = billing.report_sales(
            to, sales, "credit_pack", valid_days=days, stream=stream
        )
        self.packs.deposit(sales, number, days)
        subs.top_up_week[buyer] = week

    def close_week(self, to: Reporter, week: int, slots: PlanSlots) -> None:
        """Expire credits that reached their end, keep the balance of the others."""
        plan_credits.close(to, self.subs, slots)
        plan_credits.expire(to, week, self.packs, "k")
        plan_credits.expire(to, week, self.packages, "j")

    def _top_up_budget(self, week: int) -> np.ndarray:
        """Expected top-ups, and what rounding took from or gave to subscriptions.

        Segments and regions so keep to their revenue. Shape [2, regions].
        """
        before = self.mrr_usd
        self.mrr_usd = subscriptions.mrr_usd(self.subs.joined(self.unpaid))
        actual = (before + self.mrr_usd) / 2
        missing = (self.expected_mrr[:, week] * self.scale - actual) / WEEKS_PER_MONTH
        expected = self.path.top_up_local[:, week] * self.scale
        return expected + missing / self.booked_per_list[week]
