"""Known models by name."""

from collections.abc import Callable

from ruie_core.config import ModelConfig
from ruie_core.errors import UserError
from ruie_core.models.base import SequenceModel
from ruie_core.models.ruie import Ruie

MODELS: dict[str, Callable[..., SequenceModel]] = {"ruie": Ruie}


def build_model(
    config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
) -> SequenceModel:
    """Build a registered model with fresh weights (from torch's global generator).

    Raises:
        UserError: the name is not registered.
    """
    if config.name not in MODELS:
        known = ", ".join(sorted(MODELS))
        raise UserError(f"model.name {config.name!r} is unknown: choose one of {known}.")
    return MODELS[config.name](config, n_items, n_scenarios, sparse=sparse)
