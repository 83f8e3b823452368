import torch

from ruie_core.objectives.item_td import ItemActions, item_targets


def actions(sampled, followed):
    return ItemActions(torch.tensor(sampled), torch.tensor(followed))


def test_the_online_network_chooses_and_the_target_network_prices():
    target = item_targets(
        r_t=torch.tensor([1.0, 1.0]),
        discount_t=torch.tensor([0.5, 0.0]),
        selector=actions([[9.0, 1.0], [9.0, 1.0]], [5.0, 5.0]),
        evaluator=actions([[2.0, 1000.0], [2.0, 1000.0]], [1000.0, 1000.0]),  # decoys
        known=torch.tensor([True, True]),
    )
    assert target.tolist() == [1 + 0.5 * 2, 1.0]


def test_the_item_that_followed_is_a_candidate_only_where_one_did():
    target = item_targets(
        r_t=torch.tensor([0.0, 0.0]),
        discount_t=torch.tensor([0.5, 0.5]),
        selector=actions([[1.0, 3.0], [1.0, 3.0]], [7.0, 7.0]),
        evaluator=actions([[1000.0, 4.0], [1000.0, 4.0]], [6.0, 6.0]),
        known=torch.tensor([True, False]),
    )
    assert target.tolist() == [3.0, 2.0]
    assert not target.requires_grad
