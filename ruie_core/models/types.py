"""What goes into a sequence model and what comes out."""

from typing import NamedTuple

from torch import Tensor


class SequenceBatch(NamedTuple):
    """Windows of events, padded on the right with code 0.

    Attributes:
        items: (B, L) int64, item codes 1..I, 0 is padding.
        scenarios: (B, L) int64, scenario codes 1..S, 0 is padding.
    """

    items: Tensor
    scenarios: Tensor


class ScenarioEstimates(NamedTuple):
    """What a model with a contextual Q estimator says of the next scenario.

    Attributes:
        embedded: (B, L, 2d) item and scenario embedding of each event, side by side.
        context: (B, L, d) contextual state u_t.
        q: (B, L, S) expected discounted engagement per next scenario, reward units.
        logits: (B, L, S) logits of the next scenario; their softmax is p_t.
    """

    embedded: Tensor
    context: Tensor
    q: Tensor
    logits: Tensor


class Outputs(NamedTuple):
    """One state and its estimates per event; position t has read events 1..t only.

    Attributes:
        hidden: (B, L, d) state h_t of the sequence encoder.
        intent: (B, L, d) predicted intent v_t; the score of item i is v_t · E[i].
        scenario: estimates per next scenario; none where the model has no Q estimator.
        item_values: (B, L, d) w_t; Q(s_t, i) = w_t · F[i] of a model that learns the value of
            *items* (SQN, SAC); none elsewhere.
    """

    hidden: Tensor
    intent: Tensor
    scenario: ScenarioEstimates | None = None
    item_values: Tensor | None = None

    def estimates(self) -> ScenarioEstimates:
        """Return the estimates per next scenario.

        Raises:
            ValueError: the model makes none.
        """
        if self.scenario is None:
            raise ValueError("this model has no Q estimator")
        return self.scenario
