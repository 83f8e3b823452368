"""AdamW for the network; for a large catalogue, Adam on only the table rows in use."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ruie_core.config import TrainConfig
from ruie_core.models.base import SequenceModel


class Optimizer:
    """AdamW on dense parameters and, for sparse tables of items, SparseAdam on touched rows.

    Weight decay applies to matrices only: not to embeddings, norms or biases. The gradient norm
    is clipped over the dense parameters; a sparse table's step is bounded by Adam itself.
    """

    def __init__(self, model: SequenceModel, config: TrainConfig) -> None:
        self.clip_norm = config.clip_norm
        embeddings = [each for each in model.modules() if isinstance(each, nn.Embedding)]
        tables = {id(table.weight) for table in embeddings}
        sparse = [table.weight for table in embeddings if table.sparse]
        self.dense = [
            p for p in model.parameters() if p.requires_grad and all(p is not s for s in sparse)
        ]
        decayed = [p for p in self.dense if p.ndim > 1 and id(p) not in tables]
        plain = [p for p in self.dense if p.ndim <= 1 or id(p) in tables]
        groups = [
            {"params": decayed, "weight_decay": config.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        fused = model.items.weight.device.type in ("cpu", "cuda")
        self.parts: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(groups, lr=config.learning_rate, fused=fused)
        ]
        if sparse:
            self.parts.append(torch.optim.SparseAdam(sparse, lr=config.learning_rate))

    def step(self, loss: Tensor) -> None:
        """Backpropagate, clip and update."""
        for part in self.parts:
            part.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.dense, self.clip_norm)
        for part in self.parts:
            part.step()

    def tensors(self) -> dict[str, Tensor]:
        """All state as named tensors (for safetensors)."""
        return {
            f"{number}.{index}.{key}": torch.as_tensor(value)
            for number, part in enumerate(self.parts)
            for index, state in part.state_dict()["state"].items()
            for key, value in state.items()
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take back what ``tensors`` gave."""
        for number, part in enumerate(self.parts):
            states: dict[int, dict[str, Tensor | int]] = {}
            for name, tensor in tensors.items():
                owner, index, key = name.split(".", 2)
                if int(owner) == number:
                    whole = key == "step" and isinstance(part, torch.optim.SparseAdam)
                    states.setdefault(int(index), {})[key] = int(tensor) if whole else tensor
            part.load_state_dict(part.state_dict() | {"state": states})
