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


def ndcg_by_model(store: RunStore, k: int = 10, exclude_seen: bool = False) -> pd.DataFrame:
    """Return NDCG@k over all held-out events, one row per model and protocol.

    Returns:
        model, request_scenario (unknown or known), value, low, high (95 % interval), n_events,
        n_users; the run's own model first.
    """
    return store.sql(
        """
        SELECT model, request_scenario, value, low, high, n_events, n_users FROM ndcg
        WHERE metric = 'ndcg' AND scenario = 'all' AND k = ? AND exclude_seen = ?
        ORDER BY model IN ('scenario-popularity'), model IN ('popularity'), model,
            request_scenario DESC
        """,
        [k, exclude_seen],
    )


def lights(store: RunStore) -> pd.DataFrame:
    """Return the three health lights with the figure that each is judged by.

    Returns:
        light (gate, dominance, calibration), on (True calls for attention), value, n, scenario
        (the one that stands out, or null).
    """
    health = store.health
    gate = health.get("gate", {})
    dominance = health.get("dominance", {})
    fit = health.get("calibration", {}).get("all", {})
    top = max(dominance, key=lambda name: dominance[name]["ratio"], default=None)
    n = int(fit.get("n", 0))
    rows = [
        ("gate", bool(gate.get("collapsed")), gate.get("low_share", 0) + gate.get("high_share", 0)),
        ("dominance", bool(health.get("dominant")), dominance[top]["ratio"] if top else None),
        ("calibration", bool(health.get("miscalibrated")), fit.get("slope")),
    ]
    frame = pd.DataFrame(rows, columns=["light", "on", "value"])
    frame["n"] = n
    frame["scenario"] = [None, top, None]
    return frame


def curves(store: RunStore) -> pd.DataFrame:
    """Return the training history in long form: epoch, panel, series, value, best.

    ``panel`` is loss, ranking or gate; ``best`` marks the epoch whose weights were kept.
    """
    history = store.history
    if history.empty:
        return pd.DataFrame(columns=["epoch", "panel", "series", "value", "best"])
    panels = {
        "loss": ("loss_intent", "loss_q", "loss_scenario"),
        "ranking": ("validation_ndcg@10", "validation_hr@10"),
        "gate": ("gate_low", "gate_mean", "gate_high"),
    }
    kept = history["epoch"].where(history["best"].astype(bool)).max()
    parts = [
        pd.DataFrame(
            {
                "epoch": history["epoch"],
                "panel": panel,
                "series": series,
                "value": history[series].astype(float),
                "best": history["epoch"] == kept,
            }
        )
        for panel, names in panels.items()
        for series in names
        if series in history
    ]
    return pd.concat(parts, ignore_index=True)
