"""Frames of the Overview: data at a glance, NDCG by model, health lights, training curves."""

import pandas as pd

from ruie_core.analysis.store import RunStore, quote


def glance(store: RunStore) -> pd.DataFrame:
    """Return one row of what the run was made from.

    Returns:
        users, events, items, scenarios, first (time), last (time), events_median (events of the
        median user), switches_median, reward_mean (per event, reward units), heldout (test events),
        heldout_users.
    """
    row = store.sql(
        """
        SELECT count(*) AS users, sum(n_events)::BIGINT AS events,
            (SELECT count(*) FROM items) AS items,
            min(first_time) AS first, max(last_time) AS last,
            median(n_events) AS events_median, median(n_switches) AS switches_median,
            sum(reward_mean * n_events) / sum(n_events) AS reward_mean,
            sum(n_heldout)::BIGINT AS heldout,
            count(*) FILTER (n_heldout > 0) AS heldout_users
        FROM users
        """
    )
    row.insert(3, "scenarios", len(store.scenarios))
    return row


def traffic(store: RunStore) -> pd.DataFrame:
    """Return events per scenario, in the order of the codes: scenario, events, share."""
    sums = ", ".join(f"sum({quote(f'events_{name}')})::BIGINT" for name in store.scenarios)
    events = store.sql(f"SELECT {sums} FROM users").iloc[0].to_numpy()
    frame = pd.DataFrame({"scenario": store.scenarios, "events": events.astype("int64")})
    frame["share"] = frame["events"] / max(1, frame["events"].sum())
    return frame


def lights(store: RunStore) -> pd.DataFrame:
    """Return the three health lights with the figure that each is judged by.

    Returns:
        light (gate, dominance, calibration), on (True calls for attention), value (share of gates
        at an end; ratio of gate mass to traffic; slope of realised return over Q), second (Q minus
        realised return, reward units; calibration only), scenario (the one that stands out), n.
    """
    health = store.health
    gate, dominance = health["gate"], health["dominance"]
    fit = health["calibration"].get("all", {})
    top = max(dominance, key=lambda name: dominance[name]["ratio"] or 0.0, default=None)
    return pd.DataFrame(
        [
            {
                "light": "gate",
                "on": bool(gate["collapsed"]),
                "value": gate["low_share"] + gate["high_share"],
            },
            {
                "light": "dominance",
                "on": bool(health["dominant"]),
                "value": dominance[top]["ratio"] if top else None,
                "scenario": top,
            },
            {
                "light": "calibration",
                "on": bool(health["miscalibrated"]),
                "value": fit.get("slope"),
                "second": fit.get("overestimation"),
                "n": fit.get("n", 0),
            },
        ],
        columns=["light", "on", "value", "second", "scenario", "n"],
    )


def curves(store: RunStore) -> pd.DataFrame:
    """Return the training history that is drawn.

    Returns:
        epoch, loss, ndcg (validation NDCG@10), q_mean, q_low, q_high (mean Q and one standard
        deviation to either side, reward units), gate_ends (share of gates below 0.05 or above
        0.95), kept (the epoch whose weights the run holds).
    """
    return history_curves(store.history)


def history_curves(history: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn of a training's lines, a line per epoch; see ``curves``."""
    if history.empty:
        return pd.DataFrame(
            columns=["epoch", "loss", "ndcg", "q_mean", "q_low", "q_high", "gate_ends", "kept"]
        )
    epoch = history["epoch"].astype(int)
    kept = epoch[history["best"].astype(bool)].max()
    return pd.DataFrame(
        {
            "epoch": epoch,
            "loss": history["loss"],
            "ndcg": history["validation_ndcg@10"],
            "q_mean": history["q_mean"],
            "q_low": history["q_mean"] - history["q_std"],
            "q_high": history["q_mean"] + history["q_std"],
            "gate_ends": history["gate_low"] + history["gate_high"],
            "kept": epoch == kept,
        }
    )
