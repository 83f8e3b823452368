"""The benchmark of interactions covers the app: a new view or text field cannot slip through."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.views.registry import VIEWS
from tests.app.conftest import OpenView
from tests.benchmarks.interactions import controls, selections, unexercised

DEMO = Path(__file__).resolve().parents[2] / "checkpoints"


def exercised(page: AppTest) -> set[str]:
    return {each.name.partition(" ")[2] for each in controls(page)}


@pytest.mark.parametrize("view", [view.module for view in VIEWS])
def test_every_field_of_a_view_is_exercised(open_view: OpenView, view: str) -> None:
    page = open_view(view, DEMO, run="demo")
    assert not page.exception
    assert unexercised(page) == [], "say in interactions.TEXTS what is typed into it"
    known = exercised(page)
    assert {"open_tour", "open_glossary"} <= known
    for kind in ("selectbox", "segmented_control", "slider", "toggle", "text_input"):
        drawn = [each for each in page.get(kind) if not each.form_id and not each.disabled]
        missing = {str(each.key) for each in drawn} - known - {"sidebar_run"}
        assert not missing, f"{kind} without a key, or of no known kind"


def test_the_glossary_is_exercised(open_view: OpenView) -> None:
    page = open_view("overview", DEMO, run="demo")
    page.button(key="open_glossary").click().run()
    assert "glossary_find" in exercised(page)
    assert unexercised(page) == []


def test_what_every_view_follows_is_asked_of_the_link(open_view: OpenView) -> None:
    page = open_view("overview", DEMO, run="demo")
    asked = selections(["b", "a"], ("feed", "search"), "cohort")
    for each in asked:
        assert each.change(page, 0)
    found = {key: page.query_params[key] for key in ("user", "step", "scenario", "cohort")}
    texts = {key: value[0] if isinstance(value, list) else value for key, value in found.items()}
    assert texts == {"user": "a", "step": "2", "scenario": "feed", "cohort": "cohort"}
