"""Cards of points: every word is said, what is common once, names of the data never read."""

import re

import numpy as np
import pandas as pd
import pytest

from ruie_core.figures.embeddings import cards
from ruie_core.figures.hover import spoken
from ruie_core.figures.numbers import THIN


def items(**columns: object) -> pd.DataFrame:
    frame = {
        "item_id": ["a", "b<", "c"], "title": ["R&B", None, "%{x}"],
        "category": ["music", "music", None], "scenario": ["feed", "search", "feed"],
        "count": [1234, 5, 6], "gate": [0.5, 0.25, 1.0],
    }  # fmt: skip
    return pd.DataFrame(frame | columns)


def read(said: dict[str, object], place: int) -> str:
    """Fill a template in as Plotly does."""

    def value(found: re.Match[str]) -> str:
        name, column, form = found.groups()
        values = said["ids" if name == "id" else name]
        one = values[place] if column is None else values[place][int(column)]  # type: ignore[index]
        if form is None:
            return str(one)
        return f"{int(one) if form == ',d' else float(one):{form}}".replace(",", THIN)

    template = str(said["hovertemplate"]).removesuffix("<extra></extra>")
    return re.sub(r"%\{(\w+)(?:\[(\d+)\])?(?::([^}]+))?\}", value, template)


WHOLE = [
    f"<b>R&amp;B</b> (a)<br>music · mostly in feed<br>events: 1{THIN}234 · mean gate 0.50",
    "<b>b&lt;</b> (b&lt;)<br>music · mostly in search<br>events: 5 · mean gate 0.25",
    "<b>%{x}</b> (c)<br>mostly in feed<br>events: 6 · mean gate 1.00",
]


@pytest.mark.parametrize("chosen", [[0, 1, 2], [0, 1], [0, 2], [1], [2]])
def test_a_card_says_all_whatever_its_trace_has_in_common(chosen: list[int]) -> None:
    frame = items()
    said = spoken(cards(frame).iloc[chosen], pd.Series([7, 8, 9])[chosen])
    assert [read(said, place) for place in range(len(chosen))] == [WHOLE[k] for k in chosen]
    assert np.array(said["customdata"])[:, 0].tolist() == [(7, 8, 9)[k] for k in chosen]


def test_what_is_common_is_sent_once_and_never_as_a_template() -> None:
    said = spoken(cards(items(category="news", scenario="%{y}")), pd.Series([1, 2, 3]))
    assert "news · " in str(said["hovertemplate"])
    assert "%{y}" not in str(said["hovertemplate"]), "else Plotly would read it as a place"
    assert said["ids"] == ["%{y}"] * 3


def test_missing_gates_and_the_cohort_are_said_too() -> None:
    frame = items(gate=[0.5, None, 1.0], member=[True, False, False])
    said = spoken(cards(frame), pd.Series([1, 2, 3]))
    whole = [text.replace(" · mean gate 0.25", "") for text in WHOLE]
    whole[0] += "<br>met by the cohort"
    assert [read(said, place) for place in range(3)] == whole


def test_codes_of_any_size_stay_exact() -> None:
    ids = pd.Series([1, 2, 2**24 + 1])
    assert spoken(cards(items()), ids)["customdata"][:, 0].tolist() == ids.tolist()
    assert spoken(cards(items())["title"], ids)["customdata"].tolist() == ids.tolist()
