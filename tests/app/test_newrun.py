"""Your log without a browser: choosing, mapping, starting, watching, and what is not allowed."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import app.components.job
import app.components.newrun_train
from app.places import data
from ruie_core.data.settings import GenericSettings
from ruie_core.errors import UserError
from ruie_core.files import write_json
from ruie_core.jobs.job import JOBS, PROCESS, STATUS, Job
from ruie_core.jobs.process import mark_of
from ruie_core.jobs.settings import JobSettings
from tests.app.conftest import OpenView, texts
from tests.tiny_log import write_tiny_log

LINE = {
    "loss": 3.0, "q_mean": 1.0, "q_std": 0.5, "gate_low": 0.0, "gate_high": 0.1, "best": True,
    "seconds": 30.0, "validation_n": 40.0,
}  # fmt: skip


@pytest.fixture
def open_server_file(
    monkeypatch: pytest.MonkeyPatch, open_view: OpenView, tmp_path: Path
) -> Callable[..., AppTest]:
    """Open the view with a log of the server's folder chosen."""
    write_tiny_log(tmp_path / "logs" / "shop.csv")
    monkeypatch.setenv("RUIE_LOGS", str(tmp_path / "logs"))

    def open_(**query: str) -> AppTest:
        page = open_view("newrun", **query)
        page.segmented_control(key="newrun_where").set_value("A file on this server").run()
        page.selectbox(key="newrun_server_file").select("shop.csv").run()
        return page

    return open_


def select(page: AppTest, role: str) -> "object":
    return next(box for box in page.selectbox if str(box.key).startswith(f"newrun_{role}_"))


def test_it_opens_with_and_without_a_run(open_view: OpenView, tmp_path: Path) -> None:
    for folder in (None, tmp_path / "empty"):
        page = open_view("newrun") if folder is None else open_view("newrun", folder)
        assert not page.exception
        assert not page.error
        assert page.subheader[0].value == "Your log"
        assert "one row per event" in texts(page)


def test_a_log_is_mapped_by_guess_and_checked(open_server_file: Callable[..., AppTest]) -> None:
    page = open_server_file()
    assert not page.exception
    chosen = {role: select(page, role).value for role in ("user", "item", "scenario", "time")}
    assert chosen == {"user": "uid", "item": "product_id", "scenario": "channel", "time": "ts"}
    assert select(page, "unit").value == "s"
    assert page.success[0].value.startswith("**Ready**: ")
    assert "of the 192 events read" in page.success[0].value
    commands = page.code[0].value
    assert "--user uid --item product_id --scenario channel" in commands
    assert "--rewards click=1 like=3" in commands
    assert "--train.epochs 100 --train.patience 8" in commands


def test_a_wrong_mapping_says_what_the_preparation_says(
    open_server_file: Callable[..., AppTest],
) -> None:
    page = open_server_file()
    select(page, "unit").select("ms").run()
    assert not page.exception
    assert "is read as milliseconds but looks like seconds" in page.error[0].value.replace("\\", "")
    assert not [button for button in page.button if str(button.key).startswith("newrun")]
    select(page, "unit").select("s").run()
    assert page.success


def test_one_scenario_only_has_to_be_said(open_server_file: Callable[..., AppTest]) -> None:
    page = open_server_file()
    select(page, "scenario").select("\0one").run()
    assert not page.exception
    assert "--scenario-name all" in page.code[0].value
    assert "--allow-single-scenario" in page.code[0].value


def test_the_button_starts_what_is_shown(
    open_server_file: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[JobSettings] = []
    monkeypatch.setattr(
        app.components.newrun_train, "start", lambda settings, _: started.append(settings)
    )
    page = open_server_file()
    page.text_input(key="newrun_name").set_value("../up").run()
    assert "cannot be the name of a run" in page.error[0].value.replace("\\", "")
    page.text_input(key="newrun_name").set_value("steady").run()
    assert "exists" in page.error[0].value
    page.text_input(key="newrun_name").set_value("mine").run()
    page.number_input(key="newrun_epochs").set_value(3).run()
    page.radio(key="newrun_preset").set_value("ruie-paper").run()
    page.button(key="newrun_start").click().run()
    assert not page.exception
    (settings,) = started
    assert (settings.name, settings.epochs, settings.preset) == ("mine", 3, "ruie-paper")
    assert settings.data == data() / "mine"


def test_a_refused_start_is_one_sentence(
    open_server_file: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(settings: JobSettings, jobs: Path) -> None:
        raise UserError("other is being trained: one job runs at a time.")

    monkeypatch.setattr(app.components.newrun_train, "start", refuse)
    page = open_server_file()
    page.button(key="newrun_start").click().run()
    assert "one job runs at a time" in page.error[0].value


def fake_job(state: str, runs: Path, error: str | None = None, name: str = "mine") -> Path:
    """A job of this very process, which is alive."""
    folder = data() / JOBS / name
    folder.mkdir(parents=True)
    source = GenericSettings(log=(Path("log.csv"),))
    settings = JobSettings(name=name, source=source, data=data() / name, run=runs / name)
    write_json(folder / "settings.json", settings.model_dump(mode="json"))
    began = "2026-01-01T00:00:00+00:00"
    write_json(
        folder / STATUS, {"state": state, "stage": "training", "began": began, "error": error}
    )
    mark = mark_of(os.getpid())
    assert mark is not None
    write_json(folder / PROCESS, mark.model_dump())
    (folder / "log.txt").write_text("epoch   2 done\n")
    return folder


def test_a_running_job_shows_how_far_it_is_and_can_be_stopped(
    open_view: OpenView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    (runs / "mine").mkdir(parents=True)
    lines = [LINE | {"epoch": 1, "validation_ndcg@10": 0.1}, LINE | {"epoch": 2, "best": True,
             "validation_ndcg@10": 0.2}]  # fmt: skip
    (runs / "mine" / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    folder = fake_job("running", runs)
    write_json(folder / "progress.json", {"epoch": 3, "share": 0.25, "over": False})
    stopped: list[Job] = []
    monkeypatch.setattr(app.components.job, "stop", stopped.append)
    page = open_view("newrun", runs)
    assert not page.exception
    sentence = page.markdown[0].value.replace("\u202f", " ").replace("\u2009", " ")
    assert "**mine** is being trained: epoch 3 of at most 100" in sentence
    assert "25" in sentence
    assert "best validation NDCG@10 0.200 at epoch 2 (n = 40)" in sentence
    assert "49 minutes" in sentence, "97.75 epochs of 30 s"
    assert len(page.get("plotly_chart")) == 1
    assert "epoch   2 done" in page.code[0].value
    page.button(key="newrun_stop").click().run()
    assert [job.settings.name for job in stopped] == ["mine"]
    assert page.button(key="newrun_stop").label == "Stopping …"


def test_a_failed_job_says_why_and_goes_on(
    open_view: OpenView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone_on: list[Job] = []
    monkeypatch.setattr(app.components.job, "go_on", gone_on.append)
    open_view("newrun")
    fake_job("failed", tmp_path / "runs", "Training broke at epoch 3: lower the rate.")
    page = open_view("newrun")
    assert not page.exception
    assert "**failed** while it was trained: no epoch was finished" in texts(page)
    assert "Training broke at epoch 3" in page.error[0].value.replace("\\", "")
    page.button(key="newrun_go_on").click().run()
    assert len(gone_on) == 1


def test_a_finished_run_is_opened(open_view: OpenView, checkpoints: Path) -> None:
    open_view("newrun")
    fake_job("finished", checkpoints, name="shaky")
    page = open_view("newrun", run="steady")
    page.button(key="newrun_open").click().run()
    assert not page.exception
    assert page.query_params["run"] == "shaky"
    assert page.subheader[0].value == "Overview"


def test_where_the_server_only_shows_nothing_can_be_started(
    open_view: OpenView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUIE_READ_ONLY", "1")
    page = open_view("newrun")
    assert not page.exception
    assert "This server only shows runs" in texts(page)
    assert "ruie prepare generic" in page.code[0].value
    assert not [button for button in page.button if str(button.key).startswith("newrun")]
    assert not page.segmented_control
    fake_job("running", tmp_path / "runs")
    page = open_view("newrun")
    assert "**mine** is being trained" in texts(page)
    assert not [button for button in page.button if button.key == "newrun_stop"]


def test_a_missing_folder_of_logs_says_what_to_do(
    open_view: OpenView, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUIE_LOGS", str(tmp_path / "nowhere"))
    page = open_view("newrun")
    page.segmented_control(key="newrun_where").set_value("A file on this server").run()
    assert not page.exception
    assert "RUIE_LOGS" in page.error[0].value.replace("\\", "")
