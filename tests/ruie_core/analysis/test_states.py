"""States read in windows are the states of the whole history."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ruie_core.analysis.states import cover, read_states
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.ranking import Targets
from ruie_core.models.flat import FlatEvents
from ruie_core.models.registry import MODELS
from ruie_core.models.types import SequenceBatch
from tests.factories import make_dataset
from tests.ruie_core.analysis.analyzed import SETTINGS, analyze
from tests.small_run import SMALL, small_run


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(0, 20), st.integers(1, 25))
def test_windows_yield_every_state_once_with_its_context(lengths, context, stride):
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    windows = cover(offsets, context, stride)
    new = [
        range(start + skip, start + length) for start, skip, length in zip(*windows, strict=True)
    ]
    assert [event for window in new for event in window] == list(range(offsets[-1]))
    for start, skip in zip(windows.start, windows.skip, strict=True):
        first = offsets[np.searchsorted(offsets, start, side="right") - 1]
        assert skip == context or (start == first and skip <= context)
    assert windows.length.max() <= context + stride


@pytest.mark.parametrize("stride", [1, 7, 50, 1000])
def test_states_do_not_depend_on_where_windows_begin(stride):
    dataset = make_dataset(n_users=9, n_items=30, n_scenarios=3, length=(1, 80), seed=2)
    run = small_run(dataset)
    assert run.model.context < 40  # so that some windows really lose their beginning
    log = FlatEvents(dataset, run.device)
    estimates = read_states(run, log, dataset.offsets[2:8], stride)
    base = dataset.offsets[2]
    for user in range(2, 7):
        own = slice(dataset.offsets[user], dataset.offsets[user + 1])
        batch = SequenceBatch(
            torch.from_numpy(dataset.items[own]).long()[None],
            torch.from_numpy(dataset.scenarios[own]).long()[None],
        )
        with torch.inference_mode():
            whole = run.model(batch)
            expected = {
                "q": whole.estimates().q,
                "q_target": run.model.target_estimates(whole),
                "p": whole.estimates().logits.softmax(-1),
                "intent": whole.intent,
                "hidden": whole.hidden,
            }
        for name, values in expected.items():
            found = getattr(estimates, name)[own.start - base : own.stop - base]
            torch.testing.assert_close(found, values[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"ruie"}))
def test_every_models_states_are_those_it_ranks_from(name):
    """The intent after event t is the one that the scorer reads for event t + 1."""
    dataset = make_dataset(n_users=6, n_items=30, n_scenarios=3, length=(1, 40), seed=2)
    run = small_run(dataset, model=SMALL | {"name": name, "max_length": 9})
    estimates = read_states(run, FlatEvents(dataset, run.device), dataset.offsets, stride=7)
    assert estimates.q.isnan().all()  # none of these estimates scenarios
    later = np.setdiff1d(np.arange(dataset.n_events), dataset.offsets)
    users = np.searchsorted(dataset.offsets, later, side="right") - 1
    targets = Targets(torch.from_numpy(users), torch.from_numpy(later))
    expected = ModelScorer(run.model, dataset, False, run.device).encode(targets)
    torch.testing.assert_close(estimates.intent[later - 1], expected, rtol=1e-4, atol=1e-5)
    assert estimates.intent.isfinite().all()


@pytest.mark.gpu
def test_states_on_a_gpu_are_those_of_the_cpu():
    dataset = make_dataset(n_users=9, n_items=30, n_scenarios=3, length=(1, 80), seed=2)
    run = small_run(dataset)
    on_cpu = read_states(run, FlatEvents(dataset, run.device), dataset.offsets, 20)
    gpu = dataclasses.replace(run, model=run.model.to("cuda"), device=torch.device("cuda"))
    on_gpu = read_states(gpu, FlatEvents(dataset, gpu.device), dataset.offsets, 20)
    for one, other in zip(on_cpu, on_gpu, strict=True):
        torch.testing.assert_close(one, other.cpu(), rtol=1e-3, atol=1e-4)


@pytest.mark.gpu
def test_a_run_on_a_gpu_is_analyzed(tmp_path):
    dataset = make_dataset(n_users=30, n_items=40, n_scenarios=3, length=(3, 30), seed=2)
    run = small_run(dataset, **SETTINGS)
    gpu = dataclasses.replace(run, model=run.model.to("cuda"), device=torch.device("cuda"))
    made = analyze(dataset, gpu, tmp_path / "analysis")
    assert len(made.table("steps")) == dataset.n_events + dataset.n_users
    assert made.table("ranks")["rank"].between(1, 40).all()
