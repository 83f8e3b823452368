"""Score a run: full ranking of held-out events, beside popularity, with intervals over users."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ruie_core.config import EvaluateConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TEST, TRAIN, VALIDATION, Parts, split_events
from ruie_core.evaluation.bootstrap import Estimate, mean_intervals
from ruie_core.evaluation.metrics import hit_rate, ndcg, reciprocal_rank
from ruie_core.evaluation.protocols import Ranks, all_ranks
from ruie_core.evaluation.ranking import Targets
from ruie_core.evaluation.validation import held_out_targets
from ruie_core.runs import Run

GROUPS: Final = ("all", "head", "tail")
"""Rows that are not about one scenario."""

Metric = tuple[str, int | None]


def evaluate_run(run: Run, dataset: Dataset, config: EvaluateConfig) -> dict[str, Any]:
    """Score the test part, and the validation part under a key of its own.

    Args:
        run: the trained model.
        dataset: what it was trained on.
        config: cut-offs, intervals, whether seen items are left out.

    Returns:
        What goes into ``metrics.json``: ``split``, ``n_events``, ``n_users``, ``protocols`` (per
        request scenario and model: the means over all events), ``rows`` (one per model, request
        scenario, group of scenarios, metric and cut-off, with interval and n), what was left out,
        and ``validation``, the same for the validation part.

    Raises:
        UserError: another dataset, or no held-out event that can be ranked.
    """
    run.require(dataset)
    split = split_events(dataset, run.config.train)
    result = evaluate_part(run, dataset, split, TEST, config)
    result["validation"] = evaluate_part(run, dataset, split, VALIDATION, config)
    return result


def evaluate_part(
    run: Run, dataset: Dataset, split: Parts, part: int, config: EvaluateConfig
) -> dict[str, Any]:
    """Score one part of the split; see ``evaluate_run``."""
    targets, first_events = held_out_targets(dataset, split, part)
    ranks = all_ranks(run, dataset, split, targets, exclude_seen=config.exclude_seen)
    result = summarise(dataset, split, targets, ranks, config)
    return {"split": "test" if part == TEST else "validation", "protocol": "full ranking"} | (
        result | {"first_events_left_out": first_events}
    )


def summarise(
    dataset: Dataset, split: Parts, targets: Targets, ranks: Ranks, config: EvaluateConfig
) -> dict[str, Any]:
    """Average ranks into rows; see ``evaluate_run``.

    Args:
        dataset: the events.
        split: (N,) uint8, part of every event.
        targets: (B,) events that were ranked.
        ranks: (B,) ranks by (model, request scenario).
        config: cut-offs and intervals.
    """
    users = targets.users.numpy()
    scenarios = dataset.scenarios[targets.positions.numpy()] - 1
    traffic = np.bincount(dataset.scenarios[split == TRAIN], minlength=dataset.n_scenarios + 1)[1:]
    head = head_scenarios(traffic, config.head_share)
    names = dataset.vocabulary.scenarios
    metrics = metric_names(config.cutoffs)
    sums = _sum_per_user_and_scenario(users, scenarios, ranks, config.cutoffs)
    rows: list[dict[str, Any]] = []
    protocols: dict[str, dict[str, dict[str, float]]] = {"unknown": {}, "known": {}}
    for label, inside in _groups(sums.scenarios, head, names):
        estimate = mean_intervals(
            sums.users[inside],
            sums.values[inside],
            resamples=config.resamples,
            seed=config.seed,
            events=sums.events[inside],
        )
        made = _rows(label, list(ranks), metrics, estimate, config.exclude_seen)
        rows += made
        if label == "all":
            for row in made:
                of_model = protocols[row["request_scenario"]].setdefault(row["model"], {})
                name = row["metric"] if row["k"] is None else f"{row['metric']}@{row['k']}"
                of_model[name] = row["value"]
    unseen = {
        names[code]: int((scenarios == code).sum())
        for code in np.unique(scenarios)
        if traffic[code] == 0
    }
    return {
        "n_events": len(users),
        "n_users": len(np.unique(users)),
        "protocols": protocols,
        "head": [name for name, is_head in zip(names, head, strict=True) if is_head],
        "scenarios_unseen_in_training": unseen,
        "settings": config.model_dump(mode="json"),
        "rows": rows,
    }


def head_scenarios(traffic: npt.NDArray[np.int64], share: float) -> npt.NDArray[np.bool_]:
    """Tell the head: the most visited scenarios that together have at most ``share`` of traffic.

    The most visited one is always head, so that neither side is empty where there are two.

    >>> head_scenarios(np.array([15, 60, 15, 10]), 0.8).tolist()
    [True, True, False, False]

    Args:
        traffic: (S,) training events.
        share: of all training events, in (0, 1).

    Returns:
        (S,) bool, True for head scenarios.
    """
    order = np.argsort(-traffic, kind="stable")
    reached = np.cumsum(traffic[order]) / max(1, traffic.sum())
    head = np.zeros(len(traffic), bool)
    head[order[: max(1, int((reached <= share + 1e-9).sum()))]] = True
    return head


def metric_names(cutoffs: tuple[int, ...]) -> list[Metric]:
    """Names and cut-offs in the order of ``metric_values``' columns."""
    return [("ndcg", k) for k in cutoffs] + [("hr", k) for k in cutoffs] + [("mrr", None)]


def metric_values(
    ranks: npt.NDArray[np.int64], cutoffs: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    """(B,) ranks → (B, 2 · cut-offs + 1) values: NDCG@K, HR@K, reciprocal rank."""
    columns = [ndcg(ranks, k) for k in cutoffs] + [hit_rate(ranks, k) for k in cutoffs]
    return np.column_stack([*columns, reciprocal_rank(ranks)])


def scenario_label(name: str) -> str:
    """Name of a scenario's rows; a scenario that is called like a group is told apart.

    >>> scenario_label("feed"), scenario_label("all")
    ('feed', 'all (scenario)')
    """
    return f"{name} (scenario)" if name in GROUPS else name


class _Sums(NamedTuple):
    """Metrics added up over the events of each user in each scenario, P pairs.

    ``users``, ``scenarios`` (codes from 0) and ``events`` (P,), ``values`` (P, cells · metrics).
    """

    users: npt.NDArray[np.int64]
    scenarios: npt.NDArray[np.int64]
    events: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]


def _sum_per_user_and_scenario(
    users: npt.NDArray[np.int64],
    scenarios: npt.NDArray[np.int32],
    ranks: Ranks,
    cutoffs: tuple[int, ...],
) -> _Sums:
    """Add up before averaging: every group is a union of such pairs, and they are far fewer."""
    width = int(scenarios.max(initial=0)) + 1
    pairs, row = np.unique(users * width + scenarios, return_inverse=True)
    columns = [
        np.bincount(row, weights=column, minlength=len(pairs))
        for cell in ranks
        for column in metric_values(ranks[cell], cutoffs).T
    ]
    counts = np.bincount(row, minlength=len(pairs))
    return _Sums(pairs // width, pairs % width, counts, np.column_stack(columns))


def _groups(
    scenarios: npt.NDArray[np.int64], head: npt.NDArray[np.bool_], names: tuple[str, ...]
) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Groups of (P,) rows by the scenario of each (from 0), those that hold at least one."""
    in_head = head[scenarios]
    groups = {"all": np.ones(len(scenarios), bool), "head": in_head, "tail": ~in_head}
    for label, inside in groups.items():
        if inside.any():
            yield label, inside
    for code in np.unique(scenarios):
        yield scenario_label(names[code]), scenarios == code


def _rows(
    label: str,
    cells: list[tuple[str, str]],
    metrics: list[Metric],
    estimate: Estimate,
    exclude_seen: bool,
) -> list[dict[str, Any]]:
    rows = []
    columns = ((cell, metric) for cell in cells for metric in metrics)
    for at, ((model, request), (metric, k)) in enumerate(columns):
        known = not np.isnan(estimate.low[at])
        rows.append(
            {
                "model": model,
                "request_scenario": request,
                "exclude_seen": exclude_seen,
                "scenario": label,
                "metric": metric,
                "k": k,
                "value": float(estimate.value[at]),
                "low": float(estimate.low[at]) if known else None,
                "high": float(estimate.high[at]) if known else None,
                "n_events": estimate.n_events,
                "n_users": estimate.n_users,
            }
        )
    return rows
