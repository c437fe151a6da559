"""New findings by task class, the costliest first; what has one cause is one line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from multillm_gov.briefing import Matter, MatterGroup, ReportedChange
from multillm_gov.finding import Finding
from multillm_gov.units import format_money
from multillm_gov.words import code, count_of

_SOURCE = re.compile(r" \([^()]*://[^()]*\)")
_LONGEST = 160
"""Characters of a message in a sentence of several facts."""
_REPEATING = {
    "GOV708": "the safeguards loosened above",
    "GOV710": "changed facts that policies depend on, listed above",
}
"""Rules that report changes, which a comparison lists by themselves."""
_ELSEWHERE = "Portfolio"


def group_findings(
    findings: Iterable[Finding],
    loosened: Sequence[ReportedChange],
    values: Mapping[str, Decimal],
    currency: str,
) -> tuple[MatterGroup, ...]:
    """Active new findings, one group a task class; subjects that are none come last.

    Args:
        findings: The new ones; waived ones are left to the renderer.
        loosened: Changes that are listed above; the rule about them is one line.
        values: Value at stake a month by task class.
        currency: Of the amounts.
    """
    active = [finding for finding in findings if finding.active]
    listed = {"GOV710", *(["GOV708"] if loosened else [])}
    shared, own = _split([finding for finding in active if finding.rule not in listed], values)
    groups = [
        MatterGroup(title=_title(subject, values, currency), matters=_matters(found))
        for subject, found in sorted(own.items(), key=lambda each: (-values[each[0]], each[0]))
    ]
    rest = [*_matters(shared)]
    for rule in sorted(listed):
        rest += _repeated([finding for finding in active if finding.rule == rule])
    if rest:
        groups.append(MatterGroup(title=_ELSEWHERE, matters=tuple(rest)))
    return tuple(groups)


def _repeated(findings: Sequence[Finding]) -> list[Matter]:
    """One line for findings that repeat what is listed among the changes."""
    if not findings:
        return []
    first = findings[0]
    return [
        Matter(
            text=f"{count_of(len(findings), 'finding')} for {_REPEATING[first.rule]}.",
            severity=max(finding.severity for finding in findings),
            rule=first.rule,
            location=first.location,
            others=tuple(finding.location for finding in findings[1:]),
        )
    ]


def _split(
    findings: Sequence[Finding], values: Mapping[str, Decimal]
) -> tuple[list[Finding], dict[str, list[Finding]]]:
    """What several task classes share, or none has; then what each has of its own."""
    same: dict[tuple[str, str], set[str]] = {}
    for finding in findings:
        same.setdefault((finding.rule, finding.message), set()).add(finding.subject)
    shared: list[Finding] = []
    own: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.subject not in values or len(same[finding.rule, finding.message]) > 1:
            shared.append(finding)
        else:
            own.setdefault(finding.subject, []).append(finding)
    return shared, own


def _matters(findings: Sequence[Finding]) -> tuple[Matter, ...]:
    """One a rule and policy, errors first: several findings of one rule have one cause."""
    causes: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: -finding.severity):
        causes.setdefault((finding.rule, finding.policy), []).append(finding)
    return tuple(_matter(found) for found in causes.values())


def _matter(found: Sequence[Finding]) -> Matter:
    first = found[0]
    messages = list(dict.fromkeys(strip_subject(finding) for finding in found))
    text = messages[0]
    if len(messages) > 1:
        text = f"{text}; and {len(messages) - 1:,} more like it"
    return Matter(
        text=text,
        location=first.location,
        severity=first.severity,
        rule=first.rule,
        others=tuple(finding.location for finding in found[1:]),
    )


def strip_subject(finding: Finding) -> str:
    """The message without the subject that the reader has just read."""
    return finding.message.removeprefix(f"{code(finding.subject)} ").removeprefix(
        f"{code(finding.subject)}: "
    )


def short_message(finding: Finding) -> str:
    """The first clause of the message, without the subject and the address of a source."""
    text = _SOURCE.sub("", strip_subject(finding)).partition("; ")[0]
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _title(subject: str, values: Mapping[str, Decimal], currency: str) -> str:
    stake = values[subject]
    worth = f" ({format_money(stake, currency)} a month at stake)" if stake else ""
    return f"{code(subject)}{worth}"
