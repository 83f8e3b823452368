"""Every setting of a run: frozen, validated, an unknown key is an error.

The command line is made from these classes (``ruie train --help`` lists each field with its unit).
"""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ruie_core.errors import UserError

DEFAULT_REWARDS: dict[str, float] = {"click": 1.0, "follow": 3.0, "like": 3.0, "share": 2.0}
"""Reward units per action (design: the paper's engagement weights)."""


class Settings(BaseModel):
    """Base of all settings: immutable, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelConfig(Settings):
    """Shape of the network."""

    name: str = Field("ruie", description="Registered model to build.")
    width: int = Field(64, ge=4, le=1024, description="Width d of every embedding and state.")
    kernel_size: int = Field(3, ge=2, le=9, description="Taps per causal convolution.")
    dilations: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (1, 2, 4), min_length=1, description="Dilation of each residual block, in events."
    )
    repeats: int = Field(1, ge=1, le=8, description="How often the dilations are repeated.")
    heads: int = Field(2, ge=1, le=16, description="Attention heads of the Q estimator.")
    attention: bool = Field(
        True, description="Attention in the Q estimator; off: it reads the last event alone."
    )
    attention_span: int = Field(32, ge=1, description="Events that one attention query looks back.")
    dropout: float = Field(0.3, ge=0, lt=1, description="Dropout on embeddings and in the MLPs.")
    layers: int = Field(2, ge=1, le=8, description="GRU layers (gru4rec), blocks (sasrec).")
    max_length: int = Field(
        50,
        ge=1,
        description="Events that gru4rec and sasrec read at most, in a window of their own.",
    )
    markov_order: int = Field(5, ge=1, le=50, description="Last events that caser reads.")
    taste: int = Field(
        0,
        ge=0,
        description="Last items whose mean stands for a user's taste beside the encoder; 0: no "
        "taste.",
    )
    memory: int = Field(
        0, ge=0, description="Followers kept per item in the memory of transitions; 0: no memory."
    )
    memory_span: int = Field(4, ge=1, le=100, description="Events that the memory reaches over.")
    memory_decay: float = Field(
        0.5, gt=0, le=1, description="Weight in the memory of each event more between two items."
    )
    trend: int = Field(
        0,
        ge=0,
        description="Items kept per moment and scenario in the memory of what is met lately; 0: no "
        "such memory.",
    )
    trend_moments: int = Field(
        256, ge=2, le=100_000, description="Moments that the training log's time is cut into."
    )
    event_scenarios: bool = Field(
        False,
        description="Add the scenario embedding to the item's at the input; for plain encoders.",
    )

    @property
    def remembers(self) -> bool:
        """Whether the model ranks with a memory."""
        return self.memory > 0 or self.trend > 0

    @model_validator(mode="after")
    def _heads_divide_width(self) -> "ModelConfig":
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of heads {self.heads}")
        return self

    @model_validator(mode="after")
    def _taste_within_length(self) -> "ModelConfig":
        if self.taste > self.max_length:
            raise ValueError(f"taste {self.taste} is more than max_length {self.max_length}")
        return self


class ObjectiveConfig(Settings):
    """What is minimised."""

    intent_loss: Literal["softmax", "triplet", "bce", "bpr"] = Field(
        "softmax",
        description="Next-item loss: sampled softmax, RUIE's triplet, binary cross-entropy, BPR.",
    )
    margin: float = Field(1.0, gt=0, description="Triplet margin, in units of the score.")
    negatives: int = Field(1024, ge=1, description="Negative items shared by a batch.")
    negative_power: float = Field(
        0.5, ge=0, le=1, description="Negatives are drawn in proportion to count ** power."
    )
    gate: str = Field(
        "auto",
        description="Registered gate, such as q, likelihood or constant; auto: the model's own.",
    )
    gate_warmup: int | None = Field(
        None, ge=0, description="Steps before the gate weighs the loss; none: the model's own."
    )
    engagement: float = Field(
        0.3, ge=0, description="Gate engaged: log-odds of trust per deviation of the target y."
    )
    q_weight: float = Field(0.3, ge=0, description="Weight of the temporal-difference loss.")
    scenario_weight: float = Field(0.1, ge=0, description="Weight of the next-scenario loss.")
    discount: float = Field(0.5, ge=0, lt=1, description="Discount of reward per event.")
    double_q: bool = Field(
        True, description="Select with the online network, evaluate with the target network."
    )
    polyak: float = Field(0.01, gt=0, le=1, description="Step of the target network per update.")
    huber_delta: float = Field(10.0, gt=0, description="Huber threshold, in reward units.")
    gate_momentum: float = Field(
        0.02, gt=0, le=1, description="Step of the running mean and deviation of taken Q-values."
    )
    request_share: float = Field(
        0.5, ge=0, le=1, description="Share of steps whose requests name the next scenario."
    )
    session_gap_hours: float | None = Field(
        None, gt=0, description="A longer pause ends the episode (done); none: never."
    )


class TrainConfig(Settings):
    """How the minimum is sought."""

    split: Literal["leave-one-out", "temporal"] = Field(
        "leave-one-out", description="Which events are held out."
    )
    validation_share: float = Field(
        0.1, gt=0, lt=0.5, description="Temporal split: share of events in the validation period."
    )
    test_share: float = Field(
        0.1, gt=0, lt=0.5, description="Temporal split: share of events in the test period."
    )
    window: int = Field(50, ge=2, description="Events of a training window (L).")
    batch_slots: int = Field(2048, ge=1, description="Window positions per step and process.")
    epochs: int = Field(100, ge=1, description="Epochs at most.")
    patience: int = Field(8, ge=1, description="Epochs without a better validation NDCG@10.")
    learning_rate: float = Field(5e-3, gt=0, description="AdamW step size.")
    weight_decay: float = Field(1e-2, ge=0, description="AdamW decay of matrices (not embeddings).")
    clip_norm: float = Field(5.0, gt=0, description="Largest gradient norm.")
    sparse_from: int = Field(
        50_000, ge=1, description="Items from which table updates touch only the rows in use."
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="auto: bf16 autocast on CUDA from width 256 on, else fp32."
    )
    seed: int = Field(1, ge=0, description="Seed of weights, windows and negatives.")
    rewards: dict[str, float] | None = Field(
        None, description="Reward per action; none: the weights of the prepared dataset."
    )


class EvaluateConfig(Settings):
    """How a run is scored: full ranking over all items."""

    cutoffs: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (5, 10, 15, 20), min_length=1, description="Cut-offs K of NDCG and HR."
    )
    exclude_seen: bool = Field(False, description="Leave items of the user's history unranked.")
    resamples: int = Field(1000, ge=100, description="Bootstrap resamples of users.")
    head_share: float = Field(
        0.8, gt=0, lt=1, description="Most visited scenarios up to this traffic share are the head."
    )
    seed: int = Field(1, ge=0, description="Seed of the bootstrap.")


class AnalyzeConfig(Settings):
    """What the app's tables hold."""

    top_items: int = Field(10, ge=1, le=100, description="Ranked items kept per step.")
    ranked_steps: int = Field(
        2_000_000, ge=0, description="Training steps that get an in-sample rank at most."
    )
    map_points: int = Field(20_000, ge=100, description="Points at most that fit a UMAP.")
    map_neighbors: int = Field(15, ge=2, description="Neighbours of the UMAP graph.")
    neighbors: int = Field(20, ge=1, description="Nearest items kept per item.")
    calibration_bins: int = Field(10, ge=2, description="Quantile bins of Q.")
    truncation: float = Field(
        0.05, gt=0, lt=1, description="A return is truncated if γ^(events left) exceeds this."
    )
    seed: int = Field(1, ge=0, description="Seed of samples, bootstrap and UMAP.")


class RunConfig(Settings):
    """All settings of a run, as written to ``config.json``."""

    model: ModelConfig = ModelConfig()
    objective: ObjectiveConfig = ObjectiveConfig()
    train: TrainConfig = TrainConfig()
    evaluate: EvaluateConfig = EvaluateConfig()
    analyze: AnalyzeConfig = AnalyzeConfig()


LOW_GATE, HIGH_GATE = 0.05, 0.95
"""A gate beyond these is as good as shut or open; many of them are a collapse."""

S = TypeVar("S", bound=BaseModel)


def parse_settings(kind: type[S], value: object, where: str) -> S:
    """Validate settings read from a file.

    Raises:
        UserError: a key is unknown or a value out of range; names each of them.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise UserError(f"{where}: {setting_sentence(error)}") from None


def setting_sentence(error: ValidationError) -> str:
    """Say in one sentence which setting is wrong and how."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "(all together)"
    return f"setting {key}: {first['msg']}; correct or remove it."
