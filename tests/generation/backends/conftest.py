"""Tiny checkpoints of production pipelines, built when a test asks for one."""

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

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
