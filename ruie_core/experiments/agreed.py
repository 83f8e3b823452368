"""``plan.toml``: how an experiment runs where the options of its command say nothing.

What the tables of a repository were made with is agreed there, by dataset and experiment, so that
``ruie experiment all DATASET`` makes the same tables again.
"""

from pathlib import Path
from typing import Final

from pydantic import Field

from ruie_core.config import Settings, parse_settings
from ruie_core.files import read_toml

FILE: Final = "plan.toml"
ALL: Final = "all"
SEEDS: Final = 5
"""Of every trained variant, where nothing else was agreed."""


class Length(Settings):
    """How much is trained: what is not given is taken from elsewhere."""

    seeds: int | None = Field(None, ge=1, description="Seeds 1..N of every trained variant.")
    users: int | None = Field(None, ge=2, description="Users that are drawn at random.")
    epochs: int | None = Field(None, ge=1, description="Epochs at most.")
    patience: int | None = Field(None, ge=1, description="Epochs without a better validation.")
    batch_slots: int | None = Field(None, ge=1, description="Window positions per step.")

    def over(self, other: "Length") -> "Length":
        """Return these values, and those of ``other`` where these are silent.

        >>> Length(seeds=2).over(Length(seeds=5, epochs=9))
        Length(seeds=2, users=None, epochs=9, patience=None, batch_slots=None)
        """
        return Length(**(other.model_dump() | self.model_dump(exclude_none=True)))


class Agreed(Settings):
    """Lengths by dataset and experiment.

    ``leaderboard/temporal`` speaks of one split, ``all`` of what no other entry says.
    """

    lengths: dict[str, dict[str, Length]] = Field({}, description="Dataset → experiment → length.")

    def of(self, dataset: str, experiment: str, split: str) -> Length:
        """Return what is agreed for an experiment on a dataset, the split's own first.

        >>> agreed = Agreed(lengths={"log": {"all": Length(patience=4), "a": Length(epochs=9),
        ...                                  "a/temporal": Length(seeds=3)}})
        >>> agreed.of("log", "a", "temporal")
        Length(seeds=3, users=None, epochs=9, patience=4, batch_slots=None)
        >>> agreed.of("other", "a", "temporal").seeds
        """
        known = self.lengths.get(dataset, {})
        found = Length()
        for name in (f"{experiment}/{split}", experiment, ALL):
            found = found.over(known.get(name, Length()))
        return found


def read_agreed(path: Path) -> Agreed:
    """Read ``plan.toml``; nothing is agreed where there is none.

    Raises:
        UserError: the file is not TOML, or names what is not known.
    """
    values = read_toml(path) if path.exists() else {}
    return parse_settings(Agreed, {"lengths": values}, str(path))
