"""The app on runs that hardly are any: one user, one scenario, fifteen of them, awkward names."""

from pathlib import Path

import pytest

from app.views.registry import VIEWS
from tests.app.conftest import OpenView
from tests.fake_run import fabricate

LONG = (*(f"scenario no. {place} with *a* long_name" for place in range(14)), "other")


@pytest.fixture(scope="session")
def extremes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extremes")
    fabricate(folder / "one-user", users=1, events=64, items=50)
    fabricate(folder / "one-scenario", users=30, events=500, items=50, scenarios=("feed",))
    fabricate(folder / "fifteen-scenarios", users=40, events=1_500, items=100, scenarios=LONG)
    fabricate(folder / "named-like-groups", users=3, events=90, items=30, scenarios=("all", "head"))
    return folder


@pytest.mark.parametrize("view", [view.module for view in VIEWS])
@pytest.mark.parametrize(
    "run", ["one-user", "one-scenario", "fifteen-scenarios", "named-like-groups"]
)
def test_a_view_opens(open_view: OpenView, extremes: Path, run: str, view: str) -> None:
    page = open_view(view, extremes, run=run, user="u10000")
    assert not page.exception
    assert not page.error


def test_one_held_out_event_is_not_judged(open_view: OpenView, extremes: Path) -> None:
    page = open_view("overview", extremes, run="one-user")
    assert page.markdown[0].value.startswith("**Too few held-out events to judge**")
