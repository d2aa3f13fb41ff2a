"""The two layers of a clip: a still background, and the subject drawn over it.

Seen from its path a subject hardly changes, wherever and however it moves; so its
outline is learnt once instead of once for every place in a patch. What it leaves
uncovered is one background for all frames, so that nothing there flickers.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 - the name every torch reader knows
from torch import Tensor, nn

POINTS = 32  # of the subject's window along each side
REACH = 12.0  # pixels from the path to the window's border; holds a big star's tips
PITCH = 2 * REACH / POINTS
HAZE = 0.4  # opacity below which a subject would only make the background flicker
FAINT = -3.0  # logit of the subject's opacity before training


class Subject(NamedTuple):
    """A subject in the frame.

    Attributes:
        color: Times its opacity, [batch, channels, frames, height, width].
        opacity: [batch, 1, frames, height, width].
    """

    color: Tensor
    opacity: Tensor


class SubjectLayer(nn.Module):
    """Reads a window around the path in every frame and draws one of the same size."""

    def __init__(
        self, hidden: int, *, text_dim: int, time_dim: int, channels: int, frames: int
    ) -> None:
        super().__init__()
        self.channels = channels
        self.words = nn.Linear(text_dim, hidden)
        self.time = nn.Linear(time_dim, hidden)
        self.modulation = nn.Linear(hidden, 4 * hidden)
        self.read = nn.Linear(channels * POINTS**2, hidden)
        self.frame_position = nn.Parameter(torch.randn(frames, hidden) * 0.02)
        self.unsure = nn.Parameter(torch.zeros(hidden))
        self.mix = nn.Linear(2 * hidden, hidden)
        self.draw = nn.Linear(hidden, (channels + 1) * POINTS**2)
        nn.init.normal_(self.draw.weight, std=0.01)
        nn.init.zeros_(self.draw.bias)
        with torch.no_grad():
            self.draw.bias[-(POINTS**2) :] = FAINT

    def forward(
        self,
        noisy: Tensor,
        path: Tensor,
        words: Tensor,
        time: Tensor,
        *,
        is_given: Tensor,
    ) -> Subject:
        """Draw the subject.

        Args:
            noisy: Noisy clip, [batch, channels, frames, height, width].
            path: Centre of the window in pixels, x and y, [batch, frames, 2].
            words: All words of the prompt in one vector, [batch, text_dim].
            time: Features of the noise level, [batch, time_dim].
            is_given: 1 where the path was given, 0 where it was found, [batch].
        """
        # Windows of the frames, as the subject sees them.
        size, frames = noisy.shape[-1], noisy.shape[2]
        across = tent_weights(path[..., 0], size=size, width=1.0)
        down = tent_weights(path[..., 1], size=size, width=1.0)
        pictures = noisy.transpose(1, 2)
        windows = down[:, :, None].mT @ pictures @ across[:, :, None]

        # What it looks like: each frame on its own, then with the others' mean.
        doubt = (1 - is_given)[:, None] * self.unsure
        signal = F.silu(self.words(words) + self.time(time) + doubt)
        modulation = self.modulation(signal)[:, None]
        shift_1, scale_1, shift_2, scale_2 = modulation.chunk(4, dim=-1)
        hidden = self.read(windows.flatten(2)) + self.frame_position[:frames]
        hidden = F.silu(_normalize(hidden) * (1 + scale_1) + shift_1)
        around = hidden.mean(1, keepdim=True).expand_as(hidden)
        mixed = self.mix(torch.cat([hidden, around], dim=-1))
        hidden = hidden + F.silu(_normalize(mixed) * (1 + scale_2) + shift_2)

        # Colour and opacity, back in the frame.
        drawn = self.draw(hidden).unflatten(-1, (self.channels + 1, POINTS, POINTS))
        color, opacity = drawn.float().split([self.channels, 1], dim=2)
        opacity = clear_faint(opacity.sigmoid())
        layer = torch.cat([color * opacity, opacity], dim=2)
        across = tent_weights(path[..., 0], size=size, width=PITCH)
        down = tent_weights(path[..., 1], size=size, width=PITCH)
        placed = (down[:, :, None] @ layer @ across[:, :, None].mT).transpose(1, 2)
        return Subject(*placed.split([self.channels, 1], dim=1))


class BackgroundLayer(nn.Module):
    """Averages what the subject leaves free over the frames, and mends the patches.

    The average of the noisy frames holds far less noise than any of them, and three 3x3
    convolutions over the whole picture leave no seams between patches.
    """

    def __init__(self, dim: int, hidden: int, *, channels: int) -> None:
        super().__init__()
        self.inward = nn.Conv2d(2 * channels, hidden, 3, padding=1)
        self.modulation = nn.Linear(dim, 2 * hidden)
        self.between = nn.Conv2d(hidden, hidden, 3, padding=1)
        self.outward = nn.Conv2d(hidden, channels, 3, padding=1)
        for weight in self.outward.parameters():
            nn.init.zeros_(weight)

    def forward(
        self, clean: Tensor, noisy: Tensor, uncovered: Tensor, signal: Tensor
    ) -> Tensor:
        """Draw the background.

        Args:
            clean: What the patches predict, [batch, channels, frames, height, width].
            noisy: What they saw, shaped like `clean`.
            uncovered: Share of each pixel that the subject leaves, [batch, 1, ...].
            signal: Noise level and words, [batch, dim].

        Returns:
            [batch, channels, 1, height, width].
        """
        # A pixel beside the subject is no good witness either: the patches blur edges.
        covered = F.max_pool3d(1 - uncovered, (1, 5, 5), stride=1, padding=(0, 2, 2))
        weight = (1 - covered) ** 2 + 1e-4
        weight = weight / weight.sum(2, keepdim=True)
        still, seen = ((clip * weight).sum(2) for clip in (clean, noisy))
        shift, scale = self.modulation(signal)[..., None, None].chunk(2, dim=1)
        hidden = self.inward(torch.cat([still, seen], dim=1))
        hidden = F.silu(hidden * (1 + scale) + shift)
        hidden = F.silu(self.between(hidden))
        return (still + self.outward(hidden))[:, :, None].float()


def clear_faint(opacity: Tensor) -> Tensor:
    """Make what is nearly clear quite clear, and what is nearly solid quite solid."""
    return ((opacity - HAZE) / (1 - 2 * HAZE)).clamp(0, 1)


def tent_weights(center: Tensor, *, size: int, width: float) -> Tensor:
    """Share of each window point in each pixel of a line, linear in the distance.

    Args:
        center: Where the window's middle is, in pixels, [batch, frames].
        size: Pixels of the line.
        width: Distance in pixels at which the share has fallen to zero.

    Returns:
        [batch, frames, size, POINTS].
    """
    pixel = torch.arange(size, device=center.device) + 0.5
    offset = (torch.arange(POINTS, device=center.device) + 0.5) * PITCH - REACH
    point = center[..., None] + offset
    return F.relu(1 - (pixel[:, None] - point[..., None, :]).abs() / width)


def expected_position(logits: Tensor) -> Tensor:
    """Mean place in pixels under a softmax over each frame.

    Args:
        logits: [batch, 1, frames, height, width].

    Returns:
        x and y, [batch, frames, 2].
    """
    odds = logits[:, 0].flatten(2).float().softmax(dim=-1).view_as(logits[:, 0])
    x = torch.arange(logits.shape[-1], device=logits.device) + 0.5
    y = torch.arange(logits.shape[-2], device=logits.device) + 0.5
    # Not as matrix products, which autocast would round to tenths of a pixel.
    return torch.stack([(odds.sum(2) * x).sum(-1), (odds.sum(3) * y).sum(-1)], dim=-1)


def _normalize(states: Tensor) -> Tensor:
    return F.rms_norm(states, (states.shape[-1],), eps=1e-6)
