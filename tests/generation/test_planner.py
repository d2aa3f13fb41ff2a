"""A prompt's motion words become a path that the measures recognise."""

import numpy as np
import pytest

from generation.planner import find_motion, plan_trajectory
from generation.quality import recognize_motion
from generation.training.vocabulary import MOTION_PHRASES


@pytest.mark.parametrize(
    ("prompt", "motion"),
    [
        ("a red star moving left to right over grass", "right"),
        ("a ball moving right to left", "left"),
        ("a bright ball jumps up and down", "bounce"),
        ("a Ball RISES, slowly", "up"),
        ("a gem turns in a clockwise circle", "clockwise"),
        ("a gem orbits counterclockwise", "counterclockwise"),
        ("a bright leftover on the upper floor", None),
    ],
)
def test_the_motion_named_in_a_prompt_is_found(prompt: str, motion: str | None) -> None:
    assert find_motion(prompt) == motion


@pytest.mark.parametrize("motion", sorted(set(MOTION_PHRASES) - {"path"}))
def test_every_taught_phrase_is_understood(motion: str) -> None:
    for phrase in MOTION_PHRASES[motion]:
        assert find_motion(f"a red circle {phrase} on grass") == motion


def test_a_planned_path_shows_the_motion_asked_for() -> None:
    for seed in range(5):
        path = plan_trajectory("a red ball circles clockwise", seed=seed)
        assert path.shape == (16, 2)
        assert recognize_motion(path) == "clockwise"


def test_a_plan_is_the_seeds_own_and_begins_at_the_subject() -> None:
    plans = [plan_trajectory("a red ball", seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(plans[0], plans[1])
    assert np.abs(plans[0] - plans[2]).max() > 0.05
    started = plan_trajectory("a ball moves up", seed=1, start=(0.3, 0.8))
    np.testing.assert_allclose(started[0], (0.3, 0.8), atol=1e-6)
    assert recognize_motion(started) == "up"
