"""Statements about two runs: tested, told over their trainings, written by the command."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ruie_core.analysis import choices, evidence
from ruie_core.analysis.findings import Pick, new_list, read_findings, save_findings
from ruie_core.analysis.frames.findings_run import looked_at
from ruie_core.analysis.frames.paired import paired_ndcg
from ruie_core.analysis.store import RunStore
from ruie_core.cli import main
from ruie_core.errors import UserError
from ruie_core.report.build import make_report
from ruie_core.report.gather import Desk, chosen, compared_runs, of_run, offered, pick, suggestion
from ruie_core.report.pictures import picture
from ruie_core.reporting.findings_run import about_run
from ruie_core.reporting.sides import run_names
from tests.fake_run import fabricate

SIZE = {"users": 120, "events": 4_000, "items": 60, "split": "temporal", "seed": 7}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("runs")
    for seed in (1, 2):
        fabricate(made / f"gate{seed}", **SIZE, model_seed=seed, trained=seed)
        fabricate(made / f"none{seed}", **SIZE, model_seed=5 + seed, trained=seed, gate="constant")
    fabricate(made / "else", users=10, events=200, items=60, dataset="other" * 10)
    return made


@pytest.fixture(scope="module")
def desk(folder: Path) -> Desk:
    return Desk(RunStore(folder / "gate1"))


def test_the_comparisons_are_those_of_the_view_and_corrected_together(desk: Desk) -> None:
    found, whole = desk.rival("none2").trainings, compared_runs(desk, "none2").set_index("scenario")
    assert (len(found.own), len(found.its)) == (2, 2)
    shown = paired_ndcg(desk.store, found.own, found.its, desk.k)
    shown = shown[(shown["request_scenario"] == "unknown") & ~shown["small"]]
    shown = shown[shown["group"].isin(["all", "scenario"])].set_index("scenario")
    assert whole["value"].to_dict() == pytest.approx(shown["difference"].to_dict())
    assert whole["low"].to_dict() == pytest.approx(shown["difference_low"].to_dict())
    assert (whole["p_holm"] >= whole["p"]).all()
    assert whole["p_holm"].max() > whole["p"].max() or len(whole) == 1


def rows(value: float, half: float) -> pd.DataFrame:
    made = pd.DataFrame({"scenario": ["all", "feed"], "value": [value, 2 * value], "n": 90})
    made["low"], made["high"] = made["value"] - half, made["value"] + half
    made["first"], made["second"], made["n_users"] = 0.3, 0.3 - made["value"], 80
    return evidence.tested([made.assign(kind="run-ndcg", null=0.0)])


def test_a_difference_is_claimed_only_where_it_is_shown() -> None:
    names = run_names("gate", "none")
    better = about_run(rows(0.1, 0.02), 10, names, (3, 2), same=False)
    assert [each.key for each in better] == ["run", "run-scenario"]
    assert better[0].sentence == "Run **gate** ranks what comes next better than run **none**"
    assert better[1].sentence == (
        "Run **gate** and run **none** differ most in **feed**, where run **gate** ranks better"
    )
    assert [each.run for each in better] == ["none", "none"]
    assert better[1].scenario == "feed"
    assert better[0].evidence.endswith("after Holm over 2 comparisons; means of 3 and 2 trainings")
    assert better[0].note.endswith("intervals are over people and trainings.")
    worse = about_run(rows(-0.1, 0.02), 10, names, (1, 1), same=False)[0]
    assert worse.evidence.endswith("; one training each")
    assert "ranks what comes next worse than" in worse.sentence
    open_ = about_run(rows(0.1, 0.3), 10, names, (1, 1), same=True)
    assert [each.standing for each in open_] == ["open"]
    assert open_[0].sentence == "No difference between run **gate** and run **none** is shown"


def test_what_the_trainings_are_is_said_beside_it(desk: Desk, folder: Path) -> None:
    assert "Means over 2 trainings of each" in of_run(desk, "none1")[0].note
    assert "two trainings of one model" in of_run(desk, "gate2")[0].note
    lone = replace(desk, opened=_broken, rivals={})
    with pytest.raises(UserError, match="damaged"):
        of_run(lone, "none1")
    for wrong in ("else", "nosuch", "../gate2", "gate1"):
        with pytest.raises(UserError, match="cannot be compared with"):
            desk.rival(wrong)


def test_a_report_opens_each_other_run_once(folder: Path) -> None:
    opened: list[str] = []

    def counted(path: Path) -> RunStore:
        opened.append(path.name)
        return RunStore(path)

    desk = Desk(RunStore(folder / "gate1"), opened=counted)
    picks = [pick(each) for each in of_run(desk, "none1")]
    make_report(desk, picks, title="Runs", command=None)
    assert sorted(opened) == ["gate2", "none1", "none2"], "its files are checked at every opening"


def _broken(path: Path) -> RunStore:
    raise UserError(f"{path} is damaged.")


def test_a_list_and_a_link_name_the_other_run(desk: Desk) -> None:
    found = offered(desk, run="none1")
    about = [each for each in found if each.run == "none1"]
    assert about[0].key == "run"
    picks = (pick(about[0], "So ~ what?"), Pick(finding="skill"))
    assert choices.read(choices.write(picks)).picks == picks
    assert choices.read("plain~skill~~").picks == (Pick(finding="skill"),), "links of before"
    identity = save_findings(desk.store, new_list(desk.store, "Runs", picks))
    kept, notes = chosen(desk, read_findings(desk.store, identity).picks)
    assert [each.finding.key for each in kept] == ["run", "skill"]
    assert not notes
    gone, notes = chosen(desk, [Pick(finding="run", run="removed")])
    assert not gone
    assert "cannot be compared with “removed”" in notes[0]
    shown = [replace(each, standing="shown") for each in found]
    assert any(each.run == "none1" for each in suggestion(shown)), "a run has a place before others"


def test_a_report_says_what_was_compared(desk: Desk) -> None:
    found = of_run(desk, "none1")
    made = make_report(desk, [pick(found[0])], title="Runs", command=None)
    facts = dict(made.facts)
    assert facts["Compared with"].endswith("trainings that count: 2 and 2")
    assert facts["Compared with"].startswith("none1, trained ")
    assert any("with run **none1**" in line for line in made.method)
    shown = picture(desk, found[0])
    assert shown.figure.layout.xaxis.title.text == "NDCG@10, gate1 less none1"
    assert "gate1 − none1, and n" in shown.reading
    found_in = desk.rival("none1").trainings
    assert len(shown.frame) == len(looked_at(desk.store, found_in.own, found_in.its, desk.k))


def test_the_command_compares(
    desk: Desk, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picks = (pick(of_run(desk, "none1")[0]),)
    listed = save_findings(desk.store, new_list(desk.store, "Told", picks))
    out, run = tmp_path / "report.html", str(folder / "gate1")
    main(["report", run, "--out", str(out), "--compare", "none1", "--findings", listed])
    page = out.read_text()
    assert "trainings that count: 2 and 2" in page
    assert "--compare none1 --findings told" in page
    assert capsys.readouterr().out.startswith(f"{out}: ")
    with pytest.raises(SystemExit, match="2"):
        main(["report", run, "--out", str(out), "--compare", "nosuch"])
