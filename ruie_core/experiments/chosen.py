"""``chosen.json``: the settings that tuning chose, and how it searched."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruie_core.files import read_json
from ruie_core.presets import Overrides

FILE: Final = "chosen.json"


@dataclass(frozen=True)
class Chosen:
    """Settings found by tuning, by split and model.

    Attributes:
        splits: split → model → entry of ``chosen.json``.
    """

    splits: dict[str, dict[str, Any]] = field(default_factory=dict)

    def overrides(self, model: str, split: str) -> Overrides:
        """Return the tuned settings of a model; none where it was never tuned.

        A split that was not tuned itself takes what leave-one-out chose.
        """
        tuned = self.splits.get(split) or self.splits.get("leave-one-out", {})
        found: Overrides = tuned.get(model, {}).get("overrides", {})
        return found

    def sentence(self, path: Path) -> str:
        """Say where the settings come from."""
        if not self.splits:
            return f"{path} does not exist: every model runs with its preset, untuned."
        tuned = "; ".join(f"{split}: {', '.join(models)}" for split, models in self.splits.items())
        return f"Settings from {path} ({tuned}); any other model runs with its preset."


def read_chosen(path: Path) -> Chosen:
    """Read ``chosen.json``; nothing is chosen where there is none.

    Raises:
        UserError: the file is not JSON.
    """
    return Chosen(read_json(path)) if path.exists() else Chosen()
