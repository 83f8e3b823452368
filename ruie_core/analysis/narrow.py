"""The columns of ``steps`` that questions about many events read, in memory: half their time.

Behaviours and comparisons of two sides read them. Beside the columns of ``steps``: ``source``, the
scenario of the event before, and ``fell_<k>``, by how much Q of the scenario taken k events before
has fallen since then. Of a log that would take more than ``MOST_BYTES``, questions read the file.
"""

from typing import Final

from ruie_core.analysis.once import once
from ruie_core.analysis.rows import SPLITS
from ruie_core.analysis.store import RunStore, quote

STEPS: Final = "steps"
FELL: Final = 5
"""Events at most over which the fall of Q stands in the table."""
MOST_BYTES: Final = 512 << 20
"""Memory that the columns of a run may take."""
_BYTES, _BYTES_PER_SCENARIO = 68, 8
"""Of an event: what does not depend on the number of scenarios, and what each of them adds."""
_SOURCE: Final = "CASE WHEN t > 1 THEN lag(scenario) OVER () END AS source"
"""The row before is the event before: steps lie user by user, which ``RunStore`` makes sure of."""


@once
def narrow(store: RunStore) -> str:
    """Return the name of the table in memory, or of ``steps`` where the log is too long for it.

    ``scenario``, ``source`` and ``split`` are enumerations: cast them to VARCHAR in an answer.
    """
    events = int(store.sql("SELECT count(*) AS n FROM steps")["n"].iloc[0])
    if events * (_BYTES + _BYTES_PER_SCENARIO * len(store.scenarios)) > MOST_BYTES:
        return STEPS
    columns = ", ".join(quote(f"{kind}_{name}") for kind in "qp" for name in store.scenarios)
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
             SELECT "user", t, time, TRY_CAST(scenario AS {_enum(store.scenarios)}) AS scenario,
               TRY_CAST(split AS {_enum(SPLITS)}) AS split, item, gate, rank, reward, q_taken,
               "return", truncated, {columns}
             FROM steps)
           SELECT *, {_SOURCE}, {falls} FROM narrow""",
        {},
        "narrow",
    )


@once
def events(store: RunStore) -> str:
    """Return the name of what has every event's ``source`` beside the columns of ``narrow``.

    It is that table, or a view of ``steps``, which has no falls of Q and no enumerations.
    """
    table = narrow(store)
    if table != STEPS:
        return table
    store.sql(f"CREATE VIEW IF NOT EXISTS with_source AS SELECT *, {_SOURCE} FROM steps")
    return "with_source"


def fell(back: int) -> str:
    """Return the name of the column with the fall of Q since so many events before."""
    return f"fell_{back}"


def _enum(names: tuple[str, ...]) -> str:
    written = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"ENUM({written})"
