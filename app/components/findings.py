"""Findings: what is offered, what is chosen in which order, lists, and the two downloads."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from app.components.chart import chart
from app.components.frames import load
from app.components.messages import problem
from app.selection import COHORT, PIN, SCENARIO, STEP, USER, WINDOW, link
from app.state import Context, select_findings
from ruie_core.analysis.findings import (
    MOST_CAPTION,
    MOST_PICKS,
    FindingList,
    Pick,
    captioned,
    change_findings,
    delete_findings,
    list_findings,
    moved,
    new_list,
    read_findings,
    save_findings,
    toggled,
)
from ruie_core.errors import UserError
from ruie_core.report import html, slides
from ruie_core.report.build import Report, command_line, make_report
from ruie_core.report.gather import Chosen, Desk, pick, suggestion
from ruie_core.report.pictures import picture
from ruie_core.reporting.finding import STANDINGS, Finding
from ruie_core.reporting.report import EMPTY_CHOICE

_DRAFT, _NAME, _LIST, _ERROR, _SLIDES = (
    "findings_draft", "findings_name", "findings_list", "findings_error", "findings_made",
)  # fmt: skip
_COLORS = {"shown": "blue", "open": "gray", "person": "orange"}


def desk_of(context: Context) -> Desk:
    """Return the run's tables, asked through the app's cache."""
    return Desk(context.store, load)


def saved_list(context: Context) -> FindingList | None:
    """Return the list that the link names."""
    identity = context.selection.findings
    return None if identity is None else read_findings(context.store, identity)


def draft(
    context: Context, offered: Sequence[Finding], saved: FindingList | None
) -> tuple[Pick, ...]:
    """Return the choice: as it was left, else the saved list, else a suggestion."""
    owner = _owner(context)
    kept = st.session_state.get(_DRAFT)
    if kept is None or kept[0] != owner:
        kept = (owner, (saved and saved.picks) or suggestion(offered))
        st.session_state[_DRAFT] = kept
    picks: tuple[Pick, ...] = kept[1]
    return picks


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
                finding.sentence, key=key, on_change=_toggle, args=(context, picks, finding),
                disabled=len(picks) >= MOST_PICKS and finding.identity not in chosen,
            )  # fmt: skip
            st.caption(finding.evidence)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.badge(STANDINGS[finding.standing], color=_COLORS[finding.standing])  # type: ignore[arg-type]
                st.link_button(
                    f"See it in {titles[finding.view]}", _address(context, finding),
                    type="tertiary", key=f"findings_see_{name}",
                )  # fmt: skip


def told(context: Context, desk: Desk, picks: Sequence[Pick], kept: Sequence[Chosen]) -> None:
    """Show what is chosen in its order: move, let go, caption, and its picture when opened."""
    if not kept:
        st.caption(EMPTY_CHOICE)
    for number, each in enumerate(kept):
        finding, name = each.finding, _slug(each.finding)
        place = [one.identity for one in picks].index(finding.identity)
        with st.container(border=True, key=f"findings_told_{name}", gap="xsmall"):
            row = st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall")
            row.markdown(f"{number + 1}\\. {finding.sentence}", width="stretch")
            for sign, by, tip in (("↑", -1, "Tell it earlier"), ("↓", 1, "Tell it later")):
                row.button(
                    sign, key=f"findings_move_{by}_{name}", type="tertiary", help=tip,
                    on_click=_keep, args=(context, moved(picks, place, by)),
                    disabled=not 0 <= number + by < len(kept),
                )  # fmt: skip
            row.button(
                "✕", key=f"findings_drop_{name}", type="tertiary", help="Leave it out",
                on_click=_toggle, args=(context, picks, finding),
            )  # fmt: skip
            key = f"findings_caption_{name}"
            st.session_state[key] = each.caption
            st.text_area(
                "Caption", key=key, height=68, max_chars=MOST_CAPTION,
                placeholder="What it means for the product, in your words",
                label_visibility="collapsed", on_change=_caption, args=(context, picks, place, key),
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


def lists(context: Context, picks: Sequence[Pick], saved: FindingList | None) -> None:
    """Choose, save, change and remove named lists of the run."""
    names, identity = list_findings(context.store.path), context.selection.findings
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if names:
            st.session_state[_LIST] = identity
            st.selectbox(
                "List", [None, *names], key=_LIST, width=260, placeholder="unsaved",
                format_func=lambda each: "unsaved" if each is None else names[each],
                on_change=lambda: select_findings(st.session_state[_LIST]),
            )  # fmt: skip
        if saved is not None:
            st.button(
                "Save changes", key="findings_change", on_click=_change, args=(context, picks),
                disabled=picks == saved.picks,
            )  # fmt: skip
            st.button("Remove list", key="findings_delete", on_click=_delete, args=(context,))
        with (
            st.popover("Save as …", key="findings_save_as", disabled=not picks),
            st.form("findings_form", border=False, clear_on_submit=True),
        ):
            st.text_input("Name of the list", key=_NAME, placeholder="a name")
            st.form_submit_button("Save", on_click=_save, args=(context, picks))
    if error := st.session_state.pop(_ERROR, None):
        problem(UserError(error))


def downloads(
    context: Context,
    desk: Desk,
    picks: Sequence[Pick],
    saved: FindingList | None,
    suggested: bool,
) -> None:
    """Offer the report as a page and as slides; both are made when they are asked for."""
    chosen, name = context.selection, context.store.name
    title = f"Findings of run {name}" if saved is None else saved.name
    command = None
    if saved is not None and picks == saved.picks:
        command = command_line(desk, None, None, chosen.findings, "report.html")
    elif suggested:
        command = command_line(desk, None, chosen.cohort, None, "report.html")

    def report() -> Report:
        return make_report(desk, picks, title=title, command=command)

    with st.container(horizontal=True, horizontal_alignment="right"):
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
    dropped = {*about, PIN, STEP, WINDOW}
    kept = {key: value for key, value in link(context.selection).items() if key not in dropped}
    query = kept | {key: value for key, value in about.items() if value is not None}
    return f"{finding.view}?{urlencode(query)}"


def _keep(context: Context, picks: Sequence[Pick]) -> None:
    st.session_state[_DRAFT] = (_owner(context), tuple(picks))


def _toggle(context: Context, picks: Sequence[Pick], finding: Finding) -> None:
    _keep(context, toggled(picks, pick(finding)))


def _caption(context: Context, picks: Sequence[Pick], place: int, key: str) -> None:
    _keep(context, captioned(picks, place, st.session_state[key]))


def _save(context: Context, picks: Sequence[Pick]) -> None:
    try:
        found = new_list(context.store, st.session_state[_NAME], picks)
        select_findings(save_findings(context.store, found))
    except UserError as error:
        st.session_state[_ERROR] = str(error)


def _change(context: Context, picks: Sequence[Pick]) -> None:
    try:
        change_findings(context.store, str(context.selection.findings), picks)
    except UserError as error:
        st.session_state[_ERROR] = str(error)


def _delete(context: Context) -> None:
    try:
        delete_findings(context.store, str(context.selection.findings))
    except UserError as error:
        st.session_state[_ERROR] = str(error)
        return
    select_findings(None)
