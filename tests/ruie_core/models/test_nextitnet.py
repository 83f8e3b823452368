"""The convolution is one matrix product: it must be what the library's convolution computes."""

import pytest
import torch
import torch.nn.functional as F

from ruie_core.models.nextitnet import CausalConv


def by_library(conv: CausalConv, x: torch.Tensor) -> torch.Tensor:
    """The same taps by torch's 1-D convolution, padded on the left alone."""
    image = F.pad(x.transpose(1, 2), (conv.reach, 0))
    return F.conv1d(
        image, conv.weight[:, :, 0], conv.bias, dilation=conv.dilation[1]
    ).transpose(1, 2)  # fmt: skip


@pytest.mark.parametrize("length", [1, 2, 3, 7, 30])
@pytest.mark.parametrize(("kernel", "dilation"), [(2, 1), (3, 1), (3, 4), (5, 3)])
def test_a_causal_convolution_is_the_librarys(length: int, kernel: int, dilation: int) -> None:
    torch.manual_seed(length)
    conv = CausalConv(6, kernel, dilation).double()
    x = torch.randn(3, length, 6, dtype=torch.float64, requires_grad=True)
    wanted = torch.randn(3, length, 6, dtype=torch.float64)
    found = []
    for made in (conv(x), by_library(conv, x)):
        slopes = torch.autograd.grad((made * wanted).sum(), (x, conv.weight, conv.bias))
        found.append((made, *slopes))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)
