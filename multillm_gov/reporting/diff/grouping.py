"""New findings by task class, the costliest first; what has one cause is one line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from multillm_gov.briefing import Matter, MatterGroup, ReportedChange
from multillm_gov.finding import Finding
from multillm_gov.location import Location
from multillm_gov.units import format_money
from multillm_gov.words import code, count_of, join_some

_SOURCE = re.compile(r" \([^()]*://[^()]*\)")
_LONGEST = 160
"""Characters of a message in a sentence of several facts."""
_REPEATING = {
    "GOV708": "the safeguards loosened above",
    "GOV710": "changed facts that policies depend on, listed above",
}
"""Rules that report changes, which a comparison lists by themselves."""
_ELSEWHERE = "Portfolio"
_MOST_RULES = 4
"""Further rules that the line of one cause names."""


def repeating(loosened: Sequence[ReportedChange]) -> frozenset[str]:
    """Rules whose findings a comparison lists as changes already."""
    return frozenset({"GOV710", *(["GOV708"] if loosened else [])})


def group_findings(
    findings: Iterable[Finding],
    changes: Sequence[ReportedChange],
    values: Mapping[str, Decimal],
    currency: str,
) -> tuple[MatterGroup, ...]:
    """Active new findings, one group a task class; subjects that are none come last.

    Args:
        findings: The new ones; waived ones are left to the renderer.
        changes: What is listed above; the rules about loosened ones and about facts are one line.
        values: Value at stake a month by task class.
        currency: Of the amounts.
    """
    active = [finding for finding in findings if finding.active]
    listed = repeating([change for change in changes if change.direction == "loosened"])
    shared, own = _split([finding for finding in active if finding.rule not in listed], values)
    groups = [
        MatterGroup(
            title=_title(subject, values, currency),
            matters=_matters(
                matching_findings, [change for change in changes if change.subject == subject]
            ),
        )
        for subject, matching_findings in sorted(
            own.items(), key=lambda each: (-values[each[0]], each[0])
        )
    ]
    rest = [*_matters(shared, ())]
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


def _matters(findings: Sequence[Finding], changes: Sequence[ReportedChange]) -> tuple[Matter, ...]:
    """One line a cause, errors first.

    All that is new about a task class in which one thing changed has that cause. Where several
    things changed, findings that name a model of one change have its cause; others of one rule and
    policy are one line.
    """
    causes: dict[object, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: -finding.severity):
        causes.setdefault(_cause(finding, changes), []).append(finding)
    return tuple(_matter(cause) for cause in causes.values())


def _cause(finding: Finding, changes: Sequence[ReportedChange]) -> object:
    if len(changes) == 1:
        return 0
    for number, change in enumerate(changes):
        named = {*change.before.split(", "), *change.after.split(", ")}
        models = {text.rpartition(" ")[0] if text.endswith("%") else text for text in named}
        if any(code(model) in finding.message for model in models if model):
            return number
    return finding.rule, finding.policy


def _matter(findings: Sequence[Finding]) -> Matter:
    """The gravest finding in full, then the first clause of the worst one of each other rule."""
    first = findings[0]
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.rule, []).append(finding)
    own = _distinct(rules.pop(first.rule))
    text = own[0] if len(own) == 1 else f"{own[0]}; and {len(own) - 1:,} more like it"
    also = [f"{code(rule)} {short_message(each[0])}" for rule, each in rules.items()]
    if also:
        text = f"{text}; with it {join_some(also, _MOST_RULES)}"
    lines: dict[tuple[str, int], Location] = {}
    for finding in findings:
        lines.setdefault((finding.location.path, finding.location.line), finding.location)
    return Matter(
        text=text,
        location=first.location,
        severity=first.severity,
        rule=first.rule,
        others=tuple(lines.values())[1:],
    )


def _distinct(findings: Sequence[Finding]) -> list[str]:
    """Messages without the subject; one that another one holds in full is the same fact."""
    messages = list(dict.fromkeys(strip_subject(finding) for finding in findings))
    return [
        message
        for message in messages
        if not any(message != other and message in other for other in messages)
    ]


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
