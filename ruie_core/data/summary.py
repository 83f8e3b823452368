"""What a preparation did, in numbers that a person can check."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Step:
    """What is left after a step of the preparation."""

    name: str
    events: int
    users: int
    items: int

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


@dataclass(frozen=True)
class PrepareSummary:
    """Result of a preparation.

    Attributes:
        path: the prepared folder.
        dataset_hash: identity of its content.
        steps: what was left after each step, in order; the last is what the folder holds.
        duplicates: rows dropped because user, item, time and scenario were there before.
        scenarios: name and events of every scenario, by code.
        merged: name and events (before the core) of every scenario that merged into ``other``.
        seconds: wall time.
    """

    path: Path
    dataset_hash: str
    steps: tuple[Step, ...]
    duplicates: int
    scenarios: tuple[tuple[str, int], ...]
    merged: tuple[tuple[str, int], ...]
    seconds: float

    def table(self) -> list[tuple[str, int, int, int, float]]:
        """Rows of step, events, users, items, and share of the events read, for printing."""
        read = max(self.steps[0].events, 1)
        return [
            (step.name, step.events, step.users, step.items, step.events / read)
            for step in self.steps
        ]


@dataclass(frozen=True)
class LogCheck:
    """A log that would be accepted, as far as it was read.

    Attributes:
        whole: all of it was read and prepared; otherwise its first rows were read, and what the
            filters leave is only known when all of it is prepared.
        steps: what is left after each step; of the first rows only what was read.
        scenarios: name and events of every scenario that is left; nothing of the first rows.
    """

    whole: bool
    steps: tuple[Step, ...]
    scenarios: tuple[tuple[str, int], ...]
