"""Reports: what is suggested, the page and its safety, the slides, the command."""

import io
import json
import re
import shutil
from pathlib import Path

import pytest

from ruie_core.analysis.findings import Pick, new_list, save_findings
from ruie_core.analysis.store import RunStore
from ruie_core.cli import main
from ruie_core.errors import UserError
from ruie_core.evaluation.multiple import holm
from ruie_core.report import html, slides
from ruie_core.report.build import make_report
from ruie_core.report.gather import Desk, chosen, everyone, suggestion
from ruie_core.reporting.finding import Finding
from ruie_core.reporting.report import verdict
from tests.fake_run import fabricate

HOSTILE = '<script>alert(1)</script> </title> "quoted" & more'


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fabricate(tmp_path_factory.mktemp("runs") / "steady", users=80, events=2_400, items=300)


@pytest.fixture(scope="module")
def desk(run: Path) -> Desk:
    return Desk(RunStore(run))


def outside(page: str) -> str:
    """The page without the plotting library, whose comments name hosts."""
    return re.sub(r'<script type="text/plain".*?</script>', "", page, count=1, flags=re.DOTALL)


def finding(key: str, standing: str, cohort: str | None = None) -> Finding:
    return Finding(key, key, key, key, standing, "scenarios", cohort=cohort)  # type: ignore[arg-type]


def test_a_suggestion_holds_differences_only_and_a_cohorts_first() -> None:
    found = [finding(f"f{place}", "shown") for place in range(6)]
    found += [finding("open", "open"), finding("c", "shown", "movers"), finding("p", "person")]
    picks = suggestion(found)
    assert [each.finding for each in picks] == ["f0", "f1", "f2", "f3", "f4", "c"]
    assert verdict(found, 1) == (
        "7 of 8 statements show a difference after the correction for everything that was looked "
        "at; 1 is chosen for the report."
    )


def test_holm_steps_down() -> None:
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])


def test_a_page_is_whole_safe_and_says_where_it_is_from(desk: Desk) -> None:
    picks = [Pick(finding=each.key, caption=HOSTILE) for each in everyone(desk)[:2]]
    made = make_report(desk, picks, title=HOSTILE, command="ruie report run --out a.html")
    page = html.page(made).decode()
    assert page.count("plotly.js v") == 1
    assert len(page) < html.MOST_BYTES
    rest = outside(page)
    assert len(rest) < 400_000
    assert rest.count('type="application/json"') == 2
    assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?\s*(https?:)?//", rest)
    assert "default-src 'none'" in rest
    assert "<script>alert" not in rest
    assert rest.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4, "title, heading, captions"
    assert "Aggregates only" in rest
    for expected in (desk.store.manifest["dataset_hash"], "seed", "ruie report run --out a.html"):
        assert str(expected) in rest
    assert f"{int(desk_family(desk))} comparisons" in rest


def desk_family(desk: Desk) -> int:
    from ruie_core.analysis.frames.findings import looked_at

    return int(looked_at(desk.store, desk.k)["p"].notna().sum())


def test_a_pick_that_cannot_be_told_is_said(desk: Desk) -> None:
    kept, notes = chosen(desk, [Pick(finding="skill", cohort="gone"), Pick(finding="nonsense")])
    assert not kept
    assert len(notes) == 2
    with pytest.raises(UserError, match="There is no finding to report"):
        make_report(desk, [], title="a", command=None)


def test_the_command_writes_a_list_and_a_person_who_is_named(
    run: Path, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = everyone(desk)[0].key
    picks = [Pick(finding=key, caption="So what")]
    identity = save_findings(desk.store, new_list(desk.store, "For Monday", picks))
    out = tmp_path / "new" / "report.html"
    main(["report", str(run), "--out", str(out), "--findings", identity, "--user", "u10000"])
    page = outside(out.read_text())
    assert "<title>For Monday</title>" in page
    assert "So what" in page
    assert "Shows single events of User u10000" in page
    assert "--user u10000 --findings for-monday" in page
    assert [file.name for file in out.parent.iterdir()] == ["report.html"]
    assert "2 findings" in capsys.readouterr().out
    for wrong in (["--findings", "nosuch"], ["--user", "nobody"], ["--cohort", "nosuch"]):
        with pytest.raises(SystemExit, match="2"):
            main(["report", str(run), "--out", str(tmp_path / "b.html"), *wrong])
    assert not (tmp_path / "b.html").exists()


def test_a_cohorts_file_is_compared_with_the_rest(run: Path, tmp_path: Path) -> None:
    from ruie_core.analysis.cohorts import listed_cohort

    store = RunStore(run)
    ids = store.sql("SELECT user_id FROM users ORDER BY user_id LIMIT 40", [])["user_id"]
    cohort = tmp_path / "first.json"
    cohort.write_text(listed_cohort(store, "First", ids).model_dump_json(exclude_none=True))
    assert json.loads(cohort.read_text())["name"] == "First"
    out = tmp_path / "c.html"
    main(["report", str(run), "--out", str(out), "--cohort", str(cohort)])
    assert str(cohort) in outside(out.read_text())


@pytest.mark.slow
def test_slides_hold_one_finding_each(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pptx = pytest.importorskip("pptx", reason="slides need python-pptx")
    if slides.missing():
        pytest.skip("Chromium is absent, which draws the slides' pictures")
    found = everyone(desk)[:2]
    picks = [Pick(finding=each.key, caption="So what") for each in found]
    made = make_report(desk, picks, title="Monday", command=None)
    deck = pptx.Presentation(io.BytesIO(slides.deck(made)))
    assert len(deck.slides) == 2
    assert round(deck.slide_width / deck.slide_height, 3) == round(16 / 9, 3)
    for slide in deck.slides:
        texts = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert "So what" in texts
        assert "after Holm" in texts
        assert "seed" in texts
        assert [shape.shape_type for shape in slide.shapes].count(13) == 1
    with pytest.raises(UserError, match="not drawn within 0 seconds"):
        slides.deck(made, seconds=0.01)


def test_without_chromium_slides_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "Slides need Chromium" in str(slides.missing())
