"""The comment on a pull request: understood in ten seconds, everything else in one fold."""

from collections.abc import Iterator

from msgspec.structs import replace

from multillm_gov.briefing import CHANGE_SECTIONS, Briefing, Matter, MatterGroup, ReportedChange
from multillm_gov.content import Cell, Column, Table
from multillm_gov.finding import Severity
from multillm_gov.rendering.markup.blocks import (
    FOLD_CLOSING,
    fold_opening,
    provenance_table,
    section,
    table,
)
from multillm_gov.rendering.markup.budget import TextPart
from multillm_gov.rendering.markup.escaping import code, inline, paragraph
from multillm_gov.rendering.markup.findings import item, line
from multillm_gov.rendering.markup.places import ReportPlaces
from multillm_gov.rendering.plain.facts import facts_of
from multillm_gov.rendering.plain.wording import draft_sentence, limit_words, short_revision
from multillm_gov.report import Metric, Report
from multillm_gov.words import count_of

SILENT = "<!-- govern: below the threshold of silence -->\n"
"""Second line of a comment that nobody needs; a workflow may leave it out."""
_SECTION_LEVEL = 4
_MOST = 100
"""Changes, and task classes with new findings, that a comment lists."""


def comment(report: Report, marker: str) -> list[TextPart]:
    """The first line, the figures that moved, what to look at first; then one fold."""
    briefing = report.briefing or Briefing(lead=(report.summary,), calm=False)
    places = ReportPlaces.of(report)
    top = [
        marker,
        SILENT if briefing.silent else "",
        f"### {_first_line(report, briefing)}\n\n",
        f"**{inline(draft_sentence(report))}**\n\n" if report.draft else "",
        f"{_context(report)}\n\n",
    ]
    if briefing.calm:
        return [TextPart(pieces=(*top, f"{paragraph(report.summary)}\n"))]
    if briefing.context:
        top.append(f"{paragraph(briefing.context)}\n\n")
    top += [_figures(report, briefing), *_look_first(briefing, places), *_approvers(briefing)]
    fold = [part for part in _details(report, briefing, places) if part.pieces]
    if not fold:
        return [TextPart(pieces=tuple(top))]
    opening = TextPart(pieces=(fold_opening(_fold_title(report)),))
    return [TextPart(pieces=tuple(top)), opening, *fold, TextPart(pieces=(FOLD_CLOSING,))]


def _first_line(report: Report, briefing: Briefing) -> str:
    """``govern `team-a`: 2 safeguards loosened · +17 USD a month · not mergeable``."""
    name = f" {code(report.path_prefix.rstrip('/'))}" if report.path_prefix else ""
    return f"govern{name}: {' · '.join(map(inline, briefing.lead))}"


def _context(report: Report) -> str:
    """Whose portfolio, which commits, which day."""
    revisions = " → ".join(code(short_revision(each)) for each in (report.base, report.revision))
    named = (inline(report.organization), revisions, f"as of {inline(report.as_of)}")
    return " · ".join(named)


def _figures(report: Report, briefing: Briefing) -> str:
    """One table of what moved, with the limit and the limit before where that moved too."""
    moved = [metric for metric in report.headline if metric.moved]
    rest = f"{paragraph(briefing.unmoved)}\n\n" if briefing.unmoved else ""
    if not moved:
        return rest
    rows = tuple(_row(metric) for metric in moved)
    columns = (
        Column("Figure"),
        Column("Before", numeric=True),
        Column("After", numeric=True),
        Column("Limit"),
    )
    return table(Table(title="", columns=columns, rows=rows)) + rest


def _row(metric: Metric) -> tuple[Cell, ...]:
    return (
        Cell(metric.label),
        Cell(metric.before or "none"),
        Cell(metric.value, metric.status),
        Cell(limit_words(metric)),
    )


def _look_first(briefing: Briefing, places: ReportPlaces) -> Iterator[str]:
    if briefing.look_first:
        yield "**Look at first**\n\n"
        for number, matter in enumerate(briefing.look_first, 1):
            yield f"{number}. {_sentence(matter, places)}\n"
        yield "\n"


def _approvers(briefing: Briefing) -> Iterator[str]:
    if briefing.approvers:
        yield f"**Must approve:** {'; '.join(map(inline, briefing.approvers))}.\n\n"


def _sentence(matter: Matter, places: ReportPlaces) -> str:
    """Text and place; further places of the same fact by line alone."""
    shown = [] if matter.location is None else [_place(matter, places)]
    shown += [places.show(other) for other in matter.others[:2]]
    more = f" and {len(matter.others) - 2:,} more" if len(matter.others) > 2 else ""
    where = f" ({', '.join(shown)}{more})" if shown else ""
    return f"{paragraph(matter.text)}{where}"


def _place(matter: Matter, places: ReportPlaces) -> str:
    return "" if matter.location is None else places.show(matter.location, in_base=matter.in_base)


def _fold_title(report: Report) -> str:
    active = sum(finding.active for finding in report.findings)
    counts = (
        (len(report.changes), "change"),
        (active, "new finding"),
        (len(report.resolved), "resolved finding"),
    )
    named = ", ".join(count_of(number, noun) for number, noun in counts if number)
    return f"Details: {named}" if named else "Details"


def _details(report: Report, briefing: Briefing, places: ReportPlaces) -> Iterator[TextPart]:
    """Changes, findings by task class, how to fix them, figures, what is resolved."""
    yield TextPart(
        pieces=_first([_change(change, places) for change in report.changes], "change"),
        noun="change",
        opening="#### Changes\n\n",
        closing="\n",
    )
    yield TextPart(
        pieces=_first([_group(group, places) for group in briefing.groups], "task class"),
        noun="group of findings",
        opening="#### New findings\n\n",
    )
    yield TextPart(
        pieces=tuple(_notes(report)), opening="#### Notes on the figures\n\n", closing="\n"
    )
    for part in report.sections:
        if part.id in CHANGE_SECTIONS:
            continue
        text = section(replace(part, folded=False), _SECTION_LEVEL)
        yield TextPart(pieces=(text,), noun="section")
    yield from _in_detail(report, places)
    rests_on = provenance_table(report)
    yield TextPart(pieces=(rests_on,) if rests_on else (), opening="#### Provenance\n\n")


def _first(pieces: list[str], noun: str) -> tuple[str, ...]:
    """The first ones, and how many more there are: a list of thousands helps nobody."""
    rest = len(pieces) - _MOST
    more = [f"- … and {count_of(rest, f'more {noun}')}\n"] if rest > 0 else []
    return (*pieces[:_MOST], *more)


def _change(change: ReportedChange, places: ReportPlaces) -> str:
    """``~ `vendor-limit` max_share 0.6 → 0.7 (loosened) policies/p.yaml:8``."""
    subject = "" if change.subject == "settings" else f"{code(change.subject)} "
    remarks = f" ({inline(change.remarks)})" if change.remarks else ""
    words = f"{subject}{inline(change.title or change.words)}{remarks}"
    if change.direction == "loosened":
        words = f"**{words}**" if "*" not in words else words
    where = ""
    if change.location is not None:
        in_base = change.location_after is None
        where = f", {places.show(change.location, in_base=in_base)}"
    return f"- {words}{where}\n"


def _group(group: MatterGroup, places: ReportPlaces) -> str:
    lines = [f"{paragraph(group.title)}\n\n"]
    for matter in group.matters:
        severity = (matter.severity or Severity.NOTE).label
        lines.append(f"- **{severity}** {code(matter.rule)} {_sentence(matter, places)}\n")
    return "".join([*lines, "\n"])


def _notes(report: Report) -> Iterator[str]:
    for metric in report.headline:
        if metric.moved and metric.note:
            yield f"- {inline(metric.label)}: {inline(metric.note)}\n"


def _in_detail(report: Report, places: ReportPlaces) -> Iterator[TextPart]:
    facts, titles = facts_of(report.findings), {rule.id: rule.title for rule in report.rules}
    yield TextPart(
        pieces=tuple(item(fact, titles, places) for fact in facts),
        noun="detailed finding",
        opening="#### New findings in detail\n\n",
        closing="\n",
    )
    yield TextPart(
        pieces=tuple(line(finding) for finding in report.resolved),
        noun="resolved finding",
        opening="#### Resolved findings\n\n",
        closing="\n",
    )
