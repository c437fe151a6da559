"""Findings as linters print them: by file, with source line, risk and fix."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from multillm_gov.finding import Finding
from multillm_gov.location import Location
from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.width import width, wrap
from multillm_gov.rendering.plain.wording import since_when

_TAB = "    "
_LABELS = 8


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


def findings_by_file(findings: Iterable[Finding], painter: Painter, size: int) -> Iterator[str]:
    """Lines: each file's path once, its findings below it, a blank line after each."""
    for path, group in groupby(findings, key=lambda finding: finding.location.path):
        yield painter(visible(path), "bold")
        for finding in group:
            yield from _finding(finding, painter, size)
            yield ""


def _finding(finding: Finding, painter: Painter, size: int) -> Iterator[str]:
    place = f"{finding.location.line}:{finding.location.column}"
    label = f"{finding.severity.label}[{visible(finding.rule)}]"
    waiver = finding.waiver
    weight = (
        painter(f"{waiver.verb} {label}", "dim")
        if waiver
        else painter.severity(label, finding.severity)
    )
    yield f"  {painter(place, 'dim')} {weight} {painter(visible(finding.message), 'bold')}"
    gutter = " " * len(str(finding.location.line))
    bar = painter("|", "blue")
    shown = excerpt(finding.location, max(size - len(gutter) - 6, 20))
    if shown is not None:
        source, carets = shown
        yield f"   {gutter} {bar}"
        yield f"   {painter(str(finding.location.line), 'blue')} {bar} {source}"
        carets = (
            painter.severity(carets, finding.severity) if finding.active else painter(carets, "dim")
        )
        yield f"   {gutter} {bar} {carets}"
    for name, text in _details(finding):
        yield from _detail(name, text, gutter, painter, size)


def _details(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.risk:
        yield "risk", finding.risk
    if finding.active and finding.remedy:
        yield "help", finding.remedy
    for related in finding.related:
        yield "see", f"{visible(str(related.location))} {related.message}"
    if finding.policy:
        told = f"`{finding.policy}`" + (
            f" ({finding.enforcement.value})" if finding.enforcement else ""
        )
        told += since_when(finding)
        yield "policy", f"{told}: {finding.because}" if finding.because else told
    if finding.waiver is not None:
        waiver = finding.waiver
        ticket = f", {waiver.ticket}" if waiver.ticket else ""
        yield (
            waiver.verb,
            f"{waiver.words.removeprefix(waiver.verb).strip()}{ticket}: {waiver.reason}",
        )


def _detail(name: str, text: str, gutter: str, painter: Painter, size: int) -> Iterator[str]:
    """A label and its text; prose is wrapped, a remedy of several lines is kept as it is."""
    label = painter("=", "blue") + " " + painter(f"{name}:".ljust(_LABELS), "bold")
    indent = f"   {gutter} "
    lines = visible_lines(text.strip("\n"))
    if len(lines) == 1:
        lines = wrap(lines[0], max(size - len(indent) - _LABELS - 2, 20))
    yield f"{indent}{label}{lines[0]}"
    for line in lines[1:]:
        yield f"{indent}{' ' * (_LABELS + 2)}{line}".rstrip()
