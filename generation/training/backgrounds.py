"""Muted, still backgrounds of the procedural clip world."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def draw_background(name: str, size: int, *, rng: np.random.Generator) -> Array:
    """Draw one background [size, size, 3] in 0..1."""
    if name not in _PAINTERS:
        raise ValueError(f"background must be one of {sorted(_PAINTERS)}, got {name!r}")
    return np.clip(_PAINTERS[name](size, rng), 0, 1).astype(np.float32)


def _grid(size: int) -> tuple[Array, Array]:
    line = np.arange(size, dtype=np.float32) / size
    return line[None, :], line[:, None]


def _grey(size: int, rng: np.random.Generator) -> Array:
    return np.full((size, size, 3), rng.uniform(0.5, 0.68), np.float32)


def _night(size: int, rng: np.random.Generator) -> Array:
    picture = np.full((size, size, 3), (0.07, 0.07, 0.13), np.float32)
    stars = int(18 * (size / 48) ** 2)
    rows, columns = rng.integers(0, size, (2, stars))
    picture[rows, columns] = rng.uniform(0.5, 0.95, (stars, 1))
    return picture


def _sky(size: int, rng: np.random.Generator) -> Array:
    x, y = _grid(size)
    top, bottom = np.array([0.62, 0.74, 0.86]), np.array([0.82, 0.87, 0.91])
    picture = top * (1 - y[..., None]) + bottom * y[..., None]
    picture = np.broadcast_to(picture, (size, size, 3)).astype(np.float32)
    for _ in range(3):
        center_x, center_y = rng.uniform(0, 1, 2)
        radius = rng.uniform(0.08, 0.16)
        cloud = np.exp(
            -(((x - center_x) / (2 * radius)) ** 2 + ((y - center_y) / radius) ** 2)
        )
        picture = picture + (np.float32(0.97) - picture) * cloud[..., None]
    return picture


def _grass(size: int, rng: np.random.Generator) -> Array:
    blades = np.repeat(rng.normal(0, 0.03, (-(-size // 4), size)), 4, axis=0)[:size]
    return np.array([0.30, 0.40, 0.27]) + blades[..., None]


def _sand(size: int, rng: np.random.Generator) -> Array:
    x, y = _grid(size)
    phase = rng.uniform(0, 2 * np.pi)
    ripples = np.sin(y * 40 + 2 * np.sin(x * 6 + phase) + phase) * 0.035
    return np.array([0.80, 0.73, 0.58]) + ripples[..., None]


def _checker(size: int, rng: np.random.Generator) -> Array:
    tile = size // 6
    shift_x, shift_y = rng.integers(0, tile, 2)
    line = np.arange(size)
    odd = ((line[None, :] + shift_x) // tile + (line[:, None] + shift_y) // tile) % 2
    return (0.38 + 0.27 * odd[..., None]) * np.ones(3)


_PAINTERS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "grey": _grey,
    "night": _night,
    "sky": _sky,
    "grass": _grass,
    "sand": _sand,
    "checker": _checker,
}
