"""Counting what a clip takes while it is made: evaluations and operations.

A multiplication and an addition count as two. Only the first evaluation of each network
is looked into; the others of a clip have the same shapes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count


def _count_attention(
    query: Any, key: Any, value: Any, *args: Any, **kwargs: Any
) -> int:
    """Count the operations of attention from the shapes of its inputs."""
    return sdpa_flop_count(query, key, value)


# The counter knows the fused attention of GPUs, not that of CPUs.
ATTENTION = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _count_attention
}


@dataclass
class Tally:
    """What the networks of one clip did.

    Attributes:
        evaluations: Clips' worth of evaluations: guidance doubles them, also where both
            halves go through the network as one batch.
        flops: Floating-point operations of these evaluations, without codec and text.
    """

    evaluations: int = 0
    flops: int = 0
    _per_call: dict[int, int] = field(default_factory=dict)

    def count_call(
        self, network: nn.Module, forward: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Run one evaluation and count it."""
        if id(network) in self._per_call:
            output = forward(*args, **kwargs)
        else:
            with count_flops() as counter:
                output = forward(*args, **kwargs)
            self._per_call[id(network)] = counter.get_total_flops()
        self.flops += self._per_call[id(network)]
        self.evaluations += len(_first_tensor(output))
        return output


@contextmanager
def tally(networks: list[nn.Module]) -> Iterator[Tally]:
    """Count the evaluations of networks within the block."""
    counted = Tally()
    originals = [network.forward for network in networks]
    for network, forward in zip(networks, originals, strict=True):
        network.forward = _wrap(counted, network, forward)
    try:
        yield counted
    finally:
        for network, forward in zip(networks, originals, strict=True):
            network.forward = forward


def count_flops() -> FlopCounterMode:
    """Return a counter that knows the attention of every device."""
    return FlopCounterMode(display=False, custom_mapping=ATTENTION)


def _wrap(
    counted: Tally, network: nn.Module, forward: Callable[..., Any]
) -> Callable[..., Any]:
    def forward_counted(*args: Any, **kwargs: Any) -> Any:
        return counted.count_call(network, forward, *args, **kwargs)

    return forward_counted


def _first_tensor(output: Any) -> Tensor:
    """Return the prediction of a network, however it is wrapped."""
    return output[0] if isinstance(output, tuple) else output.sample
