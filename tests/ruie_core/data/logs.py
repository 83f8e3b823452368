"""Small raw logs on disk, and an independent, naive preparation to compare with."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]

KUAIRAND_FLAGS = {
    "click": "is_click",
    "follow": "is_follow",
    "like": "is_like",
    "share": "is_forward",
    "comment": "is_comment",
}
WEIGHTS = {"click": 1.0, "follow": 3.0, "like": 3.0, "share": 2.0, "comment": 0.0}
START = 1_650_800_000_000


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def random_rows(seed: int, n: int = 600, users: int = 12, items: int = 20) -> list[Row]:
    """Exposures with ties in time, exact duplicates and duplicates whose actions differ."""
    generator = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        row: Row = {
            "user_id": int(generator.integers(users) ** 2),
            "item_id": int(generator.integers(items) * generator.integers(1, 4)),
            "scenario": str(generator.choice(["1", "0", "4", "12"], p=[0.6, 0.3, 0.09, 0.01])),
            "timestamp": START + int(generator.integers(n // 4)) * 1000,
        }
        for name, share in zip(WEIGHTS, (0.5, 0.02, 0.1, 0.02, 0.1), strict=True):
            row[name] = bool(generator.random() < share)
        rows.append(row)
        if generator.random() < 0.05:
            rows.append(row | {"click": not row["click"]})
    return rows


def write_kuairand(path: Path, rows: Iterable[Row]) -> Path:
    flags = [*KUAIRAND_FLAGS.values(), "is_hate", "long_view"]
    columns = ["user_id", "video_id", "date", "time_ms", *flags, "tab"]
    return write_csv(
        path,
        columns,
        (
            [row["user_id"], row["item_id"], 20220425, row["timestamp"]]
            + [int(row[name]) for name in KUAIRAND_FLAGS]
            + [0, int(row.get("long_view", True)), row["scenario"]]
            for row in rows
        ),
    )


def plain_rows(
    n_users: int = 6, n_items: int = 6, scenarios: Sequence[str] = ("1", "2")
) -> list[Row]:
    """Every user clicks every item once, in turns between the scenarios: every core keeps all."""
    return [
        {
            "user_id": user,
            "item_id": item,
            "scenario": scenarios[(user + item) % len(scenarios)],
            "timestamp": START + 1000 * (user * n_items + item),
            **{name: name == "click" for name in WEIGHTS},
        }
        for user in range(n_users)
        for item in range(n_items)
    ]


def naive_prepare(
    rows: Sequence[Row], *, keep_all: bool, least: tuple[int, int], share: float
) -> dict[str, Any]:
    """The same filters, one row at a time."""
    seen: set[tuple[Any, ...]] = set()
    unique = []
    for row in rows:
        key = (row["user_id"], row["item_id"], row["timestamp"], row["scenario"])
        if key not in seen:
            seen.add(key)
            unique.append(row)
    stronger = ("click", "follow", "like", "share")
    log = [row for row in unique if keep_all or any(row[name] for name in stronger)]
    counts = Counter(row["scenario"] for row in log)
    rare = {name for name, n in counts.items() if n < share * len(log)}
    log = [
        row | {"name": "other" if row["scenario"] in rare else f"tab {row['scenario']}"}
        for row in log
    ]
    while True:
        users = Counter(row["user_id"] for row in log)
        items = Counter(row["item_id"] for row in log)
        left = [
            row
            for row in log
            if users[row["user_id"]] >= least[0] and items[row["item_id"]] >= least[1]
        ]
        if len(left) == len(log):
            break
        log = left
    users_in_order = sorted(users)
    items_in_order = sorted(items, key=lambda item: (-items[item], item))
    traffic = Counter(row["name"] for row in log)
    names = sorted(traffic, key=lambda name: (name == "other", -traffic[name], name))
    log = sorted(log, key=lambda row: (users_in_order.index(row["user_id"]), row["timestamp"]))
    return {
        "duplicates": len(rows) - len(unique),
        "merged": rare,
        "scenarios": tuple(names),
        "users": [str(user) for user in users_in_order],
        "item_ids": [str(item) for item in items_in_order],
        "user": [users_in_order.index(row["user_id"]) for row in log],
        "item": [items_in_order.index(row["item_id"]) + 1 for row in log],
        "scenario": [names.index(row["name"]) + 1 for row in log],
        "times": [row["timestamp"] for row in log],
        "actions": [sum(int(row[name]) << bit for bit, name in enumerate(WEIGHTS)) for row in log],
        "rewards": [sum(WEIGHTS[name] for name in WEIGHTS if row[name]) for row in log],
    }
