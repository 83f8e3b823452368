"""What only a browser shows: marks are drawn, nothing complains, links and reloads restore."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.views.registry import VIEWS
from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

pytestmark = pytest.mark.e2e

SHOWN = [view for view in VIEWS if view.needs_run]
"""The views that draw a run; a log is brought in ``test_newrun``."""


def path(module: str) -> str:
    return "/" if module == VIEWS[0].module else f"/{module}"


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
@pytest.mark.parametrize("view", [view.module for view in SHOWN])
def test_a_view_is_drawn(
    watch: Watch, page: Page, view: str, request: pytest.FixtureRequest
) -> None:
    watch.open(path(view), run="steady", user="u10000")
    marks = watch.marks()
    theme = "dark" if "dark" in request.node.name else "light"
    page.screenshot(path=ARTEFACTS / f"{view}-{theme}.png")
    assert marks
    assert all(count > 0 for count in marks), marks
    ground = page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor"
    )
    assert ground == ("rgb(21, 24, 28)" if theme == "dark" else "rgb(255, 255, 255)")
    paper = page.locator(".main-svg").first.evaluate("svg => getComputedStyle(svg).backgroundColor")
    assert paper in (ground, "rgba(0, 0, 0, 0)")
    watch.sound()


def test_nothing_is_wider_than_the_window(watch: Watch, page: Page) -> None:
    for view in SHOWN:
        watch.open(path(view.module), run="steady", user="u10000")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1440, view.module


def test_the_side_leads_to_every_view_and_keeps_the_selection(watch: Watch, page: Page) -> None:
    watch.open("/", run="shaky", user="u10007")
    for view in SHOWN[1:]:
        page.locator('[data-testid="stSidebar"]').get_by_role("link", name=view.title).click()
        page.wait_for_url(f"**/{view.module}?*")
        watch.settle()
        assert "run=shaky" in page.url
        assert "user=u10007" in page.url
    watch.sound()


def test_another_user_changes_charts_and_url_and_reload_restores(watch: Watch, page: Page) -> None:
    watch.open("/user", run="steady", user="u10000")
    before = watch.title(), page.locator(".js-plotly-plot").first.inner_html()
    page.get_by_role("button", name="next ▸").click()
    page.wait_for_url(lambda url: "user=u10000" not in url)
    watch.settle()
    after = watch.title(), page.locator(".js-plotly-plot").first.inner_html()
    assert after[0] != before[0]
    assert after[1] != before[1]
    page.reload()
    watch.settle()
    assert watch.title() == after[0]
    watch.sound()


def test_another_checkpoint_changes_the_answer_and_back_restores(watch: Watch, page: Page) -> None:
    watch.open("/", run="steady")
    first = page.locator('[data-testid="stMain"]').inner_text()
    page.locator('[data-testid="stSidebar"] [data-testid="stSelectbox"]').first.click()
    page.get_by_role("option", name="shaky").click()
    page.wait_for_url("**run=shaky*")
    expect(page.locator('[data-testid="stMain"]')).to_contain_text("gate collapse")
    watch.settle()
    page.go_back()
    page.wait_for_url("**run=steady*")
    expect(page.locator('[data-testid="stMain"]')).not_to_contain_text("look at gate collapse")
    watch.settle()
    assert page.locator('[data-testid="stMain"]').inner_text() == first
    watch.sound()


def test_csv_and_html_are_made_on_request_and_open_without_a_network(
    watch: Watch, page: Page, tmp_path: Path
) -> None:
    watch.open("/scenarios", run="steady")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").first.click()
    table = waiting.value
    assert table.suggested_filename == "steady-ndcg-at-10-by-scenario-unknown.csv"
    table.save_as(tmp_path / "table.csv")
    assert "scenario" in (tmp_path / "table.csv").read_text("utf-8-sig").splitlines()[0]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="HTML").first.click()
    waiting.value.save_as(tmp_path / "chart.html")
    assert (tmp_path / "chart.html").stat().st_size < 8 << 20
    alone = page.context.new_page()
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto((tmp_path / "chart.html").as_uri())
    alone.locator(".main-svg").first.wait_for()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    watch.sound()


def test_a_picture_has_a_sensible_name(watch: Watch, page: Page) -> None:
    watch.open("/gate", run="steady")
    page.locator(".js-plotly-plot").first.hover()
    with page.expect_download() as waiting:
        page.locator('[data-title*="ownload plot"]').first.click()
    assert waiting.value.suggested_filename == "steady-gates-by-scenario.png"
    watch.sound()


def test_a_link_to_what_is_not_there_says_so(watch: Watch, page: Page) -> None:
    watch.open("/", run="gone", user="nobody")
    expect(page.get_by_text("“gone”")).to_be_visible()
    expect(page.get_by_text("“nobody”")).to_be_visible()
    watch.sound()
