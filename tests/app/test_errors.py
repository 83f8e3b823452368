"""What cannot be shown is said in one sentence, with the command that mends it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.app.conftest import MAIN, OpenView, texts
from tests.fake_run import seal_analysis


def test_no_run_yet_says_what_to_do(open_view: OpenView, tmp_path: Path) -> None:
    page = open_view("overview", tmp_path)
    assert not page.exception
    assert "There is no run in" in texts(page)
    assert "ruie train data/mine --run checkpoints/mine" in page.code[0].value


def test_a_missing_analysis_gives_the_command(open_view: OpenView, own_checkpoints: Path) -> None:
    (own_checkpoints / "steady/analysis/manifest.json").unlink()
    page = open_view("gate", own_checkpoints)
    assert not page.exception
    assert "has no analysis yet" in page.error[0].value
    assert page.code[0].value == f"ruie analyze {own_checkpoints / 'steady'}"


def test_a_missing_table_is_named(open_view: OpenView, own_checkpoints: Path) -> None:
    (own_checkpoints / "steady/analysis/steps.parquet").unlink()
    page = open_view("overview", own_checkpoints)
    assert not page.exception
    assert "steps\\.parquet is missing" in page.error[0].value


def test_a_flipped_byte_is_found(open_view: OpenView, own_checkpoints: Path) -> None:
    table = own_checkpoints / "steady/analysis/transitions.parquet"
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)
    page = open_view("transitions", own_checkpoints)
    assert not page.exception
    assert "transitions\\.parquet is damaged" in page.error[0].value


def test_flipped_weights_are_found(open_view: OpenView, own_checkpoints: Path) -> None:
    (own_checkpoints / "steady/weights.safetensors").write_bytes(b"other weights")
    page = open_view("overview", own_checkpoints)
    assert "weights\\.safetensors is damaged" in page.error[0].value


def test_another_format_is_refused(open_view: OpenView, own_checkpoints: Path) -> None:
    path = own_checkpoints / "steady/analysis/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    page = open_view("overview", own_checkpoints)
    assert not page.exception
    assert "has format version 99" in page.error[0].value


def test_a_truncated_table_is_refused_even_with_a_fitting_hash(
    open_view: OpenView, own_checkpoints: Path
) -> None:
    folder = own_checkpoints / "steady"
    table = folder / "analysis/users.parquet"
    table.write_bytes(table.read_bytes()[:500])
    seal_analysis(folder)
    page = open_view("overview", own_checkpoints)
    assert not page.exception
    assert "is not a readable Parquet file" in page.error[0].value


def test_a_damaged_run_leaves_the_way_to_the_others(
    open_view: OpenView, own_checkpoints: Path, checkpoints: Path
) -> None:
    (own_checkpoints / "steady/config.json").write_text("{")
    (own_checkpoints / "shaky").symlink_to(checkpoints / "shaky")
    page = open_view("overview", own_checkpoints, run="steady")
    assert "config\\.json is damaged" in page.error[0].value
    page.sidebar.selectbox[0].select("shaky").run()
    assert not page.error
    assert page.query_params["run"] == "shaky"


def test_a_link_to_an_unknown_run_or_user_says_so(open_view: OpenView) -> None:
    page = open_view("overview", run="gone", user="nobody")
    assert not page.exception
    notices = [warning.value for warning in page.warning]
    assert any("“gone”" in notice for notice in notices)
    assert any("“nobody”" in notice for notice in notices)
    assert "user" not in page.query_params
    assert page.query_params["run"] in {"steady", "shaky"}


def test_opening_pages_that_ask_no_model_imports_none_and_no_umap(checkpoints: Path) -> None:
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from app.views.registry import VIEWS
page = AppTest.from_file({str(MAIN)!r}, default_timeout=60)
page.query_params["user"] = "u10000"
for view in VIEWS:
    if view.module == "whatif":  # the one page that asks the model
        continue
    page._page_hash = calc_hash("" if view is VIEWS[0] else view.module)
    page.run()
    assert not page.exception, view
heavy = {{"torch", "umap", "numba", "ibis", "sklearn", "tensorflow"}}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"RUIE_CHECKPOINTS": str(checkpoints)},
        cwd=MAIN.parents[1],
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
