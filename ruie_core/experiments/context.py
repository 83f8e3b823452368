"""What an experiment plans with: the data, the chosen settings, the options."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ruie_core.config import RunConfig
from ruie_core.data.dataset import Dataset
from ruie_core.experiments.agreed import SEEDS, Agreed, Length
from ruie_core.experiments.chosen import Chosen
from ruie_core.experiments.counted import COUNTED, NEED_CLOCK
from ruie_core.experiments.settings import ExperimentSettings
from ruie_core.experiments.transforms import SubsampleUsers, Transform
from ruie_core.experiments.trials import Trial, with_settings
from ruie_core.presets import Overrides, preset

LEAVE_ONE_OUT: Final = "leave-one-out"
TEMPORAL: Final = "temporal"


@dataclass(frozen=True)
class Context:
    """What an experiment plans with.

    Attributes:
        name: of the dataset.
        data: where it lies.
        dataset: what it holds.
        chosen: settings found by tuning.
        settings: options of the command.
        truth: folder that says which events are noise, where that is known.
        agreed: how experiments run where the options say nothing.
    """

    name: str
    data: Path
    dataset: Dataset
    chosen: Chosen
    settings: ExperimentSettings
    truth: Path | None = None
    agreed: Agreed = field(default_factory=Agreed)

    @property
    def splits(self) -> tuple[str, ...]:
        """Splits that mean something on this log: the temporal one needs a clock."""
        return (LEAVE_ONE_OUT, TEMPORAL) if self.dataset.has_clock else (LEAVE_ONE_OUT,)

    def trials(
        self,
        experiment: str,
        variant: str,
        model: str,
        overrides: Overrides | None = None,
        *,
        split: str = LEAVE_ONE_OUT,
        transforms: tuple[Transform, ...] = (),
        x: float | None = None,
        tables: tuple[str, ...] = (),
    ) -> Iterator[Trial]:
        """Plan a variant, once per seed: preset, then tuned settings, then ``overrides``.

        Nothing is planned of a baseline that needs a clock, where the log has none.

        Args:
            experiment: name of the experiment.
            variant: name of the variant.
            model: a preset, or a counted baseline (which has one seed).
            overrides: what the variant changes.
            split: how events are held out.
            transforms: what it does to the data, after the sample of users.
            x: place on the experiment's axis.
            tables: tables to keep beside the ranks.
        """
        if model in NEED_CLOCK and not self.dataset.has_clock:
            return
        counted = model in COUNTED
        named = {} if counted else {**preset(model), **self.chosen.overrides(model, split)}
        length = self.length(experiment, split)
        changed = {**named, **training_of(length), **(overrides or {}), "train.split": split}
        config = with_settings(RunConfig(), changed)
        for seed in range(1, 1 + (1 if counted else length.seeds or SEEDS)):
            yield Trial(
                experiment=experiment,
                variant=variant,
                model=model,
                config=with_settings(config, {"train.seed": seed}),
                dataset=self.name,
                dataset_hash=self.dataset.hash,
                data=self.data,
                truth=self.truth,
                counted=counted,
                transforms=(*sample_of(length), *transforms),
                x=x,
                tables=tables,
            )

    def length(self, experiment: str, split: str = LEAVE_ONE_OUT) -> Length:
        """How much an experiment trains: what the options say, else what is agreed."""
        return self.settings.length.over(self.agreed.of(self.name, experiment, split))


def training_of(length: Length) -> Overrides:
    """Return how long to train, and on how much at a time, where that was said."""
    given = length.model_dump(include={"epochs", "patience", "batch_slots"}, exclude_none=True)
    return {f"train.{name}": value for name, value in given.items()}


def sample_of(length: Length) -> tuple[Transform, ...]:
    """Return the draw of users, where one was asked for."""
    return () if length.users is None else (SubsampleUsers(users=length.users),)
