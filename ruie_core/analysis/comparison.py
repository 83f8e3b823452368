"""Two responses of a model beside each other: the original history's and the edited one's.

Nothing here imports torch: sentences and figures are made from these frames.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ruie_core.analysis.edits import align


@dataclass(frozen=True, eq=False)
class Response:
    """What the model makes of one history.

    Attributes:
        keys: who each event is, in order, all n of them.
        read: events that the forecast depends on: the last ``model.context`` at most.
        forecast: ``scenario``, ``q``, ``p`` after the history, one row per scenario by code.
        events: the last events, as many as ``read``: ``key``, ``place`` (1..n), ``item``,
            ``scenario`` (name), ``actions`` (mask), ``reward``; as seen coming, from the state
            before: ``q_<scenario>``, ``p_<scenario>``, ``gate`` and the target ``y`` of the
            transition into the event (all NaN at place 1); ``return`` (realised, discounted).
        top: the first ranked: ``rank``, ``item``, ``item_id``, ``title``, ``category``, ``score``.
        scores: (I,) float32 of the items 1..I.
    """

    keys: tuple[int, ...]
    read: int
    forecast: pd.DataFrame
    events: pd.DataFrame
    top: pd.DataFrame
    scores: npt.NDArray[np.float32]

    def rank(self, item: int) -> int:
        """Rank of an item (code 1..I) among all; as in evaluation, a tie counts against it."""
        return int((self.scores >= self.scores[item - 1]).sum())


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two responses beside each other; ``_before`` is the original, ``_after`` the edited one.

    Attributes:
        scenarios: ``scenario`` and ``q``, ``p`` of the forecasts, before, after and ``_change``.
        events: one row per event in either response, in the order of ``slot``: ``key``, ``mark``
            (kept, changed, moved, inserted, removed) and ``place``, ``gate``, ``y``, ``return``
            before and after, NaN where an event is not in the history.
        lines: the trajectories, one row per event and ``version`` (original, edited): ``slot``,
            ``mark`` and the columns of ``Response.events``; events that are the same share a
            slot, a moved one has two. The last slot, without a key, is the forecast.
        items: items that are among the first of either: ``item``, ``item_id``, ``title``,
            ``category``, ``rank`` and ``score`` before and after.
    """

    scenarios: pd.DataFrame
    events: pd.DataFrame
    lines: pd.DataFrame
    items: pd.DataFrame


def compare(original: Response, edited: Response) -> Comparison:
    """Set an edited history's response against the original's; both are of one run."""
    both = [
        response.forecast.set_index("scenario").add_suffix(suffix)
        for response, suffix in ((original, "_before"), (edited, "_after"))
    ]
    scenarios = both[0].join(both[1]).reset_index()
    for name in ("q", "p"):
        scenarios[f"{name}_change"] = scenarios[f"{name}_after"] - scenarios[f"{name}_before"]
    lines = _lines(original, edited)
    return Comparison(scenarios, _events(original, edited, lines), lines, _items(original, edited))


def _lines(original: Response, edited: Response) -> pd.DataFrame:
    slots: tuple[dict[int, int], dict[int, int]] = ({}, {})
    number = 0
    for number, pair in enumerate(align(original.keys, edited.keys), start=1):
        for side, response, index in zip(slots, (original, edited), pair, strict=True):
            if index is not None:
                side[response.keys[index]] = number
    parts = []
    versions = (("original", original, slots[0]), ("edited", edited, slots[1]))
    for version, response, slot in versions:
        ahead = response.forecast.set_index("scenario")
        last: dict[str, object] = {"slot": number + 1}
        last |= {f"q_{name}": value for name, value in ahead["q"].items()}
        last |= {f"p_{name}": value for name, value in ahead["p"].items()}
        events = response.events.assign(slot=response.events["key"].map(slot))
        parts.append(pd.concat([events, pd.DataFrame([last])]).assign(version=version))
    lines = pd.concat(parts, ignore_index=True).astype({"key": "Int64", "place": "Int64"})
    marks = _marks(original, edited, slots)
    lines.insert(0, "mark", [marks.get(key, "kept") for key in lines["key"]])
    return lines.sort_values(["slot", "version"]).reset_index(drop=True)


def _marks(
    original: Response, edited: Response, slots: tuple[dict[int, int], dict[int, int]]
) -> dict[int, str]:
    """What happened to each event that is not as it was."""
    marks = dict.fromkeys(set(original.keys) - set(edited.keys), "removed")
    marks |= dict.fromkeys(set(edited.keys) - set(original.keys), "inserted")
    what = ["item", "scenario", "actions"]
    was, now = (response.events.set_index("key")[what] for response in (original, edited))
    common = was.index.intersection(now.index)
    differ = (was.loc[common] != now.loc[common]).any(axis=1)
    marks |= dict.fromkeys(common[differ], "changed")
    both = set(original.keys) & set(edited.keys)
    return marks | {key: "moved" for key in both if slots[0][key] != slots[1][key]}


def _events(original: Response, edited: Response, lines: pd.DataFrame) -> pd.DataFrame:
    values = ["place", "gate", "y", "return"]
    sides = [
        response.events[["key", *values]].rename(columns={name: name + suffix for name in values})
        for response, suffix in ((original, "_before"), (edited, "_after"))
    ]
    # An event that was moved stands where it is now; lines hold "edited" before "original".
    known = lines.dropna(subset=["key"]).sort_values("version").drop_duplicates("key")
    merged = known[["slot", "key", "mark"]].merge(sides[0], on="key", how="left")
    merged = merged.merge(sides[1], on="key", how="left").sort_values("slot")
    return merged.reset_index(drop=True)


def _items(original: Response, edited: Response) -> pd.DataFrame:
    named = pd.concat([edited.top, original.top]).drop_duplicates("item")
    items = named[["item", "item_id", "title", "category"]].reset_index(drop=True)
    for response, suffix in ((original, "_before"), (edited, "_after")):
        items[f"rank{suffix}"] = [response.rank(int(item)) for item in items["item"]]
        items[f"score{suffix}"] = response.scores[items["item"].to_numpy() - 1]
    return items
