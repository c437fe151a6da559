"""Changes as one line each, and what a reviewer looks at first, for a terminal."""

from collections.abc import Iterable, Iterator

from multillm_gov.briefing import Briefing, ReportedChange
from multillm_gov.content import Status
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.painting import Painter
from multillm_gov.rendering.plain.width import width, wrap

_WAYS: dict[str, Status] = {"loosened": "bad", "tightened": "good", "changed": "neutral"}


def brief_lines(briefing: Briefing, painter: Painter, size: int) -> Iterator[str]:
    """Figures that did not move, the sentences to look at first, and who must approve."""
    if briefing.unmoved:
        yield from wrap(visible(briefing.unmoved), size)
        yield ""
    if briefing.look_first:
        yield painter("Look at first", "bold")
        for number, matter in enumerate(briefing.look_first, 1):
            place = ""
            if matter.location is not None:
                place = f" ({painter.folder}{matter.location.path}:{matter.location.line})"
            yield from _hanging(f"{number}. ", visible(f"{matter.text}{place}"), size)
        yield ""
    if briefing.approvers:
        yield painter("Must approve", "bold")
        for text in briefing.approvers:
            yield from _hanging("- ", visible(text), size)
        yield ""


def list_changes(changes: Iterable[ReportedChange], painter: Painter, size: int) -> Iterator[str]:
    """``~ govern.yaml:10 max_share 0.60 → 0.70 (loosened)``, a line each, loosened ones first."""
    listed = tuple(changes)
    if not listed:
        return
    yield painter("Changes", "bold")
    for change in listed:
        yield from _change(change, painter, size)
    yield ""


def _change(change: ReportedChange, painter: Painter, size: int) -> Iterator[str]:
    place = ""
    if change.location is not None:
        place = visible(f"{painter.folder}{change.location.path}:{change.location.line}")
    subject = "" if change.subject == "settings" else f"{change.subject} "
    remarks = f" ({change.remarks})" if change.remarks else ""
    text = visible(f"{subject}{change.words}{remarks}")
    head = f"{change.sign} {place} " if place else f"{change.sign} "
    paint = _WAYS[change.direction]
    first, *rest = wrap(f"{'x' * (width(head) - 1)} {text}", size)
    shown = change.location and painter.place(change.location, column=False)
    opening = f"{change.sign} {shown} " if shown else head
    beside = first[width(head) :] if width(first) > width(head) else ""
    yield (opening + painter.status(beside, paint)).rstrip()
    for line in wrap(" ".join(rest), size - 4) if rest else ():
        yield f"    {painter.status(line, paint)}"


def _hanging(mark: str, text: str, size: int) -> Iterator[str]:
    first, *rest = wrap(text, size - len(mark))
    yield f"{mark}{first}"
    yield from (f"{' ' * len(mark)}{line}" for line in rest)
