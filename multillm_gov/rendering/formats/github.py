"""Workflow commands of GitHub Actions: an annotation per finding, the most severe first."""

from collections.abc import Iterator

from multillm_gov.finding import Finding, Severity
from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.wording import (
    checked_sentence,
    draft_sentence,
    since_when,
    status_words,
    verdict_sentence,
)
from multillm_gov.report import Metric, Report

MEDIA_TYPE = "text/plain"
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_SHOWN = 10
"""Annotations of one kind that GitHub displays per step; the log keeps all."""
_HEADLINES = 3
_PLACES = 10
"""Further places of a finding that one annotation names."""


def render(report: Report) -> bytes:
    """One command a line and nothing else, the summary last; waived findings are only counted."""
    active = sorted(
        (finding for finding in report.findings if finding.active), key=lambda each: -each.severity
    )
    lines = [_annotation(finding, report.path_prefix) for finding in active]
    summary = "\n".join(_summary(report, active))
    lines.append(_command("notice", {"title": "govern"}, summary))
    return ("\n".join(lines) + "\n").encode()


def _annotation(finding: Finding, prefix: str) -> str:
    """Columns only for a span within one line: GitHub refuses them otherwise."""
    location = finding.location
    last = max(location.end_line, location.line)
    properties = {"file": prefix + location.path, "line": str(location.line), "endLine": str(last)}
    if location.line == last:
        properties |= {
            "col": str(location.column),
            "endColumn": str(max(location.end_column, location.column)),
        }
    properties["title"] = f"{finding.rule} {finding.name}"
    texts = [finding.message]
    texts += [f"Risk: {finding.risk}"] if finding.risk else []
    texts += [f"Fix: {finding.remedy}"] if finding.remedy else []
    texts += [f"Policy: {finding.policy}{since_when(finding)}"] if finding.policy else []
    texts += [f"See {prefix}{each.location}: {each.message}" for each in finding.related[:_PLACES]]
    further = len(finding.related) - _PLACES
    texts += [f"See {further:,} more in the report."] if further > 0 else []
    return _command(_COMMANDS[finding.severity], properties, "\n".join(texts))


def _summary(report: Report, active: list[Finding]) -> Iterator[str]:
    if report.draft:
        yield draft_sentence(report)
    yield verdict_sentence(report)
    yield checked_sentence(report)
    for metric in report.headline[:_HEADLINES]:
        yield _figure(metric)
    if any(
        count > _SHOWN
        for count in (report.verdict.errors, report.verdict.warnings, report.verdict.notes)
    ):
        yield f"GitHub shows {_SHOWN} annotations of each kind; this log has all {len(active):,}."


def _figure(metric: Metric) -> str:
    details = ", ".join(part for part in (metric.limit, status_words(metric), metric.note) if part)
    return f"{metric.label}: {metric.value}" + (f" ({details})" if details else "")


def _command(name: str, properties: dict[str, str], message: str) -> str:
    """A command that its content cannot end: line breaks, ``:`` and ``,`` are percent-encoded."""
    settings = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {settings}::{'%0A'.join(_data(line) for line in visible_lines(message))}"


def _data(line: str) -> str:
    return line.replace("%", "%25")


def _property(value: str) -> str:
    return visible(value).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
