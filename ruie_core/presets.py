"""Named settings: what stands behind ``--preset``, and behind the models of the experiments."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ruie_core.errors import UserError

Overrides = Mapping[str, Any]
"""Settings that differ from the defaults, by dotted name: ``{"objective.gate": "q"}``."""

_MODELS: Final = (
    "gru4rec", "sasrec", "nextitnet", "din", "pepnet", "star", "sqn", "sac",
)  # fmt: skip
"""Trained baselines that are the common settings with another network."""

PRESETS: Final[dict[str, Overrides]] = {
    **{name: {"model.name": name} for name in _MODELS},
    "caser": {"model.name": "caser", "model.taste": 50},
    "ruie-paper": {
        "objective.gate": "q",
        "objective.intent_loss": "triplet",
        "objective.negative_power": 0.0,
    },
    "ruie": {"objective.gate": "likelihood", "model.memory": 64, "model.trend": 128},
}

_FLAG: Final = "--preset"


def preset(name: str) -> Overrides:
    """Return the settings of a preset.

    Raises:
        UserError: the name is unknown; lists the known ones.
    """
    if name not in PRESETS:
        raise UserError(f"Preset {name!r} is unknown: choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]


def expand_preset(arguments: Sequence[str]) -> list[str]:
    """Put the flags that ``--preset NAME`` stands for before all others, so that those win.

    >>> expand_preset(["train", "data", "--preset=sac", "--model.name", "sqn"])
    ['train', 'data', '--model.name', 'sac', '--preset=sac', '--model.name', 'sqn']

    Raises:
        UserError: the preset is unknown.
    """
    words = [word for argument in arguments for word in argument.split("=", 1)]
    if _FLAG not in words[:-1]:
        return list(arguments)
    flags = as_flags(preset(words[words.index(_FLAG) + 1]))
    at = next(i for i, argument in enumerate(arguments) if argument.startswith("--"))
    return [*arguments[:at], *flags, *arguments[at:]]


def as_flags(settings: Overrides) -> list[str]:
    """Settings as the command line spells them.

    >>> as_flags({"objective.double_q": False, "model.dilations": (1, 2)})
    ['--objective.no-double-q', '--model.dilations', '1', '2']
    """
    flags: list[str] = []
    for name, value in settings.items():
        section, key = name.replace("_", "-").rsplit(".", 1)
        if isinstance(value, bool):
            flags.append(f"--{section}.{key if value else f'no-{key}'}")
        else:
            values = value if isinstance(value, (list, tuple)) else [value]
            flags += [f"--{section}.{key}", *(str(each) for each in values)]
    return flags
