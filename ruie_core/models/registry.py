"""Known models by name."""

from collections.abc import Callable

from ruie_core.config import ModelConfig
from ruie_core.errors import UserError
from ruie_core.models.base import SequenceModel
from ruie_core.models.caser import Caser
from ruie_core.models.din import Din
from ruie_core.models.gru4rec import Gru4Rec
from ruie_core.models.pepnet import PepNet
from ruie_core.models.plain_nextitnet import PlainNextItNet
from ruie_core.models.ruie import Ruie
from ruie_core.models.sac import Sac
from ruie_core.models.sasrec import SasRec
from ruie_core.models.sqn import Sqn
from ruie_core.models.star import Star

MODELS: dict[str, Callable[..., SequenceModel]] = {
    "caser": Caser,
    "din": Din,
    "gru4rec": Gru4Rec,
    "nextitnet": PlainNextItNet,
    "pepnet": PepNet,
    "ruie": Ruie,
    "sac": Sac,
    "sasrec": SasRec,
    "sqn": Sqn,
    "star": Star,
}


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
