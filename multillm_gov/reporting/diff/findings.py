"""Findings of two states: new, fixed, and no longer enforced."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.finding import Finding

BY_BASE = "-base"
"""Ends the fingerprint of a finding that the later state has by the base's policies or facts."""


class Renames(Struct, frozen=True):
    """New names by old ones: a rename does not make a finding new."""

    task_classes: Mapping[str, str] = {}
    policies: Mapping[str, str] = {}


class FindingsShift(Struct, frozen=True, kw_only=True):
    """How findings changed; known by fingerprint, so moved lines do not make a finding new."""

    new: tuple[Finding, ...]
    """Active now and not before, or more severe, and waived ones that did not exist before."""
    resolved: tuple[Finding, ...]
    """Active before and fixed."""
    excused: tuple[Finding, ...]
    """Stood before, and would under the base's policies, waivers and limits: loosened."""
    kept: tuple[Finding, ...]
    """Active before and now: not repeated."""


def shift_findings(
    before: Sequence[Finding],
    after: Sequence[Finding],
    by_base: Sequence[Finding] | None,
    renames: Renames,
) -> FindingsShift:
    """Compare findings.

    Args:
        before: Those of the base.
        after: Those of the later state.
        by_base: Those of the later state judged by the policies of the base; ``None`` where no
        policy differs.
        renames: What has another name in the later state.
    """
    old = {finding.fingerprint: finding for finding in before}
    origin = identities(before, after, renames)
    new = tuple(
        finding
        for finding in after
        if _is_new(finding, old.get(origin.get(finding.fingerprint, "")))
    )
    fresh = {finding.fingerprint for finding in new}
    used = {
        name: replace(finding, fingerprint=name)
        for finding in after
        if finding.under and (name := finding.fingerprint.removesuffix(BY_BASE))
    }
    excused = tuple(
        finding for finding in _excused(after, by_base, renames) if finding.fingerprint not in used
    )
    unsettled = (*excused, *used.values())
    ended = set(identities(before, unsettled, Renames(renames.task_classes)).values())
    stays = {origin.get(finding.fingerprint) for finding in after if finding.active}
    return FindingsShift(
        new=new,
        resolved=tuple(f for f in before if f.active and f.fingerprint not in stays | ended),
        excused=excused,
        kept=tuple(
            finding for finding in after if finding.active and finding.fingerprint not in fresh
        ),
    )


def identities(
    before: Sequence[Finding], after: Sequence[Finding], renames: Renames
) -> dict[str, str]:
    """By fingerprint of a later finding, that of the earlier one it continues."""
    known = {finding.fingerprint for finding in before}
    texts_by_name = {
        finding.fingerprint: finding.fingerprint
        for finding in after
        if finding.fingerprint in known
    }
    waiting: defaultdict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in before:
        key = (
            finding.rule,
            renames.policies.get(finding.policy, finding.policy),
            renames.task_classes.get(finding.subject, finding.subject),
        )
        if finding.fingerprint not in texts_by_name and key != (
            finding.rule,
            finding.policy,
            finding.subject,
        ):
            waiting[key].append(finding)
    for finding in after:
        candidates = waiting.get((finding.rule, finding.policy, finding.subject))
        if finding.fingerprint not in texts_by_name and candidates:
            texts_by_name[finding.fingerprint] = _closest(finding, candidates).fingerprint
    return texts_by_name


def _closest(finding: Finding, candidates: list[Finding]) -> Finding:
    """Take out the candidate that says the same but for the name, else the first."""
    for index, candidate in enumerate(candidates):
        if (
            candidate.message.replace(f"`{candidate.subject}`", f"`{finding.subject}`")
            == finding.message
        ):
            return candidates.pop(index)
    return candidates.pop(0)


def _excused(
    after: Sequence[Finding], by_base: Sequence[Finding] | None, renames: Renames
) -> tuple[Finding, ...]:
    """Findings by the base's policies that the later state's no longer make.

    Without a difference of policies none can be; findings about files never are.
    """
    if by_base is None:
        return ()
    enforced = [
        finding for finding in by_base if finding.active and not finding.rule.startswith("GOV0")
    ]
    origin = identities(enforced, after, Renames({}, renames.policies))
    stays = {origin.get(finding.fingerprint) for finding in after if finding.active}
    return tuple(finding for finding in enforced if finding.fingerprint not in stays)


def _is_new(finding: Finding, before: Finding | None) -> bool:
    if before is None:
        return True
    return finding.active and (not before.active or finding.severity > before.severity)
