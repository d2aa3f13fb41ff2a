"""Clips as files: writing with a label and a mark, reading, hashing.

Reads a user's picture or clip; writes mp4, webm, gif, webp and png, all of them moving.
"""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from generation.request import check_output
from generation.watermark import embed_mark

Pixels = NDArray[np.uint8]

LABEL = "AI generated"
MAX_CLIP_SECONDS = 30.0
MAX_CLIP_PIXELS = 4096 * 2160
MAX_CLIP_FRAMES = 3_600


class ReferenceClip(NamedTuple):
    """A user's clip, reduced to what motion can be read off.

    Attributes:
        frames: [frames, size, size, 3] in 0..1, the middle square of the picture.
        seconds: Length of the original.
    """

    frames: NDArray[np.floating]
    seconds: float


def write_clip(
    frames: Pixels, path: Path, *, fps: int, height: int, mark: int | None = None
) -> int:
    """Write [frames, size, size, 3] enlarged to `height` and labelled; return bytes.

    The file appears whole or not at all. `mark` is hidden in the picture.
    """
    suffix = check_output(path)
    images = [label_image(enlarge(frame, height=height)) for frame in frames]
    if mark is not None:
        marked = embed_mark(np.stack([np.asarray(image) for image in images]), mark)
        images = [Image.fromarray(frame) for frame in marked]
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.partial{suffix}")
    if suffix in (".mp4", ".webm"):
        _encode(images, partial, fps=fps)
    else:
        # A still player shows the first picture of a png, others play it.
        images[0].save(
            partial,
            save_all=True,
            append_images=images[1:],
            duration=round(1000 / fps),
            loop=0,
            quality=90,  # of a webp
        )
    os.replace(partial, path)
    return path.stat().st_size


def enlarge(frame: Pixels, *, height: int) -> Image.Image:
    """Enlarge a small frame without visible steps."""
    image = Image.fromarray(frame)
    width = round(image.width * height / image.height)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def label_image(image: Image.Image) -> Image.Image:
    """Draw the label in the lower right corner, legible on any background."""
    labelled = image.convert("RGBA")
    font = ImageFont.load_default(size=max(9, image.height // 26))
    layer = Image.new("RGBA", labelled.size)
    draw = ImageDraw.Draw(layer)
    margin = max(2, image.height // 64)
    corner = (image.width - 2 * margin, image.height - 2 * margin)
    box = draw.textbbox(corner, LABEL, font=font, anchor="rs")
    framed = (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    draw.rounded_rectangle(framed, radius=margin, fill=(0, 0, 0, 140))
    draw.text(corner, LABEL, font=font, anchor="rs", fill=(255, 255, 255, 235))
    return Image.alpha_composite(labelled, layer).convert("RGB")


def hash_frames(frames: Pixels) -> str:
    """SHA-256 of the model's own frames: containers and labels do not change it."""
    header = "x".join(map(str, frames.shape)).encode()
    return hashlib.sha256(header + frames.tobytes()).hexdigest()


def read_image(path: Path) -> Image.Image:
    """Open a user's picture; a broken file is named."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_CLIP_PIXELS:
                raise ValueError(
                    f"{path} has {image.width}x{image.height} pixels; "
                    f"at most {MAX_CLIP_PIXELS:,} are read, make it smaller"
                )
            return image.convert("RGB")
    except OSError as error:
        raise ValueError(f"{path} is no picture that can be read: {error}") from None


def read_reference_clip(path: Path, *, size: int = 96) -> ReferenceClip:
    """Read a user's clip, at most half a minute of it, as small square frames."""
    frames: list[NDArray[np.floating]] = []
    last_second = 0.0
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                _check_frame(path, frame, count=len(frames))
                last_second = float(frame.time or 0.0)
                frames.append(_shrink(frame.to_image(), size))
    except (av.error.FFmpegError, IndexError) as error:
        raise ValueError(f"{path} is no clip that can be read: {error}") from None
    if len(frames) < 2:
        raise ValueError(f"{path} has {len(frames)} frames; motion needs at least 2")
    return ReferenceClip(np.stack(frames), last_second)


def _encode(images: list[Image.Image], path: Path, *, fps: int) -> None:
    """Encode on one thread, so that the same frames give the same mp4 bytes."""
    is_mp4 = path.suffix.lower() == ".mp4"
    options = {"crf": "18"} if is_mp4 else {"crf": "24", "b": "0"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264" if is_mp4 else "libvpx-vp9", rate=fps)
        stream.width, stream.height = images[0].size
        stream.pix_fmt = "yuv420p"
        stream.options = options
        stream.thread_count = 1
        container.metadata["comment"] = LABEL
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())


def _check_frame(path: Path, frame: av.VideoFrame, *, count: int) -> None:
    if frame.width * frame.height > MAX_CLIP_PIXELS:
        raise ValueError(
            f"{path} has {frame.width}x{frame.height} pixels a frame; "
            f"at most {MAX_CLIP_PIXELS:,} are read, make it smaller"
        )
    if count >= MAX_CLIP_FRAMES or float(frame.time or 0) > MAX_CLIP_SECONDS:
        raise ValueError(
            f"{path} is longer than {MAX_CLIP_SECONDS:g} seconds or "
            f"{MAX_CLIP_FRAMES:,} frames; cut it first"
        )


def _shrink(image: Image.Image, size: int) -> NDArray[np.floating]:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    small = square.resize((size, size), Image.Resampling.BOX)
    return np.asarray(small.convert("RGB"), np.float32) / 255
