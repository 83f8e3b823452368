"""NextItNet as a recommender of its own, without scenarios, attention or Q-values.

Yuan et al., "A Simple Convolutional Generative Network for Next Item Recommendation", WSDM 2019,
https://arxiv.org/abs/1808.05163. Deviation: one item table serves input and output (the paper has
a softmax layer of its own), as in every model here.
"""

from torch import Tensor

from ruie_core.config import ModelConfig
from ruie_core.models.nextitnet import NextItNet
from ruie_core.models.plain import PlainModel
from ruie_core.models.types import Outputs, SequenceBatch


class PlainNextItNet(PlainModel):
    """The backbone's state is the intent."""

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        self.backbone = NextItNet(
            config.width, config.kernel_size, config.dilations, config.repeats, config.dropout
        )
        self.encoder_context = self.backbone.context

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:  # noqa: ARG002
        """Read every prefix of every window; the request is ignored."""
        hidden = self.backbone(self.dropout(self.embed(batch)))
        return Outputs(hidden, hidden)
