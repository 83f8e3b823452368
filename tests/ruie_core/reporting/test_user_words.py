"""The words around the storyboard: figures with their references, and how many match."""

import pandas as pd
import pytest

from ruie_core.analysis.frames.people import Place
from ruie_core.figures.numbers import THIN
from ruie_core.reporting.user import (
    beside,
    headline,
    match_line,
    person,
    ranking_line,
    ranking_rows,
    ranking_title,
    reading,
    window_line,
)

USUAL = pd.DataFrame(
    {
        "users": [7452], "items": [6361], "switches": [4.0], "rank": [812.0],
        "ranked_users": [7000], "gate": [0.5], "reward": [1.31], "ndcg_10": [0.029],
    }
)  # fmt: skip


def row(**change: object) -> pd.DataFrame:
    values: dict[str, object] = {
        "n_events": 64, "n_switches": 17, "n_heldout": 1, "rank_test": 37, "ndcg_10": 0.0,
        "gate_mean": 0.57, "reward_mean": 1.52, "share_with_events": 0.12,
    }  # fmt: skip
    return pd.DataFrame({name: [value] for name, value in (values | change).items()})


@pytest.mark.parametrize(
    ("user_id", "title"),
    [
        ("18204", f"User 18{THIN}204"),
        ("007", "User 007"),
        ("a*b", "User a\\*b"),
        (12, "User 12"),
        ("1234567890123456", "User 1234567890123456"),
    ],
)
def test_an_id_is_a_title(user_id: object, title: str) -> None:
    assert person(user_id) == title


def test_one_held_out_event_is_a_rank() -> None:
    figures = {figure.label: figure for figure in headline(row(), USUAL)}
    assert "NDCG@10" not in figures
    assert figures["held-out rank"].value == "37"
    assert figures["held-out rank"].reference == "population median 812"
    assert f"all 6{THIN}361 items" in figures["held-out rank"].meaning
    assert figures["events"].reference == f"top 12{THIN}% of users"
    assert figures["mean gate"] == figures["mean gate"]._replace(
        value="0.57", reference="population 0.50"
    )
    assert figures["reward per event"].reference == "population 1.31"
    assert figures["scenario switches"].reference == "population median 4"


def test_several_held_out_events_are_an_ndcg_with_their_number() -> None:
    figure = headline(row(n_heldout=5, ndcg_10=0.184), USUAL)[2]
    assert (figure.label, figure.value) == ("NDCG@10", "0.184")
    assert figure.reference == "5 held-out events; population 0.029"


def test_nothing_held_out_and_rare_and_common_users() -> None:
    none = headline(row(n_heldout=0, rank_test=None, gate_mean=None), USUAL)
    assert none[2].value == "–"
    assert none[2].reference == "too few events to hold one out"
    assert none[3].value == "–"
    assert headline(row(share_with_events=0.0001), USUAL)[0].reference == f"top 1{THIN}% of users"
    common = headline(row(share_with_events=0.9), USUAL)[0].reference
    assert common == f"90{THIN}% of users have as many or more"


@pytest.mark.parametrize(
    ("place", "matches", "users", "line"),
    [
        (Place(3, 1, 2), 312, 7452, f"**3 of 312** users match (of 7{THIN}452)"),
        (Place(1, None, None), 1, 9, "**1 of 1** user matches (of 9)"),
        (Place(4, 1, 2), 9, 9, "**4** of 9 users"),
        (Place(None, None, 1), 3, 9, "**3** of 9 users match; not this one"),
        (Place(None, None, 1), 1, 9, "**1** of 9 users matches; not this one"),
        (Place(None, None, None), 0, 9, "No user matches (of 9)"),
    ],
)
def test_matches_have_a_denominator(place: Place, matches: int, users: int, line: str) -> None:
    assert match_line(place, matches, users) == line


def test_a_cohort_is_the_denominator_while_it_is_looked_at() -> None:
    assert (
        match_line(Place(3, 1, 2), 5, 9, "a_b") == r"**3 of 5** users match (of 9 in cohort a\_b)"
    )
    assert match_line(Place(4, 1, 2), 9, 9, "all") == "**4** of 9 users in cohort all"


def test_figures_of_two_kinds_are_not_set_beside_each_other_unnamed() -> None:
    own, other = headline(row(n_heldout=4), USUAL), headline(row(n_heldout=1), USUAL)
    told = beside(own, other, "User 7")
    assert told[2].reference.endswith(f"**User 7: held-out rank {other[2].value}**")
    assert told[0].reference.endswith(f"**User 7: {other[0].value}**")
    assert [each.value for each in told] == [each.value for each in own]


def test_the_window_is_announced() -> None:
    assert window_line(1, 64, 64) == "All 64 events are drawn."
    assert window_line(1, 2, 2) == "Both events are drawn."
    assert window_line(1, 1, 1) == "The only event is drawn."
    assert window_line(498, 617, 617).startswith("Events 498 to 617 of 617 are drawn")


def test_the_reading_line_names_the_zone_and_what_is_in_sample() -> None:
    text = reading("Asia/Shanghai", 0.5)
    assert "Asia/Shanghai" in text
    assert "in-sample" in text
    assert "a pause of 30 minutes" in text
    assert "a pause of 6 hours" in reading("UTC", 6.0)


def ranking(rank: int) -> pd.DataFrame:
    top = [k for k in range(1, 11) if k != rank]
    ranks = sorted([*top, rank])
    return pd.DataFrame(
        {
            "rank": ranks,
            "item_id": [f"i{k}" for k in ranks],
            "title": [None if k == 2 else f"Item {k}" for k in ranks],
            "category": [None if k == 3 else "a rather long category" for k in ranks],
            "score": [1 / k for k in ranks],
            "came": [k == rank for k in ranks],
        }
    )


def test_the_item_that_came_stands_at_its_rank() -> None:
    inside = ranking_rows(ranking(4))
    assert inside["rank"].tolist() == [str(k) for k in range(1, 11)]
    pointed = inside["item"].str.startswith("▸")
    assert inside.loc[pointed, ["rank", "item"]].to_numpy().tolist() == [["4", "▸ Item 4"]]
    beyond = ranking_rows(ranking(1234))
    assert beyond["rank"].tolist()[-2:] == ["…", f"1{THIN}234"]
    assert beyond["item"].tolist()[1] == "i2", "no title: the id"
    assert beyond["category"].tolist()[2] == ""
    nearly = ranking_rows(ranking(11))
    assert "…" not in nearly["rank"].tolist(), "nothing is left out between 10 and 11"


def test_the_table_says_what_it_is() -> None:
    assert ranking_title(40, 64) == "**At event 40:** first ranked, and what came"
    assert ranking_title(65, 64) == "**After event 64:** first ranked for the next"
    none = ranking(4).iloc[:0]
    assert ranking_line(none, 1, 64).startswith("Nothing is known before")
    assert "not ranked" in ranking_line(none, 30, 64)
    assert ranking_line(ranking(4), 65, 64) == "A forecast: nothing has come yet."
    assert ranking_line(ranking(4), 40, 64) == "What came was ranked 4, among the first ranked."
    assert "further down" in ranking_line(ranking(37), 40, 64)
    assert "not ranked at this step" in ranking_line(ranking(4).assign(came=False), 40, 64)
