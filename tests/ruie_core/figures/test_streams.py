"""The Sankey's handles stand beside its nodes, and name their scenarios."""

import pandas as pd
import pytest

from ruie_core.figures.streams import sankey
from ruie_core.figures.theme import LIGHT


def flows(counts: dict[tuple[str, str], int]) -> pd.DataFrame:
    rows = [(source, to, n) for (source, to), n in counts.items()]
    frame = pd.DataFrame(rows, columns=["from_scenario", "to_scenario", "n"])
    return frame.assign(n_from=frame.groupby("from_scenario")["n"].transform("sum"))


def test_each_node_has_a_handle_at_its_height_that_names_its_scenario() -> None:
    frame = flows({("a", "b"): 6, ("a", "c"): 2, ("c", "b"): 2})
    streams, handles = sankey(frame, ("a", "b", "c", "d"), selected="c").data
    assert streams.node.label == ("a", "c", "b", "c"), "left, right; what has no events is absent"
    assert list(handles.y) == list(streams.node.y)
    assert [code for _, code in handles.customdata] == [1, 3, 2, 3]
    assert [text.split("<br>")[1] for text, _ in handles.customdata] == [
        "8 events leave it", "2 events leave it", "8 events arrive in it", "2 events arrive in it",
    ]  # fmt: skip
    # 160 + 42 × 4 pixels less 2 × 12 are 304; 286 without the pad: 228.8 and 57.2 for 8 and 2.
    assert list(handles.y)[:2] == pytest.approx([114.4 / 304, (228.8 + 18 + 28.6) / 304])
    assert handles.y[:2] == handles.y[2:]
    assert handles.marker.line.color.count(LIGHT.text) == 2, "c, at either side"
    assert streams.link.source == (0, 0, 1)
    assert streams.link.target == (2, 3, 2)


def test_one_person_between_two_scenarios_has_nodes_in_the_middle() -> None:
    streams, handles = sankey(flows({("a", "b"): 1}), ("a", "b")).data
    assert list(streams.node.y) == list(handles.y) == [0.5, 0.5]


def test_without_moves_nothing_is_drawn() -> None:
    streams, handles = sankey(flows({("a", "a"): 5}), ("a",)).data
    assert not streams.link.value
    assert not handles.x
