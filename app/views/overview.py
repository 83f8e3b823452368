"""Overview: is this model worth looking at, and what should worry me?"""

from app.components.frames import load
from app.components.page import header
from app.state import Context
from app.views.registry import question
from ruie_core.analysis.frames import overview


def render(context: Context) -> None:
    """Draw the view."""
    glance = load(context.store, overview.glance)
    header("Overview", f"{len(glance)}", question("overview"))
