"""A history as a table to edit: what the table shows, and what an edit of it means."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ruie_core.analysis.edits import Event, History, align, mask_of, move, names_of

COLUMNS = ("event", "keep", "place", "item", "scenario", "actions")


def rows_of(
    original: History,
    edited: History,
    shown: int,
    titles: Mapping[int, str],
    scenarios: Sequence[str],
    actions: Sequence[str],
) -> pd.DataFrame:
    """Lay out the last events of an edited history, and those that were taken out, newest first.

    Args:
        original: the whole history.
        edited: what became of it.
        shown: events of the original that are open to edits: its last ones.
        titles: of the items, by code.
        scenarios: names by code from 1.
        actions: names by bit.

    Returns:
        Indexed by the events' keys: ``event`` (its number in the log, or new), ``keep``, ``place``
        (from 1; none where it was taken out), ``item``, ``scenario``, ``actions`` (list of names).
    """
    head = _untouched(original, edited, shown)
    now = {event.key for event in edited}
    before, after = ([event.key for event in history] for history in (original, edited))
    rows: list[tuple[Event, int | None]] = []
    for i, j in align(before, after):
        if j is not None and j >= head:
            rows.append((edited[j], j + 1))
        elif j is None and i is not None and original[i].key not in now:
            rows.append((original[i], None))
    frame = pd.DataFrame(
        [
            (
                str(event.key) if event.key > 0 else "new", place is not None, place,
                titles.get(event.item, f"item {event.item}"), scenarios[event.scenario - 1],
                names_of(event.actions, actions),
            )
            for event, place in rows
        ],
        columns=list(COLUMNS),
        index=pd.Index([event.key for event, _ in rows], name="key"),
    )  # fmt: skip
    return frame.astype({"place": "Int64"}).iloc[::-1]


def edited_of(
    original: History,
    edited: History,
    rows: pd.DataFrame,
    shown: int,
    scenarios: Sequence[str],
    actions: Sequence[str],
) -> History:
    """Read an edited table back.

    Rows that are not kept are taken out; those whose ``place`` was changed go there, the others
    stay in the order of the table.

    Args:
        original: the whole history.
        edited: what the table was made from.
        rows: the table of ``rows_of`` after somebody edited it; rows and order are as they were.
        shown: as for ``rows_of``.
        scenarios: names by code from 1.
        actions: names by bit.
    """
    known = {event.key: event for event in (*original, *edited)}
    code = {name: number for number, name in enumerate(scenarios, start=1)}
    places = {event.key: number for number, event in enumerate(edited, start=1)}
    tail: list[Event] = []
    wanted: dict[int, int] = {}
    for key, row in rows.iloc[::-1].iterrows():
        event = known[int(str(key))]
        if not row["keep"]:
            continue
        done = row["actions"]
        tail.append(
            replace(event, scenario=code[row["scenario"]], actions=mask_of(list(done), actions))
        )
        if pd.notna(row["place"]) and int(row["place"]) != places.get(event.key):
            wanted[event.key] = int(row["place"])
    head = edited[: _untouched(original, edited, shown)]
    return move((*head, *tail), wanted)


def _untouched(original: History, edited: History, shown: int) -> int:
    """Number of first events that are as they were and not open to edits."""
    limit = max(0, len(original) - shown)
    for place, (before, after) in enumerate(zip(original, edited, strict=False)):
        if place == limit or before != after:
            return place
    return min(limit, len(edited))
