"""A run folder is whole, checked, and says which part of it is wrong."""

import json
import shutil

import pytest
import torch

from ruie_core.config import ModelConfig, RunConfig
from ruie_core.errors import UserError
from ruie_core.files import read_json, whole_folder, write_json
from ruie_core.models.registry import build_model
from ruie_core.models.types import SequenceBatch
from ruie_core.runs import load_run, pick_device
from ruie_core.runs.folder import updated_run, write_run
from tests.factories import make_dataset

CONFIG = RunConfig(model=ModelConfig(width=8, dilations=(1,), attention_span=4))


def write(path, dataset, seed=0):
    torch.manual_seed(seed)
    model = build_model(CONFIG.model, dataset.n_items, dataset.n_scenarios)
    state = ({"x": torch.ones(2)}, {"epoch": "1"})
    write_run(path, CONFIG, dataset, path.parent / "data", model.state_dict(), state, ["{}"])
    return model


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "run"
    write(path, make_dataset())
    return path


@pytest.fixture
def run_path(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


def test_loading_gives_back_model_vocabulary_and_config(tmp_path):
    dataset = make_dataset()
    model = write(tmp_path / "run", dataset)
    run = load_run(tmp_path / "run", "cpu")
    for name, tensor in model.state_dict().items():
        assert torch.equal(run.model.state_dict()[name], tensor)
    assert run.config == CONFIG
    assert run.vocabulary.scenarios == dataset.vocabulary.scenarios
    assert run.dataset_path == (tmp_path / "data").resolve()
    assert not run.model.training


def test_a_history_is_scored_like_the_model_scores_it(run_path):
    run = load_run(run_path, "cpu")
    forecast = run.score(["i3", "i5"], ["scenario 1", "scenario 2"], top_k=4)
    outputs = run.model(SequenceBatch(torch.tensor([[3, 5]]), torch.tensor([[1, 2]])))
    scores = (outputs.intent[0, -1] @ run.model.item_table.T)[1:]
    best = scores.topk(4)
    assert [row["item_id"] for row in forecast.items] == [
        f"i{i + 1}" for i in best.indices.tolist()
    ]
    assert [row["score"] for row in forecast.items] == pytest.approx(best.values.tolist())
    assert list(forecast.q.values()) == pytest.approx(outputs.estimates().q[0, -1].tolist())
    assert sum(forecast.p.values()) == pytest.approx(1)


def test_only_the_context_of_a_long_history_matters(run_path):
    run = load_run(run_path, "cpu")
    recent = [f"i{1 + k % 9}" for k in range(run.model.context)]
    names = ["scenario 1"] * len(recent)
    short = run.score(recent, names)
    long = run.score(["i20"] * 30 + recent, ["scenario 2"] * 30 + names)
    assert short.q == pytest.approx(long.q)


@pytest.mark.parametrize(
    ("items", "scenarios", "request_scenario", "sentence"),
    [
        ([], [], None, "at least one"),
        (["i1"], ["scenario 1"] * 2, None, "1 items and 2 scenarios"),
        (["nope"], ["scenario 1"], None, "'nope' is not in the vocabulary"),
        (["i1"], ["attic"], None, "'attic' is unknown .* scenario 1"),
        (["i1"], ["scenario 1"], "attic", "'attic' is unknown"),
    ],
)
def test_a_bad_history_is_refused(run_path, items, scenarios, request_scenario, sentence):
    with pytest.raises(UserError, match=sentence):
        load_run(run_path, "cpu").score(items, scenarios, request_scenario)


@pytest.mark.parametrize("name", ["weights.safetensors", "config.json", "vocab/items.parquet"])
def test_a_flipped_byte_is_found_and_named(run_path, name):
    file = run_path / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(UserError, match=rf"{name} is not the file that was written"):
        load_run(run_path, "cpu")


@pytest.mark.parametrize("name", ["weights.safetensors", "vocab/scenarios.json", "manifest.json"])
def test_a_missing_file_is_named(run_path, name):
    (run_path / name).unlink()
    with pytest.raises(UserError, match=rf"{name} is missing"):
        load_run(run_path, "cpu")


def _reseal(path, change):
    """Change a run as an honest program would: hashes agree, so only the content is wrong."""
    with updated_run(path) as folder:
        change(folder)


def test_another_format_version_is_refused(run_path):
    manifest = read_json(run_path / "manifest.json")
    write_json(run_path / "manifest.json", manifest | {"format": 99})
    with pytest.raises(UserError, match="format version 99, this program reads 1"):
        load_run(run_path, "cpu")


def test_another_datasets_vocabulary_is_refused(run_path):
    other = make_dataset(n_items=77)
    _reseal(run_path, lambda folder: other.vocabulary.save(folder / "vocab"))
    with pytest.raises(UserError, match=r"items.weight has shape \(31, 8\).* ask for \(78, 8\)"):
        load_run(run_path, "cpu")


def test_a_config_of_another_model_is_refused(run_path):
    def widen(folder):
        config = read_json(folder / "config.json")
        config["model"]["repeats"] = 2
        write_json(folder / "config.json", config)

    _reseal(run_path, widen)
    with pytest.raises(UserError, match=r"backbone.blocks.1.* is missing"):
        load_run(run_path, "cpu")


def test_an_unknown_setting_is_refused(run_path):
    def add(folder):
        config = read_json(folder / "config.json")
        config["model"]["depth"] = 2
        write_json(folder / "config.json", config)

    _reseal(run_path, add)
    with pytest.raises(UserError, match=r"setting model.depth: Extra inputs"):
        load_run(run_path, "cpu")


def test_truncated_weights_are_refused(run_path):
    def cut(folder):
        data = (folder / "weights.safetensors").read_bytes()
        (folder / "weights.safetensors").unlink()
        (folder / "weights.safetensors").write_bytes(data[:100])

    _reseal(run_path, cut)
    with pytest.raises(UserError, match=r"weights\.safetensors is not readable"):
        load_run(run_path, "cpu")


def test_another_dataset_is_refused(run_path):
    run = load_run(run_path, "cpu")
    run.require(make_dataset())
    with pytest.raises(UserError, match="was trained on dataset factory-0"):
        run.require(make_dataset(seed=5))


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_a_folder_that_is_no_run_is_refused(tmp_path, path):
    with pytest.raises(UserError, match=r"no run at|manifest.json is missing"):
        load_run(tmp_path / path, "cpu")


def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(UserError, match="cannot be used"):
        pick_device("cuda:99")
    with pytest.raises(UserError, match="cannot be used"):
        pick_device("toaster")


def _fill_the_disk(folder):
    (folder / "metrics.json").write_text("half")
    raise OSError(28, "No space left on device")


def test_a_failed_write_leaves_the_folder_as_it_was(run_path):
    before = {p.name: p.read_bytes() for p in run_path.iterdir() if p.is_file()}
    with pytest.raises(UserError, match="No space left"):
        _reseal(run_path, _fill_the_disk)
    assert {p.name: p.read_bytes() for p in run_path.iterdir() if p.is_file()} == before
    assert [p.name for p in run_path.parent.iterdir()] == ["run"]


def test_a_folder_whose_replacement_was_cut_short_comes_back(run_path):
    run_path.rename(run_path.with_name(".run.old"))  # killed between the two renames
    assert load_run(run_path, "cpu").model.n_items == 30


def test_adding_a_file_seals_it_too(run_path):
    _reseal(run_path, lambda folder: write_json(folder / "metrics.json", {"rows": []}))
    files = json.loads((run_path / "manifest.json").read_text())["files"]
    assert {"metrics.json", "weights.safetensors", "vocab/items.parquet"} <= files.keys()
    assert load_run(run_path, "cpu").manifest["files"] == files


def test_cohorts_are_kept_and_not_sealed(run_path):
    mine = run_path / "cohorts" / "mine.json"
    mine.parent.mkdir()
    mine.write_text("{}")

    def meanwhile(folder):
        write_json(folder / "metrics.json", {"rows": []})
        mine.write_text('{"n": 1}')
        (run_path / "cohorts" / "second.json").write_text("{}")

    _reseal(run_path, meanwhile)
    assert not any("cohorts" in name for name in read_json(run_path / "manifest.json")["files"])
    assert read_json(mine) == {"n": 1}, "what was written while the run was, is kept too"
    mine.write_text('{"n": 2}')
    assert load_run(run_path, "cpu").model.n_items == 30
    write(run_path, make_dataset(), seed=1)
    assert read_json(mine) == {"n": 2}
    assert load_run(run_path, "cpu").model.n_items == 30


def test_whole_folder_reports_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UserError, match="could not be written"),
        whole_folder(tmp_path / "file" / "run"),
    ):
        pass


@pytest.mark.gpu
def test_a_run_scores_alike_on_gpu_and_cpu(run_path):
    scenarios = ["scenario 1", "scenario 2", "scenario 1"]
    here = load_run(run_path, "cpu").score(["i1", "i2", "i3"], scenarios)
    there = load_run(run_path, "cuda").score(["i1", "i2", "i3"], scenarios)
    assert there.q == pytest.approx(here.q, abs=1e-4)
    assert there.p == pytest.approx(here.p, abs=1e-4)
