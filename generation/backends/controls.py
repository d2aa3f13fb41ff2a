"""Images, drawn paths and reference clips in the form that each family is led by.

Reads the user's reference clip. A path becomes the outline of a box that moves; a clip
becomes its contours, or is handed over as it is.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageOps

from generation.backends.families import Control, Family, Size
from generation.media import read_reference_clip
from generation.motion import resample_trajectory

Frames = list[Image.Image]

BOX_SHARE = 0.3  # side of the moving box, of the shorter side of the picture
CONTOUR_CHANGE = 0.08  # least step of brightness between neighbours, 0..1
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


class Guide(NamedTuple):
    """What leads a clip besides words, fitted to its size.

    Attributes:
        trajectory: Path of the subject, [points, 2] in 0..1.
        clip: One frame of the reference clip for each frame to make.
    """

    frames: int
    size: Size
    image: Image.Image | None
    trajectory: ArrayLike | None
    clip: Frames | None


def build_inputs(family: Family, guide: Guide) -> dict[str, Any]:
    """Return the arguments by which a family takes its image and its motion."""
    if family.control is not None:
        return BUILDERS[family.control](family, guide)
    return {} if guide.image is None else {"image": guide.image}


def read_clip(path: Path, *, frames: int, size: Size) -> Frames:
    """Spread a user's whole clip over a number of frames, cut to the size."""
    known = len(read_reference_clip(path, size=8).frames)  # refuses what is too long
    wanted = np.linspace(0, known - 1, frames).round().astype(int).tolist()
    kept: dict[int, Image.Image] = {}
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index in wanted:
                kept[index] = fit(frame.to_image(), size)
    return [kept[index] for index in wanted]


def fit(image: Image.Image, size: Size) -> Image.Image:
    """Cut the middle of an image to a size without stretching it."""
    return ImageOps.fit(image.convert("RGB"), size, Image.Resampling.LANCZOS)


def draw_boxes(
    trajectory: ArrayLike, *, frames: int, size: Size, is_dark: bool
) -> Frames:
    """Draw the outline of a box whose centre follows a path."""
    paper, ink = (WHITE, BLACK) if is_dark else (BLACK, WHITE)
    half = BOX_SHARE * min(size) / 2
    drawn = []
    for x, y in resample_trajectory(trajectory, frames) * np.array(size):
        picture = Image.new("RGB", size, paper)
        corners = (x - half, y - half, x + half, y + half)
        ImageDraw.Draw(picture).rectangle(
            corners, outline=ink, width=max(1, min(size) // 120)
        )
        drawn.append(picture)
    return drawn


def draw_contours(clip: Frames, *, is_dark: bool) -> Frames:
    """Draw the contours of a clip: its shapes and their motion without its colours."""
    return [_draw_contour(frame, is_dark=is_dark) for frame in clip]


def _draw_contour(frame: Image.Image, *, is_dark: bool) -> Image.Image:
    brightness = np.asarray(frame.convert("L"), np.float32) / 255
    step = np.maximum(
        np.abs(np.diff(brightness, axis=0, prepend=brightness[:1])),
        np.abs(np.diff(brightness, axis=1, prepend=brightness[:, :1])),
    )
    is_line: NDArray[np.bool_] = step > CONTOUR_CHANGE
    pixels = np.where(is_line ^ is_dark, 255, 0).astype(np.uint8)
    return Image.fromarray(pixels).convert("RGB")


def _draw_lines(guide: Guide, *, is_dark: bool) -> Frames | None:
    if guide.trajectory is not None:
        return draw_boxes(
            guide.trajectory, frames=guide.frames, size=guide.size, is_dark=is_dark
        )
    return None if guide.clip is None else draw_contours(guide.clip, is_dark=is_dark)


def _for_vace(family: Family, guide: Guide) -> dict[str, Any]:
    """Dark lines on white; the mask is black where a picture is kept as it is.

    A given image is the first frame of a path, but only the looks of a reference clip,
    whose subject stands elsewhere.
    """
    lines = _draw_lines(guide, is_dark=True)
    if guide.image is None and lines is None:
        return {}
    masks = [Image.new("L", guide.size, 255)] * guide.frames
    inputs: dict[str, Any] = {"mask": masks}
    if guide.image is not None and guide.clip is not None:
        inputs["reference_images"] = [guide.image]
    elif guide.image is not None:
        unknown = Image.new("RGB", guide.size, (127, 127, 127))
        lines = [guide.image, *(lines or [unknown] * guide.frames)[1:]]
        masks[0] = Image.new("L", guide.size, 0)
    return {**inputs, "video": lines}


def _for_lines(family: Family, guide: Guide) -> dict[str, Any]:
    """Light lines on black."""
    return {"control_video": _draw_lines(guide, is_dark=False)}


def _for_poses(family: Family, guide: Guide) -> dict[str, Any]:
    """Hand over a clip of drawn poses; a black face is the network's "no face"."""
    return {
        "image": guide.image,
        "pose_video": guide.clip,
        "face_video": [Image.new("RGB", guide.size, BLACK)] * guide.frames,
        "mode": "animate",
    }


def _for_conditions(family: Family, guide: Guide) -> dict[str, Any]:
    """Put the clip, loosely, and the image, exactly, at the clip's beginning."""
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition

    conditions = []
    if guide.clip is not None:
        conditions.append(LTXVideoCondition(video=guide.clip, strength=family.strength))
    if guide.image is not None:
        conditions.append(LTXVideoCondition(image=guide.image))
    return {"conditions": conditions} if conditions else {}


def _for_redraw(family: Family, guide: Guide) -> dict[str, Any]:
    """Draw over the clip itself."""
    return {"video": guide.clip, "strength": family.strength}


BUILDERS: dict[Control, Callable[[Family, Guide], dict[str, Any]]] = {
    "vace": _for_vace,
    "lines": _for_lines,
    "poses": _for_poses,
    "conditions": _for_conditions,
    "redraw": _for_redraw,
}
