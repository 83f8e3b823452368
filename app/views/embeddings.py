"""Two maps of model space: items with their nearest, states with people's ways among them."""

from app.components.frames import load
from app.components.item_map import item_section
from app.components.page import header
from app.components.people import with_user
from app.components.state_map import state_section, trajectory_section
from app.state import Context
from app.views.registry import question
from ruie_core.analysis.frames import embeddings as frames
from ruie_core.analysis.frames.maps import reach
from ruie_core.reporting import embeddings as words
from ruie_core.reporting.maps import cohort_line


def render(context: Context) -> None:
    """Draw the view."""
    context = with_user(context)
    found, group = load(context.store, frames.agreement), context.group
    sentences = [words.agreement_line(found), words.further_agreement(found)]
    if group is not None:
        sentences.append(cohort_line(load(context.store, reach, group.users), group.name, group.n))
    header("Embeddings", " ".join(filter(None, sentences)), question("embeddings"))
    item_section(context, str(found["trait"].iloc[0]) if len(found) else "scenario")
    state_section(context)
    trajectory_section(context)
