"""The columns of ``steps`` that behaviours ask for most, in memory: reading them is half the work.

Beside them ``fell_<k>``: by how much Q of the scenario taken k events before has fallen since then.
About seventy bytes an event; of more events than ``_MOST`` every query reads the file.
"""

from typing import Final

from ruie_core.analysis.behaviour.conditions import Action, Behaviour, Event
from ruie_core.analysis.once import once
from ruie_core.analysis.store import RunStore, quote

STEPS: Final = "steps"
FELL: Final = 5
"""Events at most over which the fall of Q stands in the table."""
_MOST: Final = 5_000_000
_SPLITS: Final = ("train", "validation", "test", "forecast")


def table_for(store: RunStore, behaviour: Behaviour) -> str:
    """Return the table that a behaviour is to be looked for in: with the columns that it needs."""
    wide = any(
        isinstance(each, Action) or (isinstance(each, Event) and each.measure == "p")
        for each in behaviour.conditions
    )
    return STEPS if wide else narrow(store)


@once
def narrow(store: RunStore) -> str:
    """Return the name of the table in memory, or of ``steps`` where the log is too long for it."""
    if int(store.sql("SELECT count(*) AS n FROM steps")["n"].iloc[0]) > _MOST:
        return STEPS
    columns = ", ".join(quote(f"q_{name}") for name in store.scenarios)
    cases = " ".join(
        f"WHEN {code} THEN {quote(f'q_{name}')}" for code, name in enumerate(store.scenarios)
    )
    falls = ", ".join(
        f"CASE WHEN t > {back} THEN lag(q_taken, {back}) OVER () - "
        f"CASE lag(enum_code(scenario), {back}) OVER () {cases} END END AS {fell(back)}"
        for back in range(1, FELL + 1)
    )
    return store.keep(
        f"""WITH narrow AS (
             SELECT "user", t, TRY_CAST(scenario AS {_enum(store.scenarios)}) AS scenario,
               TRY_CAST(split AS {_enum(_SPLITS)}) AS split, gate, rank, reward, q_taken, {columns}
             FROM steps)
           SELECT *, {falls} FROM narrow""",
        {},
        "narrow",
    )


def fell(back: int) -> str:
    """Return the name of the column with the fall of Q since so many events before."""
    return f"fell_{back}"


def _enum(names: tuple[str, ...]) -> str:
    written = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"ENUM({written})"
