"""What a page shows of any report: headline, sections, findings, sources."""

import re
from itertools import islice

from msgspec.structs import replace

from multillm_gov.content import Block, Cell, Column, Paragraph, Status, Table
from multillm_gov.finding import Finding
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.plain.wording import (
    draft_sentence,
    short_revision,
    status_words,
    verdict_sentence,
)
from multillm_gov.report import Metric, Report, Section
from multillm_gov.words import count_of, join_some

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=%|[A-Z]{3}\b)")
_MOST_FINDINGS = 500
_MOST_PLACES = 30
"""Further places of one finding in a table."""
_SEVERITY: dict[str, Status] = {"error": "bad", "warning": "watch", "note": "neutral"}


def headline_table(report: Report) -> Table:
    """The headline figures, one a row; of a board pack the measures of its first section."""
    if report.edition:
        return next(block for block in report.sections[0].blocks if isinstance(block, Table))
    compared = any(metric.before for metric in report.headline)
    columns = [Column("Figure"), Column("Now", numeric=True), Column("Limit"), Column("Status")]
    if compared:
        columns.insert(1, Column("Before", numeric=True))
    return Table(
        title="",
        columns=tuple(columns),
        rows=tuple(_metric_row(metric, compared=compared) for metric in report.headline),
        empty="No figure.",
    )


def _metric_row(metric: Metric, *, compared: bool) -> tuple[Cell, ...]:
    """A value's detail in parentheses moves to the label, so that the figures' column is narrow."""
    value, _, detail = metric.value.partition(" (")
    notes = "; ".join(note for note in (detail.removesuffix(")"), metric.note) if note)
    label = f"{metric.label} ({notes})" if notes else metric.label
    before = (Cell(metric.before.partition(" (")[0]),) if compared else ()
    word = status_words(metric).capitalize()
    return (
        Cell(label),
        *before,
        Cell(value, strong=True),
        Cell(metric.limit),
        Cell(word, metric.status),
    )


def sections(report: Report) -> tuple[Section, ...]:
    """The report's sections; findings, open and resolved, where none shows them; sources last."""
    shown = list(report.sections)
    if report.layout != "document":
        shown.append(_findings("findings", "Findings", report.findings, "No findings."))
    if report.resolved and report.layout in {"findings", "comparison"}:
        shown.append(_findings("resolved", "Resolved", report.resolved, ""))
    if report.provenance:
        rows = tuple((Cell(label), Cell(value)) for label, value in report.provenance)
        say = find_language(report.language).say
        columns = (Column(say("page.what")), Column(say("page.version")))
        table = Table(title="", columns=columns, rows=rows)
        shown.append(Section(id="provenance", title=say("page.sources"), blocks=(table,)))
    return tuple(shown)


def findings_by_severity(report: Report, size: int, most: int) -> tuple[Table, ...]:
    """Tables of so many open findings each, the gravest first, and no more tables than ``most``."""
    ordered = sorted(report.findings, key=lambda finding: finding.severity, reverse=True)[
        : size * most
    ]
    whole = _finding_table(tuple(ordered), "")
    return tuple(
        replace(whole, rows=whole.rows[start : start + size])
        for start in range(0, len(whole.rows), size)
    )


def _findings(name: str, title: str, findings: tuple[Finding, ...], empty: str) -> Section:
    blocks: tuple[Block, ...] = (_finding_table(findings, empty),)
    left = len(findings) - _MOST_FINDINGS
    if left > 0:
        blocks += (
            Paragraph(
                f"{count_of(left, 'further finding')} not shown; `--format json` has them all."
            ),
        )
    return Section(id=name, title=title, blocks=blocks)


def _finding_table(findings: tuple[Finding, ...], empty: str) -> Table:
    return Table(
        title="",
        columns=(
            Column("Severity"),
            Column("Problem"),
            Column("Remediation"),
            Column("Place and rule"),
        ),
        rows=tuple(_finding_row(finding) for finding in islice(findings, _MOST_FINDINGS)),
        empty=empty,
    )


def _finding_row(finding: Finding) -> tuple[Cell, ...]:
    label = finding.severity.label
    excepted = finding.waiver.verb.capitalize() if finding.waiver else ""
    severity = Cell(excepted) if excepted else Cell(label.capitalize(), _SEVERITY[label])
    message = sentence(finding.message) + (
        f" Risk: {sentence(finding.risk)}" if finding.risk else ""
    )
    place = f"{finding.location} {finding.rule} {finding.name}"
    others = [str(each.location) for each in finding.related]
    place += f"; see {join_some(others, _MOST_PLACES)}" if others else ""
    return (severity, Cell(message), Cell(finding.remedy), Cell(place))


def sentence(text: str) -> str:
    """The text with a capital first and a full stop last."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def facts(report: Report) -> tuple[tuple[str, str], ...]:
    """What identifies the report, under its title; of a board pack its front matter."""
    if report.facts:
        draft = draft_sentence(report)
        label = find_language(report.language).say("column.status")
        return (((label, draft),) if draft else ()) + report.facts
    rows = [
        ("Status", draft_sentence(report)),
        ("As of", report.as_of),
        ("Revision", short_revision(report.revision)),
        ("Compared with", short_revision(report.base)),
        ("Result", verdict_sentence(report)),
    ]
    return tuple((label, value) for label, value in rows if value)


def code_runs(text: str) -> tuple[tuple[str, bool], ...]:
    """The text cut at backquotes: pieces, each with whether it is code.

    A percent sign or currency is kept on the line of its number.
    """
    parts = _NUMBER_AND_UNIT.sub("\u00a0", text).split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return tuple((part, index % 2 == 1) for index, part in enumerate(parts) if part)


def plain(text: str) -> str:
    """The text without its backquotes, for what marks no code."""
    return text.replace("`", "")
