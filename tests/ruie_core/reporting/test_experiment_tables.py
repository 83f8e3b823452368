"""Markdown of experiments: figures in percent, their sources, and blocks in documents."""

import re

import pandas as pd
import pytest

from ruie_core.errors import UserError
from ruie_core.reporting.experiment_cells import footer
from ruie_core.reporting.experiment_tables import TABLES, rewrite_blocks, tables
from tests import fake_experiments as fake

BLOCKS = {"kuairand": {"ablation": "| new |"}}
OPEN, CLOSE = "<!-- experiment:ablation dataset:kuairand -->", "<!-- /experiment -->"


@pytest.fixture(scope="module")
def frames():
    return fake.read_summary("fake")


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
    assert re.fullmatch(r"\d+\.\d\d \[\d+\.\d\d, \d+\.\d\d\], p [=<] 0\.\d{2,3}", found[5])
    assert cells(text, "ruie")[5] == "–"


def test_models_stand_in_the_order_of_their_ndcg(frames):
    first = tables(*frames)["leaderboard"].split("\n\n")[0].splitlines()[2:]
    names = [line.split("|")[1].strip().replace("\\", "") for line in first]
    assert set(names) == set(fake.SKILL)
    assert names[0] == "ruie"
    assert names[-1] == "popularity"


def test_every_table_is_written_and_ends_with_what_it_rests_on(frames):
    written = tables(*frames) | tables(*fake.read_summary("generated"))
    assert set(written) == set(TABLES) - {"cross-domain"}  # of which nothing was invented
    for name, text in written.items():
        last = text.splitlines()[-1]
        assert re.search(r"^n = \d+( to \d+)? users, .* events; .*seeds 1–3;", last), name
        assert "commit 0123456789;" in last
        for experiment in TABLES[name].trained or (TABLES[name].experiment,):
            assert f"`ruie experiment {experiment} data/" in last
        lines = [line for line in text.splitlines() if line.startswith("|")]
        assert "nan" not in "".join(lines)


def test_every_row_of_a_table_has_a_cell_per_column(frames):
    for text in (tables(*frames) | tables(*fake.read_summary("generated"))).values():
        for part in text.split("\n\n")[:-1]:
            lines = part.splitlines()
            assert len(lines) > 2
            assert len({line.count("|") for line in lines}) == 1


def test_a_ceiling_is_shown_as_a_share(frames):
    summary, runs = fake.read_summary("generated")
    text = tables(summary, runs)["gate-oracle"].replace("\u202f", "")
    row = next(line for line in text.splitlines() if line.startswith("| 50% | gate engaged"))
    share = summary.query(
        "experiment == 'gate-oracle' and variant == 'gate engaged' and x == 0.5 "
        "and metric == 'share_of_ceiling' and panel == 'noise' and request == 'unknown'"
    )["value"].item()
    assert f"| {share:.3f} [" in row


def test_an_ablation_shows_the_loss_of_each_part(frames):
    text = tables(*frames)["ablation"]
    assert cells(text, "triplet")[2].startswith("−")
    assert cells(text, "ruie")[2] == "–"


def test_no_rows_no_table(frames):
    summary, runs = frames
    assert set(tables(summary[summary["experiment"] == "ablation"], runs)) == {"ablation"}


def test_a_footer_tells_gaps_in_seeds_and_several_commits():
    rows = pd.DataFrame({"n_users": [1200, 40, 40], "n_events": [1500, 40, 40],
                         "seeds": [4, 2, 1], "command": ["a; b", "b", "b"]})  # fmt: skip
    rows = rows.assign(variant=["ruie", "sasrec", "popularity"])
    runs = pd.DataFrame({"seed": [1, 2, 3, 7], "commit": ["f" * 40, "e" * 40] * 2,
                         "variant": ["ruie", "sasrec", "sasrec", "popularity"],
                         "parameters": [5, 5, 5, 0]})  # fmt: skip
    text = footer(rows, runs).replace("\u202f", "")
    assert text == (
        "n = 40 to 1200 users, 40 to 1500 events; brackets: 95 %, users and seeds; p: two-sided, "
        "after Holm; seeds 1–3, 7 (fewest 2); commits eeeeeeeeee, ffffffffff; `a`, `b`."
    )


def test_blocks_are_replaced_and_the_rest_stays():
    text = f"# Title\n{OPEN}\nold\n{CLOSE}\nend {OPEN}{CLOSE}\n"
    once = rewrite_blocks(text, BLOCKS)
    block = f"{OPEN}\n\n| new |\n\n{CLOSE}"
    assert once == f"# Title\n{block}\nend {block}\n"
    assert rewrite_blocks(once, BLOCKS) == once
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
        rewrite_blocks(text, BLOCKS)
