"""A log of somebody else's, small enough to be trained on within seconds."""

import csv
import random
from pathlib import Path

COLUMNS = ("uid", "product_id", "channel", "ts", "event_type")


def write_tiny_log(path: Path, users: int = 24, events: int = 8, items: int = 14) -> Path:
    """Write ``users * events`` rows with times in seconds, two channels and two actions."""
    draw = random.Random(1)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for user in range(users):
            for event in range(events):
                item, channel = draw.randrange(items), ("home", "search")[(user + event) % 2]
                action = "like" if draw.random() < 0.2 else "click"
                time = 1_700_000_000 + 1_000 * user + 600 * event
                writer.writerow([f"u{user}", f"p{item}", channel, time, action])
    return path
