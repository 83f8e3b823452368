"""What an unknown log's columns are, guessed; its first rows; and the preparation's own check."""

import gzip
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ruie_core.data.check import check_log
from ruie_core.data.guess import guess_roles, unit_of
from ruie_core.data.preview import action_values, preview_log
from ruie_core.data.settings import GenericSettings, PrepareConfig
from ruie_core.errors import UserError
from tests.tiny_log import COLUMNS, write_tiny_log


def rows(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("frame", "columns", "unit", "flags"),
    [
        (
            rows(uid=["1"], product_id=["a"], channel=["web"], ts=["1700000000"], event=["view"]),
            {"user": "uid", "item": "product_id", "scenario": "channel", "timestamp": "ts",
             "actions": "event"},
            "s", (),
        ),
        (
            rows(userId=["1"], movieId=["2"], rating=["4.0"], timestamp=["964982703"]),
            {"user": "userId", "item": "movieId", "timestamp": "timestamp"}, "s", (),
        ),
        (
            rows(user_id=["1"], video_id=["2"], tab=["1"], date=["20220425"],
                 time_ms=["1650800000000"], is_click=["1"], is_forward=["0"], is_hate=["0"]),
            {"user": "user_id", "item": "video_id", "scenario": "tab", "timestamp": "time_ms"},
            "ms", ("click=is_click", "share=is_forward", "hate=is_hate"),
        ),
        (
            rows(user=["1"], item=["2"], position=["1"], genre=["x"], title=["t"]),
            {"user": "user", "item": "item", "order": "position", "category": "genre",
             "title": "title"},
            None, (),
        ),
        (rows(a=["1"], b=["2"]), {}, None, ()),
    ],
)  # fmt: skip
def test_roles_are_guessed_from_names_and_values(frame, columns, unit, flags) -> None:
    guess = guess_roles(frame)
    assert dict(guess.columns) == columns
    assert guess.timestamp_unit == unit
    assert guess.action_columns == flags


def test_a_column_called_time_that_holds_none_is_passed_over() -> None:
    guess = guess_roles(rows(time=["morning"], created_at=["2024-05-01T10:00:00Z"]))
    assert guess.columns == {"timestamp": "created_at"}
    assert guess.timestamp_unit == "iso"
    assert unit_of(pd.Series(["", ""])) is None


def test_several_actions_in_one_text_show_their_separator() -> None:
    assert guess_roles(rows(actions=["click", "click;like"])).separator == ";"


def test_a_preview_finds_the_delimiter_and_reads_any_kind(tmp_path: Path) -> None:
    text = 'user;item;note\n1;2;"a;b"\n3;4\n'
    (tmp_path / "log.csv").write_text(text)
    found = preview_log(tmp_path / "log.csv")
    assert found.file.delimiter == ";"
    assert found.rows.to_numpy().tolist() == [["1", "2", "a;b"], ["3", "4", ""]]
    with gzip.open(tmp_path / "log.csv.gz", "wt") as stream:
        stream.write(text)
    assert preview_log(tmp_path / "log.csv.gz", rows=1).rows.shape == (1, 3)
    pq.write_table(
        pa.table({"user": [1, None], "acts": [["a"], ["a", "b"]]}), tmp_path / "l.parquet"
    )
    parquet = preview_log(tmp_path / "l.parquet")
    assert parquet.rows["user"].tolist()[1] == ""
    assert action_values(parquet.file, "acts", "|") == ["a", "b"]


def test_action_values_are_counted_and_too_many_are_refused(tmp_path: Path) -> None:
    log = preview_log(write_tiny_log(tmp_path / "log.csv"))
    assert action_values(log.file, "event_type", "|") == ["click", "like"]
    (tmp_path / "many.csv").write_text("id,x\n" + "".join(f"{n},v{n}\n" for n in range(60)))
    with pytest.raises(UserError, match="column x has more than 50 different values"):
        action_values(preview_log(tmp_path / "many.csv").file, "x", "|")


def source(path: Path, **changed: object) -> GenericSettings:
    user, item, scenario, time, actions = COLUMNS
    given = {
        "log": (path,), "user": user, "item": item, "scenario": scenario, "timestamp": time,
        "timestamp_unit": "s", "actions": actions,
    }  # fmt: skip
    return GenericSettings.model_validate(given | changed)


def test_a_check_says_what_the_preparation_says(tmp_path: Path) -> None:
    path = write_tiny_log(tmp_path / "log.csv")
    whole = check_log(source(path), PrepareConfig())
    assert whole.whole
    assert whole.steps[0].events == 24 * 8
    assert sum(events for _, events in whole.scenarios) == whole.steps[-1].events
    part = check_log(source(path), PrepareConfig(), rows=50)
    assert not part.whole
    assert (part.steps[0].events, part.steps[0].users) == (50, 7)
    assert list(tmp_path.iterdir()) == [path], "nothing is left behind"
    with pytest.raises(UserError, match="column nobody is missing"):
        check_log(source(path, user="nobody"), PrepareConfig())
    with pytest.raises(UserError, match="looks like seconds"):
        check_log(source(path, timestamp_unit="ms"), PrepareConfig(), rows=50)
    with pytest.raises(UserError, match="Nothing is left of"):
        check_log(source(path), PrepareConfig(min_user_events=50))
