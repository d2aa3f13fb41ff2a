"""Contact sheets of the fixed set: python -m generation.training.sheets --help.

Reads a model folder and the fixed set; writes one picture for each way of asking, on
which every clip stands above its prompt.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from generation.bundled.pipeline import WEIGHTS, SpriteVideoPipeline, load_pipeline
from generation.training.evaluate import ASKINGS, Asking, make_clip
from generation.training.fixed_set import read_fixed_set
from generation.training.world import Scene

SHEETS = Path(__file__).parents[2] / "docs" / "sheets"
CLIPS = 16
COLUMNS = 2
SHOWN_FRAMES = (0, 5, 10, 15)
SCALE = 2
CAPTION_HEIGHT = 18
GAP = 8
PATH_COLOR = (255, 255, 255)
QUALITY = 82

Array = NDArray[np.floating]


def draw_sheet(
    pipeline: SpriteVideoPipeline, asking: Asking, *, scenes: Sequence[Scene]
) -> Image.Image:
    """Draw the clips of some scenes; a given path is drawn over the first frame."""
    strips = []
    for seed, scene in enumerate(scenes):
        clip, path = make_clip(pipeline, asking, scene, seed=seed, steps=8)
        strips.append(draw_strip(clip, path if asking.path else None, scene.caption))
    width, height = strips[0].size
    rows = -(-len(strips) // COLUMNS)
    size = (COLUMNS * (width + GAP) - GAP, rows * (height + GAP) - GAP)
    sheet = Image.new("RGB", size, "white")
    for index, strip in enumerate(strips):
        row, column = divmod(index, COLUMNS)
        sheet.paste(strip, (column * (width + GAP), row * (height + GAP)))
    return sheet


def draw_strip(clip: Array, path: Array | None, caption: str) -> Image.Image:
    """Draw some frames of one clip side by side, and its prompt below."""
    pixels = np.concatenate([clip[frame] for frame in SHOWN_FRAMES], axis=1)
    frames = Image.fromarray((pixels * 255).round().astype(np.uint8))
    frames = frames.resize((frames.width * SCALE, frames.height * SCALE))
    strip = Image.new("RGB", (frames.width, frames.height + CAPTION_HEIGHT), "white")
    strip.paste(frames)
    pen = ImageDraw.Draw(strip)
    if path is not None:
        points = [tuple(xy) for xy in (path * frames.height).tolist()]
        pen.line(points, fill=PATH_COLOR, width=1)
    font = ImageFont.load_default(size=11)
    pen.text((2, frames.height + 1), caption, fill="black", font=font)
    return strip


def main() -> None:
    """Read the arguments and write the sheets."""
    parser = argparse.ArgumentParser(description="Draw contact sheets.")
    parser.add_argument("--model", type=Path, default=WEIGHTS / "v2")
    parser.add_argument("--target", type=Path, default=SHEETS)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    chosen.target.mkdir(parents=True, exist_ok=True)
    pipeline = load_pipeline(chosen.model)
    scenes = read_fixed_set()[:CLIPS]
    for asking in ASKINGS:
        name = asking.label.replace(" | ", "_").replace(" + ", "_").replace(" ", "_")
        path = chosen.target / f"{name}.jpg"
        draw_sheet(pipeline, asking, scenes=scenes).save(path, quality=QUALITY)
        print(path)


if __name__ == "__main__":
    main()
