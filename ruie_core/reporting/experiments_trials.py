"""What is behind an experiment: its training runs, and the commands that make them again."""

import pandas as pd

from ruie_core.figures.experiments_names import experiment_name
from ruie_core.figures.numbers import count, number
from ruie_core.figures.rows import records
from ruie_core.reporting.text import escape, listed, plural


def provenance(runs: pd.DataFrame | None, experiment: str) -> str:
    """Say which trials are behind an experiment: how many, seeds, commits, time, device.

    Args:
        runs: as from ``experiments.read_runs``.
        experiment: its name.
    """
    if runs is None:
        return "The table of trials, runs.parquet, is not there: seeds and commits are unknown."
    own = runs[runs["experiment"] == experiment]
    if own.empty:
        return "No training run is filed under this experiment: it reads those of the others."
    seeds = sorted({int(seed) for seed in own["seed"]})
    commits = sorted({str(commit)[:7] for commit in own["commit"]})
    devices = sorted({str(device) for device in own["device"]})
    return (
        f"{count(len(own))} {plural(len(own), 'training run')} behind it, "
        f"{plural(len(seeds), 'seed')} {listed([str(seed) for seed in seeds])}, "
        f"{plural(len(commits), 'commit')} {listed([escape(name) for name in commits])}, "
        f"{_duration(float(own['seconds'].sum()))} on {escape(listed(devices))}, up to "
        f"{escape(str(own['created'].max())[:10])}."
    )


def _duration(seconds: float) -> str:
    """Write how long training took: hours, or minutes where it was less than one.

    >>> _duration(9_000), _duration(161), _duration(20)
    ('2.5 hours', '3 minutes', 'less than a minute')
    """
    if seconds >= 3600:
        return f"{number(seconds / 3600, 1)} hours"
    minutes = round(seconds / 60)
    return f"{minutes} {plural(minutes, 'minute')}" if minutes else "less than a minute"


def trials(runs: pd.DataFrame, experiment: str) -> pd.DataFrame:
    """Return the trials of an experiment as a table to read.

    Args:
        runs: as from ``experiments.read_runs``.
        experiment: its name.
    """
    own = runs[runs["experiment"] == experiment]
    return pd.DataFrame(
        {
            "variant": own["variant"].map(experiment_name),
            "seed": own["seed"],
            "validation NDCG@10": own["validation_ndcg10"].round(4),
            "epochs (kept)": [
                f"{row['epochs']} ({row['best_epoch']})"
                for row in records(own[["epochs", "best_epoch"]])
            ],
            "parameters": [count(n) for n in own["parameters"]],
            "seconds": own["seconds"].round(),
            "commit": own["commit"].astype(str).str[:7],
            "settings": own["config"],
            "command": own["command"],
        }
    )


def commands(frame: pd.DataFrame) -> str:
    """Return the commands that make a frame's numbers again, a line each.

    >>> print(commands(pd.DataFrame({"command": ["b; a", "a"]})))
    b
    a
    """
    every = (command for joined in frame["command"] for command in joined.split("; "))
    return "\n".join(dict.fromkeys(every))
