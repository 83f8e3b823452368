"""What is particular to a baseline, against a naive computation of what its paper says."""

import torch
import torch.nn.functional as F

from ruie_core.config import ModelConfig
from ruie_core.models.caser import HORIZONTAL, VERTICAL
from ruie_core.models.din import ActivationUnit
from ruie_core.models.pepnet import GateUnit
from ruie_core.models.registry import build_model
from ruie_core.models.types import SequenceBatch


@torch.no_grad()
def test_caser_reads_the_image_of_the_last_items_at_every_position():
    torch.manual_seed(0)
    model = build_model(ModelConfig(name="caser", width=6, heads=2, markov_order=3), 20, 2).eval()
    embedded = torch.randn(2, 7, 6)
    found = model.filtered(embedded)
    assert found.shape == (2, 7, 3 * HORIZONTAL + VERTICAL * 6)
    for t in range(7):
        image = F.pad(embedded, (0, 0, 2, 0))[:, t : t + 3]  # (2, 3, 6), zeros before the first
        answers = [F.relu(f(image.transpose(1, 2))).amax(-1) for f in model.horizontal]
        columns = torch.einsum("btd,vt->bvd", image, model.vertical.weight[:, 0, :, 0])
        columns = columns + model.vertical.bias[:, None]
        torch.testing.assert_close(found[:, t], torch.cat([*answers, columns.flatten(1)], -1))


@torch.no_grad()
def test_casers_user_is_made_of_the_last_items_and_stands_beside_the_filters_answer():
    torch.manual_seed(0)
    config = ModelConfig(name="caser", width=6, heads=2, markov_order=2, taste=3)
    model = build_model(config, 20, 2).eval()
    items = torch.randint(1, 21, (2, 5))
    outputs = model(SequenceBatch(items, torch.ones_like(items)))
    assert model.item_table.shape == (21, 2 * 6)
    for t in range(5):
        user = model.taste.items(items[:, max(0, t - 2) : t + 1]).mean(1)
        answer = model.project(outputs.hidden[:, t])
        torch.testing.assert_close(outputs.intent[:, t], torch.cat([answer, user], dim=1))


@torch.no_grad()
def test_gru4rec_is_a_recurrence_from_the_windows_start():
    torch.manual_seed(0)
    config = ModelConfig(name="gru4rec", width=6, heads=2, layers=1)
    model = build_model(config, 20, 2).eval()
    items = torch.randint(1, 21, (2, 5))
    cell = torch.nn.GRUCell(6, 6)
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in model.gru.state_dict().items()})
    hidden = torch.zeros(2, 6)
    outputs = model(SequenceBatch(items, torch.ones_like(items)))
    for t in range(5):
        hidden = cell(model.items(items[:, t]), hidden)
        torch.testing.assert_close(outputs.hidden[:, t], hidden)
        torch.testing.assert_close(outputs.intent[:, t], model.project(hidden))


@torch.no_grad()
def test_dins_activation_unit_is_an_mlp_over_event_query_product_and_difference():
    torch.manual_seed(0)
    unit = ActivationUnit(4, 3)
    events, query = torch.randn(1, 5, 4), torch.randn(1, 5, 4)
    found = unit(events, query)[0]
    for t in range(5):
        expected = torch.zeros(4)
        for j in range(max(0, t - 2), t + 1):
            e, q = events[0, j], query[0, t]
            # W = [A, B, C, D] on [e, q, e ∘ q, e − q] is A + D on e, B − D on q, C on e ∘ q
            d = torch.randn(unit.of_event.weight.shape)
            wide = torch.cat(
                [unit.of_event.weight - d, unit.of_query.weight + d, unit.of_product.weight, d], 1
            )
            hidden = F.linear(torch.cat([e, q, e * q, e - q]), wide, unit.of_event.bias)
            expected += unit.weight(unit.activation(hidden)) * e
        torch.testing.assert_close(found[t], expected, rtol=1e-4, atol=1e-5)


def test_a_gate_unit_stays_below_two_and_sends_nothing_back_into_what_it_gates():
    unit = GateUnit(2, 3, 3)
    prior, x = torch.randn(5, 2, requires_grad=True), 9 * torch.randn(5, 3, requires_grad=True)
    x.retain_grad()
    factors = unit(prior, x)
    assert ((factors > 0) & (factors < 2)).all()
    factors.sum().backward()
    assert prior.grad.any()
    assert x.grad is None


@torch.no_grad()
def test_sasrec_knows_the_order_of_what_came_before():
    torch.manual_seed(0)
    model = build_model(ModelConfig(name="sasrec", width=8), 20, 2).eval()
    one = torch.tensor([[1, 2, 3, 4]])
    other = torch.tensor([[2, 1, 3, 4]])
    ones = torch.ones_like(one)
    intents = [model(SequenceBatch(items, ones)).intent[0, -1] for items in (one, other)]
    assert not torch.allclose(*intents)
