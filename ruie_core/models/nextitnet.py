"""NextItNet: causal dilated convolutions over a sequence of events.

Yuan et al., "A Simple Convolutional Generative Network for Next Item Recommendation", WSDM 2019,
https://arxiv.org/abs/1808.05163, figure 3b (the residual block with two dilated layers).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class CausalConv(nn.Conv2d):
    """Dilated convolution over time that sees no later event.

    Its taps are laid side by side and meet the kernel in one matrix product: faster than the
    library's convolution on a CPU, and on a GPU full float32 where that would round to TF32 and
    look for a plan at every new length. Weights have a (1, k) image kernel's shape, (d, d, 1, k).
    """

    def __init__(self, width: int, kernel_size: int, dilation: int) -> None:
        super().__init__(width, width, (1, kernel_size), dilation=(1, dilation))
        self.reach = (kernel_size - 1) * dilation

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, d) → (B, L, d).

        Taps that reach back beyond a short window meet only padding and are left out.
        """
        length, dilation = x.shape[1], self.dilation[1]
        taps = min(self.kernel_size[1], 1 + (length - 1) // dilation)
        padded = F.pad(x, (0, 0, (taps - 1) * dilation, 0))
        seen = [padded[:, start : start + length] for start in range(0, taps * dilation, dilation)]
        kernel = self.weight[:, :, 0, -taps:].transpose(1, 2).flatten(1)  # (d, taps · d)
        return F.linear(torch.cat(seen, dim=-1), kernel, self.bias)


class ResidualBlock(nn.Module):
    """Two causal convolutions, dilations n and 2n, with layer norms and ReLUs, plus the input.

    Dropout on what a block adds is ours: without it a short log is learnt by heart.
    """

    def __init__(self, width: int, kernel_size: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.first = CausalConv(width, kernel_size, dilation)
        self.first_norm = nn.LayerNorm(width)
        self.second = CausalConv(width, kernel_size, 2 * dilation)
        self.second_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.reach = self.first.reach + self.second.reach

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, d) → (B, L, d)."""
        y = F.relu(self.first_norm(self.first(x)))
        added: Tensor = self.dropout(F.relu(self.second_norm(self.second(y))))
        return x + added


class NextItNet(nn.Module):
    """The backbone: a stack of residual blocks, and a layer norm over what they add up to.

    The norm is ours: a sum of ReLUs only grows, and scores with it.

    Attributes:
        context: events that one output depends on, itself included (the receptive field):
            1 + Σ over blocks of (kernel_size − 1) · 3 · dilation.
    """

    def __init__(
        self,
        width: int,
        kernel_size: int,
        dilations: Sequence[int],
        repeats: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        blocks = [
            ResidualBlock(width, kernel_size, dilation, dropout)
            for _ in range(repeats)
            for dilation in dilations
        ]
        self.context = 1 + sum(block.reach for block in blocks)
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, d) embedded events → (B, L, d) states h_t; padding on the right changes none."""
        hidden: Tensor = self.norm(self.blocks(x))
        return hidden
