"""Markdown of experiments: figures in percent, their sources, and blocks in documents."""

import re

import pandas as pd
import pytest

from ruie_core.errors import UserError
from ruie_core.experiments.summaries.registry import summarise
from ruie_core.reporting.experiment_cells import footer
from ruie_core.reporting.experiment_tables import rewrite_blocks, tables
from tests import fake_experiments as fake

TABLES = {"kuairand": {"ablation": "| new |"}}
OPEN, CLOSE = "<!-- experiment:ablation dataset:kuairand -->", "<!-- /experiment -->"


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    fake.write_leaderboard(folder / "kuairand", dataset := fake.fake_dataset())
    fake.write_ablation(folder / "kuairand", dataset)
    out = summarise(folder / "kuairand", dataset, folder / "out")
    return pd.read_parquet(out / "summary.parquet"), pd.read_parquet(out / "runs.parquet")


def cells(text: str, row: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {row} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_leaderboard_shows_every_cut_off_and_what_ruie_adds(frames):
    summary, _ = frames
    text = tables(*frames)["leaderboard"]
    level = summary[(summary["panel"] == "level") & (summary["experiment"] == "leaderboard")]
    row = level.query("variant == 'sasrec' and request == 'unknown' and scenario == 'all'")
    at_5 = row[(row["metric"] == "ndcg") & (row["k"] == 5)].iloc[0]
    found = cells(text, "sasrec")
    assert (
        found[1] == f"{100 * at_5['value']:.2f} [{100 * at_5['low']:.2f}, {100 * at_5['high']:.2f}]"
    )
    assert re.fullmatch(r"\d+\.\d\d \[\d+\.\d\d, \d+\.\d\d\], p (< )?0\.\d{3}", found[5])
    assert cells(text, "ruie")[5] == "–"


def test_models_stand_in_the_order_of_their_ndcg(frames):
    first = tables(*frames)["leaderboard"].split("\n\n")[0].splitlines()[2:]
    names = [line.split("|")[1].strip().replace("\\", "") for line in first]
    assert set(names) == set(fake.SKILL)
    assert names[0] == "ruie"
    assert names[-1] == "popularity"


@pytest.mark.parametrize("name", ["leaderboard", "leaderboard-temporal", "ablation"])
def test_every_table_ends_with_what_it_rests_on(frames, name):
    last = tables(*frames)[name].splitlines()[-1]
    experiment = name.removesuffix("-temporal")
    assert re.search(r"^n = \d+ users, \d+ events; seeds 1–3", last)
    assert "commit 0123456789;" in last
    assert f"`ruie experiment {experiment} data/kuairand`" in last


def test_an_ablation_shows_the_loss_of_each_part(frames):
    text = tables(*frames)["ablation"]
    assert cells(text, "triplet")[2].startswith("−")
    assert cells(text, "ruie")[2] == "–"


def test_no_rows_no_table(frames):
    summary, runs = frames
    assert set(tables(summary[summary["experiment"] == "ablation"], runs)) == {"ablation"}


def test_a_footer_tells_gaps_in_seeds_and_several_commits():
    rows = pd.DataFrame({"n_users": [1200, 40], "n_events": [1500, 40], "seeds": [4, 2],
                         "command": ["a; b", "b"]})  # fmt: skip
    runs = pd.DataFrame({"seed": [1, 2, 3, 7], "commit": ["f" * 40, "e" * 40] * 2})
    text = footer(rows, runs).replace("\u202f", "")
    assert text == (
        "n = 40 to 1200 users, 40 to 1500 events; seeds 1–3, 7 (fewest 2); commits eeeeeeeeee, "
        "ffffffffff; `a`, `b`."
    )


def test_blocks_are_replaced_and_the_rest_stays():
    text = f"# Title\n{OPEN}\nold\n{CLOSE}\nend {OPEN}{CLOSE}\n"
    once = rewrite_blocks(text, TABLES)
    block = f"{OPEN}\n\n| new |\n\n{CLOSE}"
    assert once == f"# Title\n{block}\nend {block}\n"
    assert rewrite_blocks(once, TABLES) == once
    assert rewrite_blocks("no block", {}) == "no block"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OPEN.replace("ablation", "abaltion") + CLOSE, "no table 'abaltion' of dataset 'kuairand'"),
        (OPEN.replace("kuairand", "douban") + CLOSE, "there are ablation of kuairand"),
        (f"a\n{OPEN}\nold", "not closed"),
        (f"{OPEN}\n{OPEN}\n{CLOSE}", "Line 2"),
        (f"a\n\n{CLOSE}", "Line 3"),
        (f"<!-- experiment:ablation -->{CLOSE}", "stands where"),
        (f"{OPEN}<!-- /experiments -->", "not closed"),
    ],
)
def test_a_document_with_a_wrong_marker_is_refused(text, words):
    with pytest.raises(UserError, match=words):
        rewrite_blocks(text, TABLES)
