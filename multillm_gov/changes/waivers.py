"""Waivers and approvals given, withdrawn and changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from multillm_gov.changes.change import Change, ChangeKind, Direction
from multillm_gov.changes.direction import higher_is_tighter
from multillm_gov.portfolio.policy import PlacedApproval, PlacedWaiver


def compare_approvals(
    before: tuple[PlacedApproval, ...], after: tuple[PlacedApproval, ...]
) -> Iterator[Change]:
    """Compare approvals word by word; changed ones of one subject pair in order of day."""
    old, new = _by_subject(before), _by_subject(after)
    for subject in sorted({*old, *new}):
        kept_approvals = {approval.declared for approval in old.get(subject, [])} & {
            approval.declared for approval in new.get(subject, [])
        }
        was, now = (
            [
                placed_approval
                for placed_approval in side.get(subject, [])
                if placed_approval.declared not in kept_approvals
            ]
            for side in (old, new)
        )
        for index in range(max(len(was), len(now))):
            yield _change(
                subject,
                was[index] if index < len(was) else None,
                now[index] if index < len(now) else None,
            )


def _by_subject(approvals: tuple[PlacedApproval, ...]) -> dict[str, list[PlacedApproval]]:
    approvals_by_name: defaultdict[str, list[PlacedApproval]] = defaultdict(list)
    for approval in approvals:
        approvals_by_name[approval.declared.subject].append(approval)
    for group in approvals_by_name.values():
        group.sort(
            key=lambda placed_approval: (
                placed_approval.declared.date,
                placed_approval.declared.approved_by,
                placed_approval.declared.digest,
            )
        )
    return approvals_by_name


def _change(subject: str, before: PlacedApproval | None, after: PlacedApproval | None) -> Change:
    kind = ChangeKind.APPROVAL_CHANGED
    if before is None or after is None:
        kind = ChangeKind.APPROVAL_GIVEN if before is None else ChangeKind.APPROVAL_WITHDRAWN
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


_WORDS = ("reason", "approved_by", "ticket")


Renames = tuple[Mapping[str, str], Mapping[str, str]]
"""New names by old ones: of policies, and of task classes."""


def compare_waivers(
    before: tuple[PlacedWaiver, ...], after: tuple[PlacedWaiver, ...], renames: Renames
) -> Iterator[Change]:
    """Waivers added, removed and changed, paired by policy and subject, renames followed."""
    old, new = _by_exception(before, renames), _by_exception(after, ({}, {}))
    for exception in sorted({*old, *new}):
        subject = " / ".join(exception)
        held, holds = old.get(exception, []), new.get(exception, [])
        common = min(len(held), len(holds))
        for was, now in zip(held[:common], holds[:common], strict=True):
            yield from _compare_waiver(subject, was, now)
        for waiver in held[common:]:
            yield _whole(ChangeKind.WAIVER_REMOVED, subject, waiver)
        for waiver in holds[common:]:
            yield _whole(ChangeKind.WAIVER_ADDED, subject, waiver)


def _by_exception(
    waivers: tuple[PlacedWaiver, ...], renames: Renames
) -> dict[tuple[str, str], list[PlacedWaiver]]:
    """Waivers by policy and subject, the longest first."""
    waivers_by_key: defaultdict[tuple[str, str], list[PlacedWaiver]] = defaultdict(list)
    for waiver in waivers:
        names = (waiver.declared.policy, waiver.declared.subject)
        policy, subject = (renames[side].get(name, name) for side, name in enumerate(names))
        waivers_by_key[policy, subject].append(waiver)
    for group in waivers_by_key.values():
        group.sort(key=lambda waiver: (waiver.declared.expires, *_words(waiver)), reverse=True)
    return waivers_by_key


def _words(waiver: PlacedWaiver) -> tuple[str, ...]:
    return tuple(getattr(waiver.declared, key) for key in _WORDS)


def _compare_waiver(subject: str, before: PlacedWaiver, after: PlacedWaiver) -> Iterator[Change]:
    old, new = before.declared, after.declared
    if old.expires != new.expires:
        yield _term_change(subject, before, after)
    for key in _WORDS:
        was, now = getattr(old, key), getattr(new, key)
        if was != now:
            yield Change(
                kind=ChangeKind.WAIVER_TEXT,
                subject=subject,
                label=f"waiver's {key.replace('_', ' ')}",
                aspect=key,
                before=was,
                after=now,
                before_figure=was,
                after_figure=now,
                place_before=before.place.at(key),
                place_after=after.place.at(key),
            )


def _term_change(subject: str, before: PlacedWaiver, after: PlacedWaiver) -> Change:
    old, new = before.declared, after.declared
    return Change(
        kind=ChangeKind.WAIVER_TERM,
        subject=subject,
        label="waiver's last day",
        aspect="expires",
        direction=higher_is_tighter(new.expires, old.expires),
        before=old.expires.isoformat(),
        after=new.expires.isoformat(),
        before_figure=old.expires.isoformat(),
        after_figure=new.expires.isoformat(),
        place_before=before.place.at("expires"),
        place_after=after.place.at("expires"),
        note=f"{(new.expires - old.expires).days:+,} days",
    )


def _whole(kind: ChangeKind, subject: str, waiver: PlacedWaiver) -> Change:
    declared = waiver.declared
    added = kind is ChangeKind.WAIVER_ADDED
    words = (
        f"until {declared.expires.isoformat()}, approved by {declared.approved_by}: "
        f"{declared.reason}"
    )
    return Change(
        kind=kind,
        subject=subject,
        label="waiver",
        direction=Direction.LOOSENED if added else Direction.TIGHTENED,
        before="" if added else words,
        after=words if added else "",
        place_before=None if added else waiver.place,
        place_after=waiver.place if added else None,
    )
