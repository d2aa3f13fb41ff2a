"""The procedural clip world: scenes drawn from a seed, rendered by numpy.

A clip shows one saturated subject on one muted background, so that classical image
measures can judge what a model drew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generation.training.backgrounds import draw_background
from generation.training.shapes import signed_distance
from generation.training.trajectories import draw_trajectory
from generation.training.vocabulary import (
    BACKGROUND_PHRASES,
    BACKGROUNDS,
    COLOR_WORDS,
    COLORS,
    MOTION_PHRASES,
    MOTIONS,
    SHAPE_WORDS,
    SHAPES,
    SIZE_WORDS,
    SIZES,
    TEXTURE_WORDS,
    TEXTURES,
)

FRAMES = 16
SIZE = 48
RADIUS = {"small": 0.145, "big": 0.205}  # share of the picture's width
DISC_RADIUS = 1.25  # of the disc around a subject, in its radii
MOTION_ODDS = tuple(0.22 if motion == "path" else 0.78 / 11 for motion in MOTIONS)

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Scene:
    """What one clip shows.

    Attributes:
        trajectory: Centre of the subject per frame, x and y in 0..1, [frames, 2].
        rotation: Turn of the subject per frame in radians, [frames].
        seed: Seed of the background's details.
    """

    shape: str
    color: str
    texture: str
    size: str
    background: str
    motion: str
    trajectory: Array
    rotation: Array
    seed: int
    caption: str


class Rendering(NamedTuple):
    """A scene as pixels.

    Attributes:
        clip: [frames, size, size, 3] in 0..1.
        coverage: Share of each pixel that the subject hides, [frames, size, size].
        disc: The disc around the subject as 0 or 1, [frames, size, size]: its outline
            from both sides.
        backdrop: What it moves over, [size, size, 3] in 0..1.
    """

    clip: Array
    coverage: Array
    disc: Array
    backdrop: Array


def sample_scene(
    rng: np.random.Generator, *, frames: int = FRAMES, motion: str | None = None
) -> Scene:
    """Draw a scene; `frames` below FRAMES keeps the beginning of the motion."""
    chosen_motion = motion or str(rng.choice(MOTIONS, p=MOTION_ODDS))
    trajectory, rotation = draw_trajectory(chosen_motion, FRAMES, rng=rng)
    parts = {
        "shape": str(rng.choice(SHAPES)),
        "color": str(rng.choice(tuple(COLORS))),
        "texture": str(rng.choice(TEXTURES, p=(0.6, 0.2, 0.2))),
        "size": str(rng.choice(SIZES)),
        "background": str(rng.choice(BACKGROUNDS)),
        "motion": chosen_motion,
    }
    return Scene(
        **parts,
        trajectory=trajectory[:frames],
        rotation=rotation[:frames],
        seed=int(rng.integers(1 << 31)),
        caption=write_caption(parts, rng=rng),
    )


def write_caption(
    parts: dict[str, str], *, rng: np.random.Generator | None = None
) -> str:
    """Describe a scene; with `rng`, words vary and some attributes are left out."""

    def word(table: Mapping[str, Sequence[str]], key: str) -> str:
        # The first word is the common one, so that it is learnt first.
        synonyms = table[key]
        plain = rng is None or rng.random() < 0.6
        return synonyms[0] if plain else str(rng.choice(synonyms))  # type: ignore[union-attr]

    def keep(probability: float) -> bool:
        return rng is None or rng.random() < probability

    words = ["a"]
    if keep(0.8):
        words.append(word(SIZE_WORDS, parts["size"]))
    if parts["texture"] != "solid" or (rng is not None and rng.random() < 0.15):
        words.append(word(TEXTURE_WORDS, parts["texture"]))
    words.append(word(COLOR_WORDS, parts["color"]))
    words.append(word(SHAPE_WORDS, parts["shape"]))
    if phrase := word(MOTION_PHRASES, parts["motion"]):
        words.append(phrase)
    if keep(0.9):
        words.append(word(BACKGROUND_PHRASES, parts["background"]))
    return " ".join(words)


def render(scene: Scene, *, size: int = SIZE) -> Rendering:
    """Draw a scene."""
    backdrop = draw_background(
        scene.background, size, rng=np.random.default_rng(scene.seed)
    )
    x, y, radius = _subject_coordinates(scene, size)
    distance = signed_distance(scene.shape, x, y) * radius
    coverage = np.clip(0.5 - distance, 0, 1).astype(np.float32)
    shade = _texture_shade(scene.texture, x, y)
    color = np.array(COLORS[scene.color], np.float32) / 255
    alpha = coverage[..., None]
    clip = backdrop[None] * (1 - alpha) + (alpha * shade[..., None]) * color
    disc = x * x + y * y < DISC_RADIUS**2
    return Rendering(
        clip.astype(np.float32), coverage, disc.astype(np.float32), backdrop
    )


def _subject_coordinates(scene: Scene, size: int) -> tuple[Array, Array, float]:
    """Pixel positions seen from the subject: centre 0, unit = its radius."""
    radius = RADIUS[scene.size] * size
    pixel = np.arange(size, dtype=np.float32) + 0.5
    x = (pixel[None, None, :] - scene.trajectory[:, 0, None, None] * size) / radius
    y = (pixel[None, :, None] - scene.trajectory[:, 1, None, None] * size) / radius
    if not scene.rotation.any():
        shape = (len(scene.trajectory), size, size)
        return np.broadcast_to(x, shape), np.broadcast_to(y, shape), radius
    cosine = np.cos(scene.rotation)[:, None, None]
    sine = np.sin(scene.rotation)[:, None, None]
    return cosine * x + sine * y, cosine * y - sine * x, radius


def _texture_shade(texture: str, x: Array, y: Array) -> Array:
    """Brightness of the subject's surface, 1 = its plain colour."""
    if texture == "striped":
        return np.where(np.sin(x * 7.0) > 0, np.float32(1), np.float32(0.5))
    if texture == "dotted":
        spot = np.sin(x * 6.0) * np.sin(y * 6.0) > 0.3
        return np.where(spot, np.float32(0.45), np.float32(1))
    return np.ones_like(x)
