"""One person's path in plain words: where it lies, when it moved, whether the model noticed."""

import numpy as np

from ruie_core.figures.numbers import count, number
from ruie_core.reporting.shift import Move, lasting_move
from ruie_core.reporting.text import listed, plural, strong
from ruie_core.reporting.walk import TAIL, Walk

FEW = 10
"""Below so many events nothing is said about a lasting move."""


def summary(path: Walk) -> str:
    """Say where a person's events lie, when that moved, and whether the model noticed."""
    if path.n < 2:
        return f"{_only(path)}, so there is no path yet."
    move = lasting_move(path.scenario, len(path.names)) if path.n >= FEW else None
    if move is None:
        return f"{_where(path)} {_followed(path)}"
    return f"{_moved(path, move)} {_noticed(path, move)} {_promise(path, move)}"


def _only(path: Walk) -> str:
    if path.n == 0:
        return "No event"
    return f"One event only, in {_name(path, int(path.scenario[0]))}"


def _name(path: Walk, code: int) -> str:
    return strong(path.names[code]) if code >= 0 else "a scenario that this run does not know"


def _where(path: Walk) -> str:
    """Where the events lie, when there is no lasting move."""
    codes, counts = np.unique(path.scenario, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    parts = [(int(codes[k]), int(counts[k])) for k in order]
    leader, most = parts[0]
    if len(parts) == 1:
        every = "Both" if path.n == 2 else f"All {count(path.n)}"
        return f"{every} events are in {_name(path, leader)}."
    spread = listed([f"{count(n)} in {_name(path, code)}" for code, n in parts])
    if path.n < FEW:
        return f"{count(path.n)} events, too few to speak of a move: {spread}."
    if most < 0.6 * path.n:
        return (
            f"Divided between scenarios, without one lasting move: {spread}, with "
            f"{count(path.switches)} {plural(path.switches, 'switch', 'switches')} in "
            f"{count(path.n)} events."
        )
    visits = listed([f"{count(n)} in {_name(path, code)}" for code, n in parts[1:]])
    return (
        f"Mostly in {_name(path, leader)} throughout ({count(most)} of "
        f"{count(path.n)} events), with visits elsewhere: {visits}."
    )


def _followed(path: Walk) -> str:
    """How the model did on a path without a lasting move."""
    known = np.isfinite(path.p[1 : path.n]).all(axis=1) & (path.scenario[1:] >= 0)
    steps = np.flatnonzero(known) + 1
    if not len(steps):
        return ""
    given = path.p[steps, path.scenario[steps]]
    if len(steps) == 1:
        return f"Before event {steps[0] + 1} the model gave its scenario {number(float(given[0]))}."
    if len(np.unique(path.scenario)) == 1:
        return f"The model gave that {number(float(given.mean()))} on average before each of them."
    right = int((path.p[steps].argmax(axis=1) == path.scenario[steps]).sum())
    stay = int((path.scenario[steps - 1] == path.scenario[steps]).sum())
    return (
        f"The model's likeliest next scenario came {count(right)} of {count(len(steps))} times; "
        f"guessing “the same again” would have been right {count(stay)} times."
    )


def _moved(path: Walk, move: Move) -> str:
    old, new = _name(path, move.old), _name(path, move.new)
    mostly = "Mostly" if 2 * move.old_before > move.before else "Most often"
    if move.old_before == move.before:
        first = f"In {old} at every event until event {count(move.start)}"
    else:
        first = (
            f"{mostly} in {old} until event {count(move.start)} "
            f"({count(move.old_before)} of {count(move.before)})"
        )
    share = "all" if move.new_after == move.after else f"{count(move.new_after)}"
    return f"{first}, then moved to {new}: {share} of the {count(move.after)} events since."


def follow_event(path: Walk, move: Move) -> int | None:
    """Return the event (1-based) from which the model puts the new scenario before the old one.

    It has to hold for three estimates running, or to the end of the path; looked for from ten
    events before the move. None if it never holds.
    """
    ahead = path.p[:, move.new] > path.p[:, move.old]  # False where p is unknown
    for i in range(max(1, move.start - TAIL), path.n + 1):
        if ahead[i : i + 3].all():
            return i + 1
    return None


def _noticed(path: Walk, move: Move) -> str:
    old, new = _name(path, move.old), _name(path, move.new)
    first = move.start + 1
    event = follow_event(path, move)
    if event is None:
        since = path.p[move.start + 1 :]
        mean = np.nanmean(since[:, [move.new, move.old]], axis=0)
        return (
            f"The model did not follow: since then it has given {new} {number(float(mean[0]))} "
            f"on average and {old} {number(float(mean[1]))}."
        )
    if event <= first - TAIL or event == 2:
        return f"The model had {new} ahead of {old} well before the move."
    late = event - first
    figures = _against(path.p[event - 1, move.new], path.p[event - 1, move.old])
    if late == 0:
        return (
            f"The model saw it coming: at event {count(event)} {new} was already ahead, {figures}."
        )
    if late < 0:
        return (
            f"The model was ahead of it by {count(-late)} {plural(-late, 'event')}: "
            f"from event {count(event)} on it gave {new} more than {old} ({figures})."
        )
    return (
        f"The model saw it {count(late)} {plural(late, 'event')} late: from event {count(event)} "
        f"on it gave {new} more than {old} ({figures})."
    )


def _promise(path: Walk, move: Move) -> str:
    """How Q of the two scenarios changed: up to ten estimates before the move against the last."""
    before = path.q[max(1, move.start - TAIL + 1) : move.start + 1]
    after = path.q[max(move.start + 1, path.n + 1 - TAIL) :]
    if not (np.isfinite(before).all() and np.isfinite(after).all()):
        return ""
    spread = float(np.nanmax(path.q) - np.nanmin(path.q))
    new = _change(before[:, move.new].mean(), after[:, move.new].mean(), spread)
    old = _change(before[:, move.old].mean(), after[:, move.old].mean(), spread)
    return (
        f"Expected engagement in {_name(path, move.new)} {new} and in {_name(path, move.old)} "
        f"{old} (reward units, mean of the {count(len(before))} estimates before the move and of "
        f"the last {count(len(after))})."
    )


def _change(before: float, after: float, spread: float) -> str:
    """Put a change into words at the precision that is printed, so that words match figures.

    A change under a twentieth of the path's whole range of Q (``spread``) is no change.
    """
    digits = 1 if spread >= 1 else 2
    was, now = number(float(before), digits), number(float(after), digits)
    if was == now or abs(after - before) < 0.05 * spread:
        return f"stayed at about {now}"
    return f"{'rose' if after > before else 'fell'} from {was} to {now}"


def _against(ahead: float, behind: float) -> str:
    """Write two probabilities with as many digits as tell them apart, four at most."""
    for digits in (2, 3, 4):
        pair = (number(float(ahead), digits), number(float(behind), digits))
        if pair[0] != pair[1]:
            break
    return f"{pair[0]} against {pair[1]}"
