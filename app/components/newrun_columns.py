"""Mapping the columns of a log to roles, beginning with a guess, and what the preparation says."""

import hashlib
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components.newrun_log import ChosenLog
from ruie_core.config import DEFAULT_REWARDS
from ruie_core.data.guess import Guess, guess_roles
from ruie_core.data.preview import action_values
from ruie_core.data.settings import GenericSettings, PrepareConfig
from ruie_core.errors import UserError

UNITS: Final = {
    "s": "seconds since 1970",
    "ms": "milliseconds since 1970",
    "iso": "date and time as text",
    "order": "a place in the order (1, 2, 3 …)",
}
_EACH, _NAMED, _FLAGS = "every row a click", "in one column", "a column each"
_ONE = "\0one"
"""Stands for “no column: there is one scenario only” among the columns."""


@dataclass
class _Fields:
    """Selectboxes whose choices are remembered when the view is left.

    Attributes:
        mark: of the log; another log begins with another guess.
        kept: what was chosen so far.
    """

    mark: str
    kept: dict[str, Any]

    def key(self, role: str, options: Sequence[Any], default: Any) -> str:
        """Return a widget's key, its value set where it was not drawn before."""
        key = f"newrun_{role}_{self.mark}"
        if key not in st.session_state:
            wanted = self.kept.get(role, default)
            st.session_state[key] = wanted if wanted in options else default
        return key

    def select(
        self, place: DeltaGenerator, role: str, label: str, options: Sequence[Any], default: Any,
        help: str, show: Callable[[Any], str] = str, unset: str = "choose a column",
    ) -> Any:  # fmt: skip
        """Draw a selectbox and return its choice."""
        key = self.key(role, options, default)
        self.kept[role] = place.selectbox(
            label, options, key=key, help=help, format_func=show, placeholder=unset
        )
        return self.kept[role]


def map_columns(log: ChosenLog) -> tuple[GenericSettings, PrepareConfig]:
    """Draw the mapping and return what it says; the preparation checks it.

    Raises:
        UserError: the column of actions cannot be one.
    """
    mark = hashlib.sha256(log.state.encode()).hexdigest()[:8]
    fields = _Fields(mark, st.session_state.setdefault(f"newrun_fields_{mark}", {}))
    columns = list(map(str, log.preview.rows.columns))
    guess = guess_roles(log.preview.rows)
    st.markdown("**2 · What its columns are**", help="Guessed from names and values: look at them.")
    mapping = _roles(fields, columns, guess)
    line = st.columns(5, gap="small", vertical_alignment="bottom")
    actions, rewards = _actions(fields, log, columns, guess, line)
    mapping |= _described(fields, columns, guess, line[2], line[3])
    kept = _kept(fields, line[4])
    delimiter = log.preview.file.delimiter
    source = GenericSettings(
        log=(log.path,),
        delimiter=None if delimiter == "," else delimiter,
        time_zone=kept.pop("time_zone"),
        **mapping,
        **actions,
    )
    single = {"allow_single_scenario": True} if mapping.get("scenario_name") else {}
    return source, PrepareConfig(**kept, **single, **({"rewards": rewards} if rewards else {}))


def _roles(fields: _Fields, columns: list[str], guess: Guess) -> dict[str, Any]:
    line = st.columns(5, gap="small")
    found = guess.columns
    user = fields.select(line[0], "user", "User", columns, found.get("user"), "Who it was: an id.")
    item = fields.select(line[1], "item", "Item", columns, found.get("item"), "What it was: an id.")
    scenario = fields.select(
        line[2], "scenario", "Scenario", [*columns, _ONE], found.get("scenario"),
        "Where it happened: feed, search, a department … Moves between them are what is studied.",
        lambda name: "no column: one scenario only" if name == _ONE else str(name),
    )  # fmt: skip
    time = fields.select(
        line[3], "time", "Time", columns, found.get("timestamp") or found.get("order"),
        "When it happened, or its place in the person's order.",
    )  # fmt: skip
    unit = fields.select(
        line[4], "unit", "The time is in", list(UNITS),
        guess.timestamp_unit or ("order" if "order" in found else "ms"),
        "A text without an offset is UTC.", UNITS.__getitem__,
    )  # fmt: skip
    ordered = unit == "order"
    return {
        "user": user, "item": item,
        "scenario": None if scenario == _ONE else scenario,
        "scenario_name": "all" if scenario == _ONE else None,
        "order": time if ordered else None,
        "timestamp": None if ordered else time,
        "timestamp_unit": None if ordered else unit,
    }  # fmt: skip


def _described(
    fields: _Fields,
    columns: list[str],
    guess: Guess,
    first: DeltaGenerator,
    second: DeltaGenerator,
) -> dict[str, str | None]:
    """Draw the columns that a log may do without."""
    title = fields.select(
        first, "title", "Title", columns, guess.columns.get("title"),
        "Of the item, for people to read.", unset="none",
    )  # fmt: skip
    category = fields.select(
        second, "category", "Category", columns, guess.columns.get("category"), "Of the item.",
        unset="none",
    )  # fmt: skip
    return {"title": title, "category": category}


def _actions(
    fields: _Fields,
    log: ChosenLog,
    columns: list[str],
    guess: Guess,
    line: Sequence[DeltaGenerator],
) -> tuple[dict[str, Any], dict[str, float]]:
    """Draw where the actions stand (first two places) and what each is worth (last place)."""
    default = _NAMED if "actions" in guess.columns else _FLAGS if guess.action_columns else _EACH
    kind = fields.select(
        line[0], "kind", "Actions", [_EACH, _NAMED, _FLAGS], default,
        "What the person did: click, like … Each action has a reward, which is what Q expects.",
    )  # fmt: skip
    place, last = line[1], line[4]
    if kind == _EACH:
        place.text_input("Each row is", "click", disabled=True, key=f"newrun_each_{fields.mark}")
        return {}, {}
    if kind == _NAMED:
        column = fields.select(
            place, "actions", "Column of actions", columns, guess.columns.get("actions"),
            "One name, or several with | between them.",
        )  # fmt: skip
        if column is None:
            return {}, {}
        names = _action_values(log.state, column, guess.separator, log)
        separator = None if guess.separator == "|" else guess.separator
        return {"actions": column, "action_separator": separator}, _rewards(fields, names, last)
    named = {entry.partition("=")[2]: entry for entry in guess.action_columns}
    options = [named.get(column, f"{column}={column}") for column in columns]
    key = fields.key("flags", [list(guess.action_columns)], list(guess.action_columns))
    chosen = place.multiselect(
        "Columns of 0 and 1", options, key=key, help="1 where the person did it: action = column."
    )
    return {"action_columns": tuple(chosen)}, _rewards(
        fields, [entry.partition("=")[0] for entry in chosen], last
    )


@st.cache_data(max_entries=16, show_spinner="Reading the actions …")
def _action_values(state: str, column: str, separator: str, _log: ChosenLog) -> list[str]:  # noqa: ARG001
    return action_values(_log.preview.file, column, separator)


def _rewards(fields: _Fields, names: Sequence[str], last: DeltaGenerator) -> dict[str, float]:
    """Draw a table of what each action is worth; an unknown action is worth nothing at first."""
    usual = {name: DEFAULT_REWARDS.get(name, 0.0) for name in names}
    if not any(usual.values()):
        usual = dict.fromkeys(names, 1.0)
    if not usual:
        raise UserError("No column of actions is chosen: choose one, or let every row be a click.")
    table = pd.DataFrame({"action": list(usual), "reward": list(usual.values())})
    place = last.popover("Reward of each action", width="stretch")
    place.caption("In reward units. Events without any rewarded action are left out.")
    number = st.column_config.NumberColumn("reward", min_value=0.0, required=True)
    edited = place.data_editor(
        table, hide_index=True, disabled=["action"], column_config={"reward": number},
        key=f"newrun_rewards_{fields.mark}_{fields.kept['kind']}_{len(names)}",
    )  # fmt: skip
    return dict(zip(edited["action"], edited["reward"].astype(float), strict=True))


def _kept(fields: _Fields, last: DeltaGenerator) -> dict[str, Any]:
    """Draw what is kept of the log, folded away; the defaults are the command line's."""
    usual = PrepareConfig()
    with last.popover("What is kept", width="stretch"):
        keep = fields.select(
            st.container(), "keep", "Events", ["positive", "all"], usual.keep,
            "positive: with a rewarded action; all: exposures too, with reward 0.",
        )  # fmt: skip
        users = st.number_input("Events that a user needs", 0, value=usual.min_user_events,
                                key=f"newrun_users_{fields.mark}")  # fmt: skip
        items = st.number_input("Events that an item needs", 0, value=usual.min_item_events,
                                key=f"newrun_items_{fields.mark}")  # fmt: skip
        zones = sorted(zoneinfo.available_timezones())
        zone = fields.select(st.container(), "zone", "Times are shown in", zones, "UTC",
                             "Time zone of the people in the log.")  # fmt: skip
    return {
        "keep": keep, "min_user_events": int(users), "min_item_events": int(items),
        "time_zone": zone,
    }  # fmt: skip
