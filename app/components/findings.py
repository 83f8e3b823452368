"""Findings: what is offered, what is chosen in which order, and the two downloads."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from app.components.chart import chart
from app.components.findings_kept import edit
from app.components.frames import load
from app.components.messages import problem
from app.selection import BY, COHORT, COMPARE, PIN, SCENARIO, STEP, USER, WINDOW, link
from app.state import Context, open_beside
from ruie_core.analysis.findings import (
    MOST_CAPTION,
    MOST_PICKS,
    FindingList,
    Pick,
    captioned,
    moved,
    toggled,
)
from ruie_core.errors import UserError
from ruie_core.report import html, slides
from ruie_core.report.build import Report, command_line, make_report
from ruie_core.report.gather import Chosen, Desk, pick
from ruie_core.report.pictures import picture
from ruie_core.reporting.finding import STANDINGS, Finding
from ruie_core.reporting.report import EMPTY_CHOICE
from ruie_core.reporting.text import escape

_SLIDES = "findings_made"
_COLORS = {"shown": "blue", "open": "gray", "person": "orange"}


def desk_of(context: Context) -> Desk:
    """Return the run's tables, asked through the app's cache."""
    return Desk(context.store, load, opened=open_beside)


def rival_of(desk: Desk, context: Context) -> str | None:
    """Return the run that is compared with; where it cannot be, say why."""
    name = context.selection.compare
    if name is None:
        return None
    try:
        desk.rival(name)
    except UserError as error:
        st.warning(escape(str(error)))
        return None
    return name


def offers(
    context: Context,
    offered: Sequence[Finding],
    picks: Sequence[Pick],
    titles: Mapping[str, str],
) -> None:
    """List what can be said, to be ticked; each with its evidence and a link to its view.

    Args:
        context: run and selection.
        offered: all statements.
        picks: those that are chosen.
        titles: of the views, by module.
    """
    chosen = {each.identity for each in picks}
    for finding in offered:
        name = _slug(finding)
        key = f"findings_take_{name}"
        st.session_state[key] = finding.identity in chosen
        with st.container(border=True, key=f"findings_offer_{name}", gap="xsmall"):
            st.checkbox(
                finding.sentence, key=key, on_change=_toggle, args=(context, finding),
                disabled=len(picks) >= MOST_PICKS and finding.identity not in chosen,
            )  # fmt: skip
            st.caption(finding.evidence)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.badge(STANDINGS[finding.standing], color=_COLORS[finding.standing])  # type: ignore[arg-type]
                st.link_button(
                    f"See it in {titles[finding.view]}", _address(context, finding),
                    type="tertiary", key=f"findings_see_{name}",
                )  # fmt: skip


def told(context: Context, desk: Desk, kept: Sequence[Chosen]) -> None:
    """Show what is chosen in its order: move, let go, caption, and its picture when opened."""
    if not kept:
        st.caption(EMPTY_CHOICE)
    for number, each in enumerate(kept):
        finding, name = each.finding, _slug(each.finding)
        with st.container(border=True, key=f"findings_told_{name}", gap="xsmall"):
            row = st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall")
            row.markdown(f"{number + 1}\\. {finding.sentence}", width="stretch")
            for sign, by, tip in (("↑", -1, "Tell it earlier"), ("↓", 1, "Tell it later")):
                row.button(
                    sign, key=f"findings_move_{by}_{name}", type="tertiary", help=tip,
                    on_click=_move, args=(context, finding, by),
                    disabled=not 0 <= number + by < len(kept),
                )  # fmt: skip
            row.button(
                "✕", key=f"findings_drop_{name}", type="tertiary", help="Leave it out",
                on_click=_toggle, args=(context, finding),
            )  # fmt: skip
            key = f"findings_caption_{name}"
            st.session_state[key] = each.caption
            st.text_area(
                "Caption", key=key, height=68, max_chars=MOST_CAPTION,
                placeholder="What it means for the product, in your words",
                label_visibility="collapsed", on_change=_caption, args=(context, finding, key),
            )  # fmt: skip
            opened = st.expander(
                "Picture", number == 0, key=f"findings_open_{name}", on_change="rerun"
            )
            with opened:
                if opened.open:
                    made = picture(desk, finding, context.theme)
                    chart(
                        made.figure, key=f"findings_chart_{name}", title=finding.title,
                        name=f"{context.store.name} {finding.key}", reading=made.reading,
                        frame=made.frame, headed=False,
                    )  # fmt: skip


def downloads(
    context: Context,
    desk: Desk,
    picks: Sequence[Pick],
    saved: FindingList | None,
    suggested: tuple[Sequence[Pick], str | None],
) -> None:
    """Offer the report as a page and as slides; both are made when they are asked for.

    Args:
        context: run and selection.
        desk: the run's tables.
        picks: what is told.
        saved: the list that it is kept in.
        suggested: what would be told if nobody had chosen, and the run that is compared with.
    """
    chosen, name = context.selection, context.store.name
    title = f"Findings of run {name}" if saved is None else saved.name
    command = None
    if saved is not None and picks == saved.picks:
        command = command_line(desk, "report.html", findings=chosen.findings)
    elif picks == suggested[0]:
        command = command_line(desk, "report.html", cohort=chosen.cohort, compare=suggested[1])

    def report() -> Report:
        return make_report(desk, picks, title=title, command=command)

    with st.container(horizontal=True, horizontal_alignment="right", width="content"):
        st.download_button(
            "Page (HTML)", lambda: html.page(report()), f"findings-{name}.html", "text/html",
            key="findings_html", on_click="ignore", type="primary", disabled=not picks,
            help="One file that opens without a network.",
        )  # fmt: skip
        _slides(context, picks, report)


def _slides(context: Context, picks: Sequence[Pick], report: Callable[[], Report]) -> None:
    """Draw the slides on demand, then offer them: what fails is said on the page.

    A download whose callable fails tells the reader nothing of why.
    """
    lack, wanted = slides.missing(), (_owner(context), tuple(picks))
    asked = st.button(
        "Make slides (PPTX)", key="findings_slides", disabled=not picks or lack is not None,
        help=lack or "One finding a slide; the pictures take some seconds.",
    )  # fmt: skip
    if asked:
        try:
            with st.spinner("Drawing the slides …"):
                st.session_state[_SLIDES] = (wanted, slides.deck(report()))
        except UserError as error:
            problem(error)
    made = st.session_state.get(_SLIDES)
    if made is not None and made[0] == wanted:
        st.download_button(
            "Slides (PPTX)", made[1], f"findings-{context.store.name}.pptx",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            key="findings_pptx", on_click="ignore",
        )  # fmt: skip


def _owner(context: Context) -> tuple[str, str | None]:
    """Whose choice it is: the run's tables, and the list."""
    return context.store.fingerprint, context.selection.findings


def _slug(finding: Finding) -> str:
    return "_".join(str(part) for part in finding.identity if part is not None)


def _address(context: Context, finding: Finding) -> str:
    """Return the address of the view that shows a statement, about whom the statement is."""
    about = {USER: finding.user, COHORT: finding.cohort, SCENARIO: finding.scenario}
    if finding.run is not None:
        about |= {COMPARE: finding.run, BY: "runs"}
    dropped = {*about, PIN, STEP, WINDOW}
    kept = {key: value for key, value in link(context.selection).items() if key not in dropped}
    query = kept | {key: value for key, value in about.items() if value is not None}
    return f"{finding.view}?{urlencode(query)}"


def _toggle(context: Context, finding: Finding) -> None:
    edit(context, lambda picks: toggled(picks, pick(finding)))


def _move(context: Context, finding: Finding, by: int) -> None:
    edit(context, lambda picks: moved(picks, _place(picks, finding), by))


def _caption(context: Context, finding: Finding, key: str) -> None:
    written = st.session_state[key]
    edit(context, lambda picks: captioned(picks, _place(picks, finding), written))


def _place(picks: Sequence[Pick], finding: Finding) -> int:
    """Return where a statement is told; −1: it has been left out since."""
    return next((n for n, each in enumerate(picks) if each.identity == finding.identity), -1)
