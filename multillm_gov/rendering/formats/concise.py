"""One line a finding, as editors, ``grep`` and people in a hurry read it; the verdict last."""

from collections.abc import Iterator

from multillm_gov.finding import Finding
from multillm_gov.rendering.plain.escaping import visible, without_commands
from multillm_gov.rendering.plain.facts import worst_first
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.wording import draft_sentence, verdict_sentence
from multillm_gov.report import Report

ENDINGS = ()
MEDIA_TYPE = "text/plain"


def render(report: Report, *, color: bool = False, folder: str = "", root: str = "") -> bytes:
    """UTF-8 text: ``path:line:column: error[GOV401] message`` for each finding, errors first.

    Lines are never broken, however long. A report without findings has its figures instead.

    Args:
        report: What to render.
        color: Whether to write ANSI colors.
        folder: The portfolio's folder as seen from where the reader stands.
        root: The portfolio's absolute folder, for links; empty: no links.
    """
    painter = Painter(color, folder, root)
    lines = [_line(finding, painter) for finding in worst_first(report.findings)]
    if not report.findings and report.layout == "document":
        lines = list(_figures(report))
    if report.draft:
        lines.insert(0, painter(visible(draft_sentence(report)), "bold", "red"))
    lines.append(painter(verdict_sentence(report), "bold"))
    return (without_commands("\n".join(lines)) + "\n").encode()


def _line(finding: Finding, painter: Painter) -> str:
    label = f"{finding.severity.label}[{visible(finding.rule)}]"
    if finding.waiver:
        label = painter(f"{finding.waiver.verb} {label}", "dim")
    else:
        label = painter.severity(label, finding.severity)
    return f"{painter.place(finding.location)}: {label} {visible(finding.message)}"


def _figures(report: Report) -> Iterator[str]:
    for metric in report.headline:
        limit = f" ({metric.limit})" if metric.limit else ""
        yield visible(f"{metric.label}: {metric.value}{limit}")
