"""The What-if view without a browser: edits by link and by control, and what cannot be asked."""

import json
import zlib
from pathlib import Path

from safetensors.torch import load_file, save_file
from streamlit.testing.v1 import AppTest

from ruie_core.analysis.store import RunStore
from ruie_core.files import sha256
from tests.app.conftest import OpenView, go_to, texts

MARK = f"{zlib.crc32(b'steady/u10000'):08x}"


def events_of(folder: Path, user: str = "u10000") -> int:
    query = "SELECT n_events FROM users WHERE user_id = ?"
    return int(RunStore(folder / "steady").sql(query, [user]).iloc[0, 0])


def sentence(page: AppTest) -> str:
    return str(page.markdown[0].value)


def test_it_opens_unedited_and_a_link_opens_edited(open_view: OpenView, checkpoints: Path) -> None:
    n = events_of(checkpoints)
    page = open_view("whatif", run="steady", user="u10000")
    assert not page.exception
    assert sentence(page).startswith("Nothing is edited yet")
    assert page.button(key="whatif_reset").disabled
    assert "Model response, not causal effect." in texts(page)
    page.query_params["edit"] = f"{MARK}.1-{n - 1}"
    page.run()
    assert not page.exception
    assert sentence(page).startswith(f"Without event {n} (")
    page.button(key="whatif_reset").click().run()
    assert sentence(page).startswith("Nothing is edited yet")
    assert page.query_params["edit"] == MARK


def test_a_forced_scenario_lives_in_the_url_and_goes_along_with_its_person(
    open_view: OpenView,
) -> None:
    page = open_view("whatif", run="steady", user="u10000")
    page.selectbox(key="whatif_next").select("shop, front page").run()
    assert not page.exception
    assert sentence(page).startswith("With the next event forced into **shop, front page**")
    assert page.query_params["edit"].endswith(".n4")
    page.button(key="user_next ▸").click().run()
    assert sentence(page).startswith("Nothing is edited yet"), "an edit belongs to its person"
    page.button(key="user_◂ previous").click().run()
    assert page.query_params["edit"] == f"{MARK}.{page.query_params['edit'].split('.', 1)[1]}"
    assert page.query_params["edit"].endswith(".n4")
    page.query_params.clear()
    go_to(page, "gate").run()
    go_to(page, "whatif").run()
    assert page.query_params["edit"].endswith(".n4"), "and is there again after another view"


def test_an_item_is_searched_and_inserted(open_view: OpenView, checkpoints: Path) -> None:
    n = events_of(checkpoints)
    page = open_view("whatif", run="steady", user="u10000")
    page.text_input(key="whatif_search").set_value("no such title").run()
    assert "No item has this title or id" in texts(page)
    page.text_input(key="whatif_search").set_value("noodles").run()
    page.number_input(key="whatif_place").set_value(2).run()
    page.button(key="whatif_insert").click().run()
    assert not page.exception
    assert "inserted as event 2" in sentence(page)
    assert page.query_params["edit"].startswith(f"{MARK}.1.i")
    assert page.query_params["edit"].endswith(f"s1a1.2-{n}")


def test_a_damaged_link_says_so_and_shows_the_history_as_it_was(open_view: OpenView) -> None:
    page = open_view("whatif", run="steady", user="u10000", edit=f"{MARK}.1-9999")
    assert not page.exception
    assert "names events 1 to 9999; this person has" in page.warning[0].value
    assert sentence(page).startswith("Nothing is edited yet")


def test_weights_that_do_not_load_are_one_sentence(
    open_view: OpenView, own_checkpoints: Path
) -> None:
    run = own_checkpoints / "steady"
    weights = load_file(run / "weights.safetensors")
    weights.pop("requests.weight")
    save_file(weights, run / "weights.safetensors")
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["files"]["weights.safetensors"] = sha256(run / "weights.safetensors")
    (run / "manifest.json").write_text(json.dumps(manifest))
    page = open_view("whatif", own_checkpoints, run="steady")
    assert not page.exception
    assert not page.error
    assert sentence(page) == "This run's model cannot be asked."
    assert "tensor requests\\.weight is missing" in texts(page)
