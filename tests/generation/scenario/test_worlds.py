"""Other worlds hold the same people, and change nothing of the factual one."""

import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from generation.scenario.company import Company
from generation.scenario.experiments import MOTION_CONTROL, PRICE_DISPLAY
from generation.scenario.model import ExpectedPath, simulate_path
from generation.scenario.parameters import Parameters
from generation.scenario.regions import CODES
from generation.scenario.simulate import simulate
from generation.scenario.tally import EVERYBODY
from generation.scenario.worlds import SilentWriter, Worlds

LAUNCH, PEAK = MOTION_CONTROL.first_week, MOTION_CONTROL.first_week + 5


def without_motion_control() -> ExpectedPath:
    return simulate_path(Parameters.load("literal"), motion_control=False)


def live(*, scale: float, weeks: int) -> Worlds:
    """A company and the worlds beside it, up to before a week."""
    company = Company(
        simulate_path(Parameters.load("literal")),
        scale=scale,
        seed=3,
        weeks=weeks,
        first_usage_week=PRICE_DISPLAY.first_week,
    )
    worlds = Worlds(company, without_motion_control(), weeks)
    for week in range(weeks):
        worlds.branch(week)
        company.run_week(week, SilentWriter())
        worlds.run_week(week)
    return worlds


@pytest.fixture(scope="module")
def launch_worlds() -> Worlds:
    """Up to the peak of the wave, three weeks after the motion pack came."""
    return live(scale=0.001, weeks=PEAK + 1)


@pytest.fixture(scope="module")
def price_worlds() -> Worlds:
    """Up to the end of the test of the price display."""
    return live(scale=0.004, weeks=PRICE_DISPLAY.end_week)


def weekly(worlds: Worlds, arm: int, group: str, outcome: str) -> np.ndarray:
    tally = worlds.tallies[MOTION_CONTROL.key][arm]
    return tally.sums[group, outcome].sum(1)


def test_a_participant_lives_alike_in_the_world_of_the_own_arm(
    price_worlds: Worlds,
) -> None:
    company, (_, control_world) = price_worlds.company, price_worlds.running[1]
    users = np.arange(company.people.week.size)
    inside = company.enrolment.is_in(PRICE_DISPLAY, users, PRICE_DISPLAY.end_week)
    control = inside & ~company.enrolment.is_treated(PRICE_DISPLAY, users)
    here, there = company.people.has_paid, control_world.people.has_paid
    # Clips are drawn anew and so are the credits left, which bring few payers back.
    assert (here & control).sum() > 300
    assert (here != there)[control].sum() <= 2
    lost, gained = here & ~there & inside, there & ~here & inside
    assert lost.sum() > 10 * gained.sum()


def test_the_price_display_brings_the_declared_share_of_first_subscriptions(
    price_worlds: Worlds,
) -> None:
    treated, control = (
        tally.sums[PRICE_DISPLAY.key, "new_payers"].sum()
        for tally in price_worlds.tallies[PRICE_DISPLAY.key]
    )
    # Who pays in one arm pays in the other: the ratio's error is sqrt(0.12 / n).
    assert control > 150
    assert treated / control == pytest.approx(1.12, abs=3 * (0.12 / control) ** 0.5)


def test_without_the_feature_the_company_follows_its_own_path(
    launch_worlds: Worlds,
) -> None:
    assert launch_worlds.without is not None
    rows = launch_worlds.without.sums[EVERYBODY, "wau"].sum(1)[LAUNCH:]
    path = without_motion_control().wau.sum(1)[LAUNCH : PEAK + 1] * 0.001
    # Newcomers whom the wave did not bring are drawn one by one: some 300, 17 off.
    assert rows[:-1] == pytest.approx(path[:-1], rel=0.03)


def test_the_holdout_lives_among_those_who_have_the_feature(
    launch_worlds: Worlds,
) -> None:
    assert launch_worlds.without is not None
    held_out = weekly(launch_worlds, 1, EVERYBODY, "wau")[PEAK]
    assert held_out > 2 * launch_worlds.without.sums[EVERYBODY, "wau"][PEAK].sum()
    # At most the direct effect of 18 %, and what packs add.
    assert 1.03 < weekly(launch_worlds, 0, EVERYBODY, "wau")[PEAK] / held_out < 1.2


def test_only_the_treated_buy_motion_packs(launch_worlds: Worlds) -> None:
    treated, control = (
        weekly(launch_worlds, arm, MOTION_CONTROL.key, "new_payers")[PEAK - 2 :].sum()
        for arm in (0, 1)
    )
    assert treated > 4 * control


@pytest.fixture(scope="module")
def truth(launch: tuple[Path, object]) -> dict:
    return json.loads((launch[0] / "truth.json").read_text())


def test_effects_are_the_difference_of_two_worlds_and_regions_add_up(
    truth: dict,
) -> None:
    rows = truth["experiment_effects"]
    assert {row["experiment"] for row in rows} == {MOTION_CONTROL.key}
    for row in rows:
        assert row["effect"] == pytest.approx(row["treated"] - row["control"], abs=2e-9)
    peak = [
        row
        for row in rows
        if row["week_start"] == "2026-01-19" and row["outcome"] == "wau"
    ]
    everywhere = next(row for row in peak if row["region"] == "all")
    regions = [row for row in peak if row["region"] in CODES]
    assert sum(row["users"] for row in regions) == everywhere["users"]
    total = sum(row["users"] * row["effect"] for row in regions)
    assert total == pytest.approx(everywhere["users"] * everywhere["effect"], rel=1e-6)
    # Some 15 % at the peak: 18 % that fades, and for payers less.
    assert 0.08 < everywhere["relative"] < 0.20


def test_the_feature_effect_of_the_rows_is_that_of_the_expected_path(
    truth: dict,
) -> None:
    rows = sum(
        row["effect"]
        for row in truth["feature_effects"]
        if row["week_start"] == "2026-01-19"
        and (row["outcome"], row["region"]) == ("wau", "all")
    )
    path = sum(
        row["total"]
        for row in truth["wau_effects"]
        if row["week_start"] == "2026-01-19"
    )
    assert rows == pytest.approx(path, rel=0.02)


def test_the_ways_of_the_effect_add_up_and_acquisition_is_the_largest(
    truth: dict,
) -> None:
    ways = ("acquisition", "resurrection", "direct", "interaction")
    for row in truth["wau_effects"]:
        assert sum(row[way] for way in ways) == pytest.approx(row["total"], abs=1e-3)
    peak = [row for row in truth["wau_effects"] if row["week_start"] == "2026-01-19"]
    total = {way: sum(row[way] for row in peak) for way in ways}
    assert total["acquisition"] > 3e6 > total["resurrection"] > total["direct"] > 2e5


def test_the_year_end_holidays_are_a_shock_of_known_size(truth: dict) -> None:
    shock = next(item for item in truth["shocks"] if item["name"] == "year_end")
    weeks = {row["week_start"] for row in shock["weeks"]}
    assert weeks == {"2025-12-22", "2025-12-29"}
    # The wave's 8 % of newcomers and 0.24 % of old users: near 3 % of all by then.
    added = sum(
        row["wau"] for row in shock["weeks"] if row["week_start"] == "2025-12-29"
    )
    assert 0.02 < added / 6.5e6 < 0.04


def test_other_worlds_do_not_change_a_byte(tmp_path: Path) -> None:
    digests = []
    for effects in (True, False):
        out = tmp_path / str(effects)
        simulate(
            out,
            scale=0.0002,
            start=date(2025, 12, 15),
            weeks=3,
            workers=1,
            effects=effects,
        )
        truth = json.loads((out / "truth.json").read_text())
        assert ("experiment_effects" in truth) is effects
        digests.append(
            {
                str(path.relative_to(out)): hashlib.sha256(
                    path.read_bytes()
                ).hexdigest()
                for path in out.rglob("*.parquet")
            }
        )
    assert digests[0] == digests[1]
