"""The sprite video transformer: predicts the clean clip from a noisy one, in pixels.

Clean-clip (x0) prediction allows large patches without a separate image codec
(arXiv 2511.13720), so that one small file holds the whole model.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 - the name every torch reader knows
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

from generation.bundled.layers import (
    BackgroundLayer,
    SubjectLayer,
    expected_position,
)

TIME_FREQUENCIES = 64
ROTARY_BASE = 30.0  # positions stay below ten, so the slowest wave is short


class Prediction(NamedTuple):
    """What the network sees in a noisy clip.

    Attributes:
        clean: The clean clip, shaped like the noisy one.
        found: The subject's place in pixels, x and y, [batch, frames, 2].
        opacity: What the subject hides, [batch, 1, frames, height, width].
    """

    clean: Tensor
    found: Tensor
    opacity: Tensor


class SpriteVideoTransformer(ModelMixin, ConfigMixin):
    """A diffusion transformer over patches of `temporal_patch` frames.

    Condition channels: first-frame RGB repeated on every frame (3), image present (1),
    trajectory heat map (1), trajectory present (1).
    """

    _supports_gradient_checkpointing = False

    @register_to_config
    def __init__(
        self,
        dim: int = 192,
        layers: int = 6,
        heads: int = 6,
        feed_forward_dim: int = 512,
        in_channels: int = 3,
        condition_channels: int = 6,
        text_dim: int = 128,
        text_length: int = 16,
        temporal_patch: int = 4,
        patch: int = 8,
        frames: int = 16,
        sample_size: int = 48,
        background_channels: int = 32,
        subject_dim: int = 384,
    ) -> None:
        super().__init__()
        self.grid = (
            frames // temporal_patch,
            sample_size // patch,
            sample_size // patch,
        )
        voxels = temporal_patch * patch * patch
        self.embed = nn.Linear((in_channels + condition_channels) * voxels, dim)
        self.position = nn.Parameter(torch.randn(1, math.prod(self.grid), dim) * 0.02)
        self.text_embed = nn.Linear(text_dim, dim)
        self.text_position = nn.Parameter(torch.randn(1, text_length, dim) * 0.02)
        self.text_pool = nn.Sequential(
            nn.Linear(text_dim, dim), nn.SiLU(), nn.Linear(dim, dim)
        )
        self.time_embed = nn.Sequential(
            nn.Linear(2 * TIME_FREQUENCIES, dim), nn.SiLU(), nn.Linear(dim, dim)
        )
        self.modulation = nn.Linear(dim, 6 * dim)
        self.blocks = nn.ModuleList(
            [TransformerBlock(dim, heads, feed_forward_dim) for _ in range(layers)]
        )
        self.final_modulation = nn.Linear(dim, 2 * dim)
        self.unembed = nn.Linear(dim, in_channels * voxels)
        self.background = BackgroundLayer(
            dim, background_channels, channels=in_channels
        )
        self.locate = nn.Linear(dim, voxels)
        self.subject = SubjectLayer(
            subject_dim,
            text_dim=text_dim,
            time_dim=2 * TIME_FREQUENCIES,
            channels=in_channels,
            frames=frames,
        )
        cosine, sine = rotary_table(self.grid, dim // heads)
        self.register_buffer("cosine", cosine, persistent=False)
        self.register_buffer("sine", sine, persistent=False)
        nn.init.normal_(self.modulation.weight, std=0.02)
        nn.init.zeros_(self.final_modulation.weight)
        nn.init.zeros_(self.final_modulation.bias)
        nn.init.zeros_(self.locate.weight)

    def forward(
        self,
        hidden_states: Tensor,
        timestep: Tensor,
        encoder_hidden_states: Tensor,
        encoder_attention_mask: Tensor,
        condition: Tensor,
        trajectory: Tensor | None = None,
    ) -> Tensor:
        """Predict the clean clip; see `predict`."""
        return self.predict(
            hidden_states,
            timestep,
            encoder_hidden_states,
            encoder_attention_mask,
            condition,
            trajectory,
        ).clean

    def predict(
        self,
        hidden_states: Tensor,
        timestep: Tensor,
        encoder_hidden_states: Tensor,
        encoder_attention_mask: Tensor,
        condition: Tensor,
        trajectory: Tensor | None = None,
    ) -> Prediction:
        """Predict the clean clip and where its subject is.

        Args:
            hidden_states: Noisy clip in -1..1, [batch, 3, frames, height, width];
                fewer frames than configured use the first temporal positions.
            timestep: Noise level 0..1, [batch].
            encoder_hidden_states: Word vectors, [batch, words, text_dim].
            encoder_attention_mask: 1 for words, 0 for padding, [batch, words].
            condition: [batch, condition_channels, frames, height, width].
            trajectory: Path of the subject, x and y in 0..1, [batch, frames, 2]; used
                for the clips whose condition shows one.
        """
        # Words: each as a token, and all together as part of the modulation.
        pooled = pool_words(encoder_hidden_states, encoder_attention_mask)
        words = encoder_hidden_states * encoder_attention_mask[..., None]
        text = self.text_embed(words) + self.text_position[:, : words.shape[1]]
        time = time_features(timestep)
        signal = F.silu(self.time_embed(time) + self.text_pool(pooled))

        # Patches to tokens.
        tokens = self.embed(self._patchify(torch.cat([hidden_states, condition], 1)))
        count = tokens.shape[1]
        tokens = torch.cat([text, tokens + self.position[:, :count]], dim=1)

        # Attention over words and patches together.
        modulation = self.modulation(signal).unflatten(1, (6, -1))
        rotation = (self.cosine[:count], self.sine[:count])
        for block in self.blocks:
            tokens = block(tokens, modulation, rotation)

        # Tokens back to patches: the clip, and how likely the subject is at a pixel.
        shift, scale = self.final_modulation(signal)[:, None].chunk(2, dim=-1)
        video = modulate(tokens[:, text.shape[1] :], shift, scale)
        batch, _, *volume = hidden_states.shape
        clean = self._unpatchify(self.unembed(video), hidden_states.shape)
        found = expected_position(
            self._unpatchify(self.locate(video), torch.Size([batch, 1, *volume]))
        )

        # The subject, on the path given or where it was found.
        path, is_given = found.detach(), torch.zeros(batch, device=found.device)
        if trajectory is not None:
            is_given = condition[:, -1, 0, 0, 0]
            drawn = trajectory * volume[-1]
            path = torch.lerp(path, drawn, is_given[:, None, None])
        subject = self.subject(hidden_states, path, pooled, time, is_given=is_given)

        # The background behind it; a given first frame shows all that is uncovered.
        uncovered = 1 - subject.opacity
        background = self.background(clean, hidden_states, uncovered, signal)
        image, has_image = condition[:, :3, :1], condition[:, 3:4, :1]
        background = torch.lerp(background, image, has_image * uncovered[:, :, :1] ** 4)
        clean = background * uncovered + subject.color
        return Prediction(clean, found, subject.opacity)

    def _patchify(self, clip: Tensor) -> Tensor:
        """[batch, channels, frames, height, width] -> [batch, patches, voxels]."""
        batch, channels, frames, height, width = clip.shape
        step, patch = self.config.temporal_patch, self.config.patch
        clip = clip.reshape(
            batch,
            channels,
            frames // step,
            step,
            height // patch,
            patch,
            width // patch,
            patch,
        )
        return clip.permute(0, 2, 4, 6, 3, 5, 7, 1).flatten(4).flatten(1, 3)

    def _unpatchify(self, tokens: Tensor, shape: torch.Size) -> Tensor:
        """[batch, patches, voxels] -> [batch, channels, frames, height, width]."""
        batch, channels, frames, height, width = shape
        step, patch = self.config.temporal_patch, self.config.patch
        clip = tokens.reshape(
            batch,
            frames // step,
            height // patch,
            width // patch,
            step,
            patch,
            patch,
            channels,
        )
        return clip.permute(0, 7, 1, 4, 2, 5, 3, 6).reshape(shape)


class TransformerBlock(nn.Module):
    """Attention and SwiGLU, both modulated by noise level and text."""

    def __init__(self, dim: int, heads: int, feed_forward_dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.query_key_value = nn.Linear(dim, 3 * dim, bias=False)
        self.attention_out = nn.Linear(dim, dim, bias=False)
        self.query_norm = nn.RMSNorm(dim // heads, eps=1e-6)
        self.key_norm = nn.RMSNorm(dim // heads, eps=1e-6)
        self.feed_forward_in = nn.Linear(dim, 2 * feed_forward_dim, bias=False)
        self.feed_forward_out = nn.Linear(feed_forward_dim, dim, bias=False)
        self.modulation_offset = nn.Parameter(torch.zeros(6, dim))
        nn.init.zeros_(self.attention_out.weight)
        nn.init.zeros_(self.feed_forward_out.weight)

    def forward(
        self, tokens: Tensor, modulation: Tensor, rotation: tuple[Tensor, Tensor]
    ) -> Tensor:
        """Update tokens [batch, words + patches, dim]; words carry no rotation."""
        parts = (modulation + self.modulation_offset).unsqueeze(2).unbind(1)
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = parts
        mixed = self._attend(modulate(tokens, shift_1, scale_1), rotation)
        tokens = tokens + gate_1 * mixed
        gate, value = self.feed_forward_in(modulate(tokens, shift_2, scale_2)).chunk(
            2, dim=-1
        )
        return tokens + gate_2 * self.feed_forward_out(F.silu(gate) * value)

    def _attend(self, tokens: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        batch, count, dim = tokens.shape
        stacked = self.query_key_value(tokens).view(batch, count, 3, self.heads, -1)
        query, key, value = stacked.permute(2, 0, 3, 1, 4)
        query = rotate_patches(self.query_norm(query), rotation)
        key = rotate_patches(self.key_norm(key), rotation)
        # Written out: for so few tokens the fused CPU kernel's backward is slower.
        query = query * query.shape[-1] ** -0.5
        weights = (query @ key.transpose(-1, -2)).softmax(dim=-1)
        mixed = weights @ value.to(weights.dtype)
        return self.attention_out(mixed.transpose(1, 2).reshape(batch, count, dim))


def modulate(tokens: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Normalise tokens, then shift and scale them as the signal asks."""
    normal = F.rms_norm(tokens, (tokens.shape[-1],), eps=1e-6)
    return normal * (1 + scale) + shift


def pool_words(states: Tensor, mask: Tensor) -> Tensor:
    """Add up the words [batch, words, dim] of a prompt, whatever their order."""
    shown = mask[..., None].to(states.dtype)
    return (states * shown).sum(1) / shown.sum(1).clamp(min=1).sqrt()


def time_features(timestep: Tensor) -> Tensor:
    """Sines and cosines of the noise level [batch] -> [batch, 128]."""
    index = torch.arange(TIME_FREQUENCIES, device=timestep.device)
    # From 100 down to 0.1 radians over the unit range of noise levels.
    frequency = 100 * torch.exp(-math.log(1000) / (TIME_FREQUENCIES - 1) * index)
    angle = timestep.float()[:, None] * frequency
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def rotary_table(grid: tuple[int, int, int], head_dim: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines [patches, head_dim / 2]: a quarter time, the rest y and x."""
    pairs = head_dim // 2
    time_pairs = pairs // 4
    row_pairs = (pairs - time_pairs) // 2
    shares = (time_pairs, row_pairs, pairs - time_pairs - row_pairs)
    positions = torch.cartesian_prod(*(torch.arange(n).float() for n in grid))
    angles = [
        positions[:, axis, None] / ROTARY_BASE ** (torch.arange(n).float() / max(n, 1))
        for axis, n in enumerate(shares)
    ]
    angle = torch.cat(angles, dim=1)
    return angle.cos(), angle.sin()


def rotate_patches(states: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate the patch part of [batch, heads, words + patches, head_dim]."""
    cosine, sine = rotation
    words = states.shape[2] - cosine.shape[0]
    text, video = states[:, :, :words], states[:, :, words:]
    even, odd = video.chunk(2, dim=-1)
    turned = torch.cat([even * cosine - odd * sine, even * sine + odd * cosine], dim=-1)
    return torch.cat([text, turned.to(text.dtype)], dim=2)
