"""The bundled pipeline: a prompt, perhaps an image and a trajectory, to a clip.

Reads a model folder in the diffusers layout; argument names are those of diffusers.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from diffusers.utils import BaseOutput
from diffusers.utils import logging as diffusers_logging
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from torch import Tensor
from transformers import PreTrainedTokenizerFast, T5EncoderModel
from transformers.utils import logging as transformers_logging

from generation.bundled.conditions import draw_heat_map, join_conditions
from generation.bundled.text_encoder import EncodedPrompts, encode_prompts
from generation.bundled.transformer import SpriteVideoTransformer
from generation.motion import resample_trajectory

WEIGHTS = Path(__file__).parent / "weights"

StepCallback = Callable[[Any, int, Tensor, dict[str, Tensor]], dict[str, Tensor]]


@dataclass
class SpriteVideoOutput(BaseOutput):
    """Clips and what they took.

    Attributes:
        frames: "np": [batch, frames, height, width, 3] in 0..1; "pt": a tensor
            [batch, frames, 3, height, width]; "pil": lists of images.
        nfe: Network evaluations for each clip; guidance doubles the steps.
        unknown_words: For each prompt, the words the model was never taught.
    """

    frames: Any
    nfe: int
    unknown_words: list[list[str]]


class SpriteVideoPipeline(DiffusionPipeline):
    """Flow matching in pixels, guided by words, first frame and trajectory.

    Cancel by raising in `callback_on_step_end`; the next call is not affected.
    """

    model_cpu_offload_seq = "text_encoder->transformer"
    _callback_tensor_inputs = ["latents"]  # noqa: RUF012 - diffusers' own name and form

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerFast,
        text_encoder: T5EncoderModel,
        transformer: SpriteVideoTransformer,
        scheduler: FlowMatchEulerDiscreteScheduler,
    ) -> None:
        super().__init__()
        self.register_modules(
            tokenizer=tokenizer,
            text_encoder=text_encoder,
            transformer=transformer,
            scheduler=scheduler,
        )

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | Sequence[str],
        image: Any = None,
        trajectory: ArrayLike | None = None,
        negative_prompt: str = "",
        num_inference_steps: int = 8,
        guidance_scale: float = 2.5,
        num_frames: int | None = None,
        height: int | None = None,
        width: int | None = None,
        generator: torch.Generator | None = None,
        output_type: str = "np",
        callback_on_step_end: StepCallback | None = None,
    ) -> SpriteVideoOutput:
        """Make one clip for each prompt.

        Args:
            prompt: What to show, in the words the model knows.
            image: First frame: PIL image, or array [height, width, 3] in 0..1.
            trajectory: Path of the subject, [points, 2], x and y in 0..1, y down.
            negative_prompt: What guidance leads away from.
            num_inference_steps: Euler steps from noise to clip.
            guidance_scale: Above 1, how much further towards the prompt; it doubles
                the network evaluations.
            num_frames: By default what the model was trained on.
            height: As trained; other sizes are refused.
            width: As trained; other sizes are refused.
            generator: Source of the noise; the same seed gives the same clip.
            output_type: "np", "pt" or "pil".
            callback_on_step_end: Called with (pipeline, step, timestep, tensors).
        """
        prompts = [prompt] if isinstance(prompt, str) else list(prompt)
        frames = self._check_sizes(num_frames, height, width)
        if output_type not in ("np", "pt", "pil"):
            raise ValueError(f"output_type must be np, pt or pil, got {output_type!r}")

        # 1. Words and conditions.
        words = self._encode(prompts)
        first_frame = None if image is None else self._prepare_image(image)
        path = self._prepare_path(trajectory, batch=len(prompts), frames=frames)
        condition = self._prepare_condition(
            first_frame, path, batch=len(prompts), frames=frames
        )
        avoided = self._encode([negative_prompt]) if guidance_scale > 1 else None

        # 2. Noise.
        device, size = self.transformer.device, self.transformer.config.sample_size
        shape = (len(prompts), 3, frames, size, size)
        latents = torch.randn(shape, generator=generator).to(device)
        sigmas = np.linspace(1, 1 / num_inference_steps, num_inference_steps)
        self.scheduler.set_timesteps(sigmas=sigmas.tolist(), device=device)

        # 3. Euler steps from noise to clip.
        for step, timestep in enumerate(self.scheduler.timesteps):
            sigma = self.scheduler.sigmas[step]
            clean = self._predict(
                latents,
                sigma,
                words,
                avoided,
                condition,
                path,
                guidance_scale=guidance_scale,
            )
            if first_frame is not None:
                clean[:, :, 0] = first_frame.to(device)  # the given frame is exact
            velocity = (latents - clean) / sigma
            latents = self.scheduler.step(
                velocity, timestep, latents, return_dict=False
            )[0]
            if self.scheduler.sigmas[step + 1] == 0:
                latents = clean  # the same but for rounding, which would flicker
            if callback_on_step_end is not None:
                tensors = callback_on_step_end(
                    self, step, timestep, {"latents": latents}
                )
                latents = (tensors or {}).get("latents", latents)

        # 4. To pictures.
        clips = ((latents.clamp(-1, 1) + 1) / 2).permute(0, 2, 3, 4, 1).float().cpu()
        return SpriteVideoOutput(
            frames=_convert_clips(clips, output_type),
            nfe=num_inference_steps * (2 if avoided else 1),
            unknown_words=words.unknown_words,
        )

    def _predict(
        self,
        latents: Tensor,
        sigma: Tensor,
        words: EncodedPrompts,
        avoided: EncodedPrompts | None,
        condition: Tensor,
        path: Tensor | None,
        *,
        guidance_scale: float,
    ) -> Tensor:
        """Predict the clean clip, with classifier-free guidance if asked."""
        batch = latents.shape[0]
        if avoided is None:
            return self.transformer(
                latents, sigma.expand(batch), words.states, words.mask, condition, path
            ).clamp(-1, 1)
        wanted, unwanted = self.transformer(
            torch.cat([latents, latents]),
            sigma.expand(2 * batch),
            torch.cat([words.states, avoided.states.expand_as(words.states)]),
            torch.cat([words.mask, avoided.mask.expand_as(words.mask)]),
            torch.cat([condition, condition]),
            None if path is None else torch.cat([path, path]),
        ).chunk(2)
        return (unwanted + guidance_scale * (wanted - unwanted)).clamp(-1, 1)

    def _encode(self, prompts: Sequence[str]) -> EncodedPrompts:
        return encode_prompts(
            prompts, tokenizer=self.tokenizer, text_encoder=self.text_encoder
        )

    def _check_sizes(
        self, num_frames: int | None, height: int | None, width: int | None
    ) -> int:
        """Return the number of frames, or say which size the model can make."""
        config = self.transformer.config
        for name, value in (("height", height), ("width", width)):
            if value not in (None, config.sample_size):
                raise ValueError(f"{name} must be {config.sample_size}, got {value}")
        frames = config.frames if num_frames is None else num_frames
        if frames % config.temporal_patch or not 0 < frames <= config.frames:
            raise ValueError(
                f"num_frames must be a multiple of {config.temporal_patch} up to "
                f"{config.frames}, got {frames}"
            )
        return frames

    def _prepare_image(self, image: Any) -> Tensor:
        """Crop to a square and resize: [3, size, size] in -1..1."""
        size = self.transformer.config.sample_size
        if not isinstance(image, Image.Image):
            pixels = np.clip(np.asarray(image, np.float32), 0, 1)
            if pixels.ndim != 3 or pixels.shape[2] != 3:
                raise ValueError(f"image must be [h, w, 3], got {pixels.shape}")
            image = Image.fromarray((pixels * 255).round().astype(np.uint8))
        return torch.from_numpy(fit_image(image, size=size)).permute(2, 0, 1) * 2 - 1

    def _prepare_path(
        self, trajectory: ArrayLike | None, *, batch: int, frames: int
    ) -> Tensor | None:
        """Bring a drawn path to the clip's frames: [batch, frames, 2]."""
        if trajectory is None:
            return None
        path = torch.from_numpy(resample_trajectory(trajectory, frames))
        return path.float().expand(batch, -1, -1).to(self.transformer.device)

    def _prepare_condition(
        self,
        first_frame: Tensor | None,
        path: Tensor | None,
        *,
        batch: int,
        frames: int,
    ) -> Tensor:
        """Join what was given; the rest of the channels stay zero."""
        size = self.transformer.config.sample_size
        heat_map = torch.zeros(batch, frames, size, size)
        if path is not None:
            heat_map = draw_heat_map(path.cpu(), size=size)
        picture = torch.zeros(3, size, size) if first_frame is None else first_frame
        return join_conditions(
            picture.expand(batch, -1, -1, -1),
            heat_map,
            has_image=torch.full((batch,), float(first_frame is not None)),
            has_trajectory=torch.full((batch,), float(path is not None)),
        ).to(self.transformer.device)


def fit_image(image: Image.Image, *, size: int) -> NDArray[np.floating]:
    """Cut the middle square out of an image and resize it: [size, size, 3] in 0..1."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.convert("RGB").crop((left, top, left + side, top + side))
    resized = square.resize((size, size), Image.Resampling.BOX)
    return np.asarray(resized, np.float32) / 255


def load_pipeline(folder: Path) -> SpriteVideoPipeline:
    """Load a committed or trained model folder for inference in float32."""
    if not (folder / "model_index.json").exists():
        raise ValueError(f"no model in {folder}: model_index.json is missing")
    diffusers_logging.disable_progress_bar()  # loading takes a tenth of a second
    transformers_logging.disable_progress_bar()
    pipeline = SpriteVideoPipeline.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.transformer.eval()
    pipeline.text_encoder.eval()
    return pipeline


def hash_weights(folder: Path) -> str:
    """SHA-256 over the weight files of a model folder, in the order of their paths."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _convert_clips(clips: Tensor, output_type: str) -> Any:
    """Hand out [batch, frames, height, width, 3] in the form asked for."""
    if output_type == "pt":
        return clips.permute(0, 1, 4, 2, 3)
    if output_type == "np":
        return clips.numpy()
    pixels = (clips.numpy() * 255).round().astype(np.uint8)
    return [[Image.fromarray(frame) for frame in clip] for clip in pixels]
