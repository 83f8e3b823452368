"""RUIE: user-interest evolution across recommendation scenarios (arXiv 2506.17682).

>>> import ruie_core
>>> ruie_core.__version__.count(".")
2
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ruie_core.data.dataset import load_dataset
    from ruie_core.runs import Run, load_run

__version__ = "0.1.0"
__all__ = ["Run", "__version__", "load_dataset", "load_run"]

_HOMES = {
    "Run": "ruie_core.runs",
    "load_run": "ruie_core.runs",
    "load_dataset": "ruie_core.data.dataset",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that ``import ruie_core`` costs no torch."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ruie_core' has no attribute {name!r}")
