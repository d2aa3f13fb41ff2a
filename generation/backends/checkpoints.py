"""Checkpoints of production models: found, checked and loaded.

Reads a local folder, or the hub's cache; a model of the hub that is not there yet is
downloaded. Only safetensors are read, never pickles.
"""

import json
import struct
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from accelerate.utils import get_max_memory
from diffusers import DiffusionPipeline
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from generation.backends.families import Family, find_family
from generation.request import name_checkpoint

Offload = Literal["none", "model", "sequential"]
Dtype = Literal["float32", "bfloat16", "float16"]

GIB = 2**30


class Checkpoint(NamedTuple):
    """A production model on the disk.

    Attributes:
        name: The last part of its folder or hub id; the model's id in events.
        parameters: Number of parameters of each of its networks.
        version: The hub's commit; None for a folder of one's own.
    """

    name: str
    folder: Path
    family: Family
    parameters: dict[str, int]
    version: str | None = None


class ProductionModel(NamedTuple):
    """A production model, ready to run."""

    checkpoint: Checkpoint
    pipeline: Any
    device: torch.device
    dtype: Dtype


def find_checkpoint(reference: str) -> Checkpoint:
    """Find a model by its folder or its hub id (owner/name), and check its files."""
    folder = Path(reference) if Path(reference).is_dir() else _fetch(reference)
    index = folder / "model_index.json"
    if not index.is_file():
        raise ValueError(
            f"{folder} holds no model: model_index.json is missing; give the folder "
            "that holds it"
        )
    listed = json.loads(index.read_text(encoding="utf-8"))
    return Checkpoint(
        name=name_checkpoint(reference),
        folder=folder,
        family=find_family(listed, _read_network(folder)),
        parameters=_count_parameters(folder, listed),
        version=folder.name if folder.parent.name == "snapshots" else None,
    )


def load_checkpoint(
    checkpoint: Checkpoint,
    *,
    device: str | None = None,
    dtype: Dtype | None = None,
    offload: Offload = "none",
) -> ProductionModel:
    """Load a model for inference.

    Args:
        checkpoint: Which.
        device: "cuda", "cpu" or as torch names it; by default the GPU if there is one.
        dtype: By default bfloat16 on a GPU and float32 on a CPU.
        offload: What waits in main memory and visits the GPU only for its turn:
            nothing, one network at a time ("model"), one layer at a time
            ("sequential": least memory, slowest).
    """
    target = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    chosen = dtype or ("float32" if target.type == "cpu" else "bfloat16")
    if offload != "none" and target.type == "cpu":
        raise ValueError(f"offload must be none without a GPU, got {offload}")
    check_memory(
        checkpoint, dtype=chosen, offload=offload, free_bytes=_free_bytes(target)
    )
    dtypes = {"default": getattr(torch, chosen)}
    if checkpoint.family.codec_in_float32:
        dtypes["vae"] = torch.float32
    pipeline = DiffusionPipeline.from_pretrained(
        checkpoint.folder,
        dtype=dtypes,
        local_files_only=True,
        use_safetensors=True,
    )
    pipeline.set_progress_bar_config(disable=True)
    _place(pipeline, target, offload)
    return ProductionModel(checkpoint, pipeline, target, chosen)


def check_memory(
    checkpoint: Checkpoint, *, dtype: Dtype, offload: Offload, free_bytes: int
) -> None:
    """Refuse to load weights that cannot fit, with the figures."""
    needed = {way: _needed_bytes(checkpoint, dtype, way) for way in OFFLOADS}
    if needed[offload] <= free_bytes:
        return
    smaller = [
        f"offload={way} needs {needed[way] / GIB:.1f} GiB"
        for way in OFFLOADS[OFFLOADS.index(offload) + 1 :]
        if needed[way] < needed[offload]
    ]
    advice = "; ".join(smaller) or "a smaller dtype or model is needed"
    raise MemoryError(
        f"{checkpoint.name} in {dtype} needs {needed[offload] / GIB:.1f} GiB for its "
        f"weights alone, {free_bytes / GIB:.1f} GiB are free; {advice}"
    )


OFFLOADS: tuple[Offload, ...] = ("none", "model", "sequential")


def _needed_bytes(checkpoint: Checkpoint, dtype: Dtype, offload: Offload) -> int:
    """Bytes of weights that are on the device at once; a layer's are next to none."""
    if offload == "sequential":
        return 0
    sizes = [
        count * (4 if name == "vae" and checkpoint.family.codec_in_float32 else width)
        for width in [getattr(torch, dtype).itemsize]
        for name, count in checkpoint.parameters.items()
    ]
    return sum(sizes) if offload == "none" else max(sizes)


def _free_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return get_max_memory()["cpu"]


def _place(pipeline: Any, device: torch.device, offload: Offload) -> None:
    """Put the networks where they belong; offloading also decodes in tiles."""
    if offload == "none":
        pipeline.to(device)
        return
    if offload == "model":
        pipeline.enable_model_cpu_offload(device=device)
    else:
        pipeline.enable_sequential_cpu_offload(device=device)
    if hasattr(pipeline.vae, "enable_tiling"):
        pipeline.vae.enable_tiling()


def _fetch(reference: str) -> Path:
    """Return the folder of a model of the hub, from the cache or downloaded."""
    try:
        return Path(DiffusionPipeline.download(reference, use_safetensors=True))
    except (OSError, HfHubHTTPError, HFValidationError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(
            f"{reference} is no folder, and no model of the hub that can be had "
            f"from here: {reason}"
        ) from None


def _read_network(folder: Path) -> dict[str, Any]:
    """Return the configuration of the transformer, where there is one."""
    config = folder / "transformer" / "config.json"
    return json.loads(config.read_text()) if config.is_file() else {}


def _count_parameters(folder: Path, listed: dict[str, Any]) -> dict[str, int]:
    """Return the parameters of each network; missing files are named."""
    counts = {}
    for name, source in listed.items():
        if not isinstance(source, list) or source[0] is None:
            continue
        part = folder / name
        if not part.is_dir():
            raise ValueError(f"{folder} is not whole: folder {name} is missing")
        if (part / "config.json").is_file():
            counts[name] = sum(map(_read_count, _list_weights(part)))
    return counts


def _list_weights(part: Path) -> list[Path]:
    """Return the weight files of one network, all that its index names."""
    indexes = list(part.glob("*.safetensors.index.json"))
    if indexes:
        shards = json.loads(indexes[0].read_text())["weight_map"].values()
        files = [part / shard for shard in sorted(set(shards))]
    else:
        files = list(part.glob("*.safetensors"))
    missing = [file.name for file in files if not file.is_file()]
    if missing or not files:
        raise ValueError(
            f"weights of {part.name} are missing in {part}: "
            f"{', '.join(missing) or 'there are no safetensors'}; download it again"
        )
    return files


def _read_count(file: Path) -> int:
    """Count parameters from the header of a safetensors file."""
    with file.open("rb") as weights:
        (length,) = struct.unpack("<Q", weights.read(8))
        header = json.loads(weights.read(length))
    header.pop("__metadata__", None)
    total = 0
    for tensor in header.values():
        count = 1
        for size in tensor["shape"]:
            count *= size
        total += count
    return total
