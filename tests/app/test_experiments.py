"""The Experiments view: its tabs, its controls, and what it says where there is nothing."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ruie_core.analysis.frames.experiments import SUMMARY
from tests.app.conftest import OpenView, texts
from tests.fake_summaries import make_summary, write_experiments

DATASET = "experiments_dataset_invented log_2"
TAB = "experiments_tab_kuairand_8"


@pytest.fixture
def page(open_view: OpenView) -> AppTest:
    opened = open_view("experiments", run="steady")
    return opened.segmented_control(key=DATASET).set_value("kuairand").run()


def own_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    monkeypatch.setenv("RUIE_EXPERIMENTS", str(folder))
    return folder


def test_the_first_sentence_answers_the_question(page: AppTest) -> None:
    answer = page.markdown[0].value
    assert answer.startswith("**Not shown to be better**: RUIE is not distinguishable from")
    assert "Of 6 changes to **RUIE** without its memories, 3 cost it NDCG" in answer
    assert "Without its memories **RUIE** loses NDCG: −0.0042 [−0.0051, −0.0033], p = 0" in answer
    assert (
        "These experiments are on **kuairand**; the run was trained on **invented log**"
        in texts(page)
    )


@pytest.mark.parametrize(
    ("tab", "charts"),
    [
        ("leaderboard", 1), ("ablation", 1), ("memory", 1), ("rewards", 1), ("scenario-split", 1),
        ("transfer", 2), ("calibration", 2), ("watched", 1),
    ],
)  # fmt: skip
def test_a_tab_opens_with_its_command(page: AppTest, tab: str, charts: int) -> None:
    page.segmented_control(key=TAB).set_value(tab).run()
    assert not page.exception
    assert not page.error
    assert len(page.get("plotly_chart")) == charts
    assert any(f"ruie experiment {tab} data/kuairand" in code.value for code in page.code)
    assert "users, 5 seeds" in texts(page)
    assert "seeds 1, 2, 3, 4 and 5, commit e74b36d" in texts(page)


def test_request_and_cut_off_change_the_answer(page: AppTest) -> None:
    page.segmented_control(key="experiments_request").set_value("known").run()
    page.segmented_control(key="experiments_k_kuairand").set_value(20).run()
    assert not page.exception
    assert "NDCG@20" in page.markdown[0].value
    assert "next scenario given" in page.markdown[0].value
    page.segmented_control(key="experiments_metric_kuairand").set_value("hr").run()
    assert "reaches hit rate@10" in texts(page)
    assert "This figure was summed up at K = 10 only." in texts(page)


def test_another_baseline_is_compared(page: AppTest) -> None:
    page.segmented_control(key=TAB).set_value("scenario-split").run()
    assert "Against **SASRec**" in texts(page)
    page.segmented_control(key="experiments_baseline_kuairand").set_value("popularity").run()
    assert "Against **Popularity**" in texts(page)
    assert "Against **SASRec**" not in texts(page)


def test_the_memory_is_weighed_against_counts_and_other_models(page: AppTest) -> None:
    page.segmented_control(key=TAB).set_value("memory").run()
    said = texts(page)
    assert "counts alone, **Recent popularity**, lies below it: −0.0058 [−0.0067, −0.0049]" in said
    assert "**SASRec with memories**, is not told apart from it: −0.0006 [−0.0015, 0.0003]" in said


def test_noise_alone_has_its_own_answer(open_view: OpenView) -> None:
    page = open_view("experiments", run="steady")
    assert "the best of 3 gates, **gate from likelihood**, reaches 58" in page.markdown[0].value
    page.segmented_control(key="experiments_noise_metric_generated").set_value("auc").run()
    assert not page.exception
    assert "has the highest AUC" in texts(page)
    page.segmented_control(key="experiments_tab_generated_2").set_value("trust").run()
    assert not page.exception
    assert "the best of 3 gates, **gate from likelihood**, reaches 29" in texts(page)
    assert "reaches 58" in page.markdown[0].value, "the answer is of training alone"
    assert any("ruie experiment trust data/generated" in code.value for code in page.code)


def test_the_dataset_of_the_run_comes_first(
    open_view: OpenView, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = own_folder(monkeypatch, write_experiments(tmp_path))
    (folder / "kuairand").rename(folder / "invented log")
    page = open_view("experiments", run="steady")
    assert page.segmented_control(key=DATASET).value == "invented log"
    assert "These experiments are on" not in texts(page)


def test_splits_are_asked_for_where_there_are_two(
    open_view: OpenView, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = own_folder(monkeypatch, write_experiments(tmp_path))
    path = folder / "generated" / SUMMARY
    frame = make_summary().query("experiment == 'leaderboard' and metric == 'ndcg'")
    later = frame.assign(panel=frame["panel"] + "-temporal", value=frame["value"] / 2)
    pd.concat([frame, later]).to_parquet(path)
    page = open_view("experiments", run="steady")
    assert "reaches NDCG@10 0.0281" in texts(page)
    page.segmented_control(key="experiments_split_generated").set_value("temporal").run()
    assert not page.exception
    assert "reaches NDCG@10 0.0140" in texts(page)


def test_nothing_yet_says_what_to_run(
    open_view: OpenView, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_folder(monkeypatch, tmp_path / "none")
    page = open_view("experiments", run="steady")
    assert not page.exception
    assert page.code[0].value == "ruie experiment all data/kuairand"


def test_a_wrong_summary_is_one_sentence_and_others_stay_open(
    open_view: OpenView, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = own_folder(monkeypatch, write_experiments(tmp_path))
    path = folder / "generated" / SUMMARY
    pd.read_parquet(path).drop(columns="seeds").to_parquet(path)
    page = open_view("experiments", run="steady")
    assert "lacks the columns seeds" in page.error[0].value
    assert page.code[0].value == "ruie experiment all data/generated"
    page.segmented_control(key=DATASET).set_value("kuairand").run()
    assert not page.error
    assert len(page.get("plotly_chart")) == 1
