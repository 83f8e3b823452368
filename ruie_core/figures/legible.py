"""Colours that can be read: words and thin marks need contrast with the ground."""

import numpy as np

from ruie_core.figures.theme import Theme


def legible(color: str, theme: Theme, least: float = 4.5) -> str:
    """Move a colour towards the text's until its contrast with the ground suffices for words.

    >>> from ruie_core.figures.theme import LIGHT
    >>> legible("#0072B2", LIGHT), legible("#F0E442", LIGHT)
    ('#0072b2', '#7b7832')
    """
    base, ink = _channels(color), _channels(theme.text)
    ground = _luminance(_channels(theme.ground))
    for share in np.linspace(0, 1, 21):
        mixed = base + share * (ink - base)
        light, dark = sorted((_luminance(mixed), ground), reverse=True)
        if (light + 0.05) / (dark + 0.05) >= least:
            break
    return "#" + "".join(f"{round(255 * value):02x}" for value in mixed)


def _channels(color: str) -> np.ndarray:
    return np.array([int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)])


def _luminance(channels: np.ndarray) -> float:
    """Relative luminance of WCAG 2, 0 black to 1 white."""
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def ramp(start: str, end: str, n: int) -> list[str]:
    """Return n colours from one to another, both included.

    >>> ramp("#000000", "#ffffff", 3)
    ['#000000', '#808080', '#ffffff']
    """
    first, last = _channels(start), _channels(end)
    mixed = [first + share * (last - first) for share in np.linspace(0, 1, n)]
    return ["#" + "".join(f"{round(255 * value):02x}" for value in color) for color in mixed]
