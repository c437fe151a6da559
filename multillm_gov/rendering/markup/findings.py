"""Findings as a Markdown list: what, where, what it risks, how to fix it."""

from collections.abc import Iterator, Mapping

from multillm_gov.finding import Finding
from multillm_gov.rendering.markup.escaping import code, fence, inline
from multillm_gov.rendering.markup.places import ReportPlaces
from multillm_gov.rendering.plain.escaping import visible_lines
from multillm_gov.rendering.plain.facts import Fact
from multillm_gov.rendering.plain.wording import since_when
from multillm_gov.words import count_of

_PLACES = 25
"""Places of one fact that a list shows."""


def item(fact: Fact, titles: Mapping[str, str], places: ReportPlaces) -> str:
    """One list item for a fact, with its places and details below."""
    finding, further = fact.first, len(fact.findings) - 1
    if not further:
        lines = [head(finding, places)]
    else:
        one_message = fact.one_message
        message = finding.message if one_message else titles.get(finding.rule) or finding.name
        count = count_of(further + 1, "place")
        label = f"**{finding.severity.label}** {code(finding.rule)}"
        lines = [f"- {label} {inline(message)} ({count})\n"]
        for each in fact.findings[:_PLACES]:
            words = "" if one_message else f": {inline(each.message)}"
            lines.append(f"  - {places.show(each.location, column=True)}{words}\n")
        if further >= _PLACES:
            lines.append(f"  - and {count_of(further + 1 - _PLACES, 'more place')}\n")
    details = _details(finding, places, alone=not further)
    return "".join([*lines, *(f"{detail}\n" for detail in details)])


def line(finding: Finding) -> str:
    """One list item for a finding that is gone: it has no place and no weight any more."""
    return f"- {code(finding.rule)} {inline(finding.message)}\n"


def head(finding: Finding, places: ReportPlaces) -> str:
    """One list item without details."""
    severity, place = finding.severity.label, places.show(finding.location, column=True)
    return f"- **{severity}** {code(finding.rule)} {inline(finding.message)} ({place})\n"


def _details(finding: Finding, places: ReportPlaces, *, alone: bool) -> Iterator[str]:
    if finding.risk:
        yield f"  - Risk: {inline(finding.risk)}"
    if finding.waiver is not None:
        waiver = finding.waiver
        ticket = f", {inline(waiver.ticket)}" if waiver.ticket else ""
        yield (
            f"  - {inline(waiver.words[0].upper() + waiver.words[1:])}{ticket}: "
            f"{inline(waiver.reason)}"
        )
    elif finding.remedy:
        first, *rest = visible_lines(finding.remedy.strip("\n"))
        yield f"  - Fix: {inline(first)}"
        if rest:
            yield f"\n{fence(rest, '    ')}\n"
    if finding.policy:
        because = f": {inline(finding.because)}" if finding.because else ""
        yield f"  - Policy {code(finding.policy)}{since_when(finding)}{because}"
    for related in finding.related if alone else ():
        place = places.show(related.location, column=True)
        yield f"  - See {place}: {inline(related.message)}"
