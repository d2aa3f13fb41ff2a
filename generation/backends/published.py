"""Published production models, as their configuration files describe their networks.

Only what differs from the defaults of the diffusers class is written down.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from generation.backends.families import Family, Size, find_family

Config = dict[str, Any]


class Latent(NamedTuple):
    """A clip as its codec compresses it."""

    channels: int
    frames: int
    height: int
    width: int


class Codec(NamedTuple):
    """What turns a clip into latents and back.

    Attributes:
        pixels: Pixels of a latent's side.
        frames: Frames of a latent after the first; 1 if it knows single pictures only.
    """

    cls: str
    config: Config
    channels: int
    pixels: int
    frames: int


class Published(NamedTuple):
    """A published model and a clip that it is commonly asked for.

    Attributes:
        model_id: The last part of its hub id.
        network: Class of the network that the steps evaluate.
        inputs: What the network is called with for one clip.
        size: None for the family's own.
        steps: None for the family's own.
        passes: Evaluations of a step: two with guidance; one without it, or where it is
            distilled into the network.
        expands_timesteps: Says so in its model_index.json.
    """

    model_id: str
    pipeline: str
    network: str
    config: Config
    codec: Codec
    inputs: Callable[[Config, Latent], dict[str, Any]]
    size: Size | None = None
    steps: int | None = None
    passes: int = 2
    expands_timesteps: bool = False


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


WAN_CODEC = Codec("AutoencoderKLWan", {}, channels=16, pixels=8, frames=4)
WAN_5B_CODEC = Codec(
    "AutoencoderKLWan",
    {
        "base_dim": 160,
        "decoder_base_dim": 256,
        "z_dim": 48,
        "is_residual": True,
        "in_channels": 12,
        "out_channels": 12,
        "patch_size": 2,
        "latents_mean": [0.0] * 48,
        "latents_std": [1.0] * 48,
    },
    channels=48,
    pixels=16,
    frames=4,
)
LTX_CODEC = Codec("AutoencoderKLLTXVideo", {}, channels=128, pixels=32, frames=8)
COGVIDEOX_CODEC = Codec(
    "AutoencoderKLCogVideoX",
    {
        "block_out_channels": (128, 256, 256, 512),
        "down_block_types": ("CogVideoXDownBlock3D",) * 4,
        "up_block_types": ("CogVideoXUpBlock3D",) * 4,
    },
    channels=16,
    pixels=8,
    frames=4,
)
HUNYUAN_CODEC = Codec("AutoencoderKLHunyuanVideo", {}, channels=16, pixels=8, frames=4)
PICTURE = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "layers_per_block": 2,
}
SVD_CODEC = Codec("AutoencoderKLTemporalDecoder", PICTURE, 4, pixels=8, frames=1)
SD_CODEC = Codec(
    "AutoencoderKL",
    {**PICTURE, "up_block_types": ("UpDecoderBlock2D",) * 4},
    channels=4,
    pixels=8,
    frames=1,
)

WAN_1_3B: Config = {"num_attention_heads": 12, "num_layers": 30, "ffn_dim": 8960}
WAN_5B: Config = {
    "num_attention_heads": 24,
    "num_layers": 30,
    "ffn_dim": 14336,
    "in_channels": 48,
    "out_channels": 48,
}
WAN_IMAGE: Config = {"in_channels": 36, "image_dim": 1280, "added_kv_proj_dim": 5120}
VACE: Config = {"vace_in_channels": 96, "vace_layers": list(range(0, 40, 5))}
COGVIDEOX_5B: Config = {
    "num_attention_heads": 48,
    "num_layers": 42,
    "use_rotary_positional_embeddings": True,
}
HD = Size(1280, 720)

WAN = Published(
    model_id="Wan2.1-T2V-14B-Diffusers",
    pipeline="WanPipeline",
    network="WanTransformer3DModel",
    config={},
    codec=WAN_CODEC,
    inputs=for_wan,
)
WAN_VACE = WAN._replace(
    model_id="Wan2.1-VACE-14B-diffusers",
    pipeline="WanVACEPipeline",
    network="WanVACETransformer3DModel",
    config=VACE,
    inputs=for_wan_vace,
)
COGVIDEOX = Published(
    model_id="CogVideoX-2b",
    pipeline="CogVideoXPipeline",
    network="CogVideoXTransformer3DModel",
    config={},
    codec=COGVIDEOX_CODEC,
    inputs=for_cogvideox,
)
PUBLISHED = (
    WAN._replace(model_id="Wan2.1-T2V-1.3B-Diffusers", config=WAN_1_3B),
    WAN,
    WAN._replace(size=HD),
    WAN._replace(model_id="Wan2.2-T2V-A14B-Diffusers", steps=40),
    WAN._replace(model_id="Wan2.2-T2V-A14B-Diffusers", steps=40, size=HD),
    WAN._replace(
        model_id="Wan2.2-TI2V-5B-Diffusers",
        config=WAN_5B,
        codec=WAN_5B_CODEC,
        expands_timesteps=True,
    ),
    WAN._replace(
        model_id="Wan2.1-I2V-14B-480P-Diffusers",
        pipeline="WanImageToVideoPipeline",
        config=WAN_IMAGE,
    ),
    WAN_VACE._replace(
        model_id="Wan2.1-VACE-1.3B-diffusers",
        config={**WAN_1_3B, **VACE, "vace_layers": list(range(0, 30, 2))},
    ),
    WAN_VACE,
    WAN._replace(
        model_id="Wan2.2-Animate-14B-Diffusers",
        pipeline="WanAnimatePipeline",
        network="WanAnimateTransformer3DModel",
        config=WAN_IMAGE,
        inputs=for_wan_animate,
        passes=1,
    ),
    Published(
        model_id="LTX-Video",
        pipeline="LTXPipeline",
        network="LTXVideoTransformer3DModel",
        config={},
        codec=LTX_CODEC,
        inputs=for_ltx,
    ),
    COGVIDEOX,
    COGVIDEOX._replace(model_id="CogVideoX-5b", config=COGVIDEOX_5B),
    Published(
        model_id="HunyuanVideo",
        pipeline="HunyuanVideoPipeline",
        network="HunyuanVideoTransformer3DModel",
        config={},
        codec=HUNYUAN_CODEC,
        inputs=for_hunyuan,
        passes=1,
    ),
    Published(
        model_id="stable-video-diffusion-img2vid-xt",
        pipeline="StableVideoDiffusionPipeline",
        network="UNetSpatioTemporalConditionModel",
        config={},
        codec=SVD_CODEC,
        inputs=for_svd,
    ),
    Published(
        model_id="animatediff-motion-adapter-v1-5-2",
        pipeline="AnimateDiffPipeline",
        network="UNetMotionModel",
        config={
            "cross_attention_dim": 768,
            "motion_max_seq_length": 32,
            "use_motion_mid_block": True,
        },
        codec=SD_CODEC,
        inputs=for_animatediff,
    ),
)


def describe_family(model: Published) -> Family:
    """Return the model's row in the adapter table."""
    index = {
        "_class_name": model.pipeline,
        "expand_timesteps": model.expands_timesteps,
    }
    return find_family(index)
