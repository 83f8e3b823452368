"""Batch normalisation with statistics per scenario.

Sheng et al., CIKM 2021, https://arxiv.org/abs/2101.11427, equations 1 to 4.
"""

from typing import Final

import torch
from torch import Tensor, nn

MOMENTUM: Final = 0.1
"""Step of the running statistics towards a batch's."""
FEWEST_ROWS: Final = 8
"""A domain with fewer rows in a batch is normalised by its running statistics: those of a handful
of rows are noise."""
_EPSILON = 1e-5


class PartitionedNorm(nn.Module):
    """Normalise rows by their own domain's statistics, then scale by γ ∘ γ_k and add β + β_k.

    The statistics are the batch's in training and running ones in evaluation. γ_k is held as
    1 + Δ_k, so that weight decay draws a rare domain to the shared scale.
    """

    running_mean: Tensor
    running_variance: Tensor

    def __init__(self, domains: int, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.shift = nn.Parameter(torch.zeros(width))
        self.own_scale = nn.Parameter(torch.zeros(domains, width))
        self.own_shift = nn.Parameter(torch.zeros(domains, width))
        self.register_buffer("running_mean", torch.zeros(domains, width))
        self.register_buffer("running_variance", torch.ones(domains, width))

    def forward(self, x: Tensor, domain: Tensor) -> Tensor:
        """Normalise (N, d) rows by their (N,) int64 domains, counted from 0: (N, d) float32."""
        x = x.float()
        mean, variance = self.running_mean, self.running_variance
        if self.training:
            mean, variance = self._follow(x, domain)
        normal = (x - mean[domain]) * (variance[domain] + _EPSILON).rsqrt()
        scale = self.scale * (1 + self.own_scale[domain])
        return normal * scale + self.shift + self.own_shift[domain]

    def _follow(self, x: Tensor, domain: Tensor) -> tuple[Tensor, Tensor]:
        """(domains, d) mean and variance to normalise by; the running ones take a step."""
        rows = domain.bincount(minlength=len(self.running_mean))
        enough, n = (rows >= FEWEST_ROWS)[:, None], rows.clamp(min=1)[:, None]
        zeros = torch.zeros_like(self.running_mean)
        mean = zeros.index_add(0, domain, x) / n
        variance = zeros.index_add(0, domain, (x - mean[domain]).square()) / n
        # Copies: the buffers change in place below, and backward needs what was used.
        mean = torch.where(enough, mean, self.running_mean)
        variance = torch.where(enough, variance, self.running_variance)
        with torch.no_grad():
            self.running_mean.lerp_(mean, MOMENTUM)
            self.running_variance.lerp_(variance, MOMENTUM)
        return mean, variance
