"""Findings as linters print them: what, where, the source line, the risk and the fix."""

from collections.abc import Iterable, Iterator, Mapping

from multillm_gov.content import Cell, Column, Table
from multillm_gov.finding import Finding
from multillm_gov.location import Location
from multillm_gov.rendering.plain.columns import lay_out
from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.facts import Fact, facts_of
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.width import width, wrap
from multillm_gov.rendering.plain.wording import since_when
from multillm_gov.words import count_of

_LABELS = 8
_TAB = "    "
_LEAST_ROOM = 20


def list_findings(
    findings: Iterable[Finding], titles: Mapping[str, str], painter: Painter, size: int
) -> Iterator[str]:
    """Lines of each fact, errors first, a blank line after each.

    Args:
        findings: In the report's order.
        titles: Of rules by id, for facts whose findings differ in words.
        painter: Colors and links.
        size: Cells of a line.
    """
    for fact in facts_of(findings):
        yield from _fact(fact, titles, painter, size)
        yield ""


def summarize(
    findings: Iterable[Finding], titles: Mapping[str, str], painter: Painter, size: int
) -> Iterator[str]:
    """A table of the rules that active findings break, errors first, then the most frequent."""
    groups: dict[tuple[int, str], list[Finding]] = {}
    for finding in findings:
        if finding.active:
            groups.setdefault((-finding.severity, finding.rule), []).append(finding)
    ordered = sorted(groups.items(), key=lambda each: (each[0][0], -len(each[1]), each[0][1]))
    rows = tuple(
        (
            Cell(f"{matching_findings[0].severity.label}[{rule}]"),
            Cell(titles.get(rule) or matching_findings[0].name),
            Cell(f"{len(matching_findings):,}"),
            Cell(f"{painter.folder}{matching_findings[0].location}"),
        )
        for (_, rule), matching_findings in ordered
    )
    columns = Column("Rule"), Column("Finding"), Column("Number", numeric=True), Column("First at")
    yield from lay_out(Table(title="", columns=columns, rows=rows), size, painter.status)


def _fact(fact: Fact, titles: Mapping[str, str], painter: Painter, size: int) -> Iterator[str]:
    finding, label = fact.first, _label(fact.first, painter)
    message, one_message = finding.message, fact.one_message
    if not one_message:
        title = titles.get(finding.rule) or finding.name
        message = f"{title} ({count_of(len(fact.findings), 'place')})"
    elif len(fact.findings) > 1:
        message += f" ({count_of(len(fact.findings), 'place')})"
    plain = f"{finding.severity.label}[{finding.rule}]"
    room = len(plain) + 1 + (len(finding.waiver.verb) + 1 if finding.waiver else 0)
    for index, line in enumerate(_wrapped(visible(message), room, size)):
        yield f"{label} {painter(line, 'bold')}" if not index else f"  {painter(line, 'bold')}"
    gutter = " " * len(str(finding.location.line))
    for each in fact.findings:
        yield f"{gutter}{painter('-->', 'blue')} {painter.place(each.location)}"
        if not one_message:
            for line in wrap(visible(each.message), size - len(gutter) - 4):
                yield f"{gutter}    {line}"
    if len(fact.findings) == 1:
        yield from _excerpt(finding, gutter, painter, size)
    for name, text in _details(finding, painter, alone=len(fact.findings) == 1):
        yield from _detail(name, text, gutter, painter, size)


def _wrapped(text: str, first: int, size: int) -> list[str]:
    """Lines of a text whose first one starts after ``first`` cells and the others after two."""
    head = wrap(f"{'x' * (first - 3)} {text}", size - 2)
    if len(head[0]) < first - 2:  # not even one word fits beside the label
        return ["", *head[1:]]
    return [head[0][first - 2 :], *head[1:]]


def _label(finding: Finding, painter: Painter) -> str:
    label = f"{finding.severity.label}[{visible(finding.rule)}]"
    if finding.waiver:
        return painter(f"{finding.waiver.verb} {label}", "dim")
    return painter.severity(label, finding.severity)


def _excerpt(finding: Finding, gutter: str, painter: Painter, size: int) -> Iterator[str]:
    shown = excerpt(finding.location, max(size - len(gutter) - 3, _LEAST_ROOM))
    if shown is None:
        return
    source, carets = shown
    bar = painter("|", "blue")
    yield f"{gutter} {bar}"
    yield f"{painter(str(finding.location.line), 'blue')} {bar} {source}"
    carets = (
        painter.severity(carets, finding.severity) if finding.active else painter(carets, "dim")
    )
    yield f"{gutter} {bar} {carets}"


def _details(finding: Finding, painter: Painter, *, alone: bool) -> Iterator[tuple[str, str]]:
    if finding.risk:
        yield "risk", finding.risk
    if finding.active and finding.remedy:
        yield "help", finding.remedy
    for related in finding.related if alone else ():
        yield "see", f"{visible(f'{painter.folder}{related.location}')} {related.message}"
    if finding.policy:
        named = f"`{finding.policy}`" + (
            f" ({finding.enforcement.value})" if finding.enforcement else ""
        )
        named += since_when(finding)
        yield "policy", f"{named}: {finding.because}" if finding.because else named
    if finding.waiver is not None:
        waiver = finding.waiver
        ticket = f", {waiver.ticket}" if waiver.ticket else ""
        yield (
            waiver.verb,
            f"{waiver.words.removeprefix(waiver.verb).strip()}{ticket}: {waiver.reason}",
        )


def _detail(name: str, text: str, gutter: str, painter: Painter, size: int) -> Iterator[str]:
    """A label and its text; prose is wrapped, lines below the first are kept as they are."""
    label = painter("=", "blue") + " " + painter(f"{name}:".ljust(_LABELS), "bold")
    indent = f"{gutter} "
    room = max(size - len(indent) - _LABELS - 2, _LEAST_ROOM)
    lines = visible_lines(text.strip("\n"))
    if len(lines) == 1 or width(lines[0]) > room:
        lines[:1] = wrap(lines[0], room)
    yield f"{indent}{label}{lines[0]}"
    for line in lines[1:]:
        yield f"{indent}{' ' * (_LABELS + 2)}{line}".rstrip()


def excerpt(location: Location, size: int) -> tuple[str, str] | None:
    """The line and its carets, each at most ``size`` cells wide; ``None`` for an empty line."""
    line = location.source_line.rstrip("\r\n")
    if not line.strip():
        return None
    start = min(max(location.column - 1, 0), len(line))
    end = len(line) if location.end_line > location.line else location.end_column - 1
    end = max(min(end, len(line)), start + 1)
    first = _first_shown(line, start, end, size)
    shown, offset, length = "…" if first else "", 0, 0
    for index in range(first, len(line)):
        piece = _TAB if line[index] == "\t" else visible(line[index])
        if width(shown) + width(piece) > size - 1 and not (
            index == len(line) - 1 and width(shown + piece) <= size
        ):
            shown += "…"
            break
        if index < start:
            offset += width(piece)
        elif index < end:
            length += width(piece)
        shown += piece
    return shown, " " * (offset + (1 if first else 0)) + "^" * max(length, 1)


def _first_shown(line: str, start: int, end: int, size: int) -> int:
    """0 when the span is in view from the line's start, else the first column shown."""
    head = line[: min(end, size)]
    if end <= size and sum(width(_TAB if c == "\t" else visible(c)) for c in head) < size:
        return 0
    first, room = start, size // 3
    while first > 0:
        room -= width(_TAB if line[first - 1] == "\t" else visible(line[first - 1]))
        if room < 0:
            break
        first -= 1
    return first
