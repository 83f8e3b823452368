"""The steps of a preparation, each an expression: table in, table out."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from ruie_core.data.dataset import ACTION_PREFIX
from ruie_core.data.engines.base import LOG_ORDER

_KEY = ("user_id", "item_id", "timestamp", "scenario")


def size(log: ir.Table) -> ir.Table:
    """One row: ``events``, ``users``, ``items``."""
    return log.aggregate(
        events=log.count(), users=log.user_id.nunique(), items=log.item_id.nunique()
    )


def keyed(log: ir.Table, keys: ir.Table) -> ir.Table:
    """Replace scenario texts by small integer keys (``keys``: ``name``, ``key``)."""
    joined = log.join(keys, log.scenario == keys.name)
    others = [name for name in log.columns if name != "scenario"]
    return joined.select(*others, scenario=joined.key)


def repeated(log: ir.Table) -> ir.Table:
    """Groups of rows with one user, item, time and scenario: ``first_order`` and ``copies``.

    ========  =======  =========  ========      ========  =======  =====  ===========  ======
    user_id   item_id  timestamp  scenario      user_id   item_id  …      first_order  copies
    ========  =======  =========  ========  ->  ========  =======  =====  ===========  ======
    1         7        100        1             1         7        …      0            2
    1         7        100        1
    2         7        100        1
    ========  =======  =========  ========      ========  =======  =====  ===========  ======
    """
    groups = log.group_by(*_KEY).aggregate(first_order=log[LOG_ORDER].min(), copies=log.count())
    return groups.filter(groups.copies > 1)


def without_repeats(log: ir.Table, repeats: ir.Table) -> ir.Table:
    """Keep the first row, in log order, of every group of ``repeated``.

    The copies' actions are not combined: a source that writes an event twice writes it as it was,
    and a row made of two is a row that no one logged.
    """
    joined = log.left_join(repeats, list(_KEY))
    first = joined.first_order.isnull() | (joined.first_order == joined[LOG_ORDER])
    return joined.filter(first).select(*log.columns)


def positives(log: ir.Table, actions: Sequence[str]) -> ir.Table:
    """Keep the rows with at least one of these actions."""
    return log.filter(ibis.or_(*(log[ACTION_PREFIX + name] for name in actions)))


def load(log: ir.Table, column: str, least: int) -> ir.Table:
    """One row: ``groups`` of a column, those ``below`` a least number of rows, and all rows."""
    groups = log.group_by(column).aggregate(events=log.count())
    return groups.aggregate(
        groups=groups.count(), below=(groups.events < least).sum(), events=groups.events.sum()
    )


def core_round(log: ir.Table, min_user_events: int, min_item_events: int) -> ir.Table:
    """Drop the rows of users and items that have too few, both counted before dropping any."""
    users = log.group_by("user_id").aggregate(events=log.count())
    items = log.group_by("item_id").aggregate(events=log.count())
    kept = log.semi_join(users.filter(users.events >= min_user_events), "user_id")
    return kept.semi_join(items.filter(items.events >= min_item_events), "item_id")


def user_codes(log: ir.Table) -> ir.Table:
    """``user`` 0..U-1 by id: shorter ids first, so that numbers come in the order of numbers."""
    ids = log.select("user_id").distinct()
    text = ids.user_id.cast("string")
    place = ibis.row_number().over(order_by=[text.length(), text])
    return ids.select(user=place.cast("int32"), user_key=ids.user_id, user_id=text)


def item_codes(log: ir.Table) -> ir.Table:
    """``item`` 1..I by falling count, ties by id as in ``user_codes``."""
    ids = log.group_by("item_id").aggregate(count=log.count())
    text = ids.item_id.cast("string")
    place = ibis.row_number().over(order_by=[ids["count"].desc(), text.length(), text])
    return ids.select(
        item=(place + 1).cast("int32"),
        item_key=ids.item_id,
        item_id=text,
        count=ids["count"].cast("int64"),
    )


def first_known(features: ir.Table, key: str, codes: ir.Table, columns: Sequence[str]) -> ir.Table:
    """The first value, in log order, that is not null, for every id that has a code."""
    wanted = features.semi_join(codes, features[key] == codes[f"{key[:-3]}_key"])
    values = {
        name: wanted[name].argmin(wanted[LOG_ORDER], where=wanted[name].notnull())
        for name in columns
    }
    return wanted.group_by(key).aggregate(**values)


def described(codes: ir.Table, features: ir.Table | None, key: str, columns: list[str]) -> ir.Table:
    """Codes with columns of features beside them; null where none are known."""
    own = [name for name in codes.columns if not name.endswith("_key")]
    if features is None:
        return codes.select(*own, **{name: ibis.null("string") for name in columns})
    known = first_known(features, key, codes, columns).rename(feature_key=key)
    joined = codes.left_join(known, codes[f"{key[:-3]}_key"] == known.feature_key)
    return joined.select(*own, *columns)


def coded(
    log: ir.Table,
    users: ir.Table,
    items: ir.Table,
    scenarios: ir.Table,
    rewards: Mapping[str, float],
) -> ir.Table:
    """The prepared events: codes for names, reward from actions, sorted by user, time, log order.

    Args:
        log: filtered log with scenario keys.
        users: ``user_codes``.
        items: ``item_codes``.
        scenarios: ``key`` and ``code`` (int16) of every scenario.
        rewards: reward units of every action.
    """
    joined = (
        log.join(users.select("user", "user_key"), log.user_id == users.user_key)
        .join(items.select("item", "item_key"), log.item_id == items.item_key)
        .join(scenarios, log.scenario == scenarios.key)
    )
    reward: ir.NumericValue = ibis.literal(0.0)
    for action, weight in rewards.items():
        if weight:
            reward = reward + joined[ACTION_PREFIX + action].cast("float64") * float(weight)
    ordered = joined.select(
        "user",
        "item",
        *(ACTION_PREFIX + action for action in rewards),
        LOG_ORDER,
        timestamp=joined["timestamp"].cast("int64"),
        scenario=joined.code,
        reward=reward.cast("float32"),
    ).order_by("user", "timestamp", LOG_ORDER)
    return ordered.select(
        "user",
        "item",
        "scenario",
        "timestamp",
        *(ACTION_PREFIX + action for action in rewards),
        "reward",
    )
