"""Tiny checkpoints of production pipelines, and a clip whose motion leads them."""

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest
from numpy.typing import NDArray


def load(name: str) -> ModuleType:
    """Import a file beside this one; tests are no package."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the folder of a tiny checkpoint by its name in tiny_pipelines.py."""
    import torch

    load("tiny_parts")
    pipelines = load("tiny_pipelines")

    @cache
    def save(name: str) -> Path:
        torch.manual_seed(0)
        folder = tmp_path_factory.mktemp("tiny") / name
        pipelines.TINY[name]().save_pretrained(folder)
        return folder

    return save


@pytest.fixture(scope="session")
def reference_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A white square of 16 pixels that crosses a dark picture from left to right."""
    frames = np.full((12, 48, 64, 3), 20, np.uint8)
    for index, frame in enumerate(frames):
        frame[16:32, 2 + index * 4 : 18 + index * 4] = 240
    return write(frames, tmp_path_factory.mktemp("reference") / "square.mp4")


@pytest.fixture(scope="session")
def noise_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip in which everything moves everywhere."""
    draw = np.random.default_rng(0)
    frames = draw.integers(0, 256, (12, 48, 64, 3), dtype=np.uint8)
    return write(frames, tmp_path_factory.mktemp("reference") / "noise.mp4")


def write(frames: NDArray[np.uint8], path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=8)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
