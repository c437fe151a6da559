"""Markdown as GitHub renders it: a comment for a check or a diff, a document for a board."""

from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import quote

from multillm_gov.finding import Finding, Severity
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.markup.blocks import (
    FOLD_CLOSING,
    fold_opening,
    provenance_table,
    section,
    table,
)
from multillm_gov.rendering.markup.budget import TextPart, assemble
from multillm_gov.rendering.markup.comment import comment
from multillm_gov.rendering.markup.escaping import inline, paragraph
from multillm_gov.rendering.markup.findings import item
from multillm_gov.rendering.markup.places import ReportPlaces
from multillm_gov.rendering.plain.facts import facts_of
from multillm_gov.rendering.plain.sections import breached_first, headline_table
from multillm_gov.rendering.plain.wording import (
    checked_sentence,
    draft_sentence,
    short_revision,
    verdict_parts,
)
from multillm_gov.report import Report
from multillm_gov.words import count_of

ENDINGS = (".md",)
MEDIA_TYPE = "text/markdown"
_LONGEST_FOLDER = 300
COMMENT_LIMIT = 65_400
"""Characters of a comment: GitHub accepts 65,536, and a workflow may add a marker of its own."""
_HEADLINES = 3


def render(report: Report) -> bytes:
    """UTF-8 Markdown; a comment starts with its `marker` and keeps within `COMMENT_LIMIT`."""
    if report.layout == "document":
        text = assemble(_document(report), None, "")
    else:
        parts = (
            _check(report)
            if report.layout == "findings"
            else comment(report, marker(report.path_prefix))
        )
        text = assemble(parts, COMMENT_LIMIT, f"govern {report.kind} --format json")
    return text.rstrip("\n").encode() + b"\n"


def marker(prefix: str) -> str:
    """First line of a comment, by which the next run finds it again among those of its portfolio.

    Args:
        prefix: The portfolio's folder, with ``/`` last, in any script; empty: the repository's
            root. It is percent-encoded, so that it cannot end the HTML comment.
    """
    folder = quote(prefix.encode("utf-8", "surrogateescape"), safe="/").replace("--", "-%2D")
    if len(folder) > _LONGEST_FOLDER:
        folder = f"{folder[:100]}~{sha256(folder.encode()).hexdigest()[:16]}"
    return f"<!-- govern {folder} -->\n" if folder else "<!-- govern -->\n"


def _check(report: Report) -> list[TextPart]:
    return [
        TextPart(
            pieces=(
                marker(report.path_prefix),
                _verdict(report),
                paragraph(checked_sentence(report)) + "\n\n",
                _headline(report),
            )
        ),
        *_findings(report),
        *(TextPart(pieces=(section(part, 3),), noun="section") for part in report.sections),
        _provenance(report),
    ]


def _document(report: Report) -> list[TextPart]:
    named = (
        report.organization,
        f"as of {report.as_of}",
        f"commit {short_revision(report.revision)}",
    )
    line = " · ".join(map(inline, named[: 3 if report.revision else 2]))
    if report.edition:
        line = inline(report.organization)
    parts = [f"# {inline(report.title)}\n\n{line}\n\n"]
    parts += [_front_matter(report)] if report.edition else [_verdict(report)]
    parts += [f"{paragraph(report.summary)}\n\n"] if report.summary else []
    if report.headline and not report.edition:
        parts.append(table(headline_table(report.headline)))
    parts += [section(part, 2) for part in report.sections]
    listed = [*_items(report.findings, report)]
    if listed and not report.edition and all(part.id != "findings" for part in report.sections):
        parts += ["## Findings\n\n", *listed, "\n"]
    return [TextPart(pieces=tuple(parts)), _provenance(report)]


def _front_matter(report: Report) -> str:
    """Label and value a line; a draft is marked before them."""
    draft = f"**{inline(draft_sentence(report))}**\n\n" if report.draft else ""
    rows = "".join(f"- {inline(label)}: {inline(value)}\n" for label, value in report.facts)
    return f"{draft}{rows}\n"


def _verdict(report: Report) -> str:
    counted, gate = verdict_parts(report)
    draft = f"**{inline(draft_sentence(report))}**\n\n" if report.draft else ""
    return f"{draft}**{counted}**{' ' if gate else ''}{gate}\n\n"


def _headline(report: Report) -> str:
    metrics = breached_first(report.headline, _HEADLINES)
    return table(headline_table(metrics)) if metrics else ""


def _findings(report: Report) -> list[TextPart]:
    """What fails the gate in full view; the rest and what is waived folded."""
    failing, others, waived = _by_severity(report)
    return [
        TextPart(pieces=_items(failing, report), noun="finding", closing="\n"),
        *_folded(others, f"{count_of(len(others), 'finding')} below the gate", report),
        *_folded(waived, f"{count_of(len(waived), 'finding')} waived", report),
    ]


def _by_severity(report: Report) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """Those that fail the gate, below it, and waived; without a gate, errors count as failing."""
    gate = report.verdict.fail_on or Severity.ERROR
    active = [finding for finding in report.findings if finding.active]
    failing = [finding for finding in active if finding.severity >= gate]
    others = [finding for finding in active if finding.severity < gate]
    return failing, others, [finding for finding in report.findings if not finding.active]


def _folded(findings: Sequence[Finding], title: str, report: Report) -> list[TextPart]:
    opening, closing = fold_opening(title), f"\n{FOLD_CLOSING}"
    return (
        [
            TextPart(
                pieces=_items(findings, report), noun="finding", opening=opening, closing=closing
            )
        ]
        if findings
        else []
    )


def _items(findings: Sequence[Finding], report: Report) -> tuple[str, ...]:
    places, titles = ReportPlaces.of(report), {rule.id: rule.title for rule in report.rules}
    return tuple(item(fact, titles, places) for fact in facts_of(findings))


def _provenance(report: Report) -> TextPart:
    listed = provenance_table(report)
    opening = fold_opening(find_language(report.language).say("page.sources"))
    pieces = [opening + listed + FOLD_CLOSING] if listed else []
    pieces += [f"<!-- {report.command} -->\n"] if report.command else []
    return TextPart(pieces=tuple(pieces))
