"""The app without a browser: one fabricated checkpoints folder, one way to open a view."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.components.tour import SEEN
from app.views.registry import VIEWS
from tests.fake_run import fabricate
from tests.fake_summaries import write_experiments

MAIN = Path(__file__).resolve().parents[2] / "app" / "main.py"

OpenView = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def closed_stores() -> Iterator[None]:
    """Let go of the cached stores at the end: DuckDB complains of connections left to the exit."""
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: ``steady`` (leave-one-out, healthy) and ``shaky`` (temporal, all lights on)."""
    folder = tmp_path_factory.mktemp("checkpoints")
    fabricate(folder / "steady", users=80, events=2_400, items=300, seed=1)
    fabricate(
        folder / "shaky", users=80, events=2_400, items=300, split="temporal", healthy=False, seed=2
    )
    return folder


@pytest.fixture(scope="session")
def experiments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of experiments on ``kuairand`` and on ``generated`` noise."""
    return write_experiments(tmp_path_factory.mktemp("experiments"))


@pytest.fixture
def own_checkpoints(checkpoints: Path, tmp_path: Path) -> Path:
    """A copy of one run that a test may break."""
    shutil.copytree(checkpoints / "steady", tmp_path / "own" / "steady")
    return tmp_path / "own"


@pytest.fixture
def open_view(
    monkeypatch: pytest.MonkeyPatch, checkpoints: Path, experiments: Path, tmp_path: Path
) -> OpenView:
    """Open a view by its module's name, as a link with the given query would."""

    monkeypatch.setitem(os.environ, "RUIE_EXPERIMENTS", str(experiments))
    monkeypatch.setitem(os.environ, "RUIE_DATA", str(tmp_path / "data"))

    def open_(view: str, folder: Path = checkpoints, **query: str) -> AppTest:
        monkeypatch.setitem(os.environ, "RUIE_CHECKPOINTS", str(folder))
        page = AppTest.from_file(MAIN, default_timeout=60)
        go_to(page, view)
        page.session_state[SEEN] = True  # the tour of a first visit has a test of its own
        for key, value in query.items():
            page.query_params[key] = value
        return page.run()

    return open_


def go_to(page: AppTest, view: str) -> AppTest:
    """Make the next run show another view; its pages are functions, which AppTest cannot name."""
    known = {item.module: "" if item is VIEWS[0] else item.module for item in VIEWS}
    page._page_hash = calc_hash(known[view])
    return page


def texts(page: AppTest) -> str:
    """All that is written on a page."""
    groups = (
        page.subheader,
        page.markdown,
        page.caption,
        page.error,
        page.warning,
        page.success,
        page.code,
    )
    return "\n".join(str(element.value) for group in groups for element in group)
