"""Sources by name."""

from collections.abc import Callable
from typing import Any, Final

from ruie_core.data.settings import (
    GenericSettings,
    KuaiRandSettings,
    KuaiSarSettings,
    PrepareConfig,
    SourceSettings,
)
from ruie_core.data.sources.base import Source
from ruie_core.data.sources.generic import Generic
from ruie_core.data.sources.kuairand import KuaiRand
from ruie_core.data.sources.kuaisar import KuaiSar
from ruie_core.errors import UserError

SETTINGS: Final[dict[str, type[SourceSettings]]] = {
    kind.source: kind for kind in (KuaiSarSettings, KuaiRandSettings, GenericSettings)
}
"""Settings class of every source, by its name."""

_BUILDERS: Final[dict[str, Callable[[Any, PrepareConfig], Source]]] = {
    KuaiSarSettings.source: lambda settings, _: KuaiSar(settings),
    KuaiRandSettings.source: lambda settings, _: KuaiRand(settings),
    GenericSettings.source: Generic,
}


def settings_of(name: str) -> type[SourceSettings]:
    """Settings class of a source.

    Raises:
        UserError: no such source; lists the known ones.
    """
    if name not in SETTINGS:
        raise UserError(f"There is no source {name!r}: choose from {', '.join(SETTINGS)}.")
    return SETTINGS[name]


def open_source(settings: SourceSettings, prepare: PrepareConfig) -> Source:
    """Look at a source's files and make it ready to read.

    Raises:
        UserError: a file or column is missing or is not what it should be.
    """
    settings_of(settings.source)
    return _BUILDERS[settings.source](settings, prepare)
