"""Findings that state one fact: reported once, with every place at which it stands."""

from collections.abc import Iterable

from msgspec import Struct

from multillm_gov.finding import Finding

_ALIKE = 3
"""Findings of one rule with one remedy from which they are listed as places of one finding."""


class Fact(Struct, frozen=True):
    """One or several findings of one rule that differ only in where they stand."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that speaks for all."""
        return self.findings[0]

    @property
    def one_message(self) -> bool:
        """Whether all say the same words."""
        return all(finding.message == self.first.message for finding in self.findings)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Active before waived ones, then by severity; the report's order among equals."""
    return sorted(findings, key=lambda finding: (not finding.active, -finding.severity))


def facts_of(findings: Iterable[Finding]) -> list[Fact]:
    """Findings as facts, worst first.

    Findings of one rule and policy are one fact where their message is the same, or where three or
    more have the same risk and the same remedy: what one step fixes is one thing to read.
    """
    listed = worst_first(findings)
    same: dict[object, list[Finding]] = {}
    for finding in listed:
        same.setdefault((_kind(finding), finding.message), []).append(finding)
    alike: dict[object, list[list[Finding]]] = {}
    for group in same.values():
        key = (_kind(group[0]), group[0].remedy, group[0].risk)
        alike.setdefault(key, []).append(group)
    facts: list[Fact] = []
    for groups in alike.values():
        if groups[0][0].remedy and len(groups) >= _ALIKE:
            facts.append(Fact(tuple(finding for group in groups for finding in group)))
        else:
            facts.extend(Fact(tuple(group)) for group in groups)
    place = {id(finding): index for index, finding in enumerate(listed)}
    return sorted(facts, key=lambda fact: place[id(fact.first)])


def _kind(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.policy, finding.severity, finding.under, finding.waiver
