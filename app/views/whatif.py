"""What would the model have expected had this person done something else?"""

import streamlit as st

from app.components.chart import chart
from app.components.edits import Edit, controls, current_edit, history_table
from app.components.frames import draw, load
from app.components.messages import empty
from app.components.model import Answer, answer, gate_of
from app.components.page import Metric, header, metric_row
from app.components.people import person_finder, with_user
from app.state import Context
from app.views.registry import question
from ruie_core.analysis.edits import changes, read_history
from ruie_core.analysis.frames.whatif import item_names, user_events
from ruie_core.errors import UserError
from ruie_core.figures import whatif as figures
from ruie_core.reporting import whatif as words
from ruie_core.reporting.user import person
from ruie_core.reporting.whatif_figures import figures as headline


def render(context: Context) -> None:
    """Draw the view; where nobody is selected it opens on a telling person."""
    store, context = context.store, with_user(context)
    user = context.selection.user
    if user is None:
        empty("This run has no users: prepare a log that has some and train on it.")
        return
    try:
        gate = gate_of(store)
    except UserError as error:
        header("What if", "This run's model cannot be asked.", question("whatif"))
        empty(str(error))
        return
    person_finder(context, user)
    original = read_history(load(store, user_events, user), store.scenarios, store.actions)
    edit = current_edit(context, original)
    known = item_names(store, sorted({event.item for event in (*original, *edit.edited)}))
    titles = dict(zip(known["item"], known["name"], strict=True))
    names = words.Names(titles, store.scenarios, store.actions)
    request = None if edit.request is None else store.scenarios[edit.request - 1]
    found, edits = answer(store, original, edit.edited, request), changes(original, edit.edited)
    compared = found.compared
    sentence = words.answer(compared, edits, request, names)
    header(f"{person(context.selection.user_id)}: what if", sentence, question("whatif"))
    st.caption(
        f"**{words.BADGE.capitalize()}.** {words.reads_line(found.read_edited, len(edit.edited))} "
        f"{words.edits_line(edits, names)}"
    )
    metric_row([Metric(*figure) for figure in headline(compared)], "whatif_metrics")
    _body(context, edit, found, names, gate)


def _body(
    context: Context,
    edit: Edit,
    found: Answer,
    names: words.Names,
    gate: tuple[str, bool],
) -> None:
    theme, prefix = context.theme, f"{context.store.name} what if {context.selection.user_id}"
    compared, of = found.compared, (context.store.fingerprint, *found.key)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        st.markdown("**The history**, newest first", help=words.rewards_line(*gate))
        controls(context.store, edit)
        history_table(edit, found.read, names)
        st.caption(words.rewards_line(*gate))
    with right:
        chart(
            draw((*of, "shift"), theme, lambda: figures.scenario_shift(compared.scenarios, theme)),
            key="whatif_scenarios",
            name=f"{prefix} scenarios", title="Expected after the history",
            reading=words.SCENARIOS_READING, frame=compared.scenarios,
        )  # fmt: skip
        chart(
            draw((*of, "movers"), theme, lambda: figures.movers(compared.items, theme)),
            key="whatif_items", name=f"{prefix} items", title="First ranked for the next event",
            reading=words.ITEMS_READING, frame=compared.items,
        )  # fmt: skip
    drawn = figures.drawn_scenarios(compared.scenarios)
    chart(
        draw(
            (*of, "lines"), theme,
            lambda: figures.trajectories(compared.lines, drawn, context.store.scenarios, theme),
        ),
        key="whatif_lines", name=f"{prefix} trajectories", title="How the estimates moved",
        reading=words.LINES_READING, frame=compared.lines,
    )  # fmt: skip
