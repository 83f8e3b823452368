"""The door to a run's tables: what it gives, what it refuses, and that threads may share it."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ruie_core.analysis.folder import fingerprint
from ruie_core.analysis.runs import list_runs
from ruie_core.analysis.schema import schemas
from ruie_core.analysis.store import RunStore, quote
from ruie_core.analysis.tables import TABLES
from ruie_core.errors import UserError
from tests.fake_run import SCENARIOS, fabricate, seal_analysis


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fabricate(tmp_path_factory.mktemp("runs") / "one", users=40, events=1_000, items=120)


@pytest.fixture
def broken(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "it's one"))


def plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


@pytest.mark.parametrize("table", TABLES)
def test_the_fabricated_run_has_the_columns_that_analysis_writes(run: Path, table: str) -> None:
    written = pq.read_schema(run / f"analysis/{table}.parquet")
    promised = schemas(SCENARIOS)[table]
    assert written.names == promised.names
    for field in promised:
        found = plain(written.field(field.name).type)
        same_kind = {pa.types.is_integer, pa.types.is_floating, pa.types.is_timestamp}
        assert any(is_(found) and is_(plain(field.type)) for is_ in same_kind) or (
            str(found).replace("large_", "").replace("element", "item")
            == str(plain(field.type)).replace("element", "item")
        ), field.name


def test_it_knows_the_run(run: Path) -> None:
    store = RunStore(run)
    assert store.name == "one"
    assert store.scenarios == SCENARIOS
    assert store.actions == ("click", "like", "follow", "share")
    assert store.config.objective.discount == 0.5
    assert list(store.history["epoch"]) == list(range(1, 15))
    assert store.health["gate"]["collapsed"] is False
    assert store.metrics["split"] == "test"
    assert set(store.sql("SELECT * FROM items").columns) >= {"item", "item_id", "title"}


def test_a_scenario_of_any_name_can_be_asked_for(run: Path) -> None:
    store = RunStore(run)
    columns = ", ".join(f"avg({quote(f'q_{name}')})" for name in store.scenarios)
    row = store.sql(f"SELECT {columns} FROM steps").iloc[0]
    assert row.notna().all()


def test_values_are_parameters(run: Path) -> None:
    store = RunStore(run)
    found = store.sql("SELECT count(*) AS n FROM users WHERE user_id = ?", ["' OR 1=1 --"])
    assert found["n"].iloc[0] == 0


def test_threads_share_one_store(run: Path) -> None:
    store = RunStore(run)
    sizes = store.sql('SELECT "user", n_events FROM users ORDER BY "user"')["n_events"].tolist()

    def events(user: int) -> int:
        query = "SELECT count(*) AS n FROM steps WHERE \"user\" = ? AND split <> 'forecast'"
        return int(store.sql(query, [user])["n"].iloc[0])

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(events, range(40))) == sizes


def test_the_fingerprint_follows_the_files(broken: Path) -> None:
    before = fingerprint(broken)
    assert before == fingerprint(broken)
    state = (broken / "metrics.json").stat()
    os.utime(broken / "metrics.json", ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert fingerprint(broken) != before


def test_a_path_may_hold_a_quote(broken: Path) -> None:
    assert len(RunStore(broken).sql("SELECT * FROM users")) == 40


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("analysis/neighbors.parquet", "neighbors.parquet is missing: run `ruie analyze"),
        ("analysis/health.json", "health.json is missing: run `ruie analyze"),
        ("analysis/manifest.json", "has no analysis yet: run `ruie analyze"),
        ("manifest.json", "manifest.json is missing"),
        ("config.json", "config.json is missing: restore it"),
        ("vocab/items.parquet", "items.parquet is missing: restore it"),
    ],
)
def test_a_missing_file_is_named(broken: Path, file: str, sentence: str) -> None:
    (broken / file).unlink()
    with pytest.raises(UserError, match=sentence):
        RunStore(broken)


@pytest.mark.parametrize(
    "file",
    ["analysis/steps.parquet", "analysis/health.json", "history.jsonl", "vocab/items.parquet"],
)
def test_a_changed_file_is_named(broken: Path, file: str) -> None:
    with (broken / file).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(UserError, match=rf"{Path(file).name} is damaged .* SHA-256"):
        RunStore(broken)


def test_another_format_is_refused(broken: Path) -> None:
    path = broken / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2}))
    with pytest.raises(UserError, match="has format version 2, this version reads 1"):
        RunStore(broken)


def test_a_table_without_a_column_is_refused(broken: Path) -> None:
    path = broken / "analysis/steps.parquet"
    pq.write_table(pq.read_table(path).drop_columns(['q_related "more"']), path)
    seal_analysis(broken)
    with pytest.raises(UserError, match="has no column 'q_related \"more\"'"):
        RunStore(broken)


@pytest.mark.parametrize("mixed", ["users", "events"])
def test_steps_out_of_order_are_refused(broken: Path, mixed: str) -> None:
    file = broken / "analysis/steps.parquet"
    order = [("t", "ascending"), ("user", "ascending")]
    if mixed == "events":
        order = [("user", "ascending"), ("t", "descending")]
    pq.write_table(pq.read_table(file).sort_by(order), file)
    seal_analysis(broken)
    with pytest.raises(UserError, match=r"out of order at event .* run `ruie analyze"):
        RunStore(broken)


def test_a_table_that_goes_away_is_one_sentence(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ruie_core.analysis.store._IN_MEMORY", 0)
    store = RunStore(broken)
    (broken / "analysis/steps.parquet").unlink()
    with pytest.raises(UserError, match="could not be read"):
        store.sql("SELECT * FROM steps")


def test_runs_are_listed_analysed_first_and_newest_first(run: Path, tmp_path: Path) -> None:
    for name, created in (("old", "2026-01-01"), ("new", "2026-02-01"), ("raw", "2026-03-01")):
        shutil.copytree(run, tmp_path / name)
        path = tmp_path / name / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"created": created}))
    shutil.rmtree(tmp_path / "raw/analysis")
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn/manifest.json").write_text("{")
    (tmp_path / ".new.tmp-1").mkdir()
    (tmp_path / ".new.tmp-1/manifest.json").write_text("{}")
    (tmp_path / "no run").mkdir()
    runs = list_runs(tmp_path)
    assert [found.name for found in runs] == ["new", "old", "raw", "torn"]
    assert [found.analysed for found in runs] == [True, True, False, False]
    assert runs[0].dataset == "invented log"


def test_a_folder_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "nowhere") == ()
