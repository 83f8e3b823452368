"""Random search on validation events: the same budget for every trained model.

Trial 0 is the preset as it is; the others draw every setting that ``search.toml`` names for all
models and for the model itself. Draws depend on (seed, trial, name of the setting) alone, so that
all models try the same learning rates. Test events are taken out before anything is trained.
"""

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from pydantic import Field, RootModel, model_validator

from ruie_core.config import RunConfig, Settings, parse_settings
from ruie_core.errors import UserError
from ruie_core.experiments.chosen import FILE, read_chosen
from ruie_core.experiments.context import LEAVE_ONE_OUT, Context, sample_of, training_of
from ruie_core.experiments.provenance import commit
from ruie_core.experiments.store import Store
from ruie_core.experiments.trials import Trial, with_settings
from ruie_core.files import read_toml, write_json
from ruie_core.presets import PRESETS, Overrides, preset

SEED: Final = 0
"""Seed of the search and of its trainings; final runs have seeds from 1."""
RANGES: Final = "search.toml"
COMMON: Final = "all"
"""Section of ``search.toml`` that counts for every model."""


class Range(Settings):
    """Where a setting is sought: one of three ways."""

    log_uniform: tuple[float, float] | None = Field(None, description="Smallest and largest.")
    uniform: tuple[float, float] | None = Field(None, description="Smallest and largest.")
    choice: tuple[Any, ...] | None = Field(None, min_length=1, description="One of these.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.log_uniform, self.uniform, self.choice)) != 1:
            raise ValueError("give one of log_uniform, uniform, choice")
        return self

    def draw(self, rng: np.random.Generator) -> Any:
        """Draw a value; numbers have three digits, so that they can be read."""
        if self.choice is not None:
            return self.choice[rng.integers(len(self.choice))]
        if self.uniform is not None:
            return float(f"{rng.uniform(*self.uniform):.3g}")
        assert self.log_uniform is not None
        low, high = map(math.log, self.log_uniform)
        return float(f"{math.exp(rng.uniform(low, high)):.3g}")


class Ranges(RootModel[dict[str, dict[str, Range]]]):
    """Ranges by model, then by dotted name of the setting."""

    def of(self, model: str) -> dict[str, Range]:
        """Ranges of a model, with those of all models."""
        return self.root.get(COMMON, {}) | self.root.get(model, {})


def read_ranges(path: Path) -> Ranges:
    """Read ``search.toml``.

    Raises:
        UserError: the file is missing or wrong.
    """
    try:
        found = read_toml(path)
    except FileNotFoundError:
        raise UserError(
            f"{path} is missing, so there is nothing to search in: restore the file."
        ) from None
    return parse_settings(Ranges, found, str(path))


def candidates(ranges: Mapping[str, Range], trials: int) -> list[Overrides]:
    """Settings to try; the first changes nothing."""
    return [{}] + [
        {
            name: where.draw(np.random.default_rng([SEED, trial, zlib.crc32(name.encode())]))
            for name, where in ranges.items()
        }
        for trial in range(1, trials)
    ]


def plan(context: Context, ranges: Ranges, split: str) -> Iterator[Trial]:
    """Plan the search of every trained model."""
    for model in PRESETS:
        tried = candidates(ranges.of(model), context.settings.trials)
        for number, overrides in enumerate(tried):
            changed = {**preset(model), **training_of(context.settings.length), **overrides}
            config = with_settings(
                RunConfig(), {**changed, "train.split": split, "train.seed": SEED}
            )
            yield Trial(
                experiment=f"tune/{model}",
                variant=str(number),
                model=model,
                config=config,
                dataset=context.name,
                dataset_hash=context.dataset.hash,
                data=context.data,
                transforms=sample_of(context.settings.length),
                tuning=True,
            )


def choose(context: Context, store: Store, trials: Sequence[Trial], split: str) -> Path:
    """Write the best settings of each model to ``chosen.json``; entries of others stay.

    A trial that broke counts as tried; a model whose every trial broke gets no entry.

    Args:
        context: what was searched.
        store: where the trials lie.
        trials: all trials of the search.
        split: whose validation events count.
    """
    path = context.settings.results / context.name / FILE
    chosen = dict(read_chosen(path).splits)
    chosen[split] = dict(chosen.get(split, {}))
    by_model: dict[str, list[Trial]] = {}
    for trial in trials:
        by_model.setdefault(trial.model, []).append(trial)
    for model, tried in by_model.items():
        rows = [store.row(trial) for trial in tried]
        scores = [None if row is None else row["validation_ndcg10"] for row in rows]
        known = [score for score in scores if score is not None]
        if not known:
            continue
        best = scores.index(max(known))
        chosen[split][model] = {
            "overrides": difference(tried[best], context),
            "validation_ndcg10": scores[best],
            "preset_validation_ndcg10": scores[0],
            "trials": len(tried),
            "trials_broken": len(tried) - len(known),
            "best_trial": best,
            "seed": SEED,
            "users": context.settings.users,
            "epochs": tried[best].config.train.epochs,
            "patience": tried[best].config.train.patience,
            "dataset_hash": context.dataset.hash,
            "commit": commit(),
            "command": context.settings.command("tune", context.data),
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, chosen)
    return path


def difference(trial: Trial, context: Context) -> Overrides:
    """Settings of a trial that neither its preset nor the length of the search set."""
    aside = {"train.split", "train.seed", *training_of(context.settings.length)}
    plain = with_settings(RunConfig(), preset(trial.model)).model_dump(mode="json")
    return {
        f"{section}.{name}": value
        for section, values in trial.config.model_dump(mode="json").items()
        for name, value in values.items()
        if f"{section}.{name}" not in aside and value != plain[section][name]
    }


def tuned_split(context: Context) -> str:
    """Split whose validation events are searched on: leave-one-out unless the options say else."""
    return context.settings.split or LEAVE_ONE_OUT
