"""Options of ``ruie experiment``."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from ruie_core.config import Settings
from ruie_core.experiments.agreed import Length


class ExperimentSettings(Settings):
    """What of an experiment is run, how, and where it goes."""

    seeds: int | None = Field(
        None, ge=1, description="Seeds 1..N of every trained variant; none: as agreed, else 5."
    )
    jobs: int | None = Field(None, ge=1, description="Processes at a time; none: one per core.")
    only: tuple[str, ...] = Field((), description="Variants (of tune: models) to run; none: all.")
    split: Literal["leave-one-out", "temporal"] | None = Field(
        None, description="Only trials of this split; none: all (of tune: leave-one-out)."
    )
    users: int | None = Field(
        None,
        ge=2,
        description="Train and test on so many users, drawn at random; none: as agreed, else all.",
    )
    epochs: int | None = Field(
        None, ge=1, description="Epochs at most; none: as agreed in plan.toml, else the default."
    )
    patience: int | None = Field(
        None, ge=1, description="Epochs without a better validation score; none: likewise."
    )
    batch_slots: int | None = Field(
        None, ge=1, description="Window positions per step; none: likewise. More suit a GPU."
    )
    trials: int = Field(20, ge=1, description="Of tune: configurations tried per model.")
    watched: tuple[Path, ...] = Field(
        (), description="KuaiRand logs of the dataset: their long_view says what was watched."
    )
    device: str = Field("auto", description="auto, cpu, cuda or mps.")
    force: bool = Field(
        False,
        description="Train finished trials again; of summary: leave out tables of lost trials.",
    )
    artefacts: Path = Field(
        Path("artefacts/experiments"), description="Where trials are kept (not committed)."
    )
    results: Path = Field(Path("experiments"), description="Where tables and chosen settings go.")

    @property
    def length(self) -> Length:
        """What the options say of how much is trained."""
        return Length(**{name: getattr(self, name) for name in Length.model_fields})

    def command(self, name: str, data: Path) -> str:
        """Write the command that makes these results, without what does not change them.

        >>> ExperimentSettings(seeds=2, jobs=4).command("ablation", Path("data/kuairand"))
        'ruie experiment ablation data/kuairand --seeds 2'
        """
        aside = {"jobs", "device", "force", "artefacts", "results", "only", "watched"}
        given = self.model_dump(exclude=aside, exclude_defaults=True)
        here = Path.cwd()
        place = data.relative_to(here) if data.is_relative_to(here) else data
        shown = place.name if place.is_absolute() else place.as_posix()
        if self.watched and name in ("watched", "all"):
            given["watched"] = " ".join(path.name for path in self.watched)
        options = [f"--{key.replace('_', '-')} {value}" for key, value in given.items()]
        return " ".join(["ruie", "experiment", name, shown, *options])
