"""Generated logs with growing noise: how much of a perfect gate's gain does each gate reach?

It looks at no dataset but its own: logs of one generated world with more and more stray clicks,
whose truth the gate ``oracle`` reads. Their trials belong to the dataset ``generated``.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from ruie_core.data.dataset import load_dataset
from ruie_core.data.prepare import prepare
from ruie_core.data.sample.settings import SampleConfig
from ruie_core.data.sample.write import write_sample
from ruie_core.data.settings import KuaiSarSettings, PrepareConfig
from ruie_core.experiments.chosen import FILE, read_chosen
from ruie_core.experiments.context import Context
from ruie_core.experiments.plans.memory import WITHOUT
from ruie_core.experiments.trials import Trial
from ruie_core.presets import Overrides

NAME: Final = "gate-oracle"
TRUST: Final = "trust"
GENERATED: Final = "generated"
NOISE: Final = (0.15, 0.25, 0.4, 0.54)
"""Shares of stray clicks; the axis x."""
GATES: Final = ("constant", "q", "target", "likelihood", "engaged", "oracle")


def plan(context: Context) -> Iterator[Trial]:
    """Plan every gate on every log, leave-one-out; without memories: what gates do in training."""
    yield from _plan(context, NAME, WITHOUT)


def plan_trust(context: Context) -> Iterator[Trial]:
    """Plan the same with the memories, which may count events as far as the gate trusts them."""
    yield from _plan(context, TRUST, {})


def _plan(context: Context, name: str, overrides: Overrides) -> Iterator[Trial]:
    settings = context.settings
    chosen = read_chosen(settings.results / GENERATED / FILE)
    for noise in NOISE:
        log, data = generated(SampleConfig(noise=noise), settings.artefacts.parent / GENERATED)
        own = replace(
            context, name=GENERATED, data=data, dataset=load_dataset(data), chosen=chosen, truth=log
        )
        for gate in GATES:
            yield from own.trials(
                name, f"gate {gate}", "ruie", {**overrides, "objective.gate": gate}, x=noise,
                tables=("transitions",),
            )  # fmt: skip


def generated(config: SampleConfig, place: Path) -> tuple[Path, Path]:
    """Generate a log and prepare it, unless it is there.

    Args:
        config: what the log looks like.
        place: folder of such logs.

    Returns:
        Folder of the log with its truth, folder of the prepared dataset.
    """
    name = hashlib.sha256(config.model_dump_json().encode()).hexdigest()[:8]
    folder = place / f"noise-{config.noise:g}-{name}"
    log, data = folder / "log", folder / "data"
    if not log.exists():
        write_sample(config, log)
    if not data.exists():
        prepare(KuaiSarSettings(folder=log), PrepareConfig(), data)
    return log, data
