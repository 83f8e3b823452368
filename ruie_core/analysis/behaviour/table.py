"""Where a behaviour is looked for."""

from ruie_core.analysis.behaviour.conditions import Action, Behaviour, Event
from ruie_core.analysis.narrow import STEPS, narrow
from ruie_core.analysis.store import RunStore


def table_for(store: RunStore, behaviour: Behaviour) -> str:
    """Return the table that a behaviour is to be looked for in: with the columns that it needs."""
    wide = any(
        isinstance(each, Action)
        or (isinstance(each, Event) and each.measure == "p" and each.scenario is None)
        for each in behaviour.conditions
    )
    return STEPS if wide else narrow(store)
