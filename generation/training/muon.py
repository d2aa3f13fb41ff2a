"""Muon: momentum whose update is made orthogonal, for the blocks' 2-D weights.

torch.optim.Muon always computes in bfloat16, which is slow on most CPUs; here the
caller chooses.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

# Polynomials that bring every singular value near one, steepest first.
POLYNOMIALS = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)


def orthogonalize(matrices: Tensor) -> Tensor:
    """Replace the singular values of each of [count, rows, columns] by about one."""
    is_tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if is_tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for a, b, c in POLYNOMIALS:
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if is_tall else x


class Muon(torch.optim.Optimizer):
    """Orthogonal momentum with decoupled weight decay."""

    def __init__(
        self,
        params: Iterable[Tensor],
        *,
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.01,
        compute_dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(
            params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        )
        self.compute_dtype = compute_dtype

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Update every weight; equal shapes are orthogonalised together."""
        for group in self.param_groups:
            updates: dict[torch.Size, list[tuple[Tensor, Tensor]]] = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    update = self._accelerate(
                        weight, weight.grad, momentum=group["momentum"]
                    )
                    updates[weight.shape].append((weight, update))
            for shape, pairs in updates.items():
                self._apply(group, shape, pairs)

    def _accelerate(
        self, weight: Tensor, gradient: Tensor, *, momentum: float
    ) -> Tensor:
        state: dict[str, Any] = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].lerp_(gradient, 1 - momentum)
        return gradient.lerp(state["momentum"], momentum)  # Nesterov

    def _apply(
        self,
        group: dict[str, Any],
        shape: torch.Size,
        pairs: list[tuple[Tensor, Tensor]],
    ) -> None:
        stacked = torch.stack([update for _, update in pairs])
        directions = orthogonalize(stacked.to(self.compute_dtype)).to(stacked.dtype)
        reach = group["lr"] * max(1.0, shape[0] / shape[1]) ** 0.5
        for (weight, _), direction in zip(pairs, directions, strict=True):
            weight.mul_(1 - group["lr"] * group["weight_decay"])
            weight.add_(direction, alpha=-reach)
