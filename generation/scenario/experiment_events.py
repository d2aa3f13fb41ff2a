"""Rows of experiments: who was dealt which arm, when and why then.

Reads nothing. Writes nothing itself: rows go to the landing writer.
"""

import numpy as np

from generation.scenario import columns as col
from generation.scenario.calendar import DAY_US, week_start_us
from generation.scenario.enrolment import Enrolment
from generation.scenario.experiments import MOTION_CONTROL, USER_TESTS, Experiment
from generation.scenario.regions import region_values
from generation.scenario.sessions import Sessions
from generation.scenario.usage_events import Reporter

ELIGIBILITIES = ("recently_active", "newcomer", "first_active_day")
RECENTLY_ACTIVE, NEWCOMER, FIRST_ACTIVE_DAY = range(3)


def report_launch(
    to: Reporter, enrolment: Enrolment, week: int, registered: np.ndarray
) -> None:
    """Who is taken into the holdout experiment.

    Recent users are dealt an arm at their region's rollout, newcomers a second after
    they register, at the earliest at the rollout. `registered` holds the times of the
    week's new users, ascending by user.
    """
    if not MOTION_CONTROL.first_week <= week < MOTION_CONTROL.end_week:
        return
    people = to.people
    users = np.flatnonzero(
        enrolment.joins(MOTION_CONTROL, np.arange(people.registered(week)), week)
    )
    rollout = week_start_us(0) + region_values("rollout_day") * DAY_US
    time = rollout[people.region[users]].astype(np.int64)
    is_new = people.week[users] == week
    place = users[is_new] - people.first_of_week[week]
    time[is_new] = np.maximum(time[is_new], registered[place] + 1_000_000)
    eligibility = np.where(is_new, NEWCOMER, RECENTLY_ACTIVE)
    treated = enrolment.is_treated(MOTION_CONTROL, users)
    _report(to, MOTION_CONTROL, users, time, treated, eligibility)


def report_tests(
    to: Reporter,
    enrolment: Enrolment,
    users: np.ndarray,
    sessions: Sessions,
    assign_by: np.ndarray,
) -> None:
    """Who joins a test: with the first session, and before the time in `assign_by`."""
    first = np.minimum.reduceat(sessions.time, sessions.first)
    for test in USER_TESTS:
        rows = np.flatnonzero(enrolment.joins(test, users, to.numbers.week))
        who = users[rows]
        time = np.minimum(first, assign_by)[rows]
        eligibility = np.full(rows.size, FIRST_ACTIVE_DAY)
        _report(to, test, who, time, enrolment.is_treated(test, who), eligibility)


def _report(
    to: Reporter,
    experiment: Experiment,
    users: np.ndarray,
    time: np.ndarray,
    treated: np.ndarray,
    eligibility: np.ndarray,
) -> None:
    columns = {
        "user_id": col.ids("u", users),
        "account_id": col.ids("a", users),
        "experiment": col.same(experiment.key, users.size),
        "arm": col.coded(np.where(treated, 0, 1), experiment.arms),
        "eligibility": col.coded(eligibility, ELIGIBILITIES),
    }
    to.send("experiment_assigned", "A", "app", time, users, columns)
