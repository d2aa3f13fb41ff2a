"""A checkpoint that cannot run is refused before anything heavy, with the reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import huggingface_hub.constants
import pytest
import torch

from generation.backends.checkpoints import (
    GIB,
    Checkpoint,
    check_memory,
    find_checkpoint,
    load_checkpoint,
)
from generation.backends.families import FAMILIES


@pytest.fixture
def copy(tiny: Callable[[str], Path], tmp_path: Path) -> Path:
    """A tiny Wan of its own, to be broken."""
    return Path(shutil.copytree(tiny("wan"), tmp_path / "wan"))


def test_parameters_are_counted_without_loading(tiny: Callable[[str], Path]) -> None:
    checkpoint = find_checkpoint(str(tiny("wan_two_experts")))
    pipeline = load_checkpoint(checkpoint, device="cpu").pipeline
    counted = {
        name: sum(tensor.numel() for tensor in part.state_dict().values())
        for name, part in pipeline.components.items()
        if isinstance(part, torch.nn.Module)
    }
    assert set(counted) == {"text_encoder", "vae", "transformer", "transformer_2"}
    # A matrix that two layers share is written once, and read as two.
    counted["text_encoder"] -= 64 * 32
    assert checkpoint.parameters == counted


def test_missing_weights_are_named(copy: Path) -> None:
    weights = copy / "transformer" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))  # a pickle is not taken instead
    with pytest.raises(ValueError, match=r"weights of transformer .* no safetensors"):
        find_checkpoint(str(copy))


def test_a_missing_shard_is_named(copy: Path) -> None:
    index = copy / "vae" / "diffusion_pytorch_model.safetensors.index.json"
    shards = {"a": "diffusion_pytorch_model.safetensors", "b": "two.safetensors"}
    index.write_text(json.dumps({"weight_map": shards}))
    with pytest.raises(ValueError, match=r"vae are missing in .*: two\.safetensors;"):
        find_checkpoint(str(copy))


def test_a_missing_part_is_named(copy: Path) -> None:
    shutil.rmtree(copy / "tokenizer")
    with pytest.raises(ValueError, match="folder tokenizer is missing"):
        find_checkpoint(str(copy))


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"model_index\.json is missing"):
        find_checkpoint(str(tmp_path))


def test_a_hub_id_is_read_from_the_cache_without_a_network(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match="some/video-model is no folder"):
        find_checkpoint("some/video-model")
    cached = tmp_path / "models--some--video-model"
    shutil.copytree(copy, cached / "snapshots" / "1a2b3c")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("1a2b3c")
    checkpoint = find_checkpoint("some/video-model")
    assert (checkpoint.name, checkpoint.version) == ("video-model", "1a2b3c")
    assert checkpoint.family.pipeline == "WanPipeline"


def test_too_little_memory_is_said_with_the_figures() -> None:
    # bfloat16: 2 GiB + 1.5 x 2 GiB; Wan's codec stays in float32: 0.25 x 4 GiB.
    parameters = {"text_encoder": GIB, "transformer": 3 * GIB // 2, "vae": GIB // 4}
    checkpoint = Checkpoint("m", Path("m"), FAMILIES["WanPipeline"], parameters)
    check_memory(checkpoint, dtype="bfloat16", offload="none", free_bytes=6 * GIB)
    check_memory(checkpoint, dtype="bfloat16", offload="model", free_bytes=3 * GIB)
    with pytest.raises(
        MemoryError, match=r"6\.0 GiB .* 5\.0 GiB are free; offload=model needs 3\.0"
    ):
        check_memory(checkpoint, dtype="bfloat16", offload="none", free_bytes=5 * GIB)


def test_half_the_width_is_loaded_and_the_codec_kept_whole(
    tiny: Callable[[str], Path],
) -> None:
    checkpoint = find_checkpoint(str(tiny("wan")))
    pipeline = load_checkpoint(checkpoint, device="cpu", dtype="bfloat16").pipeline
    assert pipeline.transformer.dtype == torch.bfloat16
    assert pipeline.vae.dtype == torch.float32


def test_nothing_can_be_offloaded_without_a_gpu(tiny: Callable[[str], Path]) -> None:
    checkpoint = find_checkpoint(str(tiny("wan")))
    with pytest.raises(ValueError, match="offload must be none"):
        load_checkpoint(checkpoint, device="cpu", offload="model")
