"""Which state, item and next item a transition of SQN is made of."""

import torch

from ruie_core.models.item_values import ItemValueHead
from ruie_core.models.types import Outputs, SequenceBatch
from ruie_core.training.step import item_moves, transitions
from ruie_core.training.windows import TrainBatch

GAMMA = 0.5


def head(values, bias):
    """A head whose Q-value of an item is ``values[item]`` + bias + 100 · the state's number."""
    made = ItemValueHead(len(values) - 1, 2)
    with torch.no_grad():
        made.project.weight.copy_(torch.eye(2))
        made.project.bias.zero_()
        made.table.weight.copy_(torch.tensor([[value, 100.0] for value in values]))
        made.bias.fill_(bias)
    return made


def test_a_transition_takes_its_item_and_looks_on_from_the_state_it_arrives_in():
    # Items 1, 2, 3 and padding; the state after event t is (1, t), so that Q tells which was read.
    items = torch.tensor([[1, 2, 3, 0]])
    states = torch.tensor([[[1.0, 1], [1, 2], [1, 3], [1, 9]]])
    batch = TrainBatch(
        SequenceBatch(items, items.clamp(max=1)),
        torch.tensor([[7.0, 10.0, 20.0, 0.0]]),
        torch.zeros(1, 4, dtype=torch.bool),
        items > 0,
    )
    outputs = Outputs(states, states, item_values=states)
    online = head([0.0, 1.0, 2.0, 3.0, -5.0, 0.5], bias=0.25)
    target = head([0.0, 1.0, 2.0, 30.0, 40.0, 50.0], bias=-1.0)
    moves = item_moves(
        batch,
        outputs,
        (online, target),
        transitions(batch, outputs, GAMMA),
        sample=torch.tensor([4, 5]),
    )
    # 1 → 2: from state 1, item 2 was taken. In state 2 the online best of 4, 5 and what followed
    # is item 3. 2 → 3: nothing is known to follow, so the best of the sample is item 5.
    assert moves.q_taken.tolist() == [100 + 2.25, 200 + 3.25]
    assert moves.target.tolist() == [10 + GAMMA * (200 + 30 - 1), 20 + GAMMA * (300 + 50 - 1)]
    assert moves.q_taken.requires_grad
    assert not moves.target.requires_grad
