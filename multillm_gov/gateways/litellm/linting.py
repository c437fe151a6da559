"""Judging a configuration by every rule of the book: violations become findings with places."""

from collections.abc import Iterable, Iterator

from multillm_gov.documents.document import locate
from multillm_gov.finding import Finding, Related, Violation, fingerprint
from multillm_gov.gateways.litellm.book import all_lint_rules
from multillm_gov.gateways.litellm.rule import LintContext, LintRule

MOST_FINDINGS = 200
"""Findings of one rule on one configuration; more say nothing new."""


def lint(context: LintContext) -> tuple[Finding, ...]:
    """Every finding on a configuration, ordered by place and rule; equal ones once."""
    findings = [
        finding
        for rule in all_lint_rules()
        if rule.affected.holds(context.release)
        for finding in _findings(rule, context)
    ]
    return sorted_findings(findings)


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Ordered by path, line, column and rule; equal ones once."""
    once = {
        (finding.fingerprint, str(finding.location), finding.message): finding
        for finding in findings
    }
    return tuple(
        sorted(
            once.values(),
            key=lambda each: (
                each.location.path,
                each.location.line,
                each.location.column,
                each.rule,
                each.message,
            ),
        )
    )


def _findings(rule: LintRule, context: LintContext) -> Iterator[Finding]:
    documents = dict(context.configuration.documents)
    for number, violation in enumerate(rule.check(context)):
        if number >= MOST_FINDINGS:
            return
        yield Finding(
            rule=rule.id,
            name=rule.name,
            severity=violation.severity or rule.severity,
            message=violation.message,
            location=locate(violation.place, documents),
            subject=violation.subject,
            remedy=violation.remedy,
            risk=violation.risk,
            related=tuple(
                Related(message, locate(place, documents)) for message, place in violation.related
            ),
            figures=violation.figures,
            fingerprint=_identity(rule, violation),
        )


def _identity(rule: LintRule, violation: Violation) -> str:
    return fingerprint(rule.id, "", violation.subject, violation.distinction)
