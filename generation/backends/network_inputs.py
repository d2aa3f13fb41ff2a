"""What each kind of network is called with for one clip: shapes without numbers."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

Config = dict[str, Any]


class Latent(NamedTuple):
    """A clip as its codec compresses it."""

    channels: int
    frames: int
    height: int
    width: int


def empty(*shape: int) -> Tensor:
    """Return numbers of a shape that are not there."""
    return torch.empty(shape, device="meta", dtype=torch.bfloat16)


def for_wan(config: Config, latent: Latent) -> dict[str, Any]:
    """Text of 512 tokens; the image's 257 tokens where the network reads them."""
    inputs: dict[str, Any] = {
        "hidden_states": empty(1, config["in_channels"], *latent[1:]),
        "encoder_hidden_states": empty(1, 512, 4096),
        "timestep": empty(1),
    }
    if config.get("image_dim"):
        inputs["encoder_hidden_states_image"] = empty(1, 257, config["image_dim"])
    return inputs


def for_wan_vace(config: Config, latent: Latent) -> dict[str, Any]:
    """The control is as long and wide as the clip."""
    control = empty(1, config["vace_in_channels"], *latent[1:])
    return {**for_wan(config, latent), "control_hidden_states": control}


def for_wan_animate(config: Config, latent: Latent) -> dict[str, Any]:
    """The reference picture is one more latent; each frame has a face."""
    frames = latent.frames
    faces = empty(1, 3, (frames - 1) * 4 + 1, 512, 512)
    return {
        **for_wan(config, latent._replace(frames=frames + 1)),
        "pose_hidden_states": empty(1, 16, *latent[1:]),
        "face_pixel_values": faces,
    }


def for_ltx(config: Config, latent: Latent) -> dict[str, Any]:
    """Latents are a row of tokens."""
    _, frames, height, width = latent
    return {
        "hidden_states": empty(1, frames * height * width, config["in_channels"]),
        "encoder_hidden_states": empty(1, 128, 4096),
        "timestep": empty(1),
        "encoder_attention_mask": empty(1, 128),
        "num_frames": frames,
        "height": height,
        "width": width,
        "rope_interpolation_scale": (1, 32, 32),
    }


def for_cogvideox(config: Config, latent: Latent) -> dict[str, Any]:
    """Frames come before channels; the larger network turns its positions."""
    channels, frames, height, width = latent
    inputs: dict[str, Any] = {
        "hidden_states": empty(1, frames, channels, height, width),
        "encoder_hidden_states": empty(1, 226, 4096),
        "timestep": empty(1),
    }
    if config.get("use_rotary_positional_embeddings"):
        turn = empty(frames * (height // 2) * (width // 2), 64)
        inputs["image_rotary_emb"] = (turn, turn)
    return inputs


def for_hunyuan(config: Config, latent: Latent) -> dict[str, Any]:
    """Guidance is an input."""
    return {
        "hidden_states": empty(1, *latent),
        "encoder_hidden_states": empty(1, 256, 4096),
        "encoder_attention_mask": empty(1, 256),
        "pooled_projections": empty(1, 768),
        "timestep": empty(1),
        "guidance": empty(1),
    }


def for_svd(config: Config, latent: Latent) -> dict[str, Any]:
    """Frames come before channels; half of these are the picture's."""
    channels, frames, height, width = latent
    return {
        "sample": empty(1, frames, 2 * channels, height, width),
        "timestep": empty(1),
        "encoder_hidden_states": empty(1, 1, 1024),
        "added_time_ids": empty(1, 3),
    }


def for_animatediff(config: Config, latent: Latent) -> dict[str, Any]:
    """Each frame reads the text."""
    return {
        "sample": empty(1, *latent),
        "timestep": empty(1),
        "encoder_hidden_states": empty(latent.frames, 77, 768),
    }
