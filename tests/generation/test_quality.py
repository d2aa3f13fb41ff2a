"""The measures name what a rendered scene shows; a rendered scene is the truth."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from generation.quality import (
    measure,
    measure_flicker,
    measure_psnr,
    measure_trajectory_error,
    recognize_motion,
)
from generation.training.vocabulary import BACKGROUNDS, COLORS, MOTIONS, SHAPES
from generation.training.world import SIZE, render, sample_scene


def plain_scene(**changed: object):
    scene = sample_scene(np.random.default_rng(11), motion="right")
    return replace(scene, size="big", texture="solid", **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_is_recognised(color: str) -> None:
    assert measure(render(plain_scene(color=color))[0]).color == color


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_recognised(shape: str) -> None:
    assert measure(render(plain_scene(shape=shape))[0]).shape == shape


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_background_is_recognised(background: str) -> None:
    found = measure(render(plain_scene(background=background))[0])
    assert found.background == background


@pytest.mark.parametrize("motion", sorted({*MOTIONS} - {"path", "spin"}))
def test_every_named_motion_is_recognised(motion: str) -> None:
    rng = np.random.default_rng(2)
    scenes = [sample_scene(rng, motion=motion) for _ in range(8)]
    found = Counter(measure(render(scene)[0]).motion for scene in scenes)
    assert found[motion] >= 7  # truth itself is recognised in 98 of 100


def test_the_trajectory_error_is_the_distance_that_the_path_was_moved() -> None:
    scene = plain_scene()
    clip = render(scene).clip
    assert measure_trajectory_error(clip, scene.trajectory) * SIZE < 1
    moved = scene.trajectory + np.array([0.25, 0], np.float32)  # 12 of 48 pixels
    error = measure_trajectory_error(clip, moved) * SIZE
    assert error == pytest.approx(12, abs=1)


def test_a_clip_without_a_subject_gains_nothing() -> None:
    empty = np.full((4, SIZE, SIZE, 3), 0.5, np.float32)
    path = np.full((4, 2), 0.5, np.float32)
    assert measure_trajectory_error(empty, path) == pytest.approx(0.125)
    found = measure(empty)
    assert (found.presence, found.color, found.shape, found.motion) == (
        0,
        None,
        None,
        None,
    )


def test_a_still_background_does_not_flicker_and_a_blinking_one_does() -> None:
    clip = np.full((4, SIZE, SIZE, 3), 0.5, np.float32)
    nowhere = np.zeros(clip.shape[:3], bool)
    assert measure_flicker(clip, nowhere) == 0
    clip[1::2] += 0.1
    assert measure_flicker(clip, nowhere) == pytest.approx(0.1)


def test_psnr_of_a_tenth_off_is_twenty_decibel() -> None:
    picture = np.full((8, 8, 3), 0.5, np.float32)
    assert measure_psnr(picture + 0.1, picture) == pytest.approx(20, abs=1e-3)
    assert measure_psnr(picture, picture) == 100


def test_a_path_seen_in_few_frames_has_no_name() -> None:
    assert recognize_motion(np.full((16, 2), np.nan, np.float32)) is None
