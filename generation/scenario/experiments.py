"""The company's experiments: who may take part, which arm, and what each arm does.

Dates, shares and true effects are declared here and nowhere else. Arms are dealt by a
counter-based hash of user and experiment: nothing that a user does can change one.
Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.calendar import day_of
from generation.scenario.model import HOLDOUT
from generation.scenario.streams import Stream, uniforms_of

RECENT_WEEKS = 8  # active in so many weeks before a launch: taken into its holdout


@dataclass(frozen=True)
class Experiment:
    """A comparison of two arms among users.

    Attributes:
        key: name in the events.
        arms: the arm that gets the new thing, and the one that does not.
        treated_share: share of the users in the first arm.
        first_week: week in which the first user is assigned.
        end_week: the week after the last one.
        first_subscription: true relative effect of the first arm on the weekly hazard
            of a first subscription.
    """

    key: str
    arms: tuple[str, str]
    treated_share: float
    first_week: int
    end_week: int
    first_subscription: float = 0.0


# The holdout of the regional rollout. The effect on activity is the calibrated
# parameter `direct_effect`; that on payers follows from the packs that users buy.
MOTION_CONTROL = Experiment(
    key="motion_control_launch",
    arms=("treatment", "holdout"),
    treated_share=1 - HOLDOUT,
    first_week=day_of(2025, 12, 18) // 7,
    end_week=day_of(2026, 3, 9) // 7,
)
# Prices a month instead of a year beside the plans' names; dates and effect assumed.
PRICE_DISPLAY = Experiment(
    key="price_display",
    arms=("per_month", "per_year"),
    treated_share=0.5,
    first_week=day_of(2025, 9, 8) // 7,
    end_week=day_of(2025, 11, 3) // 7,
    first_subscription=0.12,
)
# A test of nothing: both arms see the same page. A readout must find no effect.
NULL_TEST = Experiment(
    key="help_link_position",
    arms=("top", "bottom"),
    treated_share=0.5,
    first_week=day_of(2025, 9, 29) // 7,
    end_week=day_of(2025, 11, 24) // 7,
)
EXPERIMENTS = (MOTION_CONTROL, PRICE_DISPLAY, NULL_TEST)
USER_TESTS = (PRICE_DISPLAY, NULL_TEST)  # joined on a user's first active day


def is_treated(experiment: Experiment, users: np.ndarray, seed: int) -> np.ndarray:
    """Whether each user is in the experiment's first arm."""
    number = EXPERIMENTS.index(experiment)
    drawn = uniforms_of(users, seed, Stream.EXPERIMENT, number)
    return drawn < experiment.treated_share
