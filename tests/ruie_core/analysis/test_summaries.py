"""Users and transitions against pandas, and against arithmetic on paper."""

from math import log

import numpy as np
import pandas as pd
import pytest

from ruie_core.analysis.transitions import MIN_USERS, moves, transition_table
from ruie_core.evaluation.metrics import ndcg
from tests.factories import make_dataset
from tests.ruie_core.analysis.analyzed import small


@pytest.mark.parametrize("split", ["leave-one-out", "temporal"])
def test_users_summarise_their_steps(split):
    made = small(split)
    users, steps = made.table("users"), made.table("steps")
    events = steps[steps["split"] != "forecast"]
    for row in users.to_dict("records"):
        own = events[events["user"] == row["user"]]
        assert row["user_id"] == f"u{row['user']}"
        assert row["n_events"] == len(own)
        assert row["n_switches"] == (own["scenario"] != own["scenario"].shift()).sum() - 1
        counts = own["scenario"].value_counts()
        assert row["n_scenarios"] == (counts > 0).sum()
        assert counts[row["main_scenario"]] == counts.max()
        for name in made.dataset.vocabulary.scenarios:
            assert row[f"events_{name}"] == counts.get(name, 0)
        assert (row["first_time"], row["last_time"]) == (own["time"].min(), own["time"].max())
        assert row["reward_mean"] == pytest.approx(own["reward"].mean())
        assert row["gate_mean"] == pytest.approx(own["gate"].mean(), nan_ok=True)
        tested = own[(own["split"] == "test") & own["rank"].notna()]
        assert row["n_heldout"] == len(tested)
        if len(tested):
            assert row["rank_test"] == tested["rank"].iloc[-1]
            assert row["ndcg_10"] == pytest.approx(ndcg(tested["rank"].to_numpy(int), 10).mean())
        else:
            assert pd.isna(row["rank_test"])
            assert pd.isna(row["ndcg_10"])


def test_transitions_count_what_the_steps_show():
    made = small()
    names = made.dataset.vocabulary.scenarios
    table, steps = made.table("transitions"), made.table("steps")
    events = steps[steps["split"] != "forecast"]
    before = events.groupby("user")["scenario"].shift()
    moved = events[before.notna()].assign(before=before)
    assert table["n"].sum() == len(moved)
    for row in table.to_dict("records"):
        left = moved[moved["before"] == row["from_scenario"]]
        assert row["n_from"] == len(left)
        assert row["n"] == (left["scenario"] == row["to_scenario"]).sum()
        assert row["p_observed"] == pytest.approx(row["n"] / len(left))
        base = (moved["scenario"] == row["to_scenario"]).mean()
        assert row["p_base"] == pytest.approx(base)
        assert row["p_model"] == pytest.approx(left[f"p_{row['to_scenario']}"].mean(), rel=1e-5)
        assert row["log_lift"] == pytest.approx(log(row["p_observed"] / base), rel=1e-4)
        assert row["model_log_lift"] == pytest.approx(log(row["p_model"] / base), rel=1e-4)
        assert row["log_lift_low"] <= row["log_lift"] <= row["log_lift_high"]
    assert [tuple(pair) for pair in table[["from_scenario", "to_scenario"]].to_numpy()] == [
        (a, b) for a in names for b in names
    ]


def test_no_move_leads_from_one_user_to_the_next():
    user, cell = moves(make_dataset([[(1, 1), (1, 2)], [(1, 1)], [(1, 2), (1, 2), (1, 1)]]))
    assert user.tolist() == [0, 2, 2]
    assert cell.tolist() == [1, 3, 2]  # 1→2, 2→2, 2→1


def test_a_rare_move_has_a_lift_and_no_interval():
    common = [[(1, 1), (1, 2)]] * 30
    rare = [[(1, 2), (1, 1)]] * (MIN_USERS - 1)
    table = transition_table(make_dataset(common + rare), np.ones((2, 2)), resamples=100, seed=1)
    table = table.set_index(["from_scenario", "to_scenario"])
    names = ("scenario 1", "scenario 2")
    there, back = table.loc[names], table.loc[names[::-1]]
    assert there["log_lift"] == pytest.approx(log(1 / (30 / 34)))
    assert there["log_lift_low"] < there["log_lift"] < there["log_lift_high"]
    assert back["log_lift"] == pytest.approx(log(1 / (4 / 34)))
    assert np.isnan(back["log_lift_low"])
    assert np.isnan(table.loc[("scenario 1", "scenario 1"), "log_lift"])


def test_one_scenario_and_one_user_are_no_trouble():
    table = transition_table(
        make_dataset([[(1, 1), (2, 1)]]), np.ones((1, 1)), resamples=100, seed=1
    )
    assert table["log_lift"].tolist() == [0.0]
    assert table["log_lift_low"].isna().all()
