"""The simulated company, week by week: who comes, who pays, what they make.

Reads nothing. Writes nothing itself: rows go to the landing writer.
"""

import numpy as np

from generation.scenario import (
    arena,
    compensation,
    conversion,
    departures,
    people_events,
    plan_credits,
    usage,
)
from generation.scenario.activity import Active, choose_active
from generation.scenario.calendar import week_start_us
from generation.scenario.checkout import Checkout
from generation.scenario.landing import LandingWriter
from generation.scenario.ledger import PlanSlots
from generation.scenario.model import ExpectedPath
from generation.scenario.population import settle
from generation.scenario.row_plan import plan_rows
from generation.scenario.sessions import registration_times
from generation.scenario.streams import Stream, random_stream
from generation.scenario.usage_events import Numbers, Reporter

ENGAGED_BALANCE = 40  # credits bought and left: worth coming back for


class Company:
    """The company's users and its till between two weeks."""

    def __init__(
        self,
        path: ExpectedPath,
        *,
        scale: float,
        seed: int,
        weeks: int,
        first_usage_week: int,
    ) -> None:
        self.path = path
        self.scale, self.seed = scale, seed
        self.first_usage_week = first_usage_week
        self.people = settle(path, scale=scale, seed=seed, weeks=weeks)
        self.checkout = Checkout(
            self.people,
            path,
            plan_rows(path, scale=scale, seed=seed, weeks=weeks),
            scale=scale,
            seed=seed,
            first_usage_week=first_usage_week,
        )

    def run_week(self, week: int, writer: LandingWriter) -> None:
        """Simulate a week and hand over its rows."""
        till = self.checkout
        to = Reporter(writer, self.people, till.api.region, Numbers(week, {}))
        self._mark_engaged()
        chosen = choose_active(
            self.people, self.path, week=week, scale=self.scale, seed=self.seed
        )
        active = chosen.users
        starters = till.choose_starters(to, week, active)
        buyers = till.choose_motion_buyers(week, active)
        trialists = till.choose_trialists(week, active, buyers)
        registered = self._register(to, week, active, [starters, buyers, trialists])
        till.trials.begin(to, self.people, trialists)
        till.sell_packages(to, week)
        slots = till.subscribe(to, week, starters)
        till.sell_motion_packs(to, week, buyers)
        till.sell_top_ups(to, week)
        self._use(to, week, chosen, registered, slots)
        if week >= self.first_usage_week:
            arena.report_votes(to, active[registered == 0], seed=self.seed)
            departures.depart(to, self.people, active, week=week, seed=self.seed)
        till.close_week(to, week, slots)

    def _mark_engaged(self) -> None:
        self.people.is_engaged[:] = False
        self.people.is_engaged[self.checkout.subs.user] = True
        packs = self.checkout.packs
        holders = packs.owner[packs.balance > ENGAGED_BALANCE]
        self.people.is_engaged[holders] = True

    def _register(
        self,
        to: Reporter,
        week: int,
        active: np.ndarray,
        payers: list[conversion.Starters],
    ) -> np.ndarray:
        """Registration times of the active users; 0 for those of earlier weeks.

        Nobody pays before registering: such registrations move to an earlier time.
        """
        new = np.flatnonzero(self.people.week[active] == week)
        stream = random_stream(self.seed, Stream.REGISTRATION, week)
        registered = np.zeros(active.size, np.int64)
        region = self.people.region[active[new]]
        registered[new] = registration_times(region, week, stream)
        for group in payers:
            place = np.searchsorted(active, group.user)
            late = np.flatnonzero(registered[place] >= group.time)
            since = group.time[late] - week_start_us(week)
            registered[place[late]] = week_start_us(week) + since // 2
        for first in range(0, new.size, usage.CHUNK):
            part = new[first : first + usage.CHUNK]
            users = active[part]
            people_events.report_registrations(
                to, users, registered[part], self.people.channel[users]
            )
            people_events.report_devices(to, users, registered[part])
        return registered

    def _use(
        self,
        to: Reporter,
        week: int,
        chosen: Active,
        registered: np.ndarray,
        slots: PlanSlots,
    ) -> None:
        """Sessions and generations, then what is left of the plan credits."""
        shared = usage.Week(
            week,
            self.seed,
            week >= self.first_usage_week,
            to,
            self.path,
            slots,
            self.checkout.packs,
        )
        active, chance = chosen.users, chosen.chance
        made = usage.run_api(shared, self.checkout.packages)
        pack_count = usage.plan_pack_videos(shared, active)
        segment = usage.segments(
            shared, active, plan_credits.is_pro(self.checkout.subs, slots)
        )
        total = self.path.videos[week].sum() * self.scale - made - pack_count.sum()
        mean = usage.expected_videos(active, segment, shared, total=total)
        if not shared.has_sessions:
            keep = np.isin(active, self.checkout.packs.owner[pack_count > 0])
            active, chance, registered = active[keep], chance[keep], registered[keep]
            mean, segment = mean[keep], segment[keep]
        for number, first in enumerate(range(0, active.size, usage.CHUNK)):
            part = slice(first, first + usage.CHUNK)
            usage.run_chunk(
                shared,
                active[part],
                number=number,
                chance=chance[part],
                mean=mean[part],
                segment=segment[part],
                registered=registered[part],
                pack_count=pack_count,
            )
        compensation.keep(shared.compensated, self.checkout.packs)
