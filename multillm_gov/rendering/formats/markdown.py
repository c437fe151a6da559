"""Markdown as GitHub renders it: a comment for a check or a diff, a document for a board."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from multillm_gov.content import Cell, Column, Table
from multillm_gov.finding import Finding, Severity
from multillm_gov.rendering.markup.blocks import (
    FOLD_CLOSING,
    fold_opening,
    head,
    item,
    line,
    section,
    table,
)
from multillm_gov.rendering.markup.escaping import inline, paragraph
from multillm_gov.rendering.plain.sections import headline_table
from multillm_gov.rendering.plain.wording import checked_sentence, short_revision, verdict_parts
from multillm_gov.report import Report
from multillm_gov.words import count_of

_NOTE = 400
"""Room kept for the sentence that says what was left out."""
ENDINGS = (".md",)
MEDIA_TYPE = "text/markdown"
MARKER = "<!-- govern -->\n"
"""First line of a comment, by which the next run finds it again."""
COMMENT_LIMIT = 65_400
"""Characters of a comment: GitHub accepts 65,536, and a workflow may add a marker of its own."""
_HEADLINES = 3


class Part(Struct, frozen=True, kw_only=True):
    """Pieces that stay or go whole, between an opening and a closing."""

    pieces: tuple[str, ...]
    noun: str = ""
    """What one piece is (``finding``, ``section``); empty: it is always kept."""
    opening: str = ""
    closing: str = ""


def assemble(parts: list[Part], limit: int | None, command: str) -> str:
    """All parts in order, or as many pieces as fit into ``limit`` characters and a note.

    Args:
        parts: What to say, the most important first.
        limit: Characters the host accepts; ``None``: any number.
        command: What prints everything.
    """
    whole = "".join(_joined(part, part.pieces) for part in parts)
    if limit is None or len(whole) <= limit:
        return whole
    left_out: Counter[str] = Counter()
    room = limit - _NOTE - sum(len(_joined(part, part.pieces)) for part in parts if not part.noun)
    told = []
    for part in parts:
        kept = part.pieces if not part.noun else _fitting(part, room)
        if part.noun:
            room -= len(_joined(part, kept))
            left_out[part.noun] += len(part.pieces) - len(kept)
        told.append(_joined(part, kept))
    counted = " and ".join(count_of(number, noun) for noun, number in left_out.items() if number)
    return (
        f"{''.join(told)}Left out to stay within {limit:,} characters: {counted}. `{command}` "
        "has everything.\n"
    )


def _fitting(part: Part, room: int) -> tuple[str, ...]:
    room -= len(part.opening) + len(part.closing)
    kept = []
    for piece in part.pieces:
        if len(piece) <= room:
            kept.append(piece)
            room -= len(piece)
    return tuple(kept)


def _joined(part: Part, pieces: tuple[str, ...]) -> str:
    return f"{part.opening}{''.join(pieces)}{part.closing}" if pieces else ""


def render(report: Report) -> bytes:
    """UTF-8 Markdown; a comment starts with `MARKER` and keeps within `COMMENT_LIMIT`."""
    if report.layout == "document":
        text = assemble(_document(report), None, "")
    else:
        parts = _check(report) if report.layout == "findings" else _diff(report)
        text = assemble(parts, COMMENT_LIMIT, f"govern {report.kind} --format json")
    return text.rstrip("\n").encode() + b"\n"


def _check(report: Report) -> list[Part]:
    return [
        Part(
            pieces=(
                MARKER,
                _verdict(report),
                paragraph(checked_sentence(report)) + "\n\n",
                _headline(report),
            )
        ),
        *_findings(report),
        *(Part(pieces=(section(part, 3),), noun="section") for part in report.sections),
        _provenance(report),
    ]


def _diff(report: Report) -> list[Part]:
    """The verdict, figures and what a reviewer must see first; then what is folded."""
    summary = f"{paragraph(report.summary)}\n\n" if report.summary else ""
    sections = [
        Part(pieces=(section(part, 3),), noun="section")
        for part in report.sections
        if not part.folded
    ]
    details = [
        Part(pieces=(section(part, 3),), noun="section") for part in report.sections if part.folded
    ]
    resolved = Part(
        pieces=tuple(line(finding) for finding in report.resolved),
        noun="resolved finding",
        opening=fold_opening(f"{count_of(len(report.resolved), 'finding')} resolved"),
        closing=f"\n{FOLD_CLOSING}",
    )
    return [
        Part(pieces=(MARKER, _verdict(report), summary, _headline(report))),
        *sections,
        *_new_findings(report),
        *details,
        resolved,
        _provenance(report),
    ]


def _document(report: Report) -> list[Part]:
    named = (
        report.organization,
        f"as of {report.as_of}",
        f"commit {short_revision(report.revision)}",
    )
    line = " · ".join(map(inline, named[: 3 if report.revision else 2]))
    parts = [f"# {inline(report.title)}\n\n{line}\n\n", _verdict(report)]
    parts += [f"{paragraph(report.summary)}\n\n"] if report.summary else []
    parts += [table(headline_table(report.headline))] if report.headline else []
    parts += [section(part, 2) for part in report.sections]
    listed = [item(finding) for finding in report.findings]
    if listed and all(part.id != "findings" for part in report.sections):
        parts += ["## Findings\n\n", *listed, "\n"]
    return [Part(pieces=tuple(parts)), _provenance(report)]


def _verdict(report: Report) -> str:
    counted, gate = verdict_parts(report)
    return f"**{counted}**{' ' if gate else ''}{gate}\n\n"


def _headline(report: Report) -> str:
    metrics = report.headline if report.layout == "comparison" else report.headline[:_HEADLINES]
    return table(headline_table(metrics)) if metrics else ""


def _findings(report: Report) -> list[Part]:
    """What fails the gate in full view; the rest and what is waived folded."""
    failing, others, waived = _by_severity(report)
    return [
        Part(pieces=_items(failing), noun="finding", closing="\n"),
        *_folded(others, f"{count_of(len(others), 'finding')} below the gate", "finding"),
        *_folded(waived, f"{count_of(len(waived), 'finding')} waived", "finding"),
    ]


def _new_findings(report: Report) -> list[Part]:
    """One line for each that fails the gate; how to fix them, and all others, folded."""
    failing, others, waived = _by_severity(report)
    title = f"{count_of(len(failing) + len(others), 'new finding')} in detail"
    lines = tuple(head(finding) for finding in _worst_first(failing))
    return [
        Part(pieces=lines, noun="finding", opening="### New findings\n\n", closing="\n"),
        *_folded([*failing, *others], title, "detailed finding"),
        *_folded(waived, f"{count_of(len(waived), 'new finding')} waived", "waived finding"),
    ]


def _by_severity(report: Report) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """Those that fail the gate, below it, and waived; without a gate, errors count as failing."""
    gate = report.verdict.fail_on or Severity.ERROR
    active = [finding for finding in report.findings if finding.active]
    failing = [finding for finding in active if finding.severity >= gate]
    others = [finding for finding in active if finding.severity < gate]
    return failing, others, [finding for finding in report.findings if not finding.active]


def _folded(findings: Sequence[Finding], title: str, noun: str) -> list[Part]:
    opening, closing = fold_opening(title), f"\n{FOLD_CLOSING}"
    return (
        [Part(pieces=_items(findings), noun=noun, opening=opening, closing=closing)]
        if findings
        else []
    )


def _items(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(item(finding) for finding in _worst_first(findings))


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """By severity; the report's order among equals."""
    return sorted(findings, key=lambda finding: -finding.severity)


def _provenance(report: Report) -> Part:
    rows = tuple((Cell(label), Cell(f"`{value}`")) for label, value in report.provenance)
    listed = Table(title="", columns=(Column("What"), Column("Which")), rows=rows)
    return Part(pieces=(fold_opening("Provenance") + table(listed) + FOLD_CLOSING,) if rows else ())
