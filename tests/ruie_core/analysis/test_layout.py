"""Neighbours and maps: exact, deterministic, and sound where there is little to map."""

import dataclasses
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from ruie_core.analysis import layout
from ruie_core.analysis import nearest as nearest_module
from ruie_core.analysis.layout import (
    FEWEST,
    lay_out,
    principal_components,
    stratified,
    weighted_means,
)
from ruie_core.analysis.maps import item_map, mapped_states
from ruie_core.analysis.nearest import nearest, unit_rows
from ruie_core.analysis.neighbors import neighbor_table
from ruie_core.config import AnalyzeConfig
from ruie_core.errors import UserError
from tests.factories import make_dataset
from tests.ruie_core.analysis.analyzed import no_umap, small


def points(n, d=8, seed=0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("cells", [100, 1 << 20])
def test_nearest_agrees_with_scikit_learn(cells, monkeypatch):
    monkeypatch.setattr(nearest_module, "_CELLS", cells)
    unit = unit_rows(points(150), "points")
    cosine, found = nearest(unit, unit, 6, own=torch.arange(150))
    reference = NearestNeighbors(n_neighbors=7, metric="cosine").fit(unit.numpy())
    distance, index = reference.kneighbors(unit.numpy())
    assert (found.numpy() == index[:, 1:]).all()
    assert cosine.numpy() == pytest.approx(1 - distance[:, 1:], abs=1e-5)


def test_neighbors_table_names_items_and_never_padding():
    table = torch.cat([torch.full((1, 8), 50.0), points(30)])
    frame, rule = neighbor_table(table, 4)
    assert len(frame) == 30 * 4
    assert frame["neighbor"].between(1, 30).all()
    assert (frame["item"] != frame["neighbor"]).all()
    assert frame.groupby("item")["position"].apply(list).map(tuple).unique().tolist() == [
        (1, 2, 3, 4)
    ]
    assert (frame.groupby("item")["cosine"].diff().dropna() <= 0).all()
    assert rule["rule"] == "all items"


def test_fewer_items_than_neighbours():
    frame, _ = neighbor_table(points(4), 20)
    assert len(frame) == 3 * 2
    frame, _ = neighbor_table(points(2), 20)
    assert frame.empty


def test_values_that_are_not_numbers_are_one_sentence():
    table = points(5)
    table[3, 1] = float("nan")
    with pytest.raises(UserError, match="item embeddings hold values that are not numbers"):
        neighbor_table(table, 2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=200), st.integers(1, 120), st.integers(0, 9)
)
def test_a_stratified_choice_keeps_shares(strata, limit, seed):
    strata = np.array(strata)
    chosen = stratified(strata, limit, np.random.default_rng(seed))
    assert len(chosen) == min(limit, len(strata))
    assert (np.diff(chosen) > 0).all()
    kept, had = (np.bincount(x, minlength=7) for x in (strata[chosen], strata))
    assert (np.abs(kept - had * len(chosen) / len(strata)) < 1).all()


def test_the_choice_follows_the_seed():
    strata = np.zeros(100, int)
    one, same, other = (stratified(strata, 10, np.random.default_rng(s)) for s in (1, 1, 2))
    assert one.tolist() == same.tolist() != other.tolist()


def test_weighted_means_lie_between_neighbours_and_near_the_nearest():
    places = np.array([[[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]]], np.float32)
    equal = weighted_means(np.full((1, 3), 0.5, np.float32), places)
    assert equal[0].tolist() == pytest.approx([4 / 3, 4 / 3])
    near = weighted_means(np.array([[0.0, 1.0, 1.0]], np.float32), places)
    assert 0 < near[0, 0] < 4 / 3
    weight = np.exp(-1 / (2 / 3))
    assert near[0, 0] == pytest.approx(4 * weight / (1 + 2 * weight), rel=1e-5)


def test_placed_points_stay_among_the_fitted_and_do_not_move_each_other(monkeypatch):
    monkeypatch.setattr(layout, "_umap", no_umap)
    unit = unit_rows(points(60), "points")
    whole, _ = lay_out(unit, np.arange(30), 5, 1)
    fewer, _ = lay_out(unit[:45], np.arange(30), 5, 1)
    assert whole.shape == (60, 2)
    np.testing.assert_allclose(whole[:45], fewer, atol=1e-6)
    assert (whole >= whole[:30].min(0) - 1e-5).all()
    assert (whole <= whole[:30].max(0) + 1e-5).all()


@pytest.mark.parametrize("n", [1, 2, 3, FEWEST - 1])
def test_few_points_are_laid_out_without_umap(n):
    places, how = lay_out(unit_rows(points(n), "points"), np.arange(n), 15, 1)
    assert places.shape == (n, 2)
    assert np.isfinite(places).all()
    assert "fewer than" in how


def test_points_that_do_not_differ():
    places, how = lay_out(unit_rows(torch.ones(40, 4), "points"), np.arange(40), 15, 1)
    assert np.isfinite(places).all()
    assert "do not differ" in how
    one_dimension = principal_components(points(5, d=1))
    assert one_dimension.shape == (5, 2)


@pytest.mark.slow
def test_umap_with_our_neighbours_keeps_clusters_and_repeats():
    """The real thing, once: two clusters stay apart, few points and many neighbours work."""
    centre = torch.cat([torch.full((30, 8), 3.0), torch.full((30, 8), -3.0)])
    unit = unit_rows(centre + points(60), "points")
    threads = torch.get_num_threads()
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        places, how = lay_out(unit, np.arange(0, 60, 2), 10, 7)
        tiny, _ = lay_out(unit[:FEWEST], np.arange(FEWEST), 40, 7)
    assert how == "UMAP"
    assert torch.get_num_threads() == threads
    assert np.isfinite(places).all()
    assert np.isfinite(tiny).all()
    left, right = places[:30], places[30:]
    gap = np.linalg.norm(left.mean(0) - right.mean(0))
    assert gap > 2 * max(left.std(), right.std())
    assert np.array_equal(lay_out(unit, np.arange(0, 60, 2), 10, 7)[0], places)


def test_maps_say_what_was_fitted(monkeypatch):
    monkeypatch.setattr(layout, "_umap", no_umap)
    dataset = make_dataset(n_users=40, n_items=150, n_scenarios=3, length=10, seed=1)
    frame, rule = item_map(dataset, points(151), AnalyzeConfig(map_points=100))
    assert rule["points"] == rule["of"] == 150
    assert frame["fitted"].sum() == rule["fitted"] == 100
    assert rule["rule"] == "stratified by each item's most frequent scenario"
    events = frame[[f"events_scenario {c}" for c in (1, 2, 3)]]
    assert (events.sum(axis=1) == frame["count"]).all()


def test_state_map_has_the_state_after_each_event():
    made = small()
    states, steps = made.table("state_map"), made.table("steps")
    events = steps[steps["split"] != "forecast"]
    assert states[["user", "t"]].to_numpy().tolist() == events[["user", "t"]].to_numpy().tolist()
    assert states["scenario"].tolist() == events["scenario"].tolist()
    np.testing.assert_array_equal(states["gate"], events["gate"])


def test_too_many_states_keep_whole_users():
    dataset = make_dataset(n_users=30, length=(1, 20), seed=2)
    mapped = mapped_states(dataset, seed=1, limit=100)
    per_user = np.add.reduceat(mapped, dataset.offsets[:-1])
    assert set(per_user == 0) == {True, False}
    assert ((per_user == 0) | (per_user == dataset.lengths)).all()
    assert 60 < mapped.sum() <= 100
    assert mapped_states(dataset, seed=1).all()


def test_a_title_that_is_missing_stays_missing(monkeypatch):
    monkeypatch.setattr(layout, "_umap", no_umap)
    dataset = make_dataset(n_users=5, n_items=20, length=5)
    items = dataset.vocabulary.items.assign(title=None, category=None)
    vocabulary = dataclasses.replace(dataset.vocabulary, items=items)
    frame, _ = item_map(
        dataclasses.replace(dataset, vocabulary=vocabulary), points(21), AnalyzeConfig()
    )
    assert frame[["title", "category"]].isna().all(axis=None)
