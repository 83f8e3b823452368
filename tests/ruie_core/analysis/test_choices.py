"""A choice of findings without a name as a text of a link."""

from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruie_core.analysis import choices
from ruie_core.analysis.findings import MOST_CAPTION, MOST_PICKS, Pick
from ruie_core.errors import UserError

names = st.text(min_size=1, max_size=40)
abouts = st.one_of(
    st.just({}), names.map(lambda name: {"cohort": name}), names.map(lambda name: {"user": name})
)


@st.composite
def picks(draw: st.DrawFn) -> Pick:
    return Pick(finding=draw(names), caption=draw(st.text(max_size=60)), **draw(abouts))


@given(st.lists(picks(), max_size=MOST_PICKS, unique_by=lambda each: each.identity))
def test_what_is_written_is_read(chosen: list[Pick]) -> None:
    """Whatever stands in ids and captions: tildes, quotes, ends of lines, other alphabets."""
    text = choices.write(chosen)
    found = choices.read(text)
    assert [each.identity for each in found.picks] == [each.identity for each in chosen]
    assert found.cut == choices.is_cut(text)
    if not found.cut:
        assert list(found.picks) == chosen
        assert len(quote_plus(text)) <= choices.MOST_LETTERS or text.startswith("plain~")


def test_captions_are_cut_where_a_link_would_not_hold_them() -> None:
    short = [Pick(finding=f"f{n}", caption="é" * 100) for n in range(2)]
    long = [Pick(finding=f"f{n}", caption="é" * MOST_CAPTION) for n in range(2)]
    assert choices.read(choices.write(short)).picks == tuple(short)
    text = choices.write(long)
    found = choices.read(text)
    assert found.cut
    assert found.picks == (Pick(finding="f0"), Pick(finding="f1"))
    assert text == "cut~f0~~~f1~~"


def test_nothing_chosen_is_a_choice() -> None:
    assert choices.write([]) == "plain"
    assert choices.read("plain") == choices.Choice(())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "skill",
        "bold~skill~~",
        "plain~skill",
        "plain~skill~~~gap",
        "plain~~~",
        "captioned~skill~~",
        f"captioned~skill~~~{'x' * (MOST_CAPTION + 1)}",
        f"plain~{'x' * 41}~~",
        "plain~skill~~~skill~~",
        "plain~skill~busy~u1",
        "plain~skill~~\nplain~gap~~",
        'plain~"skill~~',
        "plain" + "".join(f"~f{n}~~" for n in range(MOST_PICKS + 1)),
        "plain~" + "x" * 200_000,
    ],
)
def test_what_is_no_choice_is_said(text: str) -> None:
    with pytest.raises(UserError, match="choice of findings that the link has cannot be read"):
        choices.read(text)
