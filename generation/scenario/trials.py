"""Trials of the cheapest monthly plan: seven days for nothing, then paid or ended.

Reads nothing. Writes nothing itself: rows go to the landing writer. A trial of one week
is decided in the next one. Those kept are among the subscriptions that the expected
path wants to start then, so that trials change no figure of money.
"""

import numpy as np

from generation.scenario import billing_events as billing
from generation.scenario.calendar import WEEK_US
from generation.scenario.conversion import TRIAL, Draw, Starters
from generation.scenario.model import ExpectedPath
from generation.scenario.population import Population
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.streams import Stream, phases, random_stream, round_flow
from generation.scenario.subscriptions import start_subscriptions
from generation.scenario.usage_events import Reporter
from generation.scenario.wallet import no_numbers

TRIED_FIRST = 0.10  # of the starts on the cheapest monthly plan, assumed
KEPT = 0.40  # of the trials, assumed
PRODUCT = 0  # the cheapest monthly plan comes first


class Trials:
    """Last week's trials, and how many are wanted each week by region."""

    def __init__(self, path: ExpectedPath, *, scale: float, seed: int) -> None:
        self.scale, self.seed = scale, seed
        self.follow(path)
        self._to_keep = np.zeros(NUM_REGIONS)  # expected so far and not yet kept
        self._running = Starters(no_numbers(), no_numbers(), no_numbers())
        self._number = no_numbers()

    def follow(self, path: ExpectedPath) -> None:
        """Want as many trials as a path has use for."""
        self._kept = TRIED_FIRST * path.starts[PRODUCT] * self.scale
        begun = self._kept[1:] / KEPT
        self._wanted = round_flow(begun, phases(self.seed, 5, (NUM_REGIONS,)))

    def wanted(self, week: int) -> np.ndarray:
        """How many begin in the week. Shape [regions]."""
        if week >= len(self._wanted):
            return np.zeros(NUM_REGIONS, np.int64)
        return self._wanted[week]

    def settle(
        self, to: Reporter, draw: Draw, counts: np.ndarray
    ) -> tuple[Starters, np.ndarray]:
        """End last week's trials; returns those kept and their subscriptions' numbers.

        `counts` are the subscriptions wanted. Shape [products, regions].
        """
        running, number = self._running, self._number
        stream = random_stream(self.seed, Stream.TRIAL, draw.week)
        self._to_keep += self._kept[draw.week]
        limit = np.minimum(np.round(self._to_keep), counts[PRODUCT])
        key = draw.uniform(running.user, TRIAL, 3)
        is_kept = np.zeros(key.size, bool)
        is_kept[draw.rations.serve("keep a trial", key, running.cell, limit)] = True
        self._to_keep -= np.bincount(running.cell[is_kept], minlength=NUM_REGIONS)
        kept, ended = np.flatnonzero(is_kept), np.flatnonzero(~is_kept)
        over = running.take(ended)
        trial = start_subscriptions(
            over.user, over.cell, over.time, numbers=number[ended], stream=stream
        )
        billing.report_ends(
            to, trial, over.time, time=over.time, is_lost=np.zeros(ended.size, bool)
        )
        return running.take(kept), number[kept]

    def begin(self, to: Reporter, people: Population, begun: Starters) -> None:
        """Start the week's trials; nobody in one is asked to buy something else."""
        week = to.numbers.week
        people.eligible_from[begun.user] = week + 2
        number = to.numbers.take("w", begun.user.size)
        stream = random_stream(self.seed, Stream.TRIAL, week, 1)
        cell = PRODUCT * NUM_REGIONS + begun.cell
        trial = start_subscriptions(
            begun.user, cell, begun.time, numbers=number, stream=stream
        )
        billing.report_trials(to, trial, begun.time + WEEK_US)
        self._running = Starters(begun.user, cell, begun.time + WEEK_US)
        self._number = number
