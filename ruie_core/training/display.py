"""Training as seen in a terminal: a bar with the time left, and a line per epoch."""

import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ruie_core.files import write_json
from ruie_core.training.remember import Remembered

_EVERY_SECONDS = 1.0
"""How often the file of progress is written at most."""
MEMORIES: Final = {"memory": "followers", "trend": "trend"}
"""How each memory of a model is called in print."""


class TerminalWatcher:
    """A progress bar over the epochs still to come at most, and each epoch's figures.

    A program that watches is told the same through a file (``epoch``, ``share`` of it that is
    done, ``over``): a bar in a log file tells it nothing.
    """

    def __init__(self, console: Console, epochs: int, file: Path | None = None) -> None:
        self.epochs = epochs
        self.file, self.written = file, float("-inf")
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("at most"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self.task = self.bar.add_task("epoch 1", total=None)

    def __enter__(self) -> Self:
        """Show the bar."""
        self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self.bar.stop()
        if self.file is not None and kind is None:
            write_json(self.file, {"over": True})

    def step(self, epoch: int, transitions: int, total: int) -> None:
        """Move the bar."""
        done = (epoch - 1) * total + transitions
        self.bar.update(
            self.task, total=self.epochs * total, completed=done, description=f"epoch {epoch}"
        )
        if self.file is not None and time.monotonic() - self.written > _EVERY_SECONDS:
            self.written = time.monotonic()
            share = transitions / max(1, total)
            write_json(self.file, {"epoch": epoch, "share": share, "over": False})

    def epoch(self, line: dict[str, Any]) -> None:
        """Print an epoch's figures."""
        star = "best" if line["best"] else ""
        parts = ""
        if "q_mean" in line:
            parts = (
                f" = intent {line['loss_intent']:.4f} | Q {line['loss_q']:.4f}"
                f" | scenario {line['loss_scenario']:.4f}"
                f"  Q {line['q_mean']:.2f} ± {line['q_std']:.2f}  gate {line['gate_mean']:.2f}"
            )
        self.bar.console.print(
            f"epoch {line['epoch']:>3}  loss {line['loss']:.4f}{parts}"
            f"  NDCG@10 {line['validation_ndcg@10']:.4f}"
            f"  {line['positions_per_second']:,} positions/s  {star}",
            style="bold" if star else None,
        )

    def remembered(self, gain: Remembered) -> None:
        """Print what the memories brought, and how."""
        self.bar.console.print(
            f"memories   validation NDCG@10 {gain.before:.4f} → {gain.after:.4f}"
        )
        for name, what in MEMORIES.items():
            if f"{name}_weight" in gain.settings:
                self.bar.console.print(f"{what:<11}{chosen_words(gain.settings, name)}")


def chosen_words(settings: Mapping[str, float], name: str) -> str:
    """Say how a memory was filled.

    >>> chosen_words({"trend_weight": 1.5, "trend_scale": 10.0, "trend_trusted": 0.0,
    ...               "trend_half_life_hours": 5.27}, "trend")
    'weight 1.5, scale 10, every event alike, half-life 5.3 hours'
    >>> chosen_words({"memory_weight": 0.0}, "memory")
    'left out: it ranks no better'
    """
    if not settings[f"{name}_weight"]:
        return "left out: it ranks no better"
    weight, scale = settings[f"{name}_weight"], settings[f"{name}_scale"]
    trust = "events by their gates" if settings[f"{name}_trusted"] else "every event alike"
    hours = settings.get(f"{name}_half_life_hours")
    half_life = "" if hours is None else f", half-life {hours:.1f} hours"
    return f"weight {weight:g}, scale {scale:g}, {trust}{half_life}"


class SilentWatcher:
    """For the processes that do not lead."""

    def step(self, epoch: int, transitions: int, total: int) -> None:
        """Show nothing."""

    def epoch(self, line: dict[str, Any]) -> None:
        """Show nothing."""

    def remembered(self, gain: Remembered) -> None:
        """Show nothing."""
