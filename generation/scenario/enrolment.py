"""Who takes part in the experiments of one world, since when and in which arm.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass, field

import numpy as np

from generation.scenario.experiments import (
    EXPERIMENTS,
    MOTION_CONTROL,
    PRICE_DISPLAY,
    RECENT_WEEKS,
    USER_TESTS,
    Experiment,
    is_treated,
)
from generation.scenario.population import Population
from generation.scenario.regions import region_values

NOT_YET = np.int16(32767)
LONG_AGO = np.int16(-32768)


@dataclass
class Enrolment:
    """Participants of the experiments; `forced` puts all of them into one arm.

    Worlds share the arrays of the factual one: a cohort is who joined there, at a
    moment that the treatment cannot have influenced.
    """

    seed: int
    last_active: np.ndarray  # week, by user
    since: dict[str, np.ndarray]  # experiment -> week of assignment by user
    forced: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def empty(cls, users: int, seed: int) -> "Enrolment":
        """Nobody takes part yet."""
        since = {item.key: np.full(users, NOT_YET) for item in EXPERIMENTS}
        return cls(seed, np.full(users, LONG_AGO), since)

    def enrol(self, people: Population, week: int, active: np.ndarray) -> None:
        """Take in whom the week brings; `active` are its active users."""
        for test in USER_TESTS:
            if test.first_week <= week < test.end_week:
                self._join(test, active, week)
        rollout = (region_values("rollout_day") // 7).astype(int)
        if MOTION_CONTROL.first_week <= week < MOTION_CONTROL.end_week:
            opens = np.flatnonzero(rollout == week)
            old = slice(0, int(people.first_of_week[week]))
            recent = self.last_active[old] >= week - RECENT_WEEKS
            recent &= np.isin(people.region[old], opens)
            self._join(MOTION_CONTROL, np.flatnonzero(recent), week)
            new = active[active >= old.stop]
            new = new[rollout[people.region[new]] <= week]
            self._join(MOTION_CONTROL, new, week)
        self.last_active[active] = week

    def _join(self, experiment: Experiment, users: np.ndarray, week: int) -> None:
        since = self.since[experiment.key]
        since[users] = np.minimum(since[users], week)

    def joins(self, experiment: Experiment, users: np.ndarray, week: int) -> np.ndarray:
        """Which users are taken in during the week."""
        return self.since[experiment.key][users] == week

    def is_in(self, experiment: Experiment, users: np.ndarray, week: int) -> np.ndarray:
        """Which users had been taken in by the end of a week."""
        return self.since[experiment.key][users] <= week

    def is_treated(self, experiment: Experiment, users: np.ndarray) -> np.ndarray:
        """Which users are in the first arm."""
        if experiment.key in self.forced:
            return np.full(users.size, self.forced[experiment.key])
        return is_treated(experiment, users, self.seed)

    def appeal(self, week: int, users: np.ndarray) -> np.ndarray:
        """What the display of prices does to the hazard of a first subscription."""
        test = PRICE_DISPLAY
        if not test.first_week <= week < test.end_week:
            return np.ones(users.size)
        treated = self.is_in(test, users, week) & self.is_treated(test, users)
        return np.where(treated, 1 + test.first_subscription, 1.0)
