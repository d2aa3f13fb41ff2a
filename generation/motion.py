"""Motion as a trajectory: resampling, reading it off a clip, moving it to a subject.

A trajectory is [points, 2]: x and y of the subject's centre in 0..1, y down.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]

MARGIN = 0.14  # a retargeted subject's centre stays this far inside the picture
MIN_CHANGE = 0.08  # a moving subject differs this much from the background, 0..1
MIN_MOVING_SHARE = 0.4  # fewer frames with movement count as no movement


class ExtractedMotion(NamedTuple):
    """Motion read off a clip.

    Attributes:
        trajectory: [frames, 2].
        confidence: Share of the frames in which a moving subject was seen.
    """

    trajectory: Array
    confidence: float


def resample_trajectory(trajectory: ArrayLike, frames: int) -> Array:
    """Spread a path's points evenly over `frames` by linear interpolation."""
    points = np.asarray(trajectory, np.float32)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError(f"trajectory must be [points, 2], got shape {points.shape}")
    if not np.isfinite(points).all() or points.min() < 0 or points.max() > 1:
        raise ValueError("trajectory must hold x and y in 0..1 (share of the picture)")
    at = np.linspace(0, len(points) - 1, frames)
    known = np.arange(len(points))
    columns = [np.interp(at, known, points[:, axis]) for axis in (0, 1)]
    return np.stack(columns, axis=1).astype(np.float32)


def extract_motion(clip: Array) -> ExtractedMotion:
    """Follow the biggest thing that moves before a still background.

    Args:
        clip: [frames, height, width, 3] in 0..1, from a camera that does not move.
    """
    frames, height, width, _ = clip.shape
    background = np.median(clip, axis=0)
    change = np.abs(clip - background).max(axis=-1)
    threshold = max(MIN_CHANGE, 0.35 * float(np.quantile(change, 0.995)))
    centers = np.full((frames, 2), np.nan)
    for index, moved in enumerate(change > threshold):
        blob = largest_component(moved)
        if blob.sum() >= 6:
            rows, columns = np.nonzero(blob)
            centers[index] = (
                (columns.min() + columns.max() + 1) / 2 / width,
                (rows.min() + rows.max() + 1) / 2 / height,
            )
    is_seen = np.isfinite(centers[:, 0])
    if is_seen.mean() < MIN_MOVING_SHARE:
        still = np.tile(find_subject(clip.mean(axis=0)), (frames, 1))
        return ExtractedMotion(still.astype(np.float32), 0.0)
    filled = _fill_gaps(centers, is_seen)
    return ExtractedMotion(_smooth(filled), float(is_seen.mean()))


def retarget(trajectory: Array, start: ArrayLike) -> Array:
    """Move a path so that it begins at `start`; shrink it where it would leave."""
    origin = np.asarray(start, np.float32)
    offsets = trajectory - trajectory[0]
    scale = 1.0
    for axis in (0, 1):
        for reach, room in (
            (offsets[:, axis].max(), 1 - MARGIN - origin[axis]),
            (-offsets[:, axis].min(), origin[axis] - MARGIN),
        ):
            if reach > max(room, 0.05):
                scale = min(scale, max(float(room), 0.05) / float(reach))
    return np.clip(origin + offsets * scale, 0, 1).astype(np.float32)


def find_subject(picture: Array) -> Array:
    """Centre [2] of the most colourful connected part of a picture [h, w, 3]."""
    height, width, _ = picture.shape
    distance = np.abs(picture - np.median(picture, axis=(0, 1))).sum(axis=-1)
    threshold = max(float(np.quantile(distance, 0.96)), 1e-3)
    blob = largest_component(distance >= threshold)
    if not blob.any():
        return np.array([0.5, 0.5], np.float32)
    rows, columns = np.nonzero(blob)
    center = ((columns.mean() + 0.5) / width, (rows.mean() + 0.5) / height)
    return np.array(center, np.float32)


def largest_component(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the largest 4-connected part of a mask [height, width]."""
    if not mask.any():
        return mask
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        padded = np.pad(labels, 1)
        neighbours = (
            padded[1:-1, 1:-1],
            padded[:-2, 1:-1],
            padded[2:, 1:-1],
            padded[1:-1, :-2],
            padded[1:-1, 2:],
        )
        spread = np.maximum.reduce(neighbours) * mask
        if (spread == labels).all():
            break
        labels = spread
    counts = np.bincount(labels.ravel())
    counts[0] = 0
    return labels == counts.argmax()


def _fill_gaps(centers: NDArray[np.float64], is_seen: NDArray[np.bool_]) -> Array:
    index = np.arange(len(centers))
    known = index[is_seen]
    columns = [np.interp(index, known, centers[is_seen, axis]) for axis in (0, 1)]
    return np.stack(columns, axis=1).astype(np.float32)


def _smooth(path: Array) -> Array:
    padded = np.pad(path, ((1, 1), (0, 0)), mode="edge")
    return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
