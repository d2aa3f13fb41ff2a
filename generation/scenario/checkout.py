"""The company's till: subscriptions, packs and API packages between two weeks.

Reads nothing. Writes nothing itself: rows go to the landing writer.
"""

from functools import partial

import numpy as np

from generation.scenario import billing_events as billing
from generation.scenario import columns as col
from generation.scenario import conversion, subscriptions, usage_events
from generation.scenario.calendar import (
    WEEK_US,
    WEEKS_PER_MONTH,
    add_months,
    week_start_us,
)
from generation.scenario.ledger import NEVER, PlanSlots
from generation.scenario.measures import weekly_mrr
from generation.scenario.model import ExpectedPath, booked_per_list
from generation.scenario.population import PAYING, Population
from generation.scenario.prices import local_minor, packs, plans
from generation.scenario.products import is_dear, is_motion
from generation.scenario.purchases import ApiAccounts, Sales, TopUpDesk, pack_prices
from generation.scenario.rationing import Rations
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.retention import MOTION_LAG
from generation.scenario.row_plan import RowPlan
from generation.scenario.streams import Stream, random_stream, uniforms_of
from generation.scenario.subscriptions import PAUSE_WEEKS, Subscriptions
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
        self.started = np.zeros_like(plan.started[0])
        self.packs, self.packages = Wallet(), Wallet()
        self.top_ups = TopUpDesk(np.zeros((2, NUM_REGIONS)))
        self.api = ApiAccounts()
        self.mrr_usd = np.zeros((2, NUM_REGIONS))
        self.expected_mrr = weekly_mrr(path)
        self.booked_per_list = booked_per_list()
        self.motion_user = np.empty(0, np.int64)
        self.motion_week = np.empty(0, np.int64)

    def choose_starters(
        self, week: int, active: np.ndarray, appeal: np.ndarray
    ) -> conversion.Starters:
        draw = conversion.Draw(self.people, self.rations, self.seed, week)
        counts = self._wanted_starts(week)
        ordinary = conversion.choose_subscribers(draw, active, counts, appeal)
        lag = week - self.motion_week
        weight = np.array([MOTION_LAG.get(int(weeks), 0.0) for weeks in lag])
        after = conversion.choose_motion_subscribers(
            draw, self.motion_user, weight, counts
        )
        keep = ~np.isin(self.motion_user, after.user) & (lag <= max(MOTION_LAG))
        self.people.eligible_from[ordinary.user] = PAYING
        self.people.eligible_from[after.user] = PAYING
        self.motion_user, self.motion_week = (
            self.motion_user[keep],
            self.motion_week[keep],
        )
        return conversion.Starters(
            np.concatenate([ordinary.user, after.user]),
            np.concatenate([ordinary.cell, after.cell]),
            np.concatenate([ordinary.time, after.time]),
        )

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

    def sell_packages(self, to: Reporter, week: int) -> None:
        """New API accounts, and the packages that fall due."""
        stream = random_stream(self.seed, Stream.PACKAGE, week)
        opened = self.api.open(self.plan.accounts[week], week, stream)
        to.api_region = self.api.region
        channel = np.where(stream.random(opened.size) < 0.3, 3, 0)
        usage_events.report_registrations(
            to, opened + API_ACCOUNT, self.api.created[opened] - 1_000_000, channel
        )
        sales = self.api.sell(self.path.enterprise_usd * self.scale, week)
        named = Sales(
            sales.owner + API_ACCOUNT,
            sales.region,
            sales.time,
            sales.amount_minor,
            sales.credits,
        )
        days = packs("api")[0].valid_days
        number = billing.report_sales(to, named, "api_package", valid_days=days)
        self.packages.deposit(sales, number, days)

    def subscribe(
        self, to: Reporter, week: int, starters: conversion.Starters
    ) -> PlanSlots:
        """Start, renew and end subscriptions; returns the week's plan credits."""
        before = self.subs
        cells = self.plan.stock.shape[1]
        stream = random_stream(self.seed, Stream.RENEWAL, week)
        running, outcome = subscriptions.renew(
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
        number = to.numbers.take("w", starters.user.size)
        new = subscriptions.start_subscriptions(
            starters.user, starters.cell, starters.time, number
        )
        billing.report_renewals(to, outcome, stream)
        billing.report_starts(to, new, stream)
        lapsed = outcome.lapsed.user
        self.people.eligible_from[lapsed] = week + PAUSE_WEEKS
        self.people.has_paid[new.user] = True
        self.subs = running.joined(new)
        return self._grant_credits(to, week, before)

    def _grant_credits(
        self, to: Reporter, week: int, before: Subscriptions
    ) -> PlanSlots:
        """Give the month's plan credits to whom they are due in the week."""
        end = week_start_us(week) + WEEK_US
        subs = self.subs
        due = np.flatnonzero(subs.credits_until < end)
        users = np.union1d(before.user, subs.user)
        slots = PlanSlots(
            user=users,
            boundary=np.full(users.size, NEVER),
            grant=np.zeros((users.size, 2), np.int64),
            balance=np.zeros((users.size, 2), np.int64),
        )
        old = np.searchsorted(users, before.user)
        slots.grant[old, 0], slots.balance[old, 0] = before.grant, before.balance
        ends = before.credits_until
        slots.boundary[old] = np.where(ends < end, ends, NEVER)
        time = subs.credits_until[due]
        slots.boundary[np.searchsorted(users, subs.user[due])] = time
        subs.months[due] += 1
        subs.credits_until[due] = add_months(subs.anchor[due], subs.months[due])
        if week >= self.first_usage_week:
            credits = np.array([plan.credits_per_month for plan in plans()])
            given = credits[subs.plan[due]]
            number = billing.report_plan_grants(to, subs.take(due), time, given)
            subs.grant[due], subs.balance[due] = number, given
            new = np.searchsorted(users, subs.user[due])
            slots.grant[new, 1], slots.balance[new, 1] = number, given
        return slots

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
            to, sales, "credit_pack", valid_days=pack.valid_days, refund_stream=stream
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
        number = billing.report_sales(to, sales, "credit_pack", valid_days=days)
        self.packs.deposit(sales, number, days)
        subs.top_up_week[buyer] = week

    def close_week(self, to: Reporter, week: int, slots: PlanSlots) -> None:
        """Expire credits that reached their end, keep the balance of the others."""
        self._close_slots(to, slots)
        self._expire(to, week, self.packs, "k")
        self._expire(to, week, self.packages, "j")

    def _close_slots(self, to: Reporter, slots: PlanSlots) -> None:
        ended = slots.boundary < NEVER
        rows = np.flatnonzero(
            ended & (slots.grant[:, 0] > 0) & (slots.balance[:, 0] > 0)
        )
        usage_events.report_expiry(
            to,
            slots.user[rows],
            col.ids("p", slots.grant[rows, 0]),
            slots.balance[rows, 0],
            slots.boundary[rows],
        )
        place = np.searchsorted(slots.user, self.subs.user)
        side = ended[place].astype(np.int64)
        self.subs.balance[:] = slots.balance[place, side]
        self.subs.grant[:] = slots.grant[place, side]

    def is_pro(self, slots: PlanSlots) -> np.ndarray:
        is_pro = np.zeros(slots.user.size, bool)
        pro = subscriptions.segment_of_plan()[self.subs.plan] == 1
        is_pro[np.searchsorted(slots.user, self.subs.user[pro])] = True
        return is_pro

    def _expire(self, to: Reporter, week: int, wallet: Wallet, letter: str) -> None:
        end = week_start_us(week) + WEEK_US
        over = np.flatnonzero(wallet.expires < end)
        rest = over[wallet.balance[over] > 0]
        owner = wallet.owner[rest] + (API_ACCOUNT if letter == "j" else 0)
        usage_events.report_expiry(
            to,
            owner,
            col.ids(letter, wallet.number[rest]),
            wallet.balance[rest],
            wallet.expires[rest],
        )
        wallet.remove(over)

    def _top_up_budget(self, week: int) -> np.ndarray:
        """Expected top-ups, and what rounding took from or gave to subscriptions.

        Segments and regions so keep to their revenue. Shape [2, regions].
        """
        before, self.mrr_usd = self.mrr_usd, subscriptions.mrr_usd(self.subs)
        actual = (before + self.mrr_usd) / 2
        missing = (self.expected_mrr[:, week] * self.scale - actual) / WEEKS_PER_MONTH
        expected = self.path.top_up_local[:, week] * self.scale
        return expected + missing / self.booked_per_list[week]
