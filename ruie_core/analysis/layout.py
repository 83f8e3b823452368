"""Two dimensions for many points: UMAP on some of them, the rest placed among their neighbours."""

import warnings
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ruie_core.analysis.nearest import nearest

FEWEST: Final = 16
"""Points below which UMAP says nothing: principal components are drawn instead."""

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


def stratified(
    strata: npt.NDArray[np.integer], limit: int, generator: np.random.Generator
) -> Indices:
    """Choose at most ``limit`` points so that each stratum keeps its share.

    Every stratum gets its proportional number, rounded down; the points left over go to the
    largest remainders, the rarest stratum first among equals. Within a stratum the choice is
    random.

    Args:
        strata: (M,) non-negative integers.
        limit: points at most.
        generator: of the random choice.

    Returns:
        Rising indices of the chosen points; all of them if there are no more than ``limit``.
    """
    n = len(strata)
    if n <= limit:
        return np.arange(n)
    counts = np.bincount(strata)
    exact = counts * (limit / n)
    quota = np.floor(exact).astype(np.int64)
    order = np.lexsort((counts, -(exact - quota)))
    quota[order[: limit - quota.sum()]] += 1
    shuffled = generator.permutation(n)
    grouped = shuffled[np.argsort(strata[shuffled], kind="stable")]
    place = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.sort(grouped[place < np.repeat(quota, counts)])


def lay_out(unit: Tensor, fitted: Indices, neighbors: int, seed: int) -> tuple[Floats, str]:
    """Coordinates of all points.

    UMAP is fitted to the chosen points only. Every other point is placed at the mean of its
    nearest fitted neighbours, weighted by similarity: weight exp(−(d − d₁) / mean(d − d₁)), d the
    distance, d₁ the nearest one. Unlike UMAP's own ``transform`` this is deterministic, needs
    neither a search index nor a second compilation, treats each point alone (so one point more
    moves no other), and cannot leave the hull of the fitted neighbours, hence invents no islands.
    The price: placed points lie slightly closer together than fitted ones, which is why the table
    marks them.

    Args:
        unit: (M, d) unit rows; neighbours are nearest by cosine.
        fitted: rising indices of the points that UMAP is fitted to.
        neighbors: neighbours per point, itself included.
        seed: of UMAP.

    Returns:
        (M, 2) float32 coordinates and a few words on how they were made.
    """
    base = unit[torch.from_numpy(fitted).to(unit.device)]
    places, how = _fit(base, neighbors, seed)
    if len(fitted) == len(unit):
        return places, how
    rest = np.setdiff1d(np.arange(len(unit)), fitted)
    cosine, found = nearest(unit[torch.from_numpy(rest).to(unit.device)], base, neighbors)
    everything = np.empty((len(unit), 2), np.float32)
    everything[fitted] = places
    everything[rest] = weighted_means(_distances(cosine), places[found.numpy()])
    return everything, how


def weighted_means(distances: Floats, places: Floats) -> Floats:
    """Mean place of each point's neighbours, near ones weighing more.

    Args:
        distances: (M, k) float32, rising.
        places: (M, k, 2) coordinates of the neighbours.

    Returns:
        (M, 2) float32.
    """
    beyond = distances - distances[:, :1]
    scale = np.maximum(beyond.mean(1, keepdims=True), 1e-12)
    weights = np.exp(-beyond / scale)
    weights /= weights.sum(1, keepdims=True)
    means: Floats = np.einsum("mk,mkc->mc", weights, places).astype(np.float32)
    return means


def _fit(unit: Tensor, neighbors: int, seed: int) -> tuple[Floats, str]:
    n = len(unit)
    start = principal_components(unit)
    if n < FEWEST or float(np.ptp(start, axis=0).max(initial=0.0)) < 1e-6:
        why = f"there are fewer than {FEWEST} points" if n < FEWEST else "the points do not differ"
        return start, f"principal components instead of UMAP, because {why}"
    k = max(2, min(neighbors, n - 1))
    others = torch.arange(n, device=unit.device)
    cosine, found = nearest(unit, unit, k - 1, own=others)
    # UMAP counts a point as its own first neighbour.
    indices = np.column_stack([np.arange(n), found.numpy()])
    distances = np.column_stack([np.zeros(n, np.float32), _distances(cosine)])
    return _umap(unit.cpu().numpy(), start, indices, distances, seed), "UMAP"


def _umap(points: Floats, start: Floats, indices: Indices, distances: Floats, seed: int) -> Floats:
    import umap  # seconds of import and compilation: only where a map is really fitted

    generator = np.random.default_rng(seed)
    spread = 10 * start / np.abs(start).max() + generator.normal(0, 1e-4, start.shape)
    threads = torch.get_num_threads()
    with warnings.catch_warnings():
        # No search index comes with our neighbours; it would serve ``transform``, which is unused.
        warnings.filterwarnings("ignore", message=".*NNDescent.*")
        model = umap.UMAP(
            n_neighbors=indices.shape[1],
            init=spread.astype(np.float32),
            precomputed_knn=(indices.astype(np.int32), distances.astype(np.float32)),
            random_state=seed,
            n_jobs=1,
        )
        places: Floats = model.fit_transform(points).astype(np.float32)
    torch.set_num_threads(threads)  # numba's pool resets the OpenMP setting that torch shares
    return places


def principal_components(unit: Tensor) -> Floats:
    """(M, d) points → (M, 2) first principal components, signs fixed; zeros where there are none.

    Computed in double precision on the CPU, so that a seed gives one map.
    """
    points = unit.cpu().double()
    places = np.zeros((len(points), 2), np.float32)
    if len(points) < 2:
        return places
    centred = points - points.mean(0)
    _, axes = torch.linalg.eigh(centred.T @ centred)
    axes = axes.flip(1)[:, :2]
    strongest = axes.abs().argmax(0)
    axes = axes * axes[strongest, torch.arange(axes.shape[1])].sign()
    places[:, : axes.shape[1]] = (centred @ axes).float().numpy()
    return places


def _distances(cosine: Tensor) -> Floats:
    """Chord length between unit vectors, which rises as the cosine falls."""
    chords: Floats = (2 - 2 * cosine).clamp(min=0).sqrt().numpy()
    return chords
