"""What the plain sequential baselines share: their input."""

from typing import ClassVar

from torch import Tensor

from ruie_core.config import ModelConfig
from ruie_core.errors import UserError
from ruie_core.models.base import SequenceModel
from ruie_core.models.types import SequenceBatch


class PlainModel(SequenceModel):
    """A baseline that reads items only, as its paper has it, and ignores the request.

    With ``event_scenarios`` the scenario of an event is added to its item, and nothing else
    changes: an ablation. Without, the scenario table is there but takes no part.
    """

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        self.event_scenarios = config.event_scenarios
        self.scenarios.requires_grad_(config.event_scenarios)

    def embed(self, batch: SequenceBatch) -> Tensor:
        """(B, L, d) input of each event, before dropout; 0 at padding."""
        item = self.read(batch.items)
        return item + self.scenarios(batch.scenarios) if self.event_scenarios else item


class WindowedModel(PlainModel):
    """A plain model whose state depends on its place in the window.

    It reads windows of at most ``max_length`` events, in training as in evaluation.
    """

    windowed: ClassVar[bool] = True

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        self.encoder_context = config.max_length

    def embed(self, batch: SequenceBatch) -> Tensor:
        """(B, L, d) input of each event, before dropout; 0 at padding.

        Raises:
            UserError: the windows are longer than the model reads.
        """
        if batch.items.shape[1] > self.context:
            raise UserError(
                f"Windows of {batch.items.shape[1]} events are longer than model.max_length "
                f"{self.context}: lower --train.window or raise --model.max-length."
            )
        return super().embed(batch)
