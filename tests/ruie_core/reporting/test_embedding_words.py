"""What is said about the maps: the claim follows the interval, the sample is announced."""

import pandas as pd
import pytest

from ruie_core.figures.numbers import THIN
from ruie_core.reporting.embeddings import (
    agreement_line,
    found_line,
    found_rows,
    further_agreement,
    nearest_line,
    nearest_rows,
    nearest_title,
    station_rows,
    walk_line,
)


def agreed(share: float, low: float, high: float, chance: float = 0.13) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trait": ["category", "scenario"], "share": [share, 0.5], "low": [low, 0.4],
            "high": [high, 0.6], "chance": [chance, 0.4], "items": [5061, 5061],
            "of": [30000, 30000],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (agreed(0.412, 0.40, 0.42), "share a category 3.2 times as often as chance"),
        (agreed(0.132, 0.131, 0.133), "share a category slightly more than chance"),
        (agreed(0.131, 0.12, 0.14), "share a category no more often than chance"),
        (agreed(0.05, 0.04, 0.06), "share a category less often than chance"),
        (agreed(0.4, float("nan"), float("nan")), "too few items to say"),
        (agreed(0.412, 0.40, 0.42).iloc[1:], "share the same most frequent scenario"),
    ],
)
def test_the_claim_follows_the_interval(frame: pd.DataFrame, said: str) -> None:
    text = agreement_line(frame)
    assert said in text
    assert f"5{THIN}061 items" in text


def test_nothing_to_compare() -> None:
    assert "nothing can be said" in agreement_line(agreed(0.1, 0.1, 0.1).iloc[:0])
    assert further_agreement(agreed(0.1, 0.1, 0.1).iloc[:1]) == ""
    assert "scenario it is 50.0" in further_agreement(agreed(0.1, 0.1, 0.1))


NEAR = pd.DataFrame(
    {
        "position": [0, 1, 2], "cosine": [None, 0.914, 0.5], "item": [1, 2, 3],
        "item_id": ["a", "b", "c"], "title": ["Noodles *hot*", None, "Knives"],
        "category": ["cooking", "cooking", None], "scenario": ["feed", "feed", "search"],
        "count": [1234, 5, 1],
    }
)  # fmt: skip


def test_the_nearest_items() -> None:
    assert nearest_title(NEAR) == "Nearest to **Noodles \\*hot\\***"
    assert nearest_line(NEAR) == (
        f"1{THIN}234 events in **cooking**; 1 of its 2 nearest share that category."
    )
    assert nearest_rows(NEAR).to_numpy().tolist() == [
        ["b", "cooking", "0.91"],
        ["Knives", "", "0.50"],
    ]
    nameless = NEAR.assign(category=None, title=None)
    assert nearest_title(nameless) == "Nearest to **a**"
    assert "1 of its 2 nearest are most frequent in the same scenario" in nearest_line(nameless)
    assert "no neighbours in the tables" in nearest_line(NEAR.iloc[:1])


def test_what_a_search_found() -> None:
    found = NEAR.assign(matches=3)
    assert "3 items match “n”, all ringed" in found_line(found, "n")
    assert found_line(found.iloc[:1].assign(matches=1), "n") == "One item matches “n”."
    assert "the 3 most frequent ringed" in found_line(found.assign(matches=900), "n")
    assert found_rows(found).to_numpy().tolist()[1] == ["b", "cooking", "5"]
    assert "try fewer letters" in found_line(found.iloc[:0], "<b>")


def test_a_walk_in_one_sentence() -> None:
    path = pd.DataFrame(
        {
            "t": range(1, 8), "x": [0.0, 1, 2, 3, 4, 5, 25], "y": [0.0] * 7,
            "scenario": ["feed"] * 6 + ["search"], "item_id": list("abcdefg"),
            "title": ["A"] * 6 + [None],
        }
    )  # fmt: skip
    assert walk_line(path, "User 1", path) == (
        "User 1 walked from **feed** (event 1) to **search** (event 7); the longest stride on the "
        "map, 20.0 times the median one, is the step to event 7."
    )
    short = path.iloc[:3]
    assert walk_line(short, "User 1", short).endswith("to **feed** (event 3).")
    assert "has one state" in walk_line(path.iloc[:1], "User 1", path.iloc[:1])
    assert "holds a sample of users" in walk_line(path.iloc[:0], "User 1", path.iloc[:0])
    assert station_rows(path, [1, 7]).to_numpy().tolist() == [
        ["1", "feed", "A"],
        ["7", "search", "g"],
    ]
