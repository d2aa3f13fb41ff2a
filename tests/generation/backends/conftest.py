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
    """A white square that crosses a dark picture, 12 frames of 64 x 48."""
    path = tmp_path_factory.mktemp("reference") / "square.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(12):
            pixels = np.full((48, 64, 3), 20, np.uint8)
            pixels[16:32, 2 + index * 4 : 18 + index * 4] = 240
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
