"""Reading motion off a clip, resampling it, and moving it to a subject."""

import numpy as np
import pytest

from generation.motion import (
    extract_motion,
    find_subject,
    largest_component,
    resample_trajectory,
    retarget,
)
from generation.training.world import SIZE, render, sample_scene


def test_a_path_of_two_points_becomes_even_steps() -> None:
    path = resample_trajectory([(0, 1), (1, 0)], 5)
    np.testing.assert_allclose(path[:, 0], [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(path[:, 1], [1, 0.75, 0.5, 0.25, 0])


@pytest.mark.parametrize("wrong", [[(0.5, 1.5)], [(0.5, float("nan"))], [], [0.5]])
def test_a_path_outside_the_picture_is_refused(wrong: list[object]) -> None:
    with pytest.raises(ValueError, match="trajectory must"):
        resample_trajectory(wrong, 4)  # type: ignore[arg-type]


@pytest.mark.parametrize("motion", ["right", "clockwise", "zigzag", "path"])
def test_the_path_of_a_moving_subject_is_read_within_three_pixels(motion: str) -> None:
    rng = np.random.default_rng(5)
    errors = []
    for _ in range(8):
        scene = sample_scene(rng, motion=motion)
        found = extract_motion(render(scene)[0]).trajectory
        errors.append(np.linalg.norm(found - scene.trajectory, axis=1).mean() * SIZE)
    # smoothing rounds the corners of a zigzag by one to two pixels
    assert np.mean(errors) < 3


def test_a_clip_without_movement_gives_a_resting_path_at_its_subject() -> None:
    scene = sample_scene(np.random.default_rng(1), motion="still")
    motion = extract_motion(render(scene)[0])
    assert motion.confidence == 0
    assert np.ptp(motion.trajectory, axis=0).max() == 0
    np.testing.assert_allclose(motion.trajectory[0], scene.trajectory[0], atol=0.06)


def test_a_retargeted_path_begins_at_the_subject_and_keeps_its_form() -> None:
    path = np.array([[0.2, 0.5], [0.3, 0.5], [0.4, 0.5]], np.float32)
    moved = retarget(path, (0.5, 0.3))
    np.testing.assert_allclose(moved, [[0.5, 0.3], [0.6, 0.3], [0.7, 0.3]], atol=1e-6)


def test_a_retargeted_path_shrinks_rather_than_leave_the_picture() -> None:
    path = np.array([[0.1, 0.5], [0.9, 0.5]], np.float32)
    moved = retarget(path, (0.7, 0.5))  # 0.16 of room to the right, 0.8 wanted
    np.testing.assert_allclose(moved, [[0.7, 0.5], [0.86, 0.5]], atol=1e-6)


def test_the_larger_of_two_blobs_is_kept() -> None:
    mask = np.array([[1, 0, 1], [0, 0, 1], [1, 0, 1]], bool)
    assert largest_component(mask).tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 1]]


def test_the_most_colourful_part_is_the_subject() -> None:
    picture = np.full((20, 20, 3), 0.5, np.float32)
    picture[4:8, 12:16] = (1, 0, 0)
    np.testing.assert_allclose(find_subject(picture), [14 / 20, 6 / 20])
