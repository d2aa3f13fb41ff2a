"""Motions of the procedural clip world as trajectories: x and y in 0..1, y down."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Rng = np.random.Generator

LOW, HIGH = 0.22, 0.78  # the subject's centre stays this far from the border


def draw_trajectory(motion: str, frames: int, *, rng: Rng) -> tuple[Array, Array]:
    """Draw the path [frames, 2] and the turn [frames] in radians of one motion.

    A spin is clockwise: its caption does not say which way, and between two ways that
    are as likely a model draws a blur.
    """
    if motion not in _MOTIONS:
        raise ValueError(f"motion must be one of {sorted(_MOTIONS)}, got {motion!r}")
    time = np.linspace(0, 1, frames)
    turn = np.zeros(frames)
    if motion == "spin":
        turn = np.pi * time
    path = _MOTIONS[motion](time, rng)
    return path.astype(np.float32), turn.astype(np.float32)


def _stack(x: Array | float, y: Array | float, time: Array) -> Array:
    return np.stack(np.broadcast_arrays(x, y, time)[:2], axis=1)


def _sweep(time: Array, rng: Rng) -> Array:
    """A straight run from the low end to the high end."""
    start, end = rng.uniform(LOW, LOW + 0.08), rng.uniform(HIGH - 0.08, HIGH)
    return start + (end - start) * time


def _lane(rng: Rng) -> float:
    return float(rng.uniform(LOW + 0.05, HIGH - 0.05))


def _right(time: Array, rng: Rng) -> Array:
    return _stack(_sweep(time, rng), _lane(rng), time)


def _left(time: Array, rng: Rng) -> Array:
    return _stack(_sweep(1 - time, rng), _lane(rng), time)


def _down(time: Array, rng: Rng) -> Array:
    return _stack(_lane(rng), _sweep(time, rng), time)


def _up(time: Array, rng: Rng) -> Array:
    return _stack(_lane(rng), _sweep(1 - time, rng), time)


def _orbit(time: Array, rng: Rng, sense: int) -> Array:
    """One full circle; y points down, so sense +1 is clockwise on the screen."""
    radius, phase = rng.uniform(0.18, 0.25), rng.uniform(0, 2 * np.pi)
    center_x, center_y = rng.uniform(0.47, 0.53, 2)
    angle = phase + sense * 2 * np.pi * time
    return _stack(
        center_x + radius * np.cos(angle), center_y + radius * np.sin(angle), time
    )


def _clockwise(time: Array, rng: Rng) -> Array:
    return _orbit(time, rng, 1)


def _counterclockwise(time: Array, rng: Rng) -> Array:
    return _orbit(time, rng, -1)


def _across(time: Array, rng: Rng) -> Array:
    return _sweep(time if rng.random() < 0.5 else 1 - time, rng)


def _zigzag(time: Array, rng: Rng) -> Array:
    saw = np.abs(((time * 2 + rng.uniform(0, 0.2)) % 1) * 2 - 1)
    return _stack(_across(time, rng), 0.28 + 0.44 * saw, time)


def _wave(time: Array, rng: Rng) -> Array:
    height, phase = rng.uniform(0.13, 0.2), rng.uniform(0, 1)
    y = 0.5 + height * np.sin(2 * np.pi * (time + phase))
    return _stack(_across(time, rng), y, time)


def _bounce(time: Array, rng: Rng) -> Array:
    height = rng.uniform(0.35, 0.5)
    y = HIGH - height * np.abs(np.sin(np.pi * (time * 2 + rng.uniform(0, 1))))
    return _stack(_lane(rng), y, time)


def _rest(time: Array, rng: Rng) -> Array:
    return _stack(_lane(rng), _lane(rng), time)


def _path(time: Array, rng: Rng) -> Array:
    """A smooth free path: a Catmull-Rom curve through three or four points."""
    knots = rng.uniform(LOW, HIGH, (int(rng.integers(3, 5)), 2))
    first, last = 2 * knots[:1] - knots[1:2], 2 * knots[-1:] - knots[-2:-1]
    points = np.concatenate([first, knots, last])
    position = time * (len(points) - 3 - 1e-6)
    span = position.astype(int)
    u = (position - span)[:, None]
    p0, p1, p2, p3 = (points[span + k] for k in range(4))
    curve = 0.5 * (
        2 * p1
        + (p2 - p0) * u
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2
        + (3 * p1 - p0 - 3 * p2 + p3) * u**3
    )
    return np.clip(curve, 0.16, 0.84)


_MOTIONS: dict[str, Callable[[Array, Rng], Array]] = {
    "right": _right,
    "left": _left,
    "up": _up,
    "down": _down,
    "clockwise": _clockwise,
    "counterclockwise": _counterclockwise,
    "zigzag": _zigzag,
    "wave": _wave,
    "bounce": _bounce,
    "spin": _rest,
    "still": _rest,
    "path": _path,
}
