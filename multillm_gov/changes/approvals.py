"""Approvals given, withdrawn and renewed; neither loosens or tightens a safeguard."""

from collections import defaultdict
from collections.abc import Iterator

from multillm_gov.changes.change import Change, Kind
from multillm_gov.portfolio.policy import PlacedApproval


def compare_approvals(
    before: tuple[PlacedApproval, ...], after: tuple[PlacedApproval, ...]
) -> Iterator[Change]:
    """Compare approvals word by word; changed ones of one subject pair in order of day."""
    old, new = _by_subject(before), _by_subject(after)
    for subject in sorted({*old, *new}):
        kept = {approval.declared for approval in old.get(subject, [])} & {
            approval.declared for approval in new.get(subject, [])
        }
        was, now = (
            [one for one in side.get(subject, []) if one.declared not in kept]
            for side in (old, new)
        )
        for index in range(max(len(was), len(now))):
            yield _change(
                subject,
                was[index] if index < len(was) else None,
                now[index] if index < len(now) else None,
            )


def _by_subject(approvals: tuple[PlacedApproval, ...]) -> dict[str, list[PlacedApproval]]:
    found: defaultdict[str, list[PlacedApproval]] = defaultdict(list)
    for approval in approvals:
        found[approval.declared.subject].append(approval)
    for group in found.values():
        group.sort(
            key=lambda one: (one.declared.date, one.declared.approved_by, one.declared.digest)
        )
    return found


def _change(subject: str, before: PlacedApproval | None, after: PlacedApproval | None) -> Change:
    kind = Kind.APPROVAL_CHANGED
    if before is None or after is None:
        kind = Kind.APPROVAL_GIVEN if before is None else Kind.APPROVAL_WITHDRAWN
    return Change(
        kind=kind,
        subject=subject,
        label="approval",
        before=_format(before),
        after=_format(after),
        before_figure=before.declared.digest if before else None,
        after_figure=after.declared.digest if after else None,
        place_before=before.place if before else None,
        place_after=after.place if after else None,
    )


def _format(approval: PlacedApproval | None) -> str:
    if approval is None:
        return ""
    declared = approval.declared
    comment = f": {declared.comment}" if declared.comment else ""
    return (
        f"{declared.approved_by} on {declared.date.isoformat()} of {declared.digest[:14]}{comment}"
    )
