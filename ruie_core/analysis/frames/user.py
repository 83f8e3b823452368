"""What the User view shows: one person's steps, and the ranking at one of them."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ruie_core.analysis.answers import as_pandas
from ruie_core.analysis.catalogue import items_of
from ruie_core.analysis.once import latest, once
from ruie_core.analysis.person import PEOPLE, rows_of
from ruie_core.analysis.store import RunStore, quote
from ruie_core.errors import UserError


def telling_user(store: RunStore, among: str | None = None) -> pd.DataFrame:
    """Return ``user`` and ``user_id`` of somebody worth opening on.

    That is a path of 30 to 100 events with one switch in four or five events, as far as there is
    one: long enough to show something, short enough to be read at a glance.

    Args:
        store: the run.
        among: table of the users to choose from (``RunStore.keep_users``); none: all.
    """
    where = "" if among is None else f'WHERE "user" IN (SELECT "user" FROM {quote(among)})'
    return store.sql(
        f"""SELECT "user", user_id FROM users {where}
           ORDER BY (n_events BETWEEN 30 AND 100) DESC, (n_scenarios > 1) DESC,
                    abs(n_switches / n_events - 0.22), "user" LIMIT 1"""
    )


def user_row(store: RunStore, user: int) -> pd.DataFrame:
    """Return one row: a user's summary (the columns of ``users``) and ``share_with_events``.

    ``share_with_events`` is the share of all users with at least as many events.

    Raises:
        UserError: the run has no such user.
    """
    rows = store.sql('SELECT * FROM users WHERE "user" = ?', [user])
    if rows.empty:
        raise UserError(f"This run has no user with the number {user}: search for an id above.")
    lengths = _lengths(store)
    fewer = np.searchsorted(lengths, int(rows["n_events"].iloc[0]))
    return rows.assign(share_with_events=1 - fewer / len(lengths))


@once
def _lengths(store: RunStore) -> npt.NDArray[np.int64]:
    """(U,) events of every user, rising."""
    return np.sort(store.sql("SELECT n_events FROM users")["n_events"].to_numpy(np.int64))


def population(store: RunStore) -> pd.DataFrame:
    """Return one row: what is usual among all users, the quiet reference of personal figures.

    Columns: ``users``, ``items``, ``switches`` (median), ``rank`` (median over users with a
    held-out event), ``ranked_users``, ``gate`` and ``reward`` (means over events), ``ndcg_10``
    (the run's test figure, scenario unknown).
    """
    return store.sql(
        """SELECT count(*) AS users, median(n_switches) AS switches, median(rank_test) AS rank,
                  count(rank_test) AS ranked_users,
                  sum(gate_mean * (n_events - 1)) / nullif(sum(n_events - 1), 0) AS gate,
                  sum(reward_mean * n_events) / nullif(sum(n_events), 0) AS reward,
                  (SELECT count(*) FROM items) AS items,
                  (SELECT max(value) FROM ndcg WHERE model = 'ruie' AND metric = 'ndcg' AND k = 10
                      AND scenario = 'all' AND request_scenario = 'unknown' AND NOT exclude_seen
                  ) AS ndcg_10
           FROM users"""
    )


@latest(PEOPLE)
def user_steps(store: RunStore, user: int) -> pd.DataFrame:
    """Return a user's ``steps`` in order, forecast row last, with ``item_id`` and ``title``.

    Remembered for the latest few, since several frames of a page are made of it; nobody changes it.
    """
    rows = rows_of(store, user)
    named = items_of(store, rows["item"])
    for column in ("item_id", "title"):
        rows = rows.append_column(column, named[column])
    return as_pandas(rows.drop_columns(["top_items", "top_scores"]))


@latest(PEOPLE)
def ranked_categories(store: RunStore, user: int) -> pd.DataFrame:
    """Return ``t`` and ``category`` of every item among a user's first ranked, step by step."""
    rows = rows_of(store, user)
    ranked = rows["top_items"].combine_chunks()
    step = rows["t"].take(pc.list_parent_indices(ranked))
    category = items_of(store, pc.list_flatten(ranked))["category"]
    return as_pandas(pa.table({"t": step, "category": category}))


def ranking_at(store: RunStore, user: int, t: int) -> pd.DataFrame:
    """Return what was ranked first for event ``t``, and what came, with its rank.

    Columns: ``rank``, ``item_id``, ``title``, ``category``, ``score``, ``came`` (bool). The item
    that came follows the first ranked ones if it is not among them. Empty for a first event.
    """
    rows = rows_of(store, user)
    step = rows.filter(pc.equal(rows["t"], t))
    items = step["top_items"].combine_chunks().flatten().to_pylist()
    scores = step["top_scores"].combine_chunks().flatten().to_pylist()
    ranked = [*zip(range(1, len(items) + 1), items, scores, strict=True)]
    came = step.filter(pc.and_(pc.is_valid(step["item"]), pc.is_valid(step["rank"])))
    for one in came.select(["rank", "item", "score"]).to_pylist():
        ranked = [place for place in ranked if place[1] != one["item"]]
        # Ties count against what came: of equal ranks it is the last.
        ranked = sorted([*ranked, (one["rank"], one["item"], one["score"])], key=lambda r: r[0])
    rank, item, score = zip(*ranked, strict=True) if ranked else ((), (), ())
    named = as_pandas(items_of(store, pa.array(item, pa.int32())))
    arrived = set(came["item"].to_pylist())
    return named.assign(
        rank=np.array(rank, np.int32),
        score=np.array(score, np.float32),
        came=np.array([code in arrived for code in item], bool),
    )[["rank", "item_id", "title", "category", "score", "came"]]
