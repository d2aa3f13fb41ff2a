"""How well the invisible mark is read after re-encoding, and how seldom wrongly.

Scenes of the bundled model's world, written and marked as the engine does it.
Reads nothing. Writes a temporary folder and prints a table.
"""

import argparse
import tempfile
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.media import enlarge, write_clip
from generation.training.world import render, sample_scene
from generation.watermark import Mark, read_mark

Pixels = NDArray[np.uint8]
FPS, HEIGHT = 8, 384
TREATMENTS: dict[str, tuple[str, dict[str, str], float]] = {
    "mp4 as written": ("", {}, 1.0),
    "h264 crf 28": ("libx264", {"crf": "28"}, 1.0),
    "h264 crf 35": ("libx264", {"crf": "35"}, 1.0),
    "vp9 crf 36": ("libvpx-vp9", {"crf": "36", "b": "0"}, 1.0),
    "half size, h264 crf 23": ("libx264", {"crf": "23"}, 0.5),
    "half size, h264 crf 28": ("libx264", {"crf": "28"}, 0.5),
}


def draw_scene(rng: np.random.Generator) -> Pixels:
    """A clip of the world: [frames, 48, 48, 3]."""
    frames = render(sample_scene(rng)).clip
    return (np.clip(frames, 0, 1) * 255).round().astype(np.uint8)


def read_frames(path: Path) -> Pixels:
    """Decode a clip: [frames, height, width, 3]."""
    with av.open(str(path)) as container:
        decoded = container.decode(video=0)
        return np.stack([frame.to_ndarray(format="rgb24") for frame in decoded])


def treat(
    frames: Pixels, path: Path, codec: str, options: dict[str, str], scale: float
) -> Pixels:
    """Encode decoded frames once more, and decode them."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width = stream.height = round(frames.shape[1] * scale)
        stream.pix_fmt, stream.options = "yuv420p", options
        for pixels in frames:
            image = Image.fromarray(pixels).resize((stream.width, stream.height))
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())
    return read_frames(path)


def measure_marked(clips: int, folder: Path) -> dict[str, list[tuple[int, Mark]]]:
    """Bits wrong and confidence of each clip after each treatment."""
    rng = np.random.default_rng(11)
    found: dict[str, list[tuple[int, Mark]]] = {name: [] for name in TREATMENTS}
    for _ in range(clips):
        payload = int(rng.integers(1 << 32))
        path = folder / "clip.mp4"
        write_clip(draw_scene(rng), path, fps=FPS, height=HEIGHT, mark=payload)
        written = read_frames(path)
        for name, (codec, options, scale) in TREATMENTS.items():
            suffix = ".webm" if "vp9" in codec else ".mp4"
            target = folder / f"treated{suffix}"
            frames = treat(written, target, codec, options, scale) if codec else written
            mark = read_mark(frames)
            found[name].append(((mark.payload ^ payload).bit_count(), mark))
    return found


def measure_unmarked(clips: int) -> list[Mark]:
    """What is read in clips without a mark; one frame each is the hardest case."""
    rng = np.random.default_rng(12)
    return [
        read_mark(np.asarray(enlarge(draw_scene(rng)[0], height=HEIGHT))[None])
        for _ in range(clips)
    ]


def main() -> None:
    """Print how the marks fared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marked", type=int, default=24)
    parser.add_argument("--unmarked", type=int, default=1_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure_marked(arguments.marked, Path(folder))
    for name, marks in found.items():
        right = sum(wrong == 0 for wrong, _ in marks)
        present = sum(mark.is_present for _, mark in marks)
        least = min(mark.confidence for _, mark in marks)
        print(
            f"{name:<24} present {present}/{len(marks)}, all 32 bits right"
            f" {right}/{len(marks)}, least confidence {least:.2f}"
        )
    unmarked = measure_unmarked(arguments.unmarked)
    wrong = sum(mark.is_present for mark in unmarked)
    most = max(mark.confidence for mark in unmarked)
    print(f"{'unmarked':<24} present {wrong}/{len(unmarked)}, most {most:.2f}")


if __name__ == "__main__":
    main()
