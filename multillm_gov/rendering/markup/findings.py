"""Findings as a Markdown list: what, where, what it risks, how to fix it."""

from collections.abc import Iterator

from multillm_gov.finding import Finding
from multillm_gov.rendering.markup.escaping import code, fence, inline
from multillm_gov.rendering.plain.escaping import visible_lines
from multillm_gov.rendering.plain.wording import since_when


def item(finding: Finding) -> str:
    """One list item with its details below."""
    return head(finding) + "".join(f"{detail}\n" for detail in _details(finding))


def line(finding: Finding) -> str:
    """One list item for a finding that is gone: it has no place and no weight any more."""
    return f"- {code(finding.rule)} {inline(finding.message)}\n"


def head(finding: Finding) -> str:
    """One list item without details."""
    severity, place = finding.severity.label, code(str(finding.location))
    return f"- **{severity}** {code(finding.rule)} {inline(finding.message)} ({place})\n"


def _details(finding: Finding) -> Iterator[str]:
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
    for related in finding.related:
        yield f"  - See {code(str(related.location))}: {inline(related.message)}"
