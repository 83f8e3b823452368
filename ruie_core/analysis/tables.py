"""Names and columns of the tables in a run's ``analysis/`` folder.

Row t of ``steps`` describes event t as the model saw it coming: ``q_*`` and ``p_*`` are the
estimates from the state after t - 1 events; gate, taken Q and rank are those of the transition
t - 1 -> t. A user's first event (t = 1) has none of them; a last row of split ``forecast``, without
an item, holds the estimates from the user's last state. Rows lie user by user, t = 1, 2, … n + 1.
``q_<scenario>``, ``p_<scenario>`` and ``events_<scenario>`` columns come in addition to those
listed.
"""

REQUIRED: dict[str, tuple[str, ...]] = {
    "steps": (
        "user", "t", "time", "item", "scenario", "category", "actions", "reward", "split",
        "q_taken", "q_target_taken", "gate", "rank", "score", "p_taken", "top_items",
        "top_scores", "return", "truncated",
    ),
    "users": (
        "user", "user_id", "n_events", "n_switches", "n_scenarios", "main_scenario", "first_time",
        "last_time", "reward_mean", "gate_mean", "n_heldout", "rank_test", "ndcg_10",
    ),
    "transitions": (
        "from_scenario", "to_scenario", "n", "n_from", "p_observed", "p_base", "p_model",
        "log_lift", "log_lift_low", "log_lift_high", "model_log_lift",
    ),
    "ndcg": (
        "model", "request_scenario", "exclude_seen", "scenario", "metric", "k", "value", "low",
        "high", "n_events", "n_users",
    ),
    "ranks": ("user", "t", "scenario", "model", "request_scenario", "rank"),
    "item_map": ("item", "x", "y", "fitted", "scenario", "category", "title", "count"),
    "state_map": ("user", "t", "x", "y", "fitted", "scenario", "gate"),
    "neighbors": ("item", "neighbor", "position", "cosine"),
    "calibration": (
        "scenario", "split", "bin", "n", "q_mean", "return_mean", "return_low", "return_high",
    ),
    "items": ("item", "item_id", "title", "category", "count"),
}  # fmt: skip
"""Columns that every reader may rely on."""

TABLES: tuple[str, ...] = tuple(name for name in REQUIRED if name != "items")
"""Tables that lie in ``analysis/``; ``items`` is the run's vocabulary."""

PER_SCENARIO: dict[str, tuple[str, ...]] = {
    "steps": ("q", "p"),
    "users": ("events",),
    "item_map": ("events",),
}
"""Prefixes of the columns that exist once per scenario: ``<prefix>_<scenario>``."""
