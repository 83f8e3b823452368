"""Caser: the last few items as an image, read by horizontal and vertical filters.

Tang and Wang, "Personalized Top-N Sequential Recommendation via Convolutional Sequence Embedding",
WSDM 2018, https://arxiv.org/abs/1809.07426, equations 3 to 10. Deviations: the user's embedding,
which stands beside the filters' answer, is made of the items they met (``models.taste``, 50 in
the preset), so that a state is a function of the history alone and unknown users and what-if
histories have one too; what the filters say is scored against the items that they read; items have
no bias.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.plain import PlainModel
from ruie_core.models.types import Outputs, SequenceBatch

HORIZONTAL: Final = 16
"""Horizontal filters of each height, as in the authors' code."""
VERTICAL: Final = 4
"""Vertical filters, as in the authors' code."""


class Caser(PlainModel):
    """Convolutions over the last ``markov_order`` items, at every position at once."""

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        width, order = config.width, config.markov_order
        self.encoder_context = order
        self.horizontal = nn.ModuleList(
            nn.Conv1d(width, HORIZONTAL, height) for height in range(1, order + 1)
        )
        self.vertical = nn.Conv2d(1, VERTICAL, (order, 1))
        self.combine = nn.Linear(HORIZONTAL * order + VERTICAL * width, width)
        self.project = nn.Linear(width, width)

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:  # noqa: ARG002
        """Read every prefix of every window; the request is ignored."""
        hidden = F.relu(self.combine(self.dropout(self.filtered(self.embed(batch)))))
        return Outputs(hidden, self.project(hidden))

    def filtered(self, embedded: Tensor) -> Tensor:
        """(B, L, d) items → (B, L, F) all filters' answers to the image that ends at each.

        Zeros stand to the left of a window's first item, as in the paper. A horizontal filter of
        height h slides over an image of L_c rows in L_c − h + 1 steps and keeps its largest
        answer: sliding it over the whole sequence and pooling as many neighbours is the same.
        """
        order = self.encoder_context
        padded = F.pad(embedded, (0, 0, order - 1, 0))  # (B, L + L_c − 1, d)
        sequence = padded.transpose(1, 2)
        answers = [
            F.max_pool1d(F.relu(filters(sequence)), order - height + 1, stride=1)
            for height, filters in enumerate(self.horizontal, start=1)
        ]  # each (B, HORIZONTAL, L)
        columns = self.vertical(padded.unsqueeze(1))  # (B, VERTICAL, L, d)
        return torch.cat(
            [*(a.transpose(1, 2) for a in answers), columns.transpose(1, 2).flatten(2)], dim=-1
        )
