"""Published production models, as their configuration files describe their networks.

Only what differs from the defaults of the diffusers class is written down.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from generation.backends.families import Family, Size, find_family
from generation.backends.network_inputs import (
    Config,
    Latent,
    for_animatediff,
    for_cogvideox,
    for_hunyuan,
    for_ltx,
    for_svd,
    for_wan,
    for_wan_animate,
    for_wan_vace,
)


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
    return find_family(index, model.config)
