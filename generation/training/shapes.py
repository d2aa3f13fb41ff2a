"""Signed distances of the subjects' outlines: negative inside, unit = the radius."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def signed_distance(shape: str, x: Array, y: Array) -> Array:
    """Distance of each point to the outline of `shape`; y points down."""
    if shape not in _OUTLINES:
        raise ValueError(f"shape must be one of {sorted(_OUTLINES)}, got {shape!r}")
    return _OUTLINES[shape](x, y)


def _circle(x: Array, y: Array) -> Array:
    return np.sqrt(x * x + y * y) - 0.92


def _square(x: Array, y: Array) -> Array:
    return np.maximum(np.abs(x), np.abs(y)) - 0.82


def _triangle(x: Array, y: Array) -> Array:
    slope = np.abs(x) * 0.8944 - (y + 0.95) * 0.4472
    return np.maximum(slope, y - 0.78)


def _diamond(x: Array, y: Array) -> Array:
    # Taller than wide, so that it is no turned square.
    return (np.abs(x) * 1.35 + np.abs(y) - 1.08) * 0.595


def _star(x: Array, y: Array) -> Array:
    """Five points: fold the plane into one tenth and measure one straight edge."""
    tenth = np.pi / 5
    radius = np.sqrt(x * x + y * y)
    angle = np.abs((np.arctan2(x, -y) + tenth) % (2 * tenth) - tenth)
    along, across = radius * np.cos(angle), radius * np.sin(angle)
    tip, notch = 1.12, 0.45
    edge_x, edge_y = notch * np.cos(tenth) - tip, notch * np.sin(tenth)
    cross_product = (along - tip) * edge_y - across * edge_x
    return cross_product / np.hypot(edge_x, edge_y)


def _heart(x: Array, y: Array) -> Array:
    u, v = x * 1.15, 0.16 - y * 1.15
    return np.cbrt((u * u + v * v - 1) ** 3 - u * u * v**3) * 0.45


def _ring(x: Array, y: Array) -> Array:
    return np.abs(np.sqrt(x * x + y * y) - 0.68) - 0.27


def _cross(x: Array, y: Array) -> Array:
    wide, high = np.abs(x), np.abs(y)
    beam = np.maximum(wide - 0.95, high - 0.31)
    post = np.maximum(wide - 0.31, high - 0.95)
    return np.minimum(beam, post)


_OUTLINES: dict[str, Callable[[Array, Array], Array]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "diamond": _diamond,
    "star": _star,
    "heart": _heart,
    "ring": _ring,
    "cross": _cross,
}
