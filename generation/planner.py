"""A path for a prompt's motion words, so that text alone moves the subject as asked.

The network follows a path well and hardly moves a subject by words (docs/engine.md), so
the words are turned into a path first; the seed draws its details.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from generation.motion import retarget
from generation.request import list_prompt_words
from generation.training.trajectories import draw_trajectory
from generation.training.vocabulary import MOTION_PHRASES

FRAMES = 16
UNNAMED = "path"  # a prompt without motion words gets a free path
_PHRASES = {
    "left to right": "right",
    "right to left": "left",
    "up and down": "bounce",
    "bounce": "bounce",
    "jumping": "bounce",
    "jumps": "bounce",
    "anticlockwise": "counterclockwise",
    "counterclockwise": "counterclockwise",
    "clockwise": "clockwise",
    "zigzag": "zigzag",
    "wave": "wave",
    "waves": "wave",
    "spin": "spin",
    "rotating": "spin",
    "still": "still",
    "rise": "up",
    "upwards": "up",
    "up": "up",
    "fall": "down",
    "drops": "down",
    "downwards": "down",
    "down": "down",
    "right": "right",
    "left": "left",
}


def plan_trajectory(
    prompt: str, *, seed: int, start: ArrayLike | None = None
) -> NDArray[np.floating]:
    """Draw a path [frames, 2] for a prompt, from `start` if the subject's is known."""
    motion = find_motion(prompt) or UNNAMED
    path, _ = draw_trajectory(motion, FRAMES, rng=np.random.default_rng(seed))
    return path if start is None else retarget(path, start)


def find_motion(prompt: str) -> str | None:
    """Return the motion that a prompt names; the longest phrase wins."""
    words = f" {' '.join(list_prompt_words(prompt))} "
    for phrase, motion in _ALL_PHRASES:
        if f" {phrase} " in words:
            return motion
    return None


_ALL_PHRASES = sorted(
    _PHRASES.items()
    | {
        (phrase, motion)
        for motion, phrases in MOTION_PHRASES.items()
        for phrase in phrases
        if phrase
    },
    key=lambda item: (-len(item[0].split()), item),
)
