"""Human text, as good linters write it; for a terminal, a log or a file."""

from collections.abc import Iterator

from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.findings import findings_by_file
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.sections import headline, provenance, section
from multillm_gov.rendering.plain.width import wrap
from multillm_gov.rendering.plain.wording import checked_sentence, short_revision, verdict_sentence
from multillm_gov.report import Report

ENDINGS = (".txt",)
MEDIA_TYPE = "text/plain"
_HEADLINES = 3


def render(report: Report, *, color: bool = False, width: int = 100) -> bytes:
    """UTF-8 text.

    Args:
        report: What to render.
        color: Whether to write ANSI colors.
        width: Cells that tables, prose and source lines keep to; messages are never broken.
    """
    painter = Painter(color)
    arrange = {"findings": _check, "comparison": _diff}.get(report.layout, _document)
    lines = arrange(report, painter, max(width, 40))
    return ("\n".join(lines).rstrip("\n") + "\n").encode()


def _check(report: Report, painter: Painter, size: int) -> Iterator[str]:
    yield from findings_by_file(report.findings, painter, size)
    for part in report.sections:
        yield from section(part, painter, size)
    if report.headline:
        yield from headline(report.headline[:_HEADLINES], painter, size)
        yield ""
    yield checked_sentence(report)
    yield _verdict(report, painter)


def _diff(report: Report, painter: Painter, size: int) -> Iterator[str]:
    yield from _opening(report, painter, size)
    for part in report.sections:
        yield from section(part, painter, size)
    yield from _findings(report, "New findings", painter, size)
    if report.resolved:
        yield painter("Resolved findings", "bold")
        for finding in report.resolved:
            yield f"  {visible(finding.rule)} {visible(finding.message)}"
        yield ""
    yield _verdict(report, painter)


def _document(report: Report, painter: Painter, size: int) -> Iterator[str]:
    yield from _opening(report, painter, size)
    for part in report.sections:
        yield from section(part, painter, size)
    if all(part.id != "findings" for part in report.sections):
        yield from _findings(report, "Findings", painter, size)
    yield from provenance(report.provenance, painter)
    yield ""
    yield _verdict(report, painter)


def _opening(report: Report, painter: Painter, size: int) -> Iterator[str]:
    revisions = " → ".join(
        short_revision(commit) for commit in (report.base, report.revision) if commit
    )
    named = [report.organization, revisions, f"as of {report.as_of}"]
    yield painter(visible(report.title), "bold") + painter(
        " · ".join(("", *filter(None, map(visible, named)))), "dim"
    )
    yield ""
    if report.summary:
        yield from wrap(visible(report.summary), size)
        yield ""
    if report.headline:
        yield from headline(report.headline, painter, size)
        yield ""


def _findings(report: Report, title: str, painter: Painter, size: int) -> Iterator[str]:
    if report.findings:
        yield painter(title, "bold")
        yield ""
        yield from findings_by_file(report.findings, painter, size)


def _verdict(report: Report, painter: Painter) -> str:
    color = "red" if report.verdict.exit_code else "green"
    return painter(verdict_sentence(report), "bold", color)
