"""``ruie report``: from a run's tables to a page, and slides where they are asked for."""

from pathlib import Path

from tyro.conf import Positional


def report(
    run: Positional[Path],
    /,
    out: Path,
    user: str | None = None,
    cohort: str | None = None,
    compare: str | None = None,
    findings: str | None = None,
    pptx: Path | None = None,
) -> None:
    """Write findings of an analyzed run as one HTML page, and as slides.

    Args:
        run: Folder of the run.
        out: HTML page to write.
        user: Id of a person whose path is shown too; none: no person is.
        cohort: Id of a cohort of the run, or its file: what differs from the rest is told too.
        compare: Name of a run beside it, on the same data, to compare with: which ranks better is
            told too, over the other seeds of both where they lie there.
        findings: Id of a list that was saved in the app; none: the differences that are shown.
        pptx: Slides to write too (needs the extra export, and Chromium).
    """
    from ruie_core.analysis.store import RunStore
    from ruie_core.report import html
    from ruie_core.report.build import from_options
    from ruie_core.report.gather import Desk

    made = from_options(
        Desk(RunStore(run)), out, user=user, cohort=cohort, compare=compare, listed_as=findings
    )
    html.save(html.page(made), out)
    print(f"{out}: {len(made.sections)} findings, {out.stat().st_size / 1e6:.1f} MB")
    if pptx is not None:
        from ruie_core.report import slides

        html.save(slides.deck(made), pptx)
        print(f"{pptx}: {len(made.sections)} slides")
