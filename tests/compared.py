"""Two invented responses, for figures and sentences about what-if."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ruie_core.analysis.comparison import Response
from ruie_core.analysis.edits import Event, History
from ruie_core.reporting.whatif import Names

SCENARIOS = ("feed", "search: a_b", "shop")
ACTIONS = ("click", "like")
ITEMS = {1: "Wok basics", 2: "Noodle *pulling*", 3: "<b>Knives</b>"}
NAMES = Names(ITEMS, SCENARIOS, ACTIONS)
N_ITEMS = 40


def history(n: int) -> History:
    """Events 1..n: items 1, 2, 3 in turn, scenario feed but for even ones in search."""
    return tuple(Event(t, 1 + (t - 1) % 3, 1 + (t % 2 == 0), 1, t) for t in range(1, n + 1))


def response(
    events: History,
    q: Sequence[float] = (1.5, 1.94, 1.0),
    p: Sequence[float] = (0.5, 0.3, 0.2),
    first: Sequence[int] = (),
    y: Mapping[int, float] | None = None,
) -> Response:
    """A response with given forecasts.

    Items are ranked by code but for those in ``first``, which come first; the target y of an event
    is 2 but for those of the keys in ``y``.
    """
    order = [*first, *(item for item in range(1, N_ITEMS + 1) if item not in first)]
    scores = np.zeros(N_ITEMS, np.float32)
    scores[np.array(order) - 1] = np.linspace(1, 0, N_ITEMS)
    n = len(events)
    gone = np.arange(n) == 0
    frame = {
        "key": [event.key for event in events],
        "place": np.arange(1, n + 1),
        "item": [event.item for event in events],
        "scenario": [SCENARIOS[event.scenario - 1] for event in events],
        "actions": [event.actions for event in events],
        "reward": 1.0,
        "gate": np.where(gone, np.nan, 0.5),
        "y": np.where(gone, np.nan, [(y or {}).get(event.key, 2.0) for event in events]),
        "return": 2.0,
    }
    for name, estimate in zip(SCENARIOS, q, strict=True):
        frame[f"q_{name}"] = np.where(gone, np.nan, estimate)
    for name, share in zip(SCENARIOS, p, strict=True):
        frame[f"p_{name}"] = np.where(gone, np.nan, share)
    top = pd.DataFrame({"rank": range(1, 11), "item": order[:10]})
    top["item_id"] = [f"i{item}" for item in top["item"]]
    top["title"] = top["item"].map(ITEMS).astype(object)
    top["category"] = None
    return Response(
        keys=tuple(event.key for event in events),
        read=n,
        forecast=pd.DataFrame({"scenario": SCENARIOS, "q": list(q), "p": list(p)}),
        events=pd.DataFrame(frame),
        top=top.assign(score=scores[top["item"].to_numpy() - 1]),
        scores=scores,
    )
