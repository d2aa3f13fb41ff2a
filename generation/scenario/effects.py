"""The true effects of the simulated rows, from the worlds beside the factual one.

Reads nothing. Writes nothing. The manifest of a simulation (truth.json) holds them as

- `experiments`: each declared experiment: `key`, `arms` (the treated one first),
  `treated_share`, `start` and `end` (Mondays, half-open) and the declared
  `effect_on_first_subscription`;
- `experiment_effects`: a row for each experiment with an effect, week, region (`all`
  is the sum) and outcome (see tally): over the `users` assigned by the end of the week,
  the mean if all of them were `treated`, the mean if all were `control`, the difference
  `effect` and `relative` to the control. The null test has no rows: it has no effect;
- `feature_effects`: a row for each week since the launch, region and outcome: what all
  users did (`factual`), what they would have done `without` motion control, the
  difference `effect` and `relative`. Company level: the sample times its weight.

Rows cover only what the activity window shows; API accounts are in none of them.
"""

from dataclasses import asdict

import numpy as np

from generation.scenario.calendar import week_start
from generation.scenario.enrolment import Enrolment
from generation.scenario.experiments import (
    EXPERIMENTS,
    MOTION_CONTROL,
    USER_TESTS,
    Experiment,
)
from generation.scenario.population import Population
from generation.scenario.regions import CODES, NUM_REGIONS
from generation.scenario.tally import EVERYBODY, OUTCOMES, Tally
from generation.scenario.worlds import Worlds

Row = dict[str, object]


def declared_experiments() -> list[Row]:
    """The experiments as the manifest states them."""
    rows: list[Row] = []
    for item in EXPERIMENTS:
        row = asdict(item)
        first, end = row.pop("first_week"), row.pop("end_week")
        row["effect_on_first_subscription"] = row.pop("first_subscription")
        row |= {"start": _monday(first), "end": _monday(end)}
        rows.append(row)
    return rows


def experiment_effects(worlds: Worlds, first: int, end: int) -> list[Row]:
    """Effects on participants, in the weeks from `first` to before `end`.

    A test that began before `first` is left out: its first assignments are in no row.
    """
    rows: list[Row] = []
    for item in EXPERIMENTS:
        cut = item in USER_TESTS and item.first_week < first
        if item.key not in worlds.tallies or cut:
            continue
        for week in range(max(first, item.first_week), min(end, item.end_week)):
            rows += _participants(worlds, item, week)
    return rows


def feature_effects(worlds: Worlds, first: int, end: int, weight: float) -> list[Row]:
    """Effects of motion control on the whole company, at company level."""
    factual, without = worlds.company.tally, worlds.without
    if factual is None or without is None:
        return []
    rows: list[Row] = []
    for week in range(max(first, MOTION_CONTROL.first_week), end):
        for outcome in OUTCOMES:
            is_, was = (
                weight * _with_total(tally.sums[EVERYBODY, outcome][week])
                for tally in (factual, without)
            )
            rows += _rows(week, outcome, {"factual": is_, "without": was})
    return rows


def _participants(worlds: Worlds, item: Experiment, week: int) -> list[Row]:
    company = worlds.company
    users = _with_total(_assigned(company.people, company.enrolment, item, week))
    rows: list[Row] = []
    for outcome in OUTCOMES:
        treated, control = (
            _mean(tally, item.key, outcome, week, users)
            for tally in worlds.tallies[item.key]
        )
        named = {"treated": treated, "control": control}
        for row, count in zip(_rows(week, outcome, named), users, strict=True):
            rows.append({"experiment": item.key, **row, "users": int(count)})
    return rows


def _assigned(
    people: Population, enrolment: Enrolment, item: Experiment, week: int
) -> np.ndarray:
    """Users assigned by the end of a week, by region."""
    inside = enrolment.since[item.key] <= week
    return np.bincount(people.region[inside], minlength=NUM_REGIONS)


def _mean(
    tally: Tally, group: str, outcome: str, week: int, users: np.ndarray
) -> np.ndarray:
    return _with_total(tally.sums[group, outcome][week]) / np.maximum(users, 1)


def _rows(week: int, outcome: str, pair: dict[str, np.ndarray]) -> list[Row]:
    """A row for each region and for all, with the difference of the two figures."""
    (name, one), (other_name, other) = pair.items()
    rows: list[Row] = []
    for place, code in enumerate((*CODES, "all")):
        effect = float(one[place] - other[place])
        rows.append(
            {
                "week_start": _monday(week),
                "region": code,
                "outcome": outcome,
                name: round(float(one[place]), 9),
                other_name: round(float(other[place]), 9),
                "effect": round(effect, 9),
                "relative": round(effect / other[place], 6) if other[place] else None,
            }
        )
    return rows


def _with_total(by_region: np.ndarray) -> np.ndarray:
    return np.append(by_region, by_region.sum())


def _monday(week: int) -> str:
    return week_start(week).isoformat()
