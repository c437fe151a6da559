"""Compares what a case expects with the findings."""

from collections.abc import Iterable

from msgspec import Struct

from multillm_gov.finding import Finding, Severity
from multillm_gov.portfolio.policy_test import Expected, PolicyTest
from multillm_gov.rules.engine.registry import rule_names
from multillm_gov.words import code

_KEYS = ("policy", "rule", "subject", "severity", "message")


class Match(Struct, frozen=True, kw_only=True):
    """The result of comparing one case."""

    matched: tuple[Finding, ...] = ()
    missing: tuple[Expected, ...] = ()
    unexpected: tuple[Finding, ...] = ()


def names_of(finding: Finding) -> frozenset[str]:
    """The names by which a case may refer to a finding."""
    return frozenset(name for name in (finding.policy, finding.rule, finding.name) if name)


def names_under_test(case: PolicyTest) -> frozenset[str]:
    """The policies and rules under test; none: whatever fails the check."""
    if case.only:
        return frozenset(case.only)
    wanted = case.expect if isinstance(case.expect, tuple) else ()
    return frozenset(name for expected in wanted if (name := expected.policy or expected.rule))


def unknown_names(case: PolicyTest, policies: Iterable[str]) -> tuple[str, ...]:
    """Names in a case that are neither a policy of its portfolio nor a rule, sorted."""
    known = {*policies, *(name for pair in rule_names().items() for name in pair)}
    wanted = case.expect if isinstance(case.expect, tuple) else ()
    used = {
        *case.only,
        *(name for expected in wanted for name in (expected.policy, expected.rule) if name),
    }
    return tuple(sorted(used - known))


def match(
    case: PolicyTest, findings: tuple[Finding, ...], gate: Severity, unjudged: frozenset[str]
) -> Match:
    """Pair expectations with findings, each with at most one.

    Args:
        case: What is expected of what.
        findings: All of the overlaid portfolio.
        gate: Least severity that fails the check: what a case about everything looks at.
        unjudged: Fingerprints of findings that are never passed over: what they are about could not
            be judged.
    """
    under_test = names_under_test(case)
    wanted = case.expect if isinstance(case.expect, tuple) else ()
    left = list(findings)
    matched: list[Finding] = []
    missing: list[Expected] = []
    # Those that say most choose first, so that one that says little cannot take what another needs.
    for expected in sorted(
        wanted, key=lambda each: -sum(getattr(each, key) is not None for key in _KEYS)
    ):
        matching_finding = next((finding for finding in left if _fits(expected, finding)), None)
        if matching_finding is None:
            missing.append(expected)
        else:
            left.remove(matching_finding)
            matched.append(matching_finding)
    unexpected = [
        finding
        for finding in left
        if finding.active
        and (
            finding.fingerprint in unjudged
            or (bool(names_of(finding) & under_test) if under_test else finding.severity >= gate)
        )
    ]
    return Match(matched=tuple(matched), missing=tuple(missing), unexpected=tuple(unexpected))


def format_expected(expected: Expected) -> str:
    """An expectation in words."""
    kind = expected.severity or "finding"
    parts = [
        f"a waived {kind}" if expected.waived else f"an {kind}" if kind == "error" else f"a {kind}"
    ]
    if expected.policy:
        parts.append(f"of policy {code(expected.policy)}")
    if expected.rule:
        parts.append(f"of rule {code(expected.rule)}")
    if expected.subject:
        parts.append(f"on {code(expected.subject)}")
    if expected.message:
        parts.append(f"that says {code(expected.message)}")
    return " ".join(parts)


def _fits(expected: Expected, finding: Finding) -> bool:
    return (
        (expected.policy is None or expected.policy == finding.policy)
        and (expected.rule is None or expected.rule in {finding.rule, finding.name})
        and (expected.subject is None or expected.subject == finding.subject)
        and (expected.severity is None or expected.severity == finding.severity.label)
        and (expected.message is None or expected.message in finding.message)
        and expected.waived == (not finding.active)
    )
