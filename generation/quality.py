"""What a clip shows, measured without any network: subject, path, steadiness.

The clip world's subjects are saturated and its backgrounds muted, so that colour alone
tells them apart; flicker, sharpness and fidelity hold for any clip.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generation.motion import largest_component
from generation.training.backgrounds import draw_background
from generation.training.shapes import signed_distance
from generation.training.vocabulary import BACKGROUNDS, COLORS, SHAPES

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]

MIN_SUBJECT_PIXELS = 6
DULL = 0.2  # the darkest dot of a subject spreads its channels over 0.28
TEMPLATE_SIZE = 20
TURNS = 24  # a template for every 15 degrees


class Track(NamedTuple):
    """Where the subject is.

    Attributes:
        centers: Middle of its bounding box in 0..1, NaN where unseen, [frames, 2].
        areas: Its pixels, [frames].
    """

    centers: Array
    areas: NDArray[np.int64]


class Measures(NamedTuple):
    """What one clip shows; None where it cannot be told.

    Attributes:
        presence: Share of the frames that show a subject.
        flicker: Mean change of the background between frames, 0..1; 0 is ideal.
        sharpness: Variance of the Laplacian, in thousandths.
        area_variation: Standard deviation of the subject's area over its mean.
    """

    presence: float
    color: str | None
    shape: str | None
    background: str | None
    motion: str | None
    flicker: float | None
    sharpness: float
    area_variation: float | None


def measure(clip: Array) -> Measures:
    """Measure a clip [frames, height, width, 3] in 0..1."""
    masks = find_subject_masks(clip)
    track = follow_subject(masks)
    seen = track.areas[track.areas >= MIN_SUBJECT_PIXELS]
    is_steady = len(seen) > 3
    return Measures(
        presence=float((track.areas >= MIN_SUBJECT_PIXELS).mean()),
        color=recognize_color(clip, masks),
        shape=recognize_shape(masks, motion=recognize_motion(track.centers)),
        background=recognize_background(clip, masks),
        motion=recognize_motion(track.centers),
        flicker=measure_flicker(clip, masks),
        sharpness=measure_sharpness(clip),
        area_variation=float(seen.std() / seen.mean()) if is_steady else None,
    )


def find_subject_masks(clip: Array) -> Mask:
    """Pixels of the largest saturated part of each frame, and all that hangs on it.

    A dark dot or stripe may cut a tip off by two pixels.
    """
    brightest, darkest = clip.max(axis=-1), clip.min(axis=-1)
    spread = brightest - darkest
    is_colorful = (spread > 0.5 * np.maximum(brightest, 1e-6)) & (spread > DULL)
    masks = np.zeros_like(is_colorful)
    for index, frame in enumerate(is_colorful):
        body = largest_component(frame)
        if body.sum() < MIN_SUBJECT_PIXELS:
            continue
        while (grown := body | (frame & dilate(body, 2))).sum() > body.sum():
            body = grown
        masks[index] = body
    return masks


def follow_subject(masks: Mask) -> Track:
    """Follow the bounding box: its middle does not move with a shape's texture."""
    size = masks.shape[1]
    areas = masks.sum(axis=(1, 2))
    centers = np.full((len(masks), 2), np.nan, np.float32)
    for index in np.flatnonzero(areas >= MIN_SUBJECT_PIXELS):
        rows, columns = np.nonzero(masks[index])
        centers[index] = (
            (columns.min() + columns.max() + 1) / 2 / size,
            (rows.min() + rows.max() + 1) / 2 / size,
        )
    return Track(centers, areas)


def measure_trajectory_error(clip: Array, trajectory: Array) -> float:
    """Mean distance between subject and path, as a share of the picture's width.

    Frames without a subject count as one eighth of the picture away, so that a model
    gains nothing by hiding it.
    """
    centers = follow_subject(find_subject_masks(clip)).centers
    distance = np.linalg.norm(centers - trajectory, axis=1)
    return float(np.where(np.isfinite(distance), distance, 0.125).mean())


def measure_psnr(frame: Array, reference: Array) -> float:
    """Peak signal-to-noise ratio in decibel, at most 100 (equal pictures)."""
    error = float(((frame - reference) ** 2).mean())
    return min(100.0, -10 * np.log10(max(error, 1e-10)))


def measure_flicker(clip: Array, masks: Mask) -> float | None:
    """Mean change between frames where the subject never is."""
    is_background = ~dilate(np.any(masks, axis=0), 2)
    if is_background.sum() < 50:
        return None
    return float(np.abs(np.diff(clip[:, is_background], axis=0)).mean())


def measure_sharpness(clip: Array) -> float:
    """Variance of the Laplacian of the brightness, in thousandths."""
    grey = clip.mean(axis=-1)
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1]
    around = around + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    return float((4 * grey[:, 1:-1, 1:-1] - around).var() * 1e3)


def recognize_color(clip: Array, masks: Mask) -> str | None:
    """Nearest palette colour of the subject's brighter half (stripes are dark)."""
    pixels = clip[masks]
    if len(pixels) < 10:
        return None
    brightness = pixels.max(axis=-1)
    typical = np.median(pixels[brightness >= np.median(brightness)], axis=0)
    palette = np.array(list(COLORS.values())) / 255
    return list(COLORS)[int(np.linalg.norm(palette - typical, axis=1).argmin())]


def recognize_shape(masks: Mask, *, motion: str | None = None) -> str | None:
    """Best overlap with the outlines; only a resting subject may be turned."""
    scores = dict.fromkeys(SHAPES, 0.0)
    turns = slice(None) if motion == "still" else slice(1)
    seen = [mask for mask in masks[::3] if mask.sum() >= 10]
    for mask in seen:
        outline = _normalize(~dilate(~dilate(mask, 1), 1))
        for shape, templates in _shape_templates().items():
            both = (templates[turns] & outline).sum(axis=(1, 2))
            either = (templates[turns] | outline).sum(axis=(1, 2))
            scores[shape] += float((both / np.maximum(either, 1)).max())
    return max(scores, key=lambda shape: scores[shape]) if seen else None


def recognize_background(clip: Array, masks: Mask) -> str | None:
    """Nearest background by the mean colour and the roughness of its pixels."""
    is_background = ~dilate(np.any(masks, axis=0), 2)
    if is_background.sum() < 50:
        return None
    features = _background_features(np.median(clip, axis=0), is_background)
    distances = {
        name: np.linalg.norm((known - features), axis=1).min()
        for name, known in _background_examples(clip.shape[1]).items()
    }
    return min(distances, key=lambda name: distances[name])


def recognize_motion(centers: Array) -> str | None:
    """Name the path by its straightness, turning and reversals; None if unseen."""
    is_seen = np.isfinite(centers[:, 0])
    if is_seen.mean() < 0.6:
        return None
    index = np.arange(len(centers))
    path = np.stack(
        [np.interp(index, index[is_seen], centers[is_seen, k]) for k in (0, 1)], axis=1
    )
    padded = np.pad(path, ((1, 1), (0, 0)), mode="edge")
    path = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    steps = np.diff(path, axis=0)
    net, extent = path[-1] - path[0], np.ptp(path, axis=0)
    if extent.max() < 0.10:
        return "still"
    length = np.linalg.norm(steps, axis=1).sum()
    if np.linalg.norm(net) > 0.9 * length:
        return _name_direction(net)
    around = path - path.mean(axis=0)
    radius = np.linalg.norm(around, axis=1)
    angle = np.unwrap(np.arctan2(around[:, 1], around[:, 0]))
    turn = angle[-1] - angle[0]
    if abs(turn) > 4.7 and radius.min() > 0.3 * radius.mean():
        return "clockwise" if turn > 0 else "counterclockwise"
    if extent[0] < 0.12:
        return "bounce"
    return _name_reversals(steps, extent)


def dilate(mask: Mask, pixels: int) -> Mask:
    """Grow a mask [height, width] by some pixels up, down, left and right."""
    for _ in range(pixels):
        padded = np.pad(mask, 1)
        mask = (
            padded[1:-1, 1:-1]
            | padded[:-2, 1:-1]
            | padded[2:, 1:-1]
            | padded[1:-1, :-2]
            | padded[1:-1, 2:]
        )
    return mask


def _name_direction(net: Array) -> str:
    if abs(net[0]) > abs(net[1]):
        return "right" if net[0] > 0 else "left"
    return "down" if net[1] > 0 else "up"


def _name_reversals(steps: Array, extent: Array) -> str:
    """Tell zigzag (constant slope) from wave (slope changes); else a free path."""
    rise = np.abs(steps[:, 1])
    signs = np.sign(steps[:, 1])[rise > 0.008]
    reversals = int((np.diff(signs) != 0).sum())
    if extent[0] <= 0.3 or reversals < 1:
        return "path"
    return "zigzag" if reversals >= 3 else "wave"


@cache
def _shape_templates() -> dict[str, Mask]:
    line = np.linspace(-1.15, 1.15, 48, dtype=np.float32)
    x, y = np.meshgrid(line, line)
    angles = np.arange(TURNS) * 2 * np.pi / TURNS
    return {
        shape: np.stack(
            [
                _normalize(
                    signed_distance(
                        shape,
                        np.cos(a) * x + np.sin(a) * y,
                        np.cos(a) * y - np.sin(a) * x,
                    )
                    < 0
                )
                for a in angles
            ]
        )
        for shape in SHAPES
    }


def _normalize(mask: Mask) -> Mask:
    """Crop to the bounding box's square and bring it to the templates' size."""
    rows, columns = np.nonzero(mask)
    side = max(np.ptp(rows), np.ptp(columns)) + 1
    offset = (np.arange(TEMPLATE_SIZE) + 0.5) / TEMPLATE_SIZE * side - side / 2
    picked = []
    for line, limit in ((rows, mask.shape[0]), (columns, mask.shape[1])):
        middle = (line.min() + line.max() + 1) / 2
        picked.append(np.clip(np.floor(middle + offset).astype(int), 0, limit - 1))
    return mask[np.ix_(*picked)]


@cache
def _background_examples(size: int) -> dict[str, Array]:
    everywhere = np.ones((size, size), bool)
    return {
        name: np.stack(
            [
                _background_features(
                    draw_background(name, size, rng=np.random.default_rng(seed)),
                    everywhere,
                )
                for seed in range(8)
            ]
        )
        for name in BACKGROUNDS
    }


def _background_features(picture: Array, is_background: Mask) -> Array:
    """Mean colour and spread of brightness; the latter tells grey from checker."""
    pixels = picture[is_background]
    return np.append(pixels.mean(axis=0), 2 * pixels.mean(axis=1).std())
