"""Tables of experiments: read and checked once, then selections of their rows."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ruie_core.analysis.frames import experiment_tables as tables
from ruie_core.analysis.frames.experiments import (
    Choice,
    cutoff,
    cutoffs,
    datasets,
    narrowed,
    read_runs,
    read_summary,
    requests,
    splits,
    state,
)
from ruie_core.analysis.frames.experiments_offered import offered
from ruie_core.errors import UserError
from tests.fake_summaries import difference, make_summary, row, write_experiments


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_experiments(tmp_path_factory.mktemp("experiments"))


@pytest.fixture(scope="module")
def summary(folder: Path) -> pd.DataFrame:
    return read_summary(folder / "kuairand")


NOISE = ("trust", "gate-oracle")


def rows(*made: dict[str, object]) -> pd.DataFrame:
    """A summary of a few rows, as it is after reading."""
    frame = pd.DataFrame(made)
    frame["reference"] = frame["reference"].fillna("")
    return frame.astype(dict.fromkeys(("x", "k", "low", "high", "p", "p_holm"), "float64"))


def with_temporal(summary: pd.DataFrame) -> pd.DataFrame:
    """The leaderboard under both splits."""
    board = summary[summary["experiment"] == "leaderboard"]
    return pd.concat([summary, board.assign(panel=board["panel"] + "-temporal", value=0.5)])


def test_datasets_are_the_folders_with_a_summary(folder: Path, tmp_path: Path) -> None:
    assert datasets(folder) == ("generated", "kuairand")
    assert datasets(tmp_path / "nowhere") == ()


def test_what_there_is_to_choose(summary: pd.DataFrame) -> None:
    assert requests(summary) == ("unknown", "known")
    assert cutoffs(summary) == (5, 10, 15, 20)
    assert splits(summary) == ("leave-one-out",)
    assert splits(with_temporal(summary)) == ("leave-one-out", "temporal")


def test_a_choice_keeps_what_it_does_not_apply_to(summary: pd.DataFrame) -> None:
    frame = narrowed(summary, Choice("known", 5))
    assert set(frame["request"]) == {"known", ""}
    assert set(frame.loc[frame["experiment"] == "ablation", "k"]) == {5}
    assert (frame["metric"] == "slope").any()


def test_a_split_is_told_by_the_panel_of_those_that_have_both(summary: pd.DataFrame) -> None:
    both = with_temporal(summary)
    later = narrowed(both, Choice(split="temporal"))
    board = later[later["experiment"] == "leaderboard"]
    assert set(board["panel"]) == {"level", "difference"}
    assert (board["value"] == 0.5).all()
    assert (later["experiment"] == "calibration").any(), "run under one split only"
    first = narrowed(both, Choice())
    assert not (first.loc[first["experiment"] == "leaderboard", "value"] == 0.5).any()


def test_what_was_not_summed_up_at_a_cut_off_keeps_its_own(summary: pd.DataFrame) -> None:
    frame = narrowed(summary, Choice(k=20))
    assert cutoff(tables.ablation(frame)) == 20
    assert cutoff(tables.transfer(frame)) == 10
    assert cutoff(tables.leaderboard(frame, "hr")) == 10
    assert cutoff(tables.fits(frame)) is None


def test_a_figure_without_a_value_is_left_out(folder: Path) -> None:
    share = tables.noise(narrowed(read_summary(folder / "generated"), Choice()), "share_of_ceiling")
    assert share["x"].min() == 0.1, "without noise the oracle gains nothing"


def test_the_state_follows_the_files(tmp_path: Path) -> None:
    path = write_experiments(tmp_path) / "kuairand"
    before = state(path)
    (path / "runs.parquet").unlink()
    assert state(path) != before
    assert read_runs(path) is None


BAD: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "columns": (
        lambda frame: frame.drop(columns=["p_holm", "seeds"]), "lacks the columns p_holm, seeds"
    ),
    "text": (lambda frame: frame.assign(value="much"), "holds text in its column value"),
    "request": (lambda frame: frame.assign(request="perhaps"), "has the request “perhaps”"),
    "twice": (lambda frame: pd.concat([frame, frame.tail(1)]), "twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_summary_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    change, words = BAD[name]
    (tmp_path / "mine").mkdir()
    change(make_summary()).to_parquet(tmp_path / "mine" / "summary.parquet")
    with pytest.raises(UserError, match=words) as raised:
        read_summary(tmp_path / "mine")
    assert "`ruie experiment all data/mine`" in str(raised.value)


def test_a_damaged_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is missing"):
        read_summary(tmp_path)
    (tmp_path / "summary.parquet").write_bytes(b"not a table")
    with pytest.raises(UserError, match="is damaged"):
        read_summary(tmp_path)


def test_runs_without_a_column_are_refused(tmp_path: Path) -> None:
    pd.DataFrame({"seed": [1]}).to_parquet(tmp_path / "runs.parquet")
    with pytest.raises(
        UserError, match=r"runs\.parquet lacks the columns experiment, split, variant"
    ):
        read_runs(tmp_path)


def test_the_leaderboard_is_sorted_and_compared_with_ruie() -> None:
    frame = rows(
        row("leaderboard", "level", "din", 0.02),
        row("leaderboard", "level", "ruie", 0.03),
        row("leaderboard", "level", "star", 0.01),
        row("leaderboard", "level", "star", 0.99, metric="hr"),
        row("leaderboard", "level", "din", 0.99, scenario="feed"),
        difference("leaderboard", "din", -0.01, 0.002, reference="ruie"),
        difference("leaderboard", "din", 0.01, 0.002, reference="star"),
    )
    board = tables.leaderboard(frame)
    assert board["variant"].tolist() == ["ruie", "din", "star"]
    assert board["compared"].tolist() == [False, True, False]
    assert board["clear"].tolist() == [False, True, False]
    din = board.iloc[1]
    assert din["difference"] == pytest.approx(0.01)
    assert din["difference_low"] == pytest.approx(0.008)
    assert tables.best_baseline(board) == "din"
    assert tables.best_baseline(board.iloc[:1]) is None


@pytest.mark.parametrize(
    ("low", "high", "p_holm", "clear"),
    [
        (0.1, 0.3, None, True),
        (-0.3, -0.1, None, True),
        (-0.1, 0.1, None, False),
        (None, None, None, False),
        (0.1, 0.3, 0.06, False),  # Holm takes back what the interval promised
        (-0.1, 0.3, 0.04, True),
    ],
)
def test_holm_decides_where_it_is_known(
    low: float | None, high: float | None, p_holm: float | None, clear: bool
) -> None:
    frame = pd.DataFrame({"low": [low], "high": [high], "p_holm": [p_holm]}).astype("float64")
    assert tables.with_clear(frame)["clear"].tolist() == [clear]


def test_an_ablation_is_against_one_full_model() -> None:
    frame = rows(
        difference("ablation", "triplet", -0.01, 0.002, reference="ruie"),
        difference("ablation", "single Q", 0.001, 0.002, reference="ruie"),
        difference("ablation", "no attention", -0.02, 0.002, reference="ruie"),
        difference("ablation", "triplet", 0.5, 0.002, reference="ruie-paper"),
        difference("ablation", "triplet", 0.5, 0.002, reference="ruie", scenario="feed"),
    )
    assert tables.ablation(frame)["variant"].tolist() == ["no attention", "triplet", "single Q"]
    assert tables.ablation(frame, "ruie-paper")["value"].tolist() == [0.5]
    assert tables.references(frame) == ("ruie", "ruie-paper")


def test_the_memory_is_against_the_ruie_that_has_it(summary: pd.DataFrame) -> None:
    frame = narrowed(summary, Choice())
    memory = tables.ablation(frame, tables.OWN, "memory")
    assert memory["variant"].iloc[[0, -1]].tolist() == ["din", "gate constant"]
    assert set(memory["experiment"]) == {"memory"}
    assert "no memory" not in set(tables.ablation(frame)["variant"])


def test_noise_with_the_memory_is_an_experiment_of_its_own(folder: Path) -> None:
    frame = narrowed(read_summary(folder / "generated"), Choice())
    with_memory, without = (tables.noise(frame, "share_of_ceiling", name) for name in NOISE)
    assert with_memory["value"].tolist() == pytest.approx((without["value"] / 2).tolist())
    assert tables.noise_metrics(frame, NOISE[0]) == ("share_of_ceiling", "ndcg", "auc")


def test_a_small_cell_is_never_told_apart(summary: pd.DataFrame) -> None:
    frame = narrowed(summary, Choice())
    gaps = tables.scenario_gaps(frame)
    assert gaps["scenario"].drop_duplicates().tolist()[:3] == ["all", "head", "tail"]
    assert set(gaps.loc[gaps["small"], "scenario"]) == {"other"}
    assert not gaps.loc[gaps["small"], "clear"].any()
    board = tables.leaderboard(frame)
    assert tables.rivals(gaps, board) == (
        ("gate constant",),
        ("sasrec", "popularity", "ruie-paper"),
    )


def test_a_head_of_one_scenario_has_no_row_of_its_own() -> None:
    cells = {
        "all": (0.02, 900), "head": (0.03, 600), "music": (0.03, 600), "tail": (0.01, 300),
        "book": (0.012, 200), "film": (0.008, 100),
    }  # fmt: skip
    frame = rows(
        *(
            difference("scenario-split", "ruie", value, 0.001, reference="din", scenario=name)
            | {"n_events": n}
            for name, (value, n) in cells.items()
        )
    )
    shown = tables.scenario_gaps(frame)["scenario"].tolist()
    assert shown == ["all", "tail", "music", "book", "film"]


def test_the_control_comes_last(summary: pd.DataFrame) -> None:
    frame = tables.rewards(narrowed(summary, Choice()))
    assert frame["variant"].iloc[-1] == "random"
    assert set(frame.loc[frame["control"], "variant"]) == {"random"}
    assert frame.loc[frame["variant"] == "yardstick", "panel"].unique().tolist() == ["rank-change"]
    assert "hr" not in set(frame["metric"])


def test_the_gate_has_a_row_of_the_transfer_matrix(summary: pd.DataFrame) -> None:
    frame = tables.transfer(narrowed(summary, Choice()))
    assert frame["variant"].unique().tolist() == ["joint", "joint, gate constant", "gating"]
    assert len(frame) == 15


def test_another_domain_stands_in_for_the_leaderboard(summary: pd.DataFrame) -> None:
    moved = summary.replace({"experiment": {"leaderboard": "cross-domain"}})
    frame = narrowed(moved, Choice())
    assert offered(frame)[0] == "cross-domain"
    assert tables.main_board(frame)["variant"].iloc[0] == "ruie"


def test_what_is_absent_is_not_offered(folder: Path, summary: pd.DataFrame) -> None:
    frame = narrowed(summary, Choice())
    assert offered(frame) == (
        "leaderboard", "ablation", "memory", "rewards", "scenario-split", "transfer",
        "calibration", "watched",
    )  # fmt: skip
    without = frame[frame["experiment"] != "rewards"]
    assert "rewards" not in offered(without)
    assert offered(frame.assign(experiment="later")) == ()
    generated = narrowed(read_summary(folder / "generated"), Choice())
    assert offered(generated) == ("gate-oracle", "trust")
    assert tables.noise_metrics(generated)[0] == "share_of_ceiling"


def test_curves_come_sorted(folder: Path, summary: pd.DataFrame) -> None:
    frame = narrowed(summary, Choice())
    shuffled = frame.sample(frac=1, random_state=0)
    assert tables.reliability(shuffled).groupby("variant")["x"].is_monotonic_increasing.all()
    scarce = tables.scarcity(shuffled)
    assert scarce.groupby(["scenario", "variant"])["x"].is_monotonic_increasing.all()
    assert tables.scenarios(scarce)[0] == "feed", "the scenario with most events"
    assert set(tables.fits(frame)["scenario"]) == {"all"}
