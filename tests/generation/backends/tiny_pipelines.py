"""Production pipelines with random weights, a few ten thousand in each.

Classes, files and codecs are the real ones.
"""

from collections.abc import Callable
from typing import Any

import diffusers as df
import transformers as tr
from tiny_parts import (
    clip_text,
    clip_tokenizer,
    clip_vision,
    flow,
    llama_tokenizer,
    t5_parts,
    wan_network,
    wan_parts,
)

UNET = {"block_out_channels": (8, 8), "norm_num_groups": 2}


def wan() -> Any:
    return df.WanPipeline(**wan_parts(), transformer=wan_network())


def wan_two_experts() -> Any:
    return df.WanPipeline(
        **wan_parts(),
        transformer=wan_network(),
        transformer_2=wan_network(),
        boundary_ratio=0.875,
    )


def wan_image() -> Any:
    return df.WanImageToVideoPipeline(
        **wan_parts(),
        transformer=wan_network(in_channels=36, image_dim=4),
        image_processor=tr.CLIPImageProcessor(crop_size=32, size=32),
        image_encoder=clip_vision(tr.CLIPVisionModelWithProjection, image_size=32),
    )


def wan_vace() -> Any:
    network = wan_network(
        df.WanVACETransformer3DModel,
        num_layers=3,
        vace_layers=[0, 2],
        vace_in_channels=96,
    )
    return df.WanVACEPipeline(**wan_parts(), transformer=network)


def wan_animate() -> Any:
    network = wan_network(
        df.WanAnimateTransformer3DModel,
        in_channels=36,
        latent_channels=16,
        image_dim=4,
        motion_encoder_channel_sizes={"4": 16, "8": 16, "16": 16},
        motion_encoder_size=16,
        motion_style_dim=8,
        motion_dim=4,
        motion_encoder_dim=16,
        face_encoder_hidden_dim=16,
        face_encoder_num_heads=2,
        inject_face_latents_blocks=2,
    )
    return df.WanAnimatePipeline(
        **wan_parts(),
        transformer=network,
        image_processor=tr.CLIPImageProcessor(crop_size=4, size=4),
        image_encoder=clip_vision(tr.CLIPVisionModel, image_size=4),
    )


def wan_redraw() -> Any:
    return df.WanVideoToVideoPipeline(**wan_parts(), transformer=wan_network())


def ltx(cls: Any = df.LTXPipeline) -> Any:
    network = df.LTXVideoTransformer3DModel(
        in_channels=8,
        out_channels=8,
        num_attention_heads=4,
        attention_head_dim=8,
        cross_attention_dim=32,
        num_layers=1,
        caption_channels=32,
    )
    codec = df.AutoencoderKLLTXVideo(
        latent_channels=8,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1,) * 5,
        decoder_layers_per_block=(1,) * 5,
        patch_size=1,
        patch_size_t=1,
        spatio_temporal_scaling=(True, True, True, False),
        decoder_spatio_temporal_scaling=(True, True, True, False),
    )
    return cls(**t5_parts(), vae=codec, transformer=network, scheduler=flow())


def cogvideox(cls: Any = df.CogVideoXPipeline, channels: int = 4) -> Any:
    network = df.CogVideoXTransformer3DModel(
        num_attention_heads=4,
        attention_head_dim=8,
        in_channels=channels,
        out_channels=4,
        time_embed_dim=2,
        text_embed_dim=32,
        num_layers=1,
        sample_width=2,
        sample_height=2,
        sample_frames=9,
    )
    codec = df.AutoencoderKLCogVideoX(
        down_block_types=("CogVideoXDownBlock3D",) * 4,
        up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        latent_channels=4,
        layers_per_block=1,
        norm_num_groups=2,
    )
    scheduler = df.CogVideoXDDIMScheduler()
    return cls(**t5_parts(), vae=codec, transformer=network, scheduler=scheduler)


def hunyuan() -> Any:
    network = df.HunyuanVideoTransformer3DModel(
        in_channels=4,
        out_channels=4,
        num_attention_heads=2,
        attention_head_dim=10,
        num_layers=1,
        num_single_layers=1,
        num_refiner_layers=1,
        patch_size=1,
        text_embed_dim=16,
        pooled_projection_dim=8,
        rope_axes_dim=(2, 4, 4),
    )
    codec = df.AutoencoderKLHunyuanVideo(
        latent_channels=4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
    )
    tokenizer = llama_tokenizer()
    llama = tr.LlamaConfig(
        hidden_size=16,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=4,
        vocab_size=len(tokenizer),
        pad_token_id=3,
    )
    return df.HunyuanVideoPipeline(
        text_encoder=tr.LlamaModel(llama),
        tokenizer=tokenizer,
        text_encoder_2=clip_text(8),
        tokenizer_2=clip_tokenizer(),
        transformer=network,
        vae=codec,
        scheduler=flow(),
    )


def mochi() -> Any:
    network = df.MochiTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=8,
        num_layers=2,
        pooled_projection_dim=16,
        text_embed_dim=32,
        time_embed_dim=4,
    )
    codec = df.AutoencoderKLMochi(
        latent_channels=12,
        out_channels=3,
        encoder_block_out_channels=(32,) * 4,
        decoder_block_out_channels=(32,) * 4,
        layers_per_block=(1,) * 5,
    )
    return df.MochiPipeline(
        **t5_parts(), vae=codec, transformer=network, scheduler=flow()
    )


def animatediff(cls: Any = df.AnimateDiffPipeline) -> Any:
    network = df.UNet2DConditionModel(
        **UNET,
        sample_size=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=8,
    )
    adapter = df.MotionAdapter(
        block_out_channels=(8, 8),
        motion_layers_per_block=2,
        motion_norm_num_groups=2,
        motion_num_attention_heads=4,
    )
    codec = df.AutoencoderKL(
        **UNET,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
    )
    return cls(
        unet=network,
        motion_adapter=adapter,
        vae=codec,
        scheduler=df.DDIMScheduler(clip_sample=False),
        text_encoder=clip_text(8),
        tokenizer=clip_tokenizer(),
    )


def svd() -> Any:
    network = df.UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 64),
        down_block_types=(
            "CrossAttnDownBlockSpatioTemporal",
            "DownBlockSpatioTemporal",
        ),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        cross_attention_dim=32,
        num_attention_heads=8,
        projection_class_embeddings_input_dim=96,
        addition_time_embed_dim=32,
        layers_per_block=1,
    )
    codec = df.AutoencoderKLTemporalDecoder(
        block_out_channels=(32,) * 4, down_block_types=("DownEncoderBlock2D",) * 4
    )
    encoder = clip_vision(
        tr.CLIPVisionModelWithProjection,
        hidden_size=32,
        projection_dim=32,
        patch_size=56,
    )
    return df.StableVideoDiffusionPipeline(
        unet=network,
        vae=codec,
        image_encoder=encoder,
        scheduler=df.EulerDiscreteScheduler(
            prediction_type="v_prediction",
            timestep_type="continuous",
            use_karras_sigmas=True,
            sigma_min=0.002,
            sigma_max=700.0,
        ),
        feature_extractor=tr.CLIPImageProcessor(crop_size=224, size=224),
    )


TINY: dict[str, Callable[[], Any]] = {
    "wan": wan,
    "wan_two_experts": wan_two_experts,
    "wan_image": wan_image,
    "wan_vace": wan_vace,
    "wan_animate": wan_animate,
    "wan_redraw": wan_redraw,
    "ltx": ltx,
    "ltx_image": lambda: ltx(df.LTXImageToVideoPipeline),
    "ltx_condition": lambda: ltx(df.LTXConditionPipeline),
    "cogvideox": cogvideox,
    "cogvideox_image": lambda: cogvideox(df.CogVideoXImageToVideoPipeline, 8),
    "cogvideox_control": lambda: cogvideox(df.CogVideoXFunControlPipeline, 8),
    "cogvideox_redraw": lambda: cogvideox(df.CogVideoXVideoToVideoPipeline),
    "hunyuan": hunyuan,
    "mochi": mochi,
    "animatediff": animatediff,
    "animatediff_redraw": lambda: animatediff(df.AnimateDiffVideoToVideoPipeline),
    "svd": svd,
}
