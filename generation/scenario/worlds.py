"""The same people in worlds that never were: the source of the true effects.

A world branches from the factual company just before an experiment begins, so history
is simulated once. Its users draw the same numbers; it hands its rows to nobody.

- The worlds of an experiment put all of its participants into one arm and keep the
  factual world's lines (see rationing): what a participant does in the factual world is
  what the same user does in the world of the own arm. The wave and its spill-over
  stay, because a holdout lives among those who have the feature.
- The world without motion control follows its own expected path: no wave, no lift, no
  packs, and the users whom the wave brought do not come.
Reads nothing. Writes nothing.
"""

import numpy as np
import pyarrow as pa

from generation.scenario.company import Company
from generation.scenario.experiments import (
    MOTION_CONTROL,
    PRICE_DISPLAY,
    Experiment,
)
from generation.scenario.landing import LandingWriter
from generation.scenario.model import ExpectedPath
from generation.scenario.rationing import Rations
from generation.scenario.row_plan import plan_rows
from generation.scenario.tally import Tally

WITH_EFFECT = (MOTION_CONTROL, PRICE_DISPLAY)


class SilentWriter(LandingWriter):
    """Takes rows and lets them fall."""

    def __init__(self) -> None:
        self.events = 0

    def add(
        self, event_type: str, occurred: np.ndarray, columns: dict[str, pa.Array]
    ) -> None:
        """Nothing is written of a world that never was."""


class Worlds:
    """The worlds beside a factual company, in step with it.

    Attributes:
        tallies: of each experiment's first and second arm, by the experiment's key.
        without: of the world without motion control; None before the launch.
        running: open worlds, in the order of the tallies, with the week that ends each.
    """

    def __init__(self, company: Company, without: ExpectedPath, weeks: int) -> None:
        self.company, self.weeks = company, weeks
        self._without_path = without
        self.running: list[tuple[int, Company]] = []
        self.tallies: dict[str, tuple[Tally, Tally]] = {}
        self.without: Tally | None = None
        company.tally = self._tally(company)

    def branch(self, week: int) -> None:
        """Open the worlds of what begins in a week; before the company lives it."""
        self.running = [item for item in self.running if week < item[0]]
        for experiment in WITH_EFFECT:
            if week == max(experiment.first_week, 0):
                arms = [self._open(experiment, treated) for treated in (True, False)]
                self.tallies[experiment.key] = (arms[0], arms[1])
        if week == MOTION_CONTROL.first_week:
            self.without = self._open_without()

    def run_week(self, week: int) -> None:
        """Live the week in every open world; after the company has lived it."""
        for _, world in self.running:
            world.run_week(week, SilentWriter())

    def _open(self, experiment: Experiment, treated: bool) -> Tally:
        # The display of prices only makes first payers less eager; without a holdout's
        # packs others than in the factual world are free to begin to pay.
        keys_grow = experiment == PRICE_DISPLAY and not treated
        rations = Rations(self.company.rations, keys_grow=keys_grow)
        world = self.company.branch(rations, forced={experiment.key: treated})
        return self._start(world, experiment.end_week)

    def _open_without(self) -> Tally:
        world = self.company.branch(Rations(), forced={MOTION_CONTROL.key: False})
        company, path = self.company, self._without_path
        world.people.comes = ~world.people.is_viral
        plan = plan_rows(path, scale=company.scale, seed=company.seed, weeks=self.weeks)
        world.follow(path, plan)
        return self._start(world, self.weeks)

    def _start(self, world: Company, end: int) -> Tally:
        world.tally = self._tally(world)
        self.running.append((end, world))
        return world.tally

    def _tally(self, company: Company) -> Tally:
        return Tally(company.people, company.enrolment, self.weeks)
