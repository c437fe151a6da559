"""``govern waive``: write a waiver for a finding into the policy files."""

import re
from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.errors import UsageError
from multillm_gov.finding import Enforcement, Finding
from multillm_gov.location import Place
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import split_paths
from multillm_gov.state.loading import load_state
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


def waive(
    finding: str,
    *,
    reason: str,
    expires: date,
    approved_by: str,
    ticket: str = "",
    as_of: date,
    root: Path | None = None,
) -> Waiving:
    """Waive what a finding says of its subject, and write it down; a waiver that is there already is renewed.

    Args:
        finding: A fingerprint (or its first eight digits or more), or ``RULE_OR_POLICY:SUBJECT``.
        reason: Why it is borne.
        expires: Last day it holds.
        approved_by: Who bears it.
        ticket: Where it is followed up.
        as_of: Today.
        root: The portfolio's root, if it is not to be searched for.

    Raises:
        UsageError: no such finding, it cannot be waived (by that approver), the expiry is past, a
        text says nothing.
        SourceError: no portfolio, or a file whose layout leaves no safe place.
        OutputError: the file may not be written.
    """
    words = [("--reason", reason), ("--approved-by", approved_by)]
    check_words([*words, ("--ticket", ticket)] if ticket else words)
    if expires < as_of:
        raise UsageError(
            f"{expires} is past (today is {as_of})", "Name the last day it shall hold."
        )
    top, _ = split_paths((), root)
    before = assess_folder(top, as_of=as_of)
    policy, subject = _named(finding, before.findings)
    named = [
        found for found in before.findings if found.subject == subject and policy in _names(found)
    ]
    _refuse(named, before, approved_by)
    terms = {"reason": reason, "approved_by": approved_by, "expires": expires.isoformat()}
    terms |= {"ticket": ticket} if ticket else {}
    old = _held(before, policy, subject)
    entry = terms if old else {"policy": policy, "subject": subject, **terms}
    written = amend(before, "waivers", entry, old, WAIVERS)
    after = assess(
        load_state(
            with_file(before, written.content), as_of=as_of, price_map=read_price_map, known=before
        )
    )
    told = (reason, approved_by, expires.isoformat())
    covered = sum(
        (found.waiver.reason, found.waiver.approved_by, found.waiver.expires) == told
        for found in after.findings
        if found.waiver is not None and found.subject == subject and policy in _names(found)
    )
    if not covered:
        raise UsageError(
            f"`{policy}:{subject}` is excepted already; another waiver would cover nothing",
            "`govern check` shows by whom and until when.",
        )
    write(top, written.content)
    return Waiving(written=written, policy=policy, subject=subject, covered=covered)


def _named(asked: str, findings: tuple[Finding, ...]) -> tuple[str, str]:
    """The policy (or rule) and the subject that a call speaks of."""
    if _FINGERPRINT.fullmatch(asked):
        found = [finding for finding in findings if finding.fingerprint.startswith(asked)]
        named = {(finding.policy or finding.name, finding.subject) for finding in found}
        if len(named) > 1:
            meant = join_words(f"`{policy}:{subject}`" for policy, subject in sorted(named))
            raise UsageError(
                f"`{asked}` begins {len(named)} fingerprints: {meant}", "Write more of its digits."
            )
        if named:
            return named.pop()
    policy, _, subject = asked.partition(":")
    policy = policy.upper() if policy[:3].lower() == "gov" and policy[3:].isdigit() else policy
    if not any(finding.subject == subject and policy in _names(finding) for finding in findings):
        raise _unknown(asked, findings)
    return policy, subject


def _names(finding: Finding) -> tuple[str, ...]:
    return (finding.rule, finding.name, *([finding.policy] if finding.policy else []))


def _unknown(asked: str, findings: tuple[Finding, ...]) -> UsageError:
    from difflib import get_close_matches

    known = sorted(
        {f"{name}:{finding.subject}" for finding in findings[:2_000] for name in _names(finding)}
    )
    near = get_close_matches(asked[:200], known, n=3, cutoff=0.5)
    meant = f"Did you mean {join_words((f'`{name}`' for name in near), 'or')}?" if near else ""
    there = (
        "`govern check` lists the findings, `--format json` with their fingerprints."
        if known
        else ""
    )
    nothing = "" if known else "There is nothing to waive: `govern check` has no finding."
    return UsageError(
        f"There is no finding `{asked}`", " ".join(filter(None, (meant, there, nothing)))
    )


def _refuse(named: list[Finding], assessment: Assessment, approved_by: str) -> None:
    """Refuse a waiver that would be void or not in force."""
    approvers = {policy.name: policy.declared.approvers for policy in assessment.portfolio.policies}
    for finding in named:
        rule = find_rule(finding.rule)
        if finding.enforcement is Enforcement.HARD_MANDATORY:
            raise UsageError(
                f"`{finding.policy}` is hard-mandatory: its findings cannot be waived",
                "Mend the finding, or have the policy changed to `enforcement: soft-mandatory`.",
            )
        if rule is not None and not rule.waivable:
            raise UsageError(
                f"Findings of `{finding.name}` cannot be waived", f"Mend it: {finding.remedy}"
            )
        permitted = approvers.get(finding.policy, ())
        if permitted and approved_by not in permitted:
            raise UsageError(
                f"`{approved_by}` may not waive `{finding.policy}`; only {join_code(permitted)} may",
                f"Ask one of them: `--approved-by '{permitted[0]}'`.",
            )


def _held(assessment: Assessment, policy: str, subject: str) -> Place | None:
    """The waiver that is there already, a rule spelt by id or by name alike: the one that ends last."""
    rule = find_rule(policy)
    names = {policy, rule.id, rule.name} if rule else {policy}
    held = [
        waiver
        for waiver in assessment.portfolio.waivers
        if waiver.declared.policy in names and waiver.declared.subject == subject
    ]
    return max(held, key=lambda waiver: waiver.declared.expires).place if held else None
