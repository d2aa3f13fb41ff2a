"""The simulated company, week by week: who comes, who pays, what they make.

Reads nothing. Writes nothing itself: rows go to the landing writer.
"""

import copy
from dataclasses import replace

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
from generation.scenario.enrolment import Enrolment
from generation.scenario.experiment_events import report_launch
from generation.scenario.experiments import MOTION_CONTROL
from generation.scenario.landing import LandingWriter
from generation.scenario.ledger import PlanSlots
from generation.scenario.measures import weekly_mrr
from generation.scenario.model import ExpectedPath
from generation.scenario.population import settle
from generation.scenario.rationing import Rations
from generation.scenario.row_plan import RowPlan, plan_rows
from generation.scenario.sessions import registration_times
from generation.scenario.streams import Stream, random_stream
from generation.scenario.tally import Tally
from generation.scenario.usage_events import Numbers, Reporter
from generation.scenario.videos import FAILURE, MODERATION

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
        self.rations = Rations()
        self.enrolment = Enrolment.empty(self.people.week.size, seed)
        self.tally: Tally | None = None
        self.is_factual = True
        self.missing_videos = 0.0  # expected so far and not delivered
        self.checkout = Checkout(
            self.people,
            path,
            plan_rows(path, scale=scale, seed=seed, weeks=weeks),
            self.rations,
            scale=scale,
            seed=seed,
            first_usage_week=first_usage_week,
        )

    def run_week(self, week: int, writer: LandingWriter) -> None:
        """Simulate a week and hand over its rows."""
        till = self.checkout
        to = Reporter(writer, self.people, till.api.region, Numbers(week, {}))
        self._mark_engaged()
        self.rations.open_week()
        chosen = choose_active(
            self.people,
            self.path,
            self.rations,
            week=week,
            scale=self.scale,
            seed=self.seed,
        )
        active = chosen.users
        if self.is_factual:
            self.enrolment.enrol(self.people, week, active)
        appeal = self.enrolment.appeal(week, active)
        starters = till.choose_starters(to, week, active, appeal)
        buyers = till.choose_motion_buyers(week, active)
        trialists = till.choose_trialists(week, active, buyers)
        self._count_people(week, active, np.append(starters.user, buyers.user))
        registered = self._register(to, week, active, [starters, buyers, trialists])
        if self.is_factual:
            report_launch(to, self.enrolment, week, registered[registered > 0])
        till.trials.begin(to, self.people, trialists)
        till.sell_packages(to, week)
        slots = till.subscribe(to, week, starters)
        till.sell_motion_packs(to, week, buyers)
        till.sell_top_ups(to, week)
        assign_by = np.full(active.size, week_start_us(week + 1))
        here = np.isin(starters.user, active)  # some subscribe unseen
        place = np.searchsorted(active, starters.user[here])
        assign_by[place] = starters.time[here] - 1_000_000
        self._use(to, week, chosen, registered, assign_by, slots)
        if week >= self.first_usage_week:
            arena.report_votes(to, active[registered == 0], seed=self.seed)
            departures.depart(
                to, self.people, self.rations, active, week=week, seed=self.seed
            )
        till.close_week(to, week, slots)
        if self.tally is not None:
            self.tally.add_payers(week, till.subs, till.packs)

    def branch(self, rations: Rations, *, forced: dict[str, bool]) -> "Company":
        """A company with the same past and people, and a future of its own.

        `forced` puts all participants of an experiment into its first or second arm.
        """
        world = copy.copy(self)
        world.rations, world.is_factual = rations, False
        world.enrolment = replace(self.enrolment, forced=forced)
        world.people = self.people.branched()
        if MOTION_CONTROL.key in forced:
            everybody = np.arange(self.people.week.size)
            treated = world.enrolment.is_treated(MOTION_CONTROL, everybody)
            world.people.is_holdout = ~treated
        till = self.checkout
        shared = (self.path, till.plan, till.expected_mrr, till.booked_per_list)
        memo: dict[int, object] = {id(item): item for item in shared}
        memo |= {id(self.people): world.people, id(self.rations): rations}
        world.checkout = copy.deepcopy(till, memo)
        return world

    def follow(self, path: ExpectedPath, plan: RowPlan) -> None:
        """Go on along another expected path."""
        till = self.checkout
        self.path = till.path = path
        till.plan, till.expected_mrr = plan, weekly_mrr(path)
        till.trials.follow(path)

    def _count_people(self, week: int, active: np.ndarray, payers: np.ndarray) -> None:
        if self.tally is not None:
            self.tally.add("wau", week, active)
            first = payers[~self.people.has_paid[payers]]
            self.tally.add("new_payers", week, first)

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
        assign_by: np.ndarray,
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
            self.rations,
            self.enrolment,
            self.tally,
        )
        active, chance = chosen.users, chosen.chance
        made = usage.run_api(shared, self.checkout.packages)
        pack_count = usage.plan_pack_videos(shared, active)
        segment = usage.segments(
            shared, active, plan_credits.is_pro(self.checkout.subs, slots)
        )
        due = self.path.videos[week].sum() * self.scale + self.missing_videos
        total = due / (1 - FAILURE - MODERATION) - made - pack_count.sum()
        mean = usage.expected_videos(active, segment, shared, total=total)
        if not shared.has_sessions:
            keep = np.isin(active, self.checkout.packs.owner[pack_count > 0])
            active, chance, registered = active[keep], chance[keep], registered[keep]
            assign_by = assign_by[keep]
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
                assign_by=assign_by[part],
                pack_count=pack_count,
            )
        compensation.keep(shared.compensated, self.checkout.packs)
        if shared.has_sessions:
            self.missing_videos = due - sum(shared.delivered)
