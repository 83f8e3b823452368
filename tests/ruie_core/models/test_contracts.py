"""What every registered model must keep: causality, padding, context, saving, seeds."""

import pytest
import torch

from ruie_core.config import ModelConfig
from ruie_core.errors import UserError
from ruie_core.models.registry import MODELS, build_model
from ruie_core.models.types import SequenceBatch

ITEMS, SCENARIOS = 40, 4
TASTE = ", taste"


def build(name, seed=0, scenarios=SCENARIOS, **settings):
    torch.manual_seed(seed)
    shape = {"width": 16, "dilations": (1, 2), "attention_span": 6, "max_length": 14}
    if name.endswith(TASTE):
        name, settings = name.removesuffix(TASTE), {"taste": 11} | settings
    config = ModelConfig(name=name, **shape | settings)
    model = build_model(config, ITEMS, scenarios).eval()
    for parameter in model.parameters():  # zero biases and unit norms would hide mistakes
        if parameter.ndim == 1:
            parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def random_batch(rows, length, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return SequenceBatch(
        torch.randint(1, ITEMS + 1, (rows, length), generator=generator),
        torch.randint(1, SCENARIOS + 1, (rows, length), generator=generator),
    )


def tensors(outputs):
    """All of a model's outputs, one after the other."""
    parts = (outputs.hidden, outputs.intent, outputs.item_values, *(outputs.scenario or ()))
    return [part for part in parts if part is not None]


models = pytest.mark.parametrize("name", sorted([*MODELS, *(f"{name}{TASTE}" for name in MODELS)]))


@models
@torch.no_grad()
def test_the_future_does_not_leak(name):
    model, batch = build(name), random_batch(3, 12)
    changed = SequenceBatch(batch.items.clone(), batch.scenarios.clone())
    changed.items[:, 7:] = changed.items[:, 7:] % ITEMS + 1
    changed.scenarios[:, 7:] = changed.scenarios[:, 7:] % SCENARIOS + 1
    for before, after in zip(tensors(model(batch)), tensors(model(changed)), strict=True):
        torch.testing.assert_close(before[:, :7], after[:, :7])
        assert not torch.allclose(before[:, 7:], after[:, 7:])


@models
@torch.no_grad()
def test_padding_on_the_right_changes_nothing(name):
    model, batch = build(name), random_batch(3, 9)
    padded = SequenceBatch(*(torch.nn.functional.pad(column, (0, 5)) for column in batch))
    for short, long in zip(tensors(model(batch)), tensors(model(padded)), strict=True):
        torch.testing.assert_close(short, long[:, :9])


@models
@torch.no_grad()
def test_a_state_depends_on_exactly_the_stated_context(name):
    model = build(name)
    length = model.context if model.windowed else model.context + 8
    batch = random_batch(2, length)
    if model.windowed:
        with pytest.raises(UserError, match=r"Windows of 15 events .* model.max_length 14"):
            model(random_batch(2, length + 1))
    else:
        cut = SequenceBatch(*(column[:, 8:] for column in batch))
        for whole, part in zip(tensors(model(batch)), tensors(model(cut)), strict=True):
            torch.testing.assert_close(whole[:, -1], part[:, -1])
    first = length - model.context
    shorter = SequenceBatch(*(column[:, first + 1 :] for column in batch))
    assert not torch.allclose(model(batch).intent[:, -1], model(shorter).intent[:, -1], atol=1e-7)


@models
@torch.no_grad()
def test_saving_changes_nothing_and_seeds_make_the_weights(name):
    model, batch = build(name), random_batch(2, 6)
    other = build(name, seed=1)
    assert not torch.allclose(model(batch).intent, other(batch).intent)
    other.load_state_dict(model.state_dict())
    torch.testing.assert_close(tensors(model(batch)), tensors(other(batch)), rtol=0, atol=0)
    torch.testing.assert_close(tensors(model(batch)), tensors(build(name)(batch)), rtol=0, atol=0)


@models
@torch.no_grad()
def test_a_known_request_changes_the_intent_where_the_model_uses_it_and_nothing_else(name):
    model, batch = build(name), random_batch(2, 6)
    unknown = model(batch)
    known, other = (model(batch, torch.full_like(batch.items, code)) for code in (2, 3))
    if not model.uses_request:
        torch.testing.assert_close(tensors(known), tensors(unknown), rtol=0, atol=0)
        return
    for one, two in ((unknown, known), (unknown, other), (known, other)):
        assert not torch.isclose(one.intent, two.intent).all(-1).any()
    if model.estimates_q:
        torch.testing.assert_close(unknown.estimates().q, known.estimates().q)
        torch.testing.assert_close(unknown.estimates().logits, known.estimates().logits)


@models
def test_every_trained_parameter_takes_part(name):
    model = build(name).train()
    batch = random_batch(8, 12)
    outputs = model(batch, torch.full_like(batch.items, 2))
    total = sum(part.square().sum() for part in tensors(outputs))
    if model.values_items:
        online, _ = model.item_value_heads()
        total = total + online.taken(outputs.item_values, batch.items).square().sum()
    total.backward()
    idle = {
        name
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and (parameter.grad is None or not parameter.grad.any())
    }
    assert idle == set()


@models
@torch.no_grad()
def test_it_works_with_one_scenario(name):
    model = build(name, scenarios=1)
    batch = SequenceBatch(random_batch(2, 6).items, torch.ones(2, 6, dtype=torch.long))
    for request in (None, batch.scenarios):
        assert all(part.isfinite().all() for part in tensors(model(batch, request)))


PLAIN = ["caser", "gru4rec", "nextitnet", "sac", "sasrec", "sqn"]


@pytest.mark.parametrize("name", PLAIN)
@torch.no_grad()
def test_plain_models_read_scenarios_only_if_told_to(name):
    batch = random_batch(2, 6)
    moved = SequenceBatch(batch.items, batch.scenarios % SCENARIOS + 1)
    for told in (False, True):
        model = build(name, event_scenarios=told)
        assert torch.equal(model(batch).intent, model(moved).intent) is not told
        assert model.scenarios.weight.requires_grad is told


@pytest.mark.parametrize("name", ["sac", "sqn"])
@torch.no_grad()
def test_the_target_of_the_item_values_follows(name):
    model, hidden = build(name), torch.randn(3, 16)
    items = torch.tensor([5, 6])
    online, target = model.item_value_heads()
    model.follow_online(1.0)
    for parameter in online.parameters():
        parameter += 1.0
    gaps = []
    for step in (0.0, 0.5, 1.0):
        model.follow_online(step)
        one, other = (head.every(head(hidden), items) for head in (online, target))
        gaps.append((one - other).abs().mean().item())
    assert gaps[0] > gaps[1] > gaps[2] == 0
    torch.testing.assert_close(
        online.taken(online(hidden)[:2], items), online.every(online(hidden)[:2], items).diag()
    )
    assert not any(parameter.requires_grad for parameter in target.parameters())


def test_the_target_network_follows_and_takes_no_gradient():
    model, batch = build("ruie"), random_batch(2, 6)
    model.follow_online(1.0)
    with torch.no_grad():
        model.estimator.q_head.weight += 1.0
    outputs = model(batch)
    before = (model.target_estimates(outputs) - outputs.estimates().q).abs().mean()
    model.follow_online(0.5)
    after = (model.target_estimates(outputs) - outputs.estimates().q).abs().mean()
    assert 0 < after < before
    model.follow_online(1.0)
    torch.testing.assert_close(model.target_estimates(outputs), outputs.estimates().q.detach())
    outputs.intent.sum().backward()
    assert all(parameter.grad is None for parameter in model.target_estimator.parameters())


def test_receptive_field_of_the_backbone_is_the_sum_of_its_reaches():
    model = build_model(ModelConfig(width=8, dilations=(1, 4), repeats=2), ITEMS, SCENARIOS)
    assert model.backbone.context == 1 + 2 * (2 + 4 + 8 + 16)


def test_unknown_model_lists_the_known_ones():
    with pytest.raises(UserError, match="ruie"):
        build_model(ModelConfig(name="resnet"), ITEMS, SCENARIOS)
