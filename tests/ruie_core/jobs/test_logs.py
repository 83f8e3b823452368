"""What a browser may name: nothing outside one folder, no upload over another, no odd run."""

import io
from pathlib import Path

import pytest

from ruie_core.data.settings import GenericSettings, PrepareConfig
from ruie_core.errors import UserError
from ruie_core.jobs.logs import UPLOADS, keep_upload, list_logs, log_in, safe_name
from ruie_core.jobs.settings import (
    JobSettings,
    checked_name,
    free_name,
    prepare_command,
    shell,
    train_command,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of logs with a secret beside it and links that lead to it."""
    inside = tmp_path / "logs"
    (inside / "deep").mkdir(parents=True)
    (inside / "a.csv").write_text("x")
    (inside / "deep" / "b.parquet").write_text("x")
    (inside / "notes.txt").write_text("x")
    (inside / ".hidden.csv").write_text("x")
    (tmp_path / "secret.csv").write_text("x")
    (tmp_path / "logs-too").mkdir()
    (tmp_path / "logs-too" / "c.csv").write_text("x")
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "out").symlink_to(tmp_path)
    (inside / "loop.csv").symlink_to(inside / "loop.csv")
    return inside


def test_only_logs_inside_are_listed(folder: Path) -> None:
    assert list_logs(folder).names == ("a.csv", "deep/b.parquet")
    with pytest.raises(UserError, match="RUIE_LOGS"):
        list_logs(folder / "nowhere")


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "link.csv", "out/secret.csv", "deep/../../secret.csv", "../logs-too/c.csv"],
)
def test_no_name_leads_out_of_the_folder(folder: Path, name: str) -> None:
    with pytest.raises(UserError, match="outside"):
        log_in(folder, name)
    with pytest.raises(UserError, match="outside"):
        log_in(folder, str(folder.parent / "secret.csv"))


@pytest.mark.parametrize("name", ["absent.csv", "loop.csv", "a\0.csv", "notes.txt", "deep", ""])
def test_what_is_no_log_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(UserError):
        log_in(folder, name)


def test_a_log_inside_is_found(folder: Path) -> None:
    assert log_in(folder, "deep/b.parquet") == folder.resolve() / "deep" / "b.parquet"


def test_uploads_are_kept_by_content_and_never_over_each_other(tmp_path: Path) -> None:
    first = keep_upload(io.BytesIO(b"a,b\n1,2\n"), "../../log.csv", tmp_path)
    again = keep_upload(io.BytesIO(b"a,b\n1,2\n"), "log.csv", tmp_path)
    other = keep_upload(io.BytesIO(b"a,b\n3,4\n"), "log.csv", tmp_path)
    assert first == again != other
    assert first.name == "log.csv"
    assert first.is_relative_to(tmp_path / UPLOADS)
    assert first.read_bytes() == b"a,b\n1,2\n"
    assert len(list((tmp_path / UPLOADS).iterdir())) == 2, "no temporary file is left"
    with pytest.raises(UserError, match="not a CSV"):
        keep_upload(io.BytesIO(b""), "log.sh", tmp_path)


def test_an_upload_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left"):
        keep_upload(Broken(), "log.csv", tmp_path)
    assert list((tmp_path / UPLOADS).iterdir()) == []


def test_names_of_files_are_made_safe() -> None:
    assert safe_name("..\\..\\a b.CSV") == "a-b.CSV"
    assert safe_name("/etc/passwd") == "passwd"
    assert safe_name("....") == "log"


@pytest.mark.parametrize("name", ["", "a/b", "..", ".jobs", "-x", "a b", "ä", "x" * 65, "a\n"])
def test_a_run_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name"):
        checked_name(name, tmp_path, tmp_path)


def test_a_run_has_a_name_of_its_own(tmp_path: Path) -> None:
    data, runs = tmp_path / "data", tmp_path / "runs"
    assert checked_name("mine_2-b", data, runs) == "mine_2-b"
    (runs / "log").mkdir(parents=True)
    (data / "log-2").mkdir(parents=True)
    (runs / "gone").symlink_to(tmp_path / "nowhere")
    for name in ("log", "log-2", "gone"):
        with pytest.raises(UserError, match="exists"):
            checked_name(name, data, runs)
    assert free_name("Log.csv", data, runs) == "log-3"


def settings(**source: object) -> JobSettings:
    return JobSettings(
        name="mine",
        source=GenericSettings.model_validate({"log": ("my log.csv",), **source}),
        prepare=PrepareConfig(rewards={"click": 1, "buy": 5.5}, allow_single_scenario=True),
        epochs=7,
        patience=2,
        data=Path("data/mine"),
        run=Path("runs/mine"),
    )


def test_commands_are_what_a_shell_takes() -> None:
    job = settings(user="who; rm -rf", action_columns=("click=is_click", "buy=b"), delimiter=";")
    assert shell(job).splitlines() == [
        "ruie prepare generic --log 'my log.csv' --user 'who; rm -rf' --action-columns "
        "click=is_click buy=b --delimiter ';' --rewards click=1 buy=5.5 --allow-single-scenario "
        "--out data/mine",
        "ruie train data/mine --run runs/mine --preset ruie --train.epochs 7 --train.patience 2",
    ]
    assert train_command(job, resume=True)[-1] == "--resume"


def test_a_column_that_looks_like_a_flag_stays_a_column() -> None:
    assert "--user=--force" in prepare_command(settings(user="--force"))
    with pytest.raises(UserError, match="begins with a dash"):
        prepare_command(settings(action_columns=("--force=x",)))


def test_the_command_line_reads_the_commands_as_they_were_meant(monkeypatch) -> None:
    import ruie_core.data.prepare
    from ruie_core.cli import main

    seen = []

    def pretend(source, prepare, out, **others):
        seen.append((source, prepare, out))
        raise UserError("seen")

    monkeypatch.setattr(ruie_core.data.prepare, "prepare", pretend)
    job = settings(user="--force", timestamp="when", timestamp_unit="s", title="a'b")
    with pytest.raises(SystemExit):
        main(prepare_command(job))
    assert seen == [(job.source, job.prepare, job.data)]
