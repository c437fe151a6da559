"""``govern waive``: write a waiver for a finding into the policy files."""

import re
from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.errors import UsageError
from multillm_gov.finding import Enforcement, Finding
from multillm_gov.location import Place
from multillm_gov.rules.engine.assessment import assess
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import split_paths
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State
from multillm_gov.words import join_code, join_words
from multillm_gov.workflows.entries import Written, amend, check_words, with_file, write
from multillm_gov.workflows.states import assess_folder

WAIVERS = "policies/waivers.yaml"
"""Where a first waiver goes."""
_FINGERPRINT = re.compile(r"[0-9a-f]{8,16}(?:-[0-9]+)?")


class Waiving(Struct, frozen=True, kw_only=True):
    """What ``govern waive`` did."""

    written: Written
    policy: str
    subject: str
    covered: int
    """Findings that the waiver excepts."""


class WaiverTerms(Struct, frozen=True, kw_only=True):
    """What a waiver says besides what it covers."""

    reason: str
    expires: date
    """Last day it is in force."""
    approved_by: str
    ticket: str = ""
    """Where it is followed up."""

    @property
    def entry(self) -> dict[str, str]:
        """The terms as a policy file holds them."""
        terms = {"reason": self.reason, "approved_by": self.approved_by}
        terms["expires"] = self.expires.isoformat()
        return terms | ({"ticket": self.ticket} if self.ticket else {})


def waive(finding: str, terms: WaiverTerms, *, as_of: date, root: Path | None = None) -> Waiving:
    """Write a waiver for a finding's subject; an existing one is renewed.

    Args:
        finding: A fingerprint (or its first eight digits or more), or ``RULE_OR_POLICY:SUBJECT``.
        terms: Reason, approver and last day.
        as_of: Today.
        root: The portfolio's root, if it is not to be searched for.

    Raises:
        UsageError: no such finding, it cannot be waived (by that approver), the expiry is past, a
            text says nothing.
        SourceError: no portfolio, or a file whose layout leaves no safe place.
        OutputError: the file may not be written.
    """
    check_terms(terms, as_of)
    top, _ = split_paths((), root)
    before = assess_folder(top, as_of=as_of)
    policy, subject = _named(finding, before.findings)
    _refuse(_about(policy, subject, before.findings), before.state, terms.approved_by)
    old = held_waiver(before.state, policy, subject)
    entry = terms.entry if old else {"policy": policy, "subject": subject, **terms.entry}
    written = amend(before.state, "waivers", entry, old, WAIVERS)
    files = with_file(before.state, written.content)
    state = load_state(files, as_of=as_of, price_map=read_price_map, known=before.state)
    covered = sum(
        matching_finding.waiver is not None
        and (
            matching_finding.waiver.reason,
            matching_finding.waiver.approved_by,
            matching_finding.waiver.expires,
        )
        == (terms.reason, terms.approved_by, terms.expires.isoformat())
        for matching_finding in _about(policy, subject, assess(state).findings)
    )
    if not covered:
        raise UsageError(
            f"`{policy}:{subject}` is excepted already; another waiver would cover nothing",
            "`govern check` shows by whom and until when.",
        )
    write(top, written.content)
    return Waiving(written=written, policy=policy, subject=subject, covered=covered)


def check_terms(terms: WaiverTerms, as_of: date) -> None:
    """Take only terms that can be in force.

    Raises:
        UsageError: the expiry is past, or a text says nothing.
    """
    words = [("--reason", terms.reason), ("--approved-by", terms.approved_by)]
    check_words([*words, ("--ticket", terms.ticket)] if terms.ticket else words)
    if terms.expires < as_of:
        raise UsageError(
            f"{terms.expires} is past (today is {as_of})", "Name the last day it shall hold."
        )


def _about(policy: str, subject: str, findings: tuple[Finding, ...]) -> list[Finding]:
    return [
        finding for finding in findings if finding.subject == subject and policy in _names(finding)
    ]


def _named(requested: str, findings: tuple[Finding, ...]) -> tuple[str, str]:
    """The policy (or rule) and the subject that a call speaks of."""
    if _FINGERPRINT.fullmatch(requested):
        matching_findings = [
            finding for finding in findings if finding.fingerprint.startswith(requested)
        ]
        named = {(finding.policy or finding.name, finding.subject) for finding in matching_findings}
        if len(named) > 1:
            meant = join_words(f"`{policy}:{subject}`" for policy, subject in sorted(named))
            raise UsageError(
                f"`{requested}` begins {len(named)} fingerprints: {meant}",
                "Write more of its digits.",
            )
        if named:
            return named.pop()
    policy, _, subject = requested.partition(":")
    policy = policy.upper() if policy[:3].lower() == "gov" and policy[3:].isdigit() else policy
    if not any(finding.subject == subject and policy in _names(finding) for finding in findings):
        raise _unknown(requested, findings)
    return policy, subject


def _names(finding: Finding) -> tuple[str, ...]:
    return (finding.rule, finding.name, *([finding.policy] if finding.policy else []))


def _unknown(requested: str, findings: tuple[Finding, ...]) -> UsageError:
    from difflib import get_close_matches

    known = sorted(
        {f"{name}:{finding.subject}" for finding in findings[:2_000] for name in _names(finding)}
    )
    near = get_close_matches(requested[:200], known, n=3, cutoff=0.5)
    meant = f"Did you mean {join_words((f'`{name}`' for name in near), 'or')}?" if near else ""
    there = (
        "`govern check` lists the findings, `--format json` with their fingerprints."
        if known
        else ""
    )
    nothing = "" if known else "There is nothing to waive: `govern check` has no finding."
    return UsageError(
        f"There is no finding `{requested}`", " ".join(filter(None, (meant, there, nothing)))
    )


def _refuse(named: list[Finding], state: State, approved_by: str) -> None:
    """Refuse a waiver that would be void or not in force."""
    approvers = {policy.name: policy.declared.approvers for policy in state.portfolio.policies}
    for finding in named:
        rule = find_rule(finding.rule)
        if finding.enforcement is Enforcement.HARD_MANDATORY:
            raise UsageError(
                f"`{finding.policy}` is hard-mandatory: its findings cannot be waived",
                "Fix the finding, or have the policy changed to `enforcement: soft-mandatory`.",
            )
        if rule is not None and not rule.waivable:
            raise UsageError(
                f"Findings of `{finding.name}` cannot be waived", f"Fix it: {finding.remedy}"
            )
        permitted = approvers.get(finding.policy, ())
        if permitted and approved_by not in permitted:
            raise UsageError(
                f"`{approved_by}` may not waive `{finding.policy}`, only {join_code(permitted)}",
                f"Ask one of them: `--approved-by '{permitted[0]}'`.",
            )


def held_waiver(state: State, policy: str, subject: str) -> Place | None:
    """The existing waiver that ends last, a rule named by id or name alike."""
    rule = find_rule(policy)
    names = {policy, rule.id, rule.name} if rule else {policy}
    held = [
        waiver
        for waiver in state.portfolio.waivers
        if waiver.declared.policy in names and waiver.declared.subject == subject
    ]
    return max(held, key=lambda waiver: waiver.declared.expires).place if held else None
