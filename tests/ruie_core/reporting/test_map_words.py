"""What is said about maps: every sample announced, intervals beside lengths, nobody left out."""

import pandas as pd

from ruie_core.reporting.maps import (
    area_line,
    cohort_line,
    density_line,
    points_line,
    rule_line,
    trajectory_line,
    trajectory_reading,
)


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def test_a_sample_is_announced() -> None:
    assert "20 000 of 312 450 states drawn, stratified" in plain(
        points_line(20_000, 312_450, "states")
    )
    assert points_line(800, 800, "items").startswith("All 800 items on the map drawn")
    rule = {"points": 312_450, "of": 400_000, "fitted": 20_000, "rule": "stratified by scenario"}
    text = plain(rule_line(312_450, "states", rule))
    assert "The map holds 312 450 of 400 000 states." in text
    assert "UMAP was fitted on 20 000 (stratified by scenario), the rest placed." in text
    assert rule_line(5, "items", {}) == "", "an older file says less"


def test_a_raster_says_what_it_counts() -> None:
    text = plain(density_line(5_000, 1_000_000, 0, "states", "scenario"))
    assert text.startswith("5 000 states in view of 1 000 000, all counted, none sampled.")
    assert "Zoom in to 2 000 or fewer" in text
    assert "also drawn as points" in density_line(7, 9, 7, "states", "gate")


def test_a_cohort_on_the_maps() -> None:
    row = {"items": 30, "all_items": 120, "states": 7, "all_states": 70, "users": 2}
    text = plain(cohort_line(pd.DataFrame([row]), "late_ones", 3))
    assert text == (
        "Cohort **late\\_ones** (3 users) met 30 of 120 items (25 %) and has 7 of 70 states on the "
        "map, of 2 of its users."
    )


def test_an_area_in_one_sentence() -> None:
    row = {"n": 4, "of": 90, "members": 1, "scenario": "feed", "leading": 3, "users": 8}
    text = plain(area_line(pd.DataFrame([row]), "item_map", "A"))
    assert text == (
        "4 of 90 items lie in the area, drawn or not: 75 % mostly in **feed**; 8 users met at "
        "least one of them; 1 (25 %) met by cohort **A**."
    )
    assert "draw it over points" in area_line(pd.DataFrame([row | {"n": 0}]), "state_map")


def test_trajectories_claim_what_the_interval_allows() -> None:
    drift = pd.DataFrame(
        {
            "side": ["the cohort", "the rest", "difference"], "users": [20, 80, 100],
            "length": [1.5, 0.1, 1.4], "low": [1.0, 0.0, 0.8], "high": [2.0, 0.3, 2.0],
            "moved": pd.array([True, False, True], "boolean"),
        }
    )  # fmt: skip
    text = trajectory_line(drift, 4, "A")
    assert text == (
        "Cohort **A** moved (1.50 map units, 95 % interval 1.00 to 2.00) from window 1 to window 4 "
        "(n = 20 users). The rest did not clearly move (0.10 map units, 95 % interval 0.00 to "
        "0.30) from window 1 to window 4 (n = 80 users). There is a clear difference between their "
        "moves (1.40 map units, 95 % interval 0.80 to 2.00)."
    )
    few = drift.iloc[:1].assign(side="everyone", moved=pd.array([None], "boolean"))
    assert trajectory_line(few, 2).startswith("Everyone has too few users")
    assert "choose fewer windows" in trajectory_line(drift.iloc[:0], 2)
    left = pd.DataFrame([{"users": 3, "of": 10, "outside": 5}])
    reading = trajectory_reading(left, 4, "own events")
    assert "3 of 10 users with fewer than 4 states are left out" in reading
    assert "5 users have no state on the map" in reading
    assert "n differs" in trajectory_reading(left, 4, "calendar")
