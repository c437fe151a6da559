"""Findings of two states: what is new, what was mended, and what is merely no longer asked for."""

from collections.abc import Sequence

from msgspec import Struct

from multillm_gov.finding import Finding


class FindingsShift(Struct, frozen=True, kw_only=True):
    """How findings moved. Known by fingerprint, so moved lines and changed figures do not make a finding new."""

    new: tuple[Finding, ...]
    """Active now and not before (or graded higher than before), and waived ones that were not there before."""
    resolved: tuple[Finding, ...]
    """Active before, and gone because what they complained of is gone."""
    excused: tuple[Finding, ...]
    """Would be active now under the policies, waivers and limits of the base; loosening those is what ended them."""
    kept: tuple[Finding, ...]
    """Active before and now: not repeated."""


def shift_findings(
    before: Sequence[Finding], after: Sequence[Finding], under_old_policies: Sequence[Finding] | None
) -> FindingsShift:
    """Compare findings; ``under_old_policies`` are those of the later state judged as the base would have."""
    old = {finding.fingerprint: finding for finding in before}
    now = {finding.fingerprint: finding for finding in after if finding.active}
    excused = {
        finding.fingerprint: finding
        for finding in _excusable(before, after, under_old_policies)
        if finding.active and finding.fingerprint not in now
    }
    new = tuple(finding for finding in after if _is_new(finding, old.get(finding.fingerprint)))
    fresh = {finding.fingerprint for finding in new}
    active = [finding for finding in before if finding.active and finding.fingerprint not in now]
    return FindingsShift(
        new=new,
        resolved=tuple(finding for finding in active if finding.fingerprint not in excused),
        excused=tuple(excused.values()),
        kept=tuple(finding for finding in now.values() if finding.fingerprint not in fresh),
    )


def _excusable(
    before: Sequence[Finding], after: Sequence[Finding], under_old_policies: Sequence[Finding] | None
) -> tuple[Finding, ...]:
    """What the base's policies say of the later state; without that, what was active and is waived now."""
    if under_old_policies is not None:
        return tuple(finding for finding in under_old_policies if not finding.rule.startswith("GOV0"))
    waived = {finding.fingerprint for finding in after if not finding.active}
    return tuple(finding for finding in before if finding.fingerprint in waived)


def _is_new(finding: Finding, before: Finding | None) -> bool:
    if before is None:
        return True
    return finding.active and (not before.active or finding.severity > before.severity)
