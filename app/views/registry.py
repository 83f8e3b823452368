"""The views, in the order of the side."""

from dataclasses import dataclass
from importlib import import_module

from app.state import Context


@dataclass(frozen=True)
class View:
    """One entry of the list of views.

    Attributes:
        module: module under ``app.views`` that holds ``render(context)``; also its URL.
        title: its name in the list.
        question: the one question that it answers.
        reads_cohort: it looks at the selected cohort; otherwise it says that it shows everyone.
        reads_period: it looks at the selected days; otherwise it says that it shows all time.
        needs_run: it shows a run; otherwise it opens without one too.
    """

    module: str
    title: str
    question: str
    reads_cohort: bool = False
    reads_period: bool = False
    needs_run: bool = True

    def render(self, context: Context | None) -> None:
        """Draw the view; its module is imported when it is first opened."""
        import_module(f"app.views.{self.module}").render(context)


VIEWS: tuple[View, ...] = (
    View("overview", "Overview", "Is this model worth looking at, and what should worry me?"),
    View("user", "User", "How did this person's interest move, and did the model notice?", True),
    View(
        "whatif",
        "What if",
        "What would the model have expected had this person done something else?",
    ),
    View(
        "transitions",
        "Transitions",
        "Where do people go from here, and whom does the model misread?",
        True,
        True,
    ),
    View(
        "embeddings",
        "Embeddings",
        "What does the model think is alike, and where did this person walk?",
        True,
    ),
    View("scenarios", "Scenarios", "For whom does it work?", True, True),
    View("gate", "Gate and Q", "Can its confidence be believed?", True, True),
    View("compare", "Compare", "Who is better served, by which model, and since when?", True, True),
    View("experiments", "Experiments", "Which part earns its place?"),
    View("findings", "Findings", "What do I tell the product team?", True),
    View("newrun", "Your log", "How do I get my own log in here?", needs_run=False),
)
"""The first is what the app opens on."""


def question(module: str) -> str:
    """Return the question of a view."""
    return next(view.question for view in VIEWS if view.module == module)
