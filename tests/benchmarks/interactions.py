"""What is done in every view of the app: taken from its registry and from what it draws.

A view that is added to the registry is measured without a change here: it is opened, asked for
another user, event, scenario and cohort, and every control that it draws is changed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.views.registry import VIEWS

TEXTS: dict[str, tuple[str, ...]] = {
    "user_search": (
        "feed → search* within 3 events and gate < 0.5{n:03d}",
        "Q drops > 0.5{n:03d}",
        "Q drops > 0.5{n:03d} within 5 events",
        "gate < 0.2{n:03d} and rank of next > 100 and action like",
        "≥ 4 switches and NDCG under median and gate < 0.1{n:03d}",
    ),
    "glossary_find": ("gate{n}", "q{n}"),
    "item_search": ("noodles {n}", "knives {n}"),
    "whatif_search": ("trains {n}", "cats {n}"),
}
"""What is typed into a text field, by its key; a number makes every text a new one."""

LEFT_OUT = ("cohort_delete", "sidebar_run")
"""Controls that would change the run's folder, or that have one choice only."""


@dataclass(frozen=True)
class Interaction:
    """Something done in a view.

    Attributes:
        name: of the row.
        change: prepares the page for the n-th time; the next run is the answer. False: the control
            is not there now.
        control: of a control, finds it on the page.
    """

    name: str
    change: Callable[[AppTest, int], bool]
    control: Callable[[AppTest], Any] | None = None


def go_to(page: AppTest, view: str) -> None:
    """Make the next run show a view; its pages are functions, which AppTest cannot name."""
    page._page_hash = calc_hash("" if view == VIEWS[0].module else view)


def selections(users: list[str], scenarios: tuple[str, ...], cohort: str) -> list[Interaction]:
    """Return the changes of the selection that every view follows: as a link or "back" makes them.

    Args:
        users: ids that were never asked for; each is used once.
        scenarios: names of the run's scenarios.
        cohort: id of a cohort of the run.
    """

    def ask(**query: Any) -> Callable[[AppTest, int], bool]:
        def change(page: AppTest, n: int) -> bool:
            for key, value in query.items():
                found = value(n) if callable(value) else value
                page.query_params.pop(key, None)
                if found is not None:
                    page.query_params[key] = found
            return True

        return change

    return [
        Interaction("another user", ask(user=lambda _: users.pop(), step=None, window=None)),
        Interaction("another event", ask(step=lambda n: str(2 + n % 8))),
        Interaction("another scenario", ask(scenario=lambda n: scenarios[n % len(scenarios)])),
        Interaction("cohort, everyone", ask(cohort=lambda n: cohort if n % 2 == 0 else None)),
    ]


def controls(page: AppTest) -> Iterator[Interaction]:
    """Yield a change of every control that a page has drawn outside of forms."""
    kinds: tuple[tuple[str, Callable[[Any, int], bool]], ...] = (
        ("selectbox", _another_option),
        ("segmented_control", _another_option),
        ("radio", _another_option),
        ("select_slider", _another_option),
        ("toggle", _flip),
        ("checkbox", _flip),
        ("slider", _slide),
        ("number_input", _step),
        ("text_input", _type),
        ("button", _click),
    )
    for kind, change in kinds:
        for element in page.get(kind):
            key = element.key
            if key and not element.form_id and not element.disabled and key not in LEFT_OUT:
                yield Interaction(f"{kind} {key}", _by_key(kind, key, change), _finder(kind, key))


def unexercised(page: AppTest) -> list[str]:
    """Return the text fields of a page that nobody said what to type into."""
    fields = [element.key for element in page.text_input if not element.form_id]
    return [str(key) for key in fields if key not in TEXTS]


def _finder(kind: str, key: str) -> Callable[[AppTest], Any]:
    def find(page: AppTest) -> Any:
        found = [element for element in page.get(kind) if element.key == key]
        return found[0] if found and not found[0].disabled else None

    return find


def _by_key(
    kind: str, key: str, change: Callable[[Any, int], bool]
) -> Callable[[AppTest, int], bool]:
    find = _finder(kind, key)

    def changed(page: AppTest, n: int) -> bool:
        found = find(page)
        return found is not None and change(found, n)

    return changed


def _another_option(element: Any, n: int) -> bool:
    options = list(element.options)  # as they are written, which is what the browser sends
    if len(options) < 2:
        return False
    at = next(iter(element.indices), 0) if hasattr(element, "indices") else element.index or 0
    element.set_value(options[(at + 1 + n % (len(options) - 1)) % len(options)])
    return True


def _flip(element: Any, n: int) -> bool:
    element.set_value(not element.value)
    return True


def _slide(element: Any, n: int) -> bool:
    low, high = int(element.min), int(element.max)
    if isinstance(element.value, list | tuple):
        first = low + n % max(1, high - low)
        element.set_value((first, min(high, first + 60)))
    else:
        element.set_value(low + n % max(1, high - low + 1))
    return True


def _step(element: Any, n: int) -> bool:
    low = int(element.min) if element.min is not None else 0
    element.set_value(type(element.value or 0)(low + 1 + n % 5))
    return True


def _type(element: Any, n: int) -> bool:
    texts = TEXTS.get(element.key)
    if texts:
        element.set_value(texts[n % len(texts)].format(n=n))
    return bool(texts)


def _click(element: Any, n: int) -> bool:
    element.click()
    return True
