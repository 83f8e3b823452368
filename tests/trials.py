"""Small trials for the tests of experiments."""

from pathlib import Path

from ruie_core.config import RunConfig
from ruie_core.experiments.trials import Trial, with_settings

TINY = {
    "model.width": 8,
    "model.dilations": (1,),
    "model.attention_span": 4,
    "objective.negatives": 16,
    "train.window": 12,
    "train.batch_slots": 256,
    "train.epochs": 2,
}


def make_trial(data: Path = Path("nowhere"), overrides: dict | None = None, **fields) -> Trial:
    """Build a trial; ``overrides`` are settings by dotted name, ``fields`` those of the trial."""
    config = with_settings(RunConfig(), TINY | (overrides or {}))
    names = {"experiment": "ablation", "variant": "ruie", "model": "ruie"}
    place = {"dataset": "tiny", "dataset_hash": "0", "data": data}
    return Trial(**{"config": config} | names | place | fields)
