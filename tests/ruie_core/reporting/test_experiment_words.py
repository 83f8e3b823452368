"""Sentences of the Experiments view: honest when the answer is no, numbers with n and interval."""

from typing import Any

import pandas as pd
import pytest

from ruie_core.figures.numbers import THIN
from ruie_core.reporting import experiments as words
from ruie_core.reporting import experiments_readings as readings
from ruie_core.reporting import experiments_trials as trials
from ruie_core.reporting import experiments_trust as trust
from tests.fake_summaries import make_runs, make_summary

NONE = pd.DataFrame()


def board(
    difference: float | None,
    low: float | None,
    high: float | None,
    p_holm: float | None,
    clear: bool,
) -> pd.DataFrame:
    nothing = [None, None]
    return pd.DataFrame(
        {
            "variant": ["ruie", "sasrec", "popularity"],
            "value": [0.0281, 0.0278, 0.0197],
            "low": 0.0267, "high": 0.0295,
            "difference": [nothing[0], difference, 0.5],
            "difference_low": [nothing[0], low, 0.4],
            "difference_high": [nothing[0], high, 0.6],
            "p": [None, 0.3, 0.001],
            "p_holm": [None, p_holm, 0.001],
            "compared": [False, difference is not None, True],
            "clear": [False, clear, True],
            "n_users": 7_452, "n_events": 7_452, "seeds": 5, "difference_seeds": 5,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "start"),
    [
        (board(0.0023, 0.0011, 0.0036, 0.003, True), "**Yes, RUIE is better**: it lies above the"),
        (
            board(0.0003, -0.0011, 0.0017, 0.61, False),
            "**Not shown to be better**: RUIE is not distinguishable from the best baseline, "
            "**SASRec**: +0.0003 [−0.0011, 0.0017] NDCG@10, p = 0.61 after Holm",
        ),
        (
            board(-0.0030, -0.0040, -0.0020, 0.01, True),
            "**No, RUIE is worse**: it lies below the best baseline, **SASRec**: −0.0030 [",
        ),
        (board(None, None, None, None, False), "**Not compared yet**: NDCG@10 is 0.0281 [0.0267"),
        (board(0.1, 0.0, 0.2, None, True).iloc[1:], "**Not measured yet**"),
        (board(0.1, 0.0, 0.2, None, True).iloc[:1], "**Nothing to compare with**"),
    ],
)
def test_the_verdict_follows_the_difference(frame: pd.DataFrame, start: str) -> None:
    assert words.verdict(frame, NONE, NONE, "unknown").startswith(start)


def test_the_seeds_are_those_of_the_comparison_where_the_rival_is_counted() -> None:
    frame = board(-0.0088, -0.0111, -0.0064, 0.006, True).assign(seeds=[3, 1, 1])
    text = words.verdict(frame.assign(difference_seeds=3), NONE, NONE, "unknown")
    assert f"p = 0.006 after Holm (n = 7{THIN}452 users, 3 seeds;" in text


def test_the_verdict_says_for_whom_and_from_how_many() -> None:
    frame = board(0.0003, -0.0011, 0.0017, None, False)
    text = words.verdict(frame, NONE, NONE, "known", 5)
    assert text.endswith(
        f"NDCG@5, p = 0.30, not corrected (n = 7{THIN}452 users, 5 seeds; next scenario given)."
    )


def changes(**more: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "variant": ["triplet", "gate constant", "single Q"], "reference": "ruie",
            "metric": "ndcg",
            "value": [-0.009, -0.0004, 0.002], "low": [-0.010, -0.001, 0.001],
            "high": [-0.008, 0.0003, 0.003], "p": 0.01, "p_holm": [0.01, 0.4, 0.02],
            "clear": [True, False, True], "n_users": 7_452, "n_events": 7_452, "seeds": [5, 5, 3],
        }
    )  # fmt: skip
    return frame.assign(**more)


def test_parts_are_counted_by_what_their_change_does() -> None:
    text = words.parts(changes())
    assert text.startswith(
        "Of 3 changes to **RUIE** without its memories, 1 costs it NDCG: **triplet"
    )
    assert "; 1 improves it: **single Q** +0.0020 [0.0010, 0.0030]" in text
    assert text.endswith("; 1 makes no difference that can be shown: **gate \\= 1**.")
    assert words.parts(NONE) == ""


def test_of_many_parts_without_an_effect_it_says_only_how_many() -> None:
    one = changes().iloc[[1]]
    few, many = (pd.concat([changes().iloc[[0]], *[one] * n]) for n in (3, 4))
    assert words.parts(few).count("**gate \\= 1**") == 3
    assert words.parts(many).endswith("; 4 make no difference that can be shown.")


def test_an_ablation_that_costs_nothing_says_so() -> None:
    assert "most costly is **triplet loss**: −0.0090" in readings.ablation(changes())
    text = readings.ablation(changes(clear=False, p_holm=0.5))
    assert text.startswith("No change costs NDCG that can be shown; the lowest estimate is")
    assert "n = 7" in text
    assert "3 to 5 seeds" in text


@pytest.mark.parametrize(
    ("value", "clear", "word"),
    [(-0.0005, False, "does not help, as it must not"), (0.003, True, "**helps, which it must no")],
)
def test_a_control_that_helps_is_called_out(value: float, clear: bool, word: str) -> None:
    frame = changes(control=[False, False, True], panel="difference")
    frame.loc[2, ["variant", "value", "clear"]] = ["random", value, clear]
    text = readings.rewards(frame)
    assert text.startswith("1 of 2 other rewards change NDCG beyond chance (**triplet loss** −0.00")
    assert f"the random control {word}" in text


def test_the_leaderboard_counts_whom_it_is_told_apart_from() -> None:
    text = readings.leaderboard(board(0.0003, -0.0011, 0.0017, 0.61, False))
    assert "place 1 of 3; told apart from 1 of 2 others, not from **SASRec**." in text


def cells() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "variant": "joint", "reference": "alone", "other": "sasrec", "x": 1.0,
            "scenario": ["all", "head", "tail", "a_b", "c", "rare"],
            "value": [0.001, 0.002, -0.001, 0.003, -0.004, 0.5], "low": -0.005, "high": 0.006,
            "clear": [True, True, False, True, True, False], "small": [False] * 5 + [True],
            "n_users": 99, "n_events": 99, "seeds": 5,
        }
    )  # fmt: skip


def test_scenarios_are_counted_without_the_small_ones() -> None:
    text = readings.scenario_gaps(cells(), ["sasrec"])
    first = "Against **SASRec**: all events +0.0010 [−0.0050, 0.0060]; head +0.0020 [−0.0050, "
    assert text.startswith(f"{first}0.0060]; tail −0.0010 [")
    assert "better in 1 of 2 scenarios, worse in **c**." in text
    assert "Grey rows hold too few events" in text


def test_negative_transfer_is_named_with_its_interval() -> None:
    unknown, known = (cells().assign(request=name) for name in ("unknown", "known"))
    text = readings.matrix(unknown.iloc[3:])
    assert "the joint model is not told here" in text
    assert "the joint model is not told here" not in readings.matrix(known)
    assert "**joint** helps 1 of 2 scenarios, harms **c** −0.0040 [−0.0050, 0.0060]." in text
    assert "harms none" in readings.matrix(known.iloc[3:4])
    assert "In **a\\_b**" in readings.scarcity(cells(), "a_b")


def test_noise_that_fewer_seeds_measured_is_no_headline() -> None:
    frame = noise(**{"gate q": 0.2, "gate engaged": 0.6})
    hasty = frame.assign(x=0.9, value=frame["value"] + 9, seeds=2)
    text = words.gates(pd.concat([frame, hasty], ignore_index=True))
    assert text.startswith(f"With 50{THIN}% noise in a generated log the best of 2 gates")
    again = trust.noise(pd.concat([frame, hasty], ignore_index=True), "auc", None)
    assert again.startswith(f"With 50{THIN}% noise ")


def noise(**values: float) -> pd.DataFrame:
    frame = pd.DataFrame({"variant": list(values), "value": list(values.values()), "x": 0.5})
    early = frame.assign(x=0.1, value=9.9)
    both = pd.concat([early, frame], ignore_index=True)
    return both.assign(low=0.1, high=0.6, n_users=99, n_events=99, seeds=5)


def test_the_best_gate_is_the_one_at_most_noise_and_never_the_oracle() -> None:
    text = words.gates(noise(**{"gate oracle": 1.0, "gate q": -0.1, "gate target": 0.4})).replace(
        THIN, " "
    )
    assert text.startswith(
        "With 50 % noise in a generated log the best of 2 gates, **gate from the TD target**,"
    )
    assert "reaches 40 % [10 %, 60 %] of what the true noise flag would gain" in text
    doubtful = words.gates(noise(**{"gate q": 0.4}).assign(low=-0.1))
    assert "gain over gate = 1, not told apart from nothing (n = 99" in doubtful
    assert words.gates(noise(**{"gate oracle": 1.0})) == ""
    ndcg = trust.noise(noise(**{"gate oracle": 0.3, "gate q": 0.2}), "ndcg", 10)
    assert "**gate from Q** has the highest NDCG@10 of 1 gate short of the oracle: 0.2000" in ndcg


def test_curves_and_fits_quote_their_size() -> None:
    bins = pd.DataFrame(
        {"variant": ["double Q"] * 3 + ["single Q"] * 3, "n_events": 100, "n_users": 90, "seeds": 5}
    )
    assert readings.reliability(bins).startswith("300 events in 3 bins of rising Q")
    fit = pd.DataFrame(
        {
            "variant": "double Q", "metric": ["slope", "spearman"], "value": [0.94, 0.36],
            "low": [0.88, None], "high": [1.0, None], "n_users": 90, "seeds": 5,
        }
    )  # fmt: skip
    text = readings.fits(fit)
    assert text.startswith("**double Q**: slope 0.94 [0.88, 1.00], Spearman 0.36 [no interval].")


def test_another_dataset_is_said() -> None:
    assert words.other_dataset("a", "a", ["a"]) == ""
    assert words.other_dataset("a", "b", ["a"]).endswith("trained on **b**, which has none.")
    assert words.other_dataset("a", "b", ["a", "b"]).endswith("trained on **b**.")


def test_the_trials_behind_an_experiment_are_named() -> None:
    runs = make_runs(make_summary())
    text = trials.provenance(runs, "ablation")
    assert text.startswith(
        "30 training runs behind it, seeds 1, 2, 3, 4 and 5, commit e74b36d, 1.8"
    )
    assert "is not there" in trials.provenance(None, "ablation")
    assert "reads those of the others" in trials.provenance(runs, "gate-oracle")
    table = trials.trials(runs, "ablation")
    assert len(table) == 30
    assert table["variant"].iloc[0] == "triplet loss"


def test_a_share_that_is_undefined_is_passed_over() -> None:
    shares = noise(oracle=1.0, q=-0.1, target=0.4)
    undefined = shares.assign(x=0.9, value=None)
    assert words.gates(pd.concat([shares, undefined])) == words.gates(shares)
    assert words.gates(undefined) == ""
