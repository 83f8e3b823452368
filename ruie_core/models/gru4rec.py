"""GRU4Rec: a recurrent state over item embeddings.

Hidasi et al., "Session-based Recommendations with Recurrent Neural Networks", ICLR 2016,
https://arxiv.org/abs/1511.06939. Deviations: items enter by their embeddings instead of one-hot
codes, and one item table serves input and output.
"""

from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.plain import WindowedModel
from ruie_core.models.types import Outputs, SequenceBatch


class Gru4Rec(WindowedModel):
    """Stacked GRUs from the window's first event on, and a projection to the items' space."""

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        width, layers = config.width, config.layers
        between = config.dropout if layers > 1 else 0.0
        self.gru = nn.GRU(width, width, layers, batch_first=True, dropout=between)
        self.project = nn.Linear(width, width)

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:  # noqa: ARG002
        """Read every prefix of every window; the request is ignored."""
        hidden, _ = self.gru(self.dropout(self.embed(batch)))
        return Outputs(hidden, self.project(self.dropout(hidden)))
