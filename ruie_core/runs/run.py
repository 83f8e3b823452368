"""A trained model with all that is needed to use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from ruie_core.config import RunConfig, parse_settings
from ruie_core.data.dataset import Dataset
from ruie_core.data.vocabulary import Vocabulary, load_vocabulary
from ruie_core.errors import UserError
from ruie_core.files import read_json
from ruie_core.models.base import SequenceModel
from ruie_core.models.registry import build_model
from ruie_core.models.types import SequenceBatch
from ruie_core.objectives.gate import (
    AUTO,
    NEED_ITEM_Q,
    NEED_Q,
    GateInputs,
    GateStatistics,
    gate_values,
)
from ruie_core.runs.folder import CONFIG, VOCAB, WEIGHTS, check_file, read_manifest, read_tensors

LATEST: Final = 2**62
"""A time after all others, milliseconds since epoch."""


def pick_device(name: str) -> torch.device:
    """Resolve ``auto`` to cuda, mps or cpu, in this order of preference.

    From here on fp32 on a GPU is float32: cuDNN rounds to TF32 unless it is told not to.

    Raises:
        UserError: the device is unknown or not on this machine.
    """
    torch.backends.cudnn.allow_tf32 = False
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"Device {name!r} cannot be used ({reason}): choose cpu or auto.") from None
    return device


@dataclass(frozen=True)
class Forecast:
    """What a model expects after a history.

    Attributes:
        items: best first: rows of (item_id, title, category, score).
        q: expected discounted engagement per scenario, reward units; empty where the model has no
            Q estimator.
        p: probability of each next scenario; sums to 1; empty likewise.
    """

    items: list[dict[str, Any]]
    q: dict[str, float]
    p: dict[str, float]


@dataclass(frozen=True)
class Run:
    """A trained model with all that is needed to use it."""

    path: Path
    config: RunConfig
    model: SequenceModel
    vocabulary: Vocabulary
    device: torch.device
    manifest: dict[str, Any]

    @property
    def dataset_path(self) -> Path:
        """Where the prepared dataset lay when the run was trained."""
        return (self.path / str(self.manifest["dataset"])).resolve()

    def require(self, dataset: Dataset) -> None:
        """Refuse a dataset that the run was not trained on.

        Raises:
            UserError: the dataset's content is another one.
        """
        if dataset.hash != self.manifest["dataset_hash"]:
            raise UserError(
                f"{self.path} was trained on dataset {str(self.manifest['dataset_hash'])[:12]}…, "
                f"but this one is {dataset.hash[:12]}…: name the folder it was trained on with "
                "--data, or train again."
            )

    def require_q(self) -> None:
        """Refuse a model without a Q estimator, where Q-values are what it is about.

        Raises:
            UserError: the model has none.
        """
        if not self.model.estimates_q:
            raise UserError(
                f"{self.path.name} is a {self.config.model.name}, which estimates no Q: choose a "
                "run of a model with a Q estimator, such as ruie."
            )

    def gate_values(self, inputs: GateInputs) -> Tensor:
        """Gate of each transition under the run's gate setting, in (0, 1), same shape."""
        return gate_values(self.config.objective.gate, inputs)

    @torch.inference_mode()
    def score(
        self,
        items: Sequence[str],
        scenarios: Sequence[str],
        request: str | None = None,
        top_k: int = 10,
        time: int = LATEST,
    ) -> Forecast:
        """Forecast what follows a history.

        Args:
            items: item ids, oldest first.
            scenarios: the scenario of each.
            request: scenario of the coming request, where it is known.
            top_k: how many items to return.
            time: when the request comes, milliseconds since epoch; unless said, after all that the
                model was trained on.

        Raises:
            UserError: the history is empty or holds an unknown item or scenario.
        """
        batch = self._encode(items, scenarios)
        code = None if request is None else torch.full_like(batch.items, self._scenario(request))
        outputs = self.model.eval()(batch, code)
        scores = self.model.scores_after(batch, outputs.intent, time, code)[0]
        best = scores.topk(min(top_k, len(scores)))
        rows = self.vocabulary.items.iloc[best.indices.cpu().numpy()]
        found = rows[["item_id", "title", "category"]].to_dict("records")
        names = self.vocabulary.scenarios
        q, p = {}, {}
        if outputs.scenario is not None:
            q = dict(zip(names, outputs.scenario.q[0, -1].tolist(), strict=True))
            likely = outputs.scenario.logits[0, -1].softmax(-1).tolist()
            p = dict(zip(names, likely, strict=True))
        return Forecast(
            items=[
                {str(key): value for key, value in row.items()} | {"score": score}
                for row, score in zip(found, best.values.tolist(), strict=True)
            ],
            q=q,
            p=p,
        )

    def _encode(self, items: Sequence[str], scenarios: Sequence[str]) -> SequenceBatch:
        if not items or len(items) != len(scenarios):
            raise UserError(
                f"A history needs as many scenarios as items and at least one of each, not "
                f"{len(items)} items and {len(scenarios)} scenarios."
            )
        recent = slice(-self.model.context, None)
        table = self.vocabulary.items
        codes = dict(zip(table["item_id"], table["item"], strict=True))
        try:
            item = [int(codes[str(item)]) for item in items[recent]]
        except KeyError as error:
            raise UserError(
                f"Item {error} is not in the vocabulary of {self.path}: leave it out."
            ) from None
        scenario = [self._scenario(name) for name in scenarios[recent]]
        return SequenceBatch(
            torch.tensor([item], device=self.device), torch.tensor([scenario], device=self.device)
        )

    def _scenario(self, name: str) -> int:
        if name not in self.vocabulary.scenarios:
            known = ", ".join(self.vocabulary.scenarios)
            raise UserError(f"Scenario {name!r} is unknown to {self.path}: choose one of {known}.")
        return self.vocabulary.scenarios.index(name) + 1


def gate_statistics(model: SequenceModel) -> GateStatistics:
    """Return what a model's gate measures behaviours against."""
    return GateStatistics(model.q_mean, model.q_std, model.y_mean, model.y_std, model.signal_share)


def resolve_gate(config: RunConfig, model: SequenceModel) -> RunConfig:
    """Replace the gate ``auto``, and a warm-up that is not named, by the model's own.

    Raises:
        UserError: the gate needs Q-values and the model has none.
    """
    gate = config.objective.gate
    if gate == AUTO:
        gate = model.default_gate
    if gate in NEED_Q and not model.estimates_q:
        raise UserError(
            f"objective.gate {gate} needs Q-values, and model {config.model.name} has no Q "
            "estimator: choose another gate, or the model ruie."
        )
    if gate in NEED_ITEM_Q and not model.values_items:
        raise UserError(
            f"objective.gate {gate} needs the value of items, which model {config.model.name} does "
            "not learn: choose another gate, or the model sac or sqn."
        )
    if config.model.remembers and gate in NEED_ITEM_Q:
        raise UserError(
            f"objective.gate {gate} does not say how far to trust an event, which model.memory and "
            "model.trend count by: choose another gate, or set both to 0."
        )
    warmup = config.objective.gate_warmup
    if warmup is None:
        warmup = model.default_warmup
    objective = config.objective.model_copy(update={"gate": gate, "gate_warmup": warmup})
    return config.model_copy(update={"objective": objective})


def load_run(path: str | Path, device: str = "auto") -> Run:
    """Load a run, ready to score histories.

    Args:
        path: the run folder.
        device: auto, cpu, cuda, cuda:1, mps …

    Raises:
        UserError: a file is missing or changed, or the format, the shapes or the vocabulary do
            not fit; the sentence says which.
    """
    path = Path(path)
    manifest = read_manifest(path)
    where = pick_device(device)
    config = parse_settings(
        RunConfig, read_json(check_file(path, CONFIG, manifest)), str(path / CONFIG)
    )
    for name in sorted(manifest["files"]):
        if name.startswith(VOCAB):
            check_file(path, name, manifest)
    vocabulary = load_vocabulary(path / VOCAB)
    tensors = read_tensors(check_file(path, WEIGHTS, manifest))
    model = build_model(config.model, len(vocabulary.items), len(vocabulary.scenarios))
    fill(model, tensors, path / WEIGHTS)
    return Run(path, config, model.to(where).eval(), vocabulary, where, manifest)


def fill(model: torch.nn.Module, tensors: Mapping[str, Tensor], where: Path) -> None:
    """Copy tensors into a model; names and shapes must agree exactly.

    Raises:
        UserError: names the first tensor that does not fit, and both shapes.
    """
    expected = model.state_dict()
    for name in sorted(set(expected) | set(tensors)):
        if name not in tensors or name not in expected:
            side = "is missing from" if name not in tensors else "is not known to the model of"
            raise UserError(f"{where}: tensor {name} {side} this run: config and weights differ.")
        if tensors[name].shape != expected[name].shape:
            raise UserError(
                f"{where}: tensor {name} has shape {tuple(tensors[name].shape)}, the config and "
                f"vocabulary ask for {tuple(expected[name].shape)}: these files belong to "
                "different runs."
            )
    model.load_state_dict(dict(tensors))
