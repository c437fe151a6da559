"""Human text, as good linters write it; for a terminal, a log or a file."""

from collections.abc import Iterator

from multillm_gov.briefing import CHANGE_SECTIONS
from multillm_gov.finding import Finding, Severity
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.plain.changes import brief_lines, list_changes
from multillm_gov.rendering.plain.escaping import visible, without_commands
from multillm_gov.rendering.plain.facts import facts_of
from multillm_gov.rendering.plain.findings import list_findings, summarize
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.sections import (
    breached_first,
    headline,
    in_brief,
    needs_a_look,
    provenance,
    section,
    shortened,
)
from multillm_gov.rendering.plain.width import wrap
from multillm_gov.rendering.plain.wording import (
    FIGURES_ONLY,
    checked_sentence,
    dated,
    draft_sentence,
    short_revision,
    standing_sentence,
    verdict_sentence,
)
from multillm_gov.report import Report, Section

ENDINGS = (".txt",)
MEDIA_TYPE = "text/plain"
WIDTH = 80
"""Cells of a line where no terminal says."""
_HEADLINES = 3
_MANY = 50
"""Findings above which they are summarized by rule first."""
_SHORT_LINES = 50
"""Opening and sections of a short document, so that it fits two screens of a terminal."""
_IN_FULL = 10
"""Facts that fail the gate and are shown below such a summary."""


def render(
    report: Report,
    *,
    color: bool = False,
    width: int = WIDTH,
    folder: str = "",
    root: str = "",
    every: bool = True,
) -> bytes:
    """UTF-8 text.

    Args:
        report: What to render.
        color: Whether to write ANSI colors.
        width: Cells that every line keeps to, but for a name or path that is longer.
        folder: The portfolio's folder as seen from where the reader stands (see `Painter`).
        root: The portfolio's absolute folder, for links; empty: no links.
        every: Whether folded sections, and more findings than a reader takes in, are shown in full.
    """
    painter = Painter(color, folder, root)
    arrange = {"findings": _check, "comparison": _diff}.get(report.layout, _document)
    lines = [*arrange(report, painter, max(width, 40), every)]
    draft = wrap(visible(draft_sentence(report)), max(width, 40)) if report.draft else ()
    lines = [*(painter(line, "bold", "red") for line in draft), *lines]
    return (without_commands("\n".join(lines).rstrip("\n")) + "\n").encode()


def _check(report: Report, painter: Painter, size: int, every: bool) -> Iterator[str]:
    yield from _verdict(report, painter, size)
    yield ""
    yield from _findings(report, "", painter, size, every)
    for part in report.sections:
        yield from section(part, painter, size)
    if report.headline:
        yield from headline(breached_first(report.headline, _HEADLINES), painter, size)
        yield ""
    yield from wrap(visible(checked_sentence(report)), size)
    yield from _verdict(report, painter, size)


def _diff(report: Report, painter: Painter, size: int, every: bool) -> Iterator[str]:
    briefing = report.briefing
    if briefing is not None and not briefing.calm:
        yield from _verdict(report, painter, size)
        yield from wrap(visible(" · ".join(briefing.lead)), size)
        yield ""
    yield from _opening(report, painter, size)
    if briefing is not None:
        yield from brief_lines(briefing, painter, size)
        yield from list_changes(report.changes, painter, size)
    for part in report.sections:
        if part.id in CHANGE_SECTIONS and briefing is not None:
            continue
        if every or not part.folded:
            yield from section(part, painter, size)
    yield from _findings(report, "New findings", painter, size, every)
    if report.resolved:
        yield painter("Resolved findings", "bold")
        for finding in report.resolved:
            first, *rest = wrap(f"{visible(finding.rule)} {visible(finding.message)}", size - 2)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
        yield ""
    yield from _more(report, painter, size, every)
    yield from _verdict(report, painter, size)


def _document(report: Report, painter: Painter, size: int, every: bool) -> Iterator[str]:
    if report.outcome not in FIGURES_ONLY or standing_sentence(report):
        yield from _verdict(report, painter, size)
        yield ""
    opening = [*_opening(report, painter, size)]
    yield from opening
    if every:
        for part in report.sections:
            yield from section(part, painter, size)
    else:
        yield from _short_sections(report, painter, size, _SHORT_LINES - len(opening))
    if not report.edition and all(part.id != "findings" for part in report.sections):
        yield from _findings(report, "Findings", painter, size, every)
    yield from _more(report, painter, size, every)
    if every:
        again = (
            ((find_language(report.language).say("page.again"), report.command),)
            if report.command
            else ()
        )
        yield from provenance((*report.provenance, *again), painter, size)
        yield ""
    yield from _verdict(report, painter, size)


def _short_sections(report: Report, painter: Painter, size: int, room: int) -> Iterator[str]:
    """Each section that needs a look in a sentence or two; with its worst rows while there is room.

    The first ones have the rows: what is worst stands first.
    """
    shown = [part for part in report.sections if _is_shown(part, report)]
    forms = [[*in_brief(part, painter, size)] for part in shown]
    for number, part in enumerate(shown):
        rows = [*section(shortened(part), painter, size)]
        if sum(map(len, forms)) + len(rows) - len(forms[number]) > room:
            break
        forms[number] = rows
    for lines in forms:
        yield from lines
    if forms and forms[-1][-1:] != [""]:
        yield ""


def _is_shown(part: Section, report: Report) -> bool:
    """In a short document: the first section, and those in which something needs a look."""
    return not part.folded and (part is report.sections[0] or needs_a_look(part))


def _opening(report: Report, painter: Painter, size: int) -> Iterator[str]:
    revisions = " → ".join(
        short_revision(commit) for commit in (report.base, report.revision) if commit
    )
    named = [report.organization, revisions, dated(report)]
    title, *rest = wrap(" · ".join(filter(None, map(visible, (report.title, *named)))), size)
    yield painter(title, "bold")
    yield from (painter(line, "bold") for line in rest)
    yield ""
    briefing = report.briefing
    summary = report.summary if briefing is None or briefing.calm else briefing.context
    if summary:
        yield from wrap(visible(summary), size)
        yield ""
    figures = () if report.edition else report.headline
    if report.briefing is not None:
        figures = tuple(metric for metric in figures if metric.moved)
    if figures:
        yield from headline(figures, painter, size)
        yield ""


def _findings(
    report: Report, title: str, painter: Painter, size: int, every: bool
) -> Iterator[str]:
    if not report.findings:
        return
    if title:
        yield painter(title, "bold")
        yield ""
    titles = {rule.id: rule.title for rule in report.rules}
    if every or sum(finding.active for finding in report.findings) <= _MANY:
        yield from list_findings(report.findings, titles, painter, size)
        return
    yield from summarize(report.findings, titles, painter, size)
    yield ""
    failing = _failing(report)
    if len(facts_of(failing)) <= _IN_FULL:
        yield from list_findings(failing, titles, painter, size)
    yield from wrap(
        f"`govern {report.kind} --all` shows every finding with its fix, `--format concise` one "
        "line for each.",
        size,
    )
    yield ""


def _failing(report: Report) -> list[Finding]:
    gate = report.verdict.fail_on or Severity.ERROR
    return [finding for finding in report.findings if finding.active and finding.severity >= gate]


def _more(report: Report, painter: Painter, size: int, every: bool) -> Iterator[str]:
    """How to see the sections that are not shown."""
    left = [
        part.title
        for part in report.sections
        if (part.folded or (report.layout == "document" and not _is_shown(part, report)))
        and not (report.briefing and part.id in CHANGE_SECTIONS)
    ]
    if left and not every:
        text = f"Not shown: {'; '.join(left)}. `govern {report.kind} --all` shows them."
        if report.edition:
            text = find_language(report.language).say("page.not-shown", parts="; ".join(left))
        yield from (painter(line, "dim") for line in wrap(visible(text), size))
        yield ""


def _verdict(report: Report, painter: Painter, size: int) -> Iterator[str]:
    standing = standing_sentence(report)
    failing = report.verdict.exit_code or any(metric.status == "bad" for metric in report.headline)
    color = "red" if (failing if standing else report.verdict.exit_code) else "green"
    for line in wrap(f"{standing} {verdict_sentence(report)}".strip(), size):
        yield painter(line, "bold", color)
