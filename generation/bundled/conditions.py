"""The condition channels the transformer reads beside the noisy clip."""

import torch
from torch import Tensor

HEAT_SIGMA = 0.07  # width of the trajectory's Gaussian spot, share of the picture


def draw_heat_map(trajectory: Tensor, *, size: int) -> Tensor:
    """Turn trajectories [batch, frames, 2] (x, y in 0..1) into Gaussian spots.

    Returns:
        [batch, frames, size, size] in 0..1.
    """
    grid = (torch.arange(size) + 0.5) / size
    across = torch.exp(-((grid - trajectory[..., :1]) ** 2) / (2 * HEAT_SIGMA**2))
    down = torch.exp(-((grid - trajectory[..., 1:]) ** 2) / (2 * HEAT_SIGMA**2))
    return down[..., :, None] * across[..., None, :]


def join_conditions(
    first_frame: Tensor, heat_map: Tensor, *, has_image: Tensor, has_trajectory: Tensor
) -> Tensor:
    """Join the condition channels; what is not shown is zero.

    Args:
        first_frame: [batch, 3, height, width] in -1..1.
        heat_map: [batch, frames, height, width] in 0..1.
        has_image: 1 or 0, [batch].
        has_trajectory: 1 or 0, [batch].

    Returns:
        [batch, 6, frames, height, width].
    """
    batch, frames, height, width = heat_map.shape
    shown_image = has_image.view(batch, 1, 1, 1, 1)
    shown_trajectory = has_trajectory.view(batch, 1, 1, 1, 1)
    full = (batch, 1, frames, height, width)
    image = (first_frame[:, :, None] * shown_image).expand(-1, -1, frames, -1, -1)
    return torch.cat(
        [
            image,
            shown_image.expand(full),
            heat_map[:, None] * shown_trajectory,
            shown_trajectory.expand(full),
        ],
        dim=1,
    )
