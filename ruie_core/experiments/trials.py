"""A trial: one training run (or one count) of an experiment, as data."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from ruie_core.config import RunConfig, Settings, parse_settings
from ruie_core.experiments.transforms import Transform
from ruie_core.presets import Overrides

_TRAINED_BY: Final = {"model", "objective", "train"}
"""Sections of the settings that change what is trained."""


class Trial(Settings):
    """What is trained, on what, and what is kept of it.

    Two trials with one ``key`` have the same outcome: it is trained once.
    """

    experiment: str = Field(description="Name of the experiment; tune/<model> for a search.")
    variant: str = Field(description="What is varied, in the words of tables.")
    model: str = Field(description="Name of the model in tables: a preset or a counted baseline.")
    config: RunConfig = Field(description="All settings; the seed is train.seed.")
    dataset: str = Field(description="Name of the dataset.")
    dataset_hash: str = Field(description="Hash of the prepared dataset's content.")
    data: Path = Field(description="Where the prepared dataset lies.")
    truth: Path | None = Field(None, description="Folder that says which events are noise.")
    counted: bool = Field(False, description="The model is counted, not trained.")
    transforms: tuple[Transform, ...] = Field((), description="Applied to the data, in order.")
    x: float | None = Field(None, description="Place on the experiment's axis: noise, data share.")
    tables: tuple[str, ...] = Field((), description="Tables to keep beside the ranks.")
    tuning: bool = Field(False, description="Take the test events out and rank none of them.")

    @property
    def seed(self) -> int:
        """Seed of weights, windows and negatives."""
        return self.config.train.seed

    @property
    def key(self) -> str:
        """12 hexadecimal digits of the SHA-256 of the data and of all that changes the outcome.

        Settings at their defaults are not in it, so that a setting that is added later leaves
        finished trials their names; ``same_settings`` notices a default that moved.
        """
        settings = self.config.model_dump(mode="json", include=_TRAINED_BY, exclude_defaults=True)
        if self.counted:
            settings = {"counted": self.model, "split": self.config.train.split}
        outcome = {
            "data": self.dataset_hash,
            "settings": settings,
            "transforms": [each.model_dump(mode="json") for each in self.transforms],
            "truth": self.truth is not None,
            "tables": sorted(self.tables),
            "tuning": self.tuning,
        }
        return hashlib.sha256(json.dumps(outcome, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def name(self) -> str:
        """Where the trial lies under its dataset: ``ablation/gate_q-1-0123456789ab``."""
        variant = re.sub(r"[^\w.-]+", "_", self.variant)
        return f"{self.experiment}/{variant}-{self.seed}-{self.key}"

    @property
    def label(self) -> str:
        """How a person calls the trial."""
        x = "" if self.x is None else f" at {self.x:g}"
        split = self.config.train.split
        return f"{self.experiment}: {self.variant}{x}, {split}, seed {self.seed}"

    def same_settings(self, config: dict[str, Any]) -> bool:
        """Whether stored settings agree with this trial's, as far as both know them."""
        mine = self.config.model_dump(mode="json", include=_TRAINED_BY)
        return all(
            value == config[section][name]
            for section in _TRAINED_BY & config.keys()
            for name, value in mine[section].items()
            if name in config[section]
        )


def with_settings(config: RunConfig, overrides: Overrides) -> RunConfig:
    """Change settings by dotted name.

    >>> with_settings(RunConfig(), {"objective.gate": "q"}).objective.gate
    'q'

    Raises:
        UserError: a name is unknown or a value out of range.
    """
    values = config.model_dump()
    for name, value in overrides.items():
        section, _, key = name.partition(".")
        values.setdefault(section, {})[key] = value
    return parse_settings(RunConfig, values, "experiment")
