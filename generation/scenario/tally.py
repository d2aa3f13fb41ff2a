"""What people did in one world, summed by week, region and experiment.

Reads nothing. Writes nothing. A sum is taken over everybody and over those who had been
assigned by the end of the week: never over payers, exposed or otherwise chosen users,
because the feature itself decides who they are.
"""

import numpy as np

from generation.scenario.calendar import day_index, week_start_us
from generation.scenario.enrolment import Enrolment
from generation.scenario.experiments import EXPERIMENTS
from generation.scenario.population import Population
from generation.scenario.prices import usd
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.subscriptions import (
    PAUSED,
    Subscriptions,
    period_months,
    price_minor,
)
from generation.scenario.videos import Videos
from generation.scenario.wallet import Wallet

# wau: has a session in the week. generations: asked for by users. payers: a running
# subscription at the week's end, or a pack bought in the week or the four before it.
# new_payers: first payment ever. mrr_usd: of the subscriptions at the week's end, at
# the rate of their period's first day. gpu_cost_usd: as metered in the events.
OUTCOMES = (
    "wau",
    "generations",
    "payers",
    "new_payers",
    "mrr_usd",
    "gpu_cost_usd",
)
EVERYBODY = "everybody"
PACK_WEEKS = 4


class Tally:
    """Sums of a world. `sums[group, outcome]` has the shape [weeks, regions]."""

    def __init__(self, people: Population, enrolment: Enrolment, weeks: int) -> None:
        self._people, self._enrolment = people, enrolment
        groups = (EVERYBODY, *(item.key for item in EXPERIMENTS))
        self.sums = {
            (group, outcome): np.zeros((weeks, NUM_REGIONS))
            for group in groups
            for outcome in OUTCOMES
        }

    def add(
        self,
        outcome: str,
        week: int,
        users: np.ndarray,
        values: np.ndarray | None = None,
    ) -> None:
        """Count users, or add up their values; a user may come several times."""
        region = self._people.region[users]
        self._add(EVERYBODY, outcome, week, region, values)
        for item in EXPERIMENTS:
            if item.first_week <= week < item.end_week:
                inside = self._enrolment.is_in(item, users, week)
                part = None if values is None else values[inside]
                self._add(item.key, outcome, week, region[inside], part)

    def add_videos(self, week: int, videos: Videos) -> None:
        """Count generations of users and what they cost."""
        self.add("generations", week, videos.owner)
        self.add("gpu_cost_usd", week, videos.owner, videos.cost_micros / 1e6)

    def add_payers(self, week: int, subs: Subscriptions, packs: Wallet) -> None:
        """Count payers and their MRR at the end of a week."""
        is_recent = packs.starts >= week_start_us(week - PACK_WEEKS)
        recent = packs.owner[is_recent & (packs.gift == 0)]
        subs = subs.take(np.flatnonzero(subs.state != PAUSED))
        self.add("payers", week, np.union1d(subs.user, recent))
        dollars = usd(price_minor(subs), subs.region, day_index(subs.period_start))
        self.add("mrr_usd", week, subs.user, dollars / period_months()[subs.product])

    def _add(
        self,
        group: str,
        outcome: str,
        week: int,
        region: np.ndarray,
        values: np.ndarray | None,
    ) -> None:
        total = np.bincount(region, values, NUM_REGIONS)
        self.sums[group, outcome][week] += total
