"""Write all tables of a run's ``analysis/`` folder, whole or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from ruie_core.analysis.calibration import Pairs, calibration_figures, calibration_table
from ruie_core.analysis.health import THRESHOLDS, dominance, gate_health, miscalibrated
from ruie_core.analysis.maps import item_map, mapped_states, state_map
from ruie_core.analysis.neighbors import neighbor_table
from ruie_core.analysis.ranked import affordable_steps, ranked_training_steps
from ruie_core.analysis.returns import episode_ends, realised_returns
from ruie_core.analysis.rows import EventColumns
from ruie_core.analysis.schema import schemas, write_table
from ruie_core.analysis.steps import Plan, Seen, write_steps
from ruie_core.analysis.transitions import transition_table
from ruie_core.analysis.users import user_table
from ruie_core.config import RunConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TEST, TRAIN, VALIDATION, Parts, split_events
from ruie_core.evaluation.evaluate import evaluate_run
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.protocols import target_ranks
from ruie_core.evaluation.ranking import Ranking, rank_targets
from ruie_core.evaluation.validation import held_out_targets
from ruie_core.files import read_json, sha256, whole_folder, write_json
from ruie_core.runs import Run
from ruie_core.runs.folder import METRICS

FORMAT: Final = 1

Tell = Callable[[str, float], None]
"""Told what is being written and the share of it done, in [0, 1]."""


def _silent(_what: str, _share: float) -> None:
    pass


def analyze_run(
    run: Run, dataset: Dataset, config: RunConfig, out: Path, tell: Tell = _silent
) -> None:
    """Write the app's tables.

    Args:
        run: the trained model.
        dataset: what it was trained on, with the run's rewards.
        config: the run's settings; ``analyze`` and ``evaluate`` are used.
        out: the folder, ``<run>/analysis``; it is replaced as a whole.
        tell: told about progress.

    Raises:
        UserError: another dataset, nothing held out, a model whose values are not numbers, or a
            disk that cannot be written; nothing is left half written.
    """
    run.require(dataset)
    run.model.eval()
    metrics = _metrics(run, dataset, config)
    split = split_events(dataset, run.config.train)
    tables = schemas(dataset.vocabulary.scenarios)
    with whole_folder(out) as folder:

        def save(name: str, frame: pd.DataFrame) -> None:
            tell(name, 1.0)
            write_table(frame, tables[name], folder / f"{name}.parquet")

        save("ndcg", pd.DataFrame(metrics["rows"]).astype({"k": "Int32"}))
        save("ranks", target_ranks(run, dataset, split, config.evaluate))
        plan, ranked = _plan(run, dataset, split, config)
        seen = write_steps(
            run, plan, tables["steps"], folder / "steps.parquet", lambda x: tell("steps", x)
        )
        save("users", user_table(dataset, split, seen))
        draws = {"resamples": config.evaluate.resamples, "seed": config.analyze.seed}
        save("transitions", transition_table(dataset, seen.p_from, **draws))
        pairs = _pairs(dataset, split, plan.events, seen)
        names, bins = dataset.vocabulary.scenarios, config.analyze.calibration_bins
        save("calibration", calibration_table(pairs, names, bins, **draws))
        neighbors, of_neighbors = neighbor_table(run.model.item_table, config.analyze.neighbors)
        save("neighbors", neighbors)
        items, of_items = item_map(dataset, run.model.item_table, config.analyze)
        save("item_map", items)
        states, of_states = state_map(dataset, seen, plan.mapped, run.device, config.analyze)
        save("state_map", states)
        figures = calibration_figures(pairs, names, bins)
        health = _health(run, dataset, seen, figures) | {
            "maps": {"items": of_items, "states": of_states},
            "neighbors": of_neighbors,
            "ranked": ranked,
        }
        write_json(folder / "health.json", health)
        _write_manifest(folder, run, dataset)


def _metrics(run: Run, dataset: Dataset, config: RunConfig) -> dict[str, Any]:
    """The run's own metrics if they were made with these settings, else new ones."""
    path = run.path / METRICS
    if path.is_file():
        metrics: dict[str, Any] = read_json(path)
        if metrics.get("settings") == config.evaluate.model_dump(mode="json"):
            return metrics
    return evaluate_run(run, dataset, config.evaluate)


def _plan(
    run: Run, dataset: Dataset, split: Parts, config: RunConfig
) -> tuple[Plan, dict[str, int | str]]:
    objective, settings = config.objective, config.analyze
    returns = realised_returns(
        dataset, objective.discount, settings.truncation, objective.session_gap_hours
    )
    category = pd.Categorical(dataset.vocabulary.items["category"])
    events = EventColumns(
        items=dataset.items,
        scenarios=dataset.scenarios,
        times=dataset.times,
        actions=dataset.actions,
        rewards=dataset.rewards,
        category=np.concatenate([[-1], category.codes]).astype(np.int32),
        categories=[str(name) for name in category.categories],
        split=split,
        value=returns.value,
        truncated=returns.truncated,
    )
    on_gpu = run.device.type == "cuda"
    limit = affordable_steps(settings.ranked_steps, dataset.n_items, on_gpu=on_gpu)
    chosen, ranked = ranked_training_steps(dataset, split, limit)
    plan = Plan(
        dataset=dataset,
        events=events,
        chosen=chosen,
        heldout=_heldout_ranking(run, dataset, split, config),
        top_k=min(settings.top_items, dataset.n_items),
        exclude_seen=config.evaluate.exclude_seen,
        mapped=mapped_states(dataset, settings.seed),
        ended=episode_ends(dataset, objective.session_gap_hours),
    )
    return plan, ranked


def _heldout_ranking(
    run: Run, dataset: Dataset, split: Parts, config: RunConfig
) -> tuple[npt.NDArray[np.int64], Ranking]:
    """Rank the events of both held-out parts as evaluation does, with their best items."""
    positions, rankings = [], []
    for part in (VALIDATION, TEST):
        targets, _ = held_out_targets(dataset, split, part)
        scorer = ModelScorer(run.model, dataset, known_scenario=False, device=run.device)
        ranking = rank_targets(
            scorer,
            dataset,
            targets,
            exclude_seen=config.evaluate.exclude_seen,
            top_k=min(config.analyze.top_items, dataset.n_items),
        )
        positions.append(targets.positions.numpy())
        rankings.append(ranking)
    joined = np.concatenate(positions)
    order = np.argsort(joined)
    columns = zip(*rankings, strict=True)
    return joined[order], Ranking(*(torch.cat(parts)[order] for parts in columns))


def _pairs(dataset: Dataset, split: Parts, events: EventColumns, seen: Seen) -> Pairs:
    sound = ~events.truncated & ~np.isnan(seen.q_taken)
    return Pairs(
        user=dataset.user_of_event()[sound],
        scenario=dataset.scenarios[sound],
        heldout=split[sound] != TRAIN,
        q=seen.q_taken[sound].astype(np.float64),
        value=events.value[sound],
    )


def _health(
    run: Run, dataset: Dataset, seen: Seen, figures: dict[str, dict[str, float | None]]
) -> dict[str, Any]:
    gated = ~np.isnan(seen.gate)
    gates, names = seen.gate[gated], dataset.vocabulary.scenarios
    shares, dominant = dominance(gates, dataset.scenarios[gated], names)
    zone = dataset.manifest.get("time", {}).get("zone", "UTC")
    return {
        "gate": gate_health(gates, run.config.objective.gate),
        "dominance": shares,
        "dominant": dominant,
        "calibration": figures,
        "miscalibrated": miscalibrated(figures),
        "thresholds": THRESHOLDS,
        "time_zone": zone,
    }


def _write_manifest(folder: Path, run: Run, dataset: Dataset) -> None:
    hashes = {path.name: sha256(path) for path in sorted(folder.iterdir())}
    manifest = {
        "format": FORMAT,
        "run": run.path.name,
        "dataset_hash": dataset.hash,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "hashes": hashes,
    }
    write_json(folder / "manifest.json", manifest)
