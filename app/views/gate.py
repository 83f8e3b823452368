"""To be drawn."""

from app.components.page import header
from app.state import Context
from app.views.registry import question


def render(context: Context) -> None:
    """Draw the view."""
    header("gate", context.store.name, question("gate"))
