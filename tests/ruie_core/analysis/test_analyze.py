"""The folder as a whole: schemas, hashes, readers, and nothing half written."""

import dataclasses
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ruie_core.analysis import analyze as analyze_module
from ruie_core.analysis.schema import RESERVED, schemas
from ruie_core.analysis.store import RunStore
from ruie_core.analysis.tables import REQUIRED, TABLES
from ruie_core.errors import UserError
from ruie_core.evaluation.evaluate import evaluate_run
from ruie_core.files import read_json, sha256, write_json
from ruie_core.runs import load_run
from ruie_core.runs.folder import METRICS, updated_run, write_run
from tests.factories import make_dataset, write_dataset
from tests.ruie_core.analysis.analyzed import SETTINGS, analyze, small
from tests.small_run import SMALL, small_run


def test_every_table_has_exactly_its_schema():
    made = small()
    expected = schemas(made.dataset.vocabulary.scenarios)
    assert set(expected) == set(TABLES)
    for name, schema in expected.items():
        assert set(REQUIRED[name]) <= set(schema.names)
        found = pq.read_schema(made.folder / f"{name}.parquet")
        assert found.names == schema.names
        for field in schema:
            kind = found.field(field.name).type
            plain = kind.value_type if pa.types.is_dictionary(kind) else kind
            wanted = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
            assert plain == wanted, f"{name}.{field.name}"


def test_manifest_has_the_hash_of_every_file():
    folder = small().folder
    manifest = read_json(folder / "manifest.json")
    assert manifest["format"] == 1
    assert manifest["dataset_hash"] == small().dataset.hash
    assert set(manifest["hashes"]) == {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert all(sha256(folder / name) == digest for name, digest in manifest["hashes"].items())


def test_the_same_run_gives_the_same_tables(tmp_path):
    made = small()
    again = analyze(made.dataset, made.run, tmp_path / "analysis")
    for name in TABLES:
        assert pq.read_table(again.folder / f"{name}.parquet").equals(
            pq.read_table(made.folder / f"{name}.parquet")
        ), name
    assert again.health == made.health


def test_ndcg_rows_are_the_metrics_of_the_run():
    made = small()
    rows = made.table("ndcg").to_dict("records")
    expected = evaluate_run(made.run, made.dataset, made.run.config.evaluate)["rows"]
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        for key, value in wanted.items():
            if value is None:
                assert np.isnan(row[key])
            else:
                assert row[key] == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize("taste", [0, 5])
def test_the_store_reads_what_was_written(tmp_path, taste):
    """The whole chain on disk: write a run, evaluate, analyze, open as the app does."""
    dataset = make_dataset(n_users=25, n_items=30, n_scenarios=3, length=(3, 12), seed=8)
    memory = small_run(dataset, **SETTINGS, model=SMALL | {"taste": taste})
    data = write_dataset(dataset, tmp_path / "data")
    weights, path = memory.model.state_dict(), tmp_path / "run"
    write_run(path, memory.config, dataset, data, weights, ({}, {}), ['{"epoch": 1}'])
    run = load_run(path, "cpu")
    with updated_run(path) as folder:
        write_json(folder / METRICS, evaluate_run(run, dataset, run.config.evaluate))
    with updated_run(path) as folder:
        analyze(dataset, run, folder / "analysis")
    store = RunStore(path)
    assert store.scenarios == dataset.vocabulary.scenarios
    found = store.sql('SELECT count(*) AS n FROM steps WHERE "user" = ?', [3])["n"].item()
    assert found == dataset.lengths[3] + 1
    assert store.health["ranked"]["rule"] == "every training step"
    assert store.metrics["n_events"] == 25


def test_a_failure_leaves_the_tables_of_before(tmp_path, monkeypatch):
    made = small()
    folder = tmp_path / "analysis"
    analyze(made.dataset, made.run, folder)
    before = {path.name: sha256(path) for path in folder.iterdir()}

    def full(*_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(analyze_module, "user_table", full)
    with pytest.raises(UserError, match="No space left"):
        analyze(made.dataset, made.run, folder)
    assert {path.name: sha256(path) for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["analysis"]


def test_a_diverged_model_is_one_sentence(tmp_path):
    dataset = make_dataset(n_users=10, n_items=20, length=6)
    run = small_run(dataset, **SETTINGS)
    run.model.items.weight.data[3] = float("nan")
    with pytest.raises(UserError, match="not a number"):
        analyze(dataset, run, tmp_path / "analysis")
    assert list(tmp_path.iterdir()) == []


def test_another_dataset_is_refused(tmp_path):
    dataset = small().dataset
    other = dataclasses.replace(dataset, manifest=dataset.manifest | {"dataset_hash": "x" * 64})
    with pytest.raises(UserError, match="was trained on"):
        analyze(other, small().run, tmp_path / "analysis")


@pytest.mark.parametrize("name", RESERVED)
def test_a_scenario_with_the_name_of_a_column_is_refused(name):
    with pytest.raises(UserError, match="has the name of a column"):
        schemas(["feed", name])


def test_scenario_names_may_hold_any_character(tmp_path):
    names = ("a.b", 'the "shop", front', "naïve: search % 50 ")
    dataset = make_dataset(n_users=10, n_items=20, n_scenarios=3, length=5)
    vocabulary = dataclasses.replace(dataset.vocabulary, scenarios=names)
    dataset = dataclasses.replace(dataset, vocabulary=vocabulary)
    steps = analyze(dataset, small_run(dataset, **SETTINGS), tmp_path / "analysis").table("steps")
    p = steps.loc[steps["t"] > 1, [f"p_{name}" for name in names]]
    assert p.sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    "sequences",
    [
        [[(1, 1), (2, 1), (3, 1)]],  # one user, one scenario, no item seen twice
        [[(1, 1), (1, 1), (1, 1)], [(1, 1)]],  # one item
        [[(1, 1), (2, 2), (3, 3)], [(2, 1), (1, 1)]],  # scenarios met once, only held out
    ],
)
def test_tiny_logs_give_whole_tables(sequences, tmp_path):
    dataset = make_dataset(sequences)
    made = analyze(dataset, small_run(dataset, **SETTINGS), tmp_path / "analysis")
    assert len(made.table("steps")) == dataset.n_events + dataset.n_users
    assert len(made.table("transitions")) == dataset.n_scenarios**2
    assert np.isfinite(made.table("item_map")[["x", "y"]]).all(axis=None)
    assert "fewer than" in made.health["maps"]["items"]["method"]


def test_a_log_without_categories_has_null_categories(tmp_path):
    dataset = make_dataset(n_users=10, n_items=20, length=5)
    items = dataset.vocabulary.items.assign(category=None, title=None)
    vocabulary = dataclasses.replace(dataset.vocabulary, items=items)
    dataset = dataclasses.replace(dataset, vocabulary=vocabulary)
    made = analyze(dataset, small_run(dataset, **SETTINGS), tmp_path / "analysis")
    assert made.table("steps")["category"].isna().all()
