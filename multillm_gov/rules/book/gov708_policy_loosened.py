"""GOV708: no change loosens a policy, setting or task class, or adds a waiver, unnoticed."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Figure, Severity, Violation
from multillm_gov.location import Place
from multillm_gov.portfolio.policy import PlacedWaiver
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.rules.engine.defaults import rule_facts
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.state.state import State
from multillm_gov.words import code, join_words

if TYPE_CHECKING:
    from multillm_gov.changes.change import Change

_NAMES = ("GOV708", "policy-loosened")
_LONGEST = 120
"""Characters of a value that the message repeats."""


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield what was loosened: once for each policy, for each task class and for the settings."""
    if context.base is None:
        return
    from multillm_gov.changes.change import Direction
    from multillm_gov.changes.limits import compare_limits, loosened_safeguards

    loosened: dict[str, list[Change]] = {}
    for change in compare_limits(context.base.portfolio, context.state.portfolio, rule_facts):
        if change.direction is Direction.LOOSENED:
            subject = "portfolio" if change.kind.area.value == "settings" else change.subject
            loosened.setdefault(subject, []).append(change)
    for subject, changes in sorted(loosened.items()):
        yield _violation(context, subject, changes)
    yield from _task_classes(context, loosened_safeguards(context.base, context.state))
    yield from _granted(context, context.base.portfolio)
    yield from _unreadable(context, context.base)


def _unreadable(context: RuleContext, base: State) -> Iterator[Violation]:
    """Yield files of the base that could not be read in full: nobody knows what they forbade.

    An error: a change must not pass because what it has to be compared with could not be read.
    """
    held = ("allocations/", "policies/", "catalog/", SETTINGS)
    broken = {flaw.location.path for flaw in base.flaws if flaw.location.path.startswith(held)}
    own = {flaw.location.path for flaw in context.state.flaws}
    documents = context.state.documents
    for path in sorted(broken - own):
        yield Violation(
            message=(
                f"{code(path)} of the base could not be read in full, so limits in it are not "
                "compared with those of now"
            ),
            place=Place(path if path in documents else min(documents, default=path)),
            subject=path,
            remedy=(
                "Correct the file in a change of its own, which the owners of its limits read and "
                "merge by hand; change limits in a later one."
            ),
            risk="A limit that is raised together with the correction is noticed by nobody.",
            severity=Severity.ERROR,
            distinction="unreadable base",
        )


def _granted(context: RuleContext, before: Portfolio) -> Iterator[Violation]:
    """Yield waivers that this change adds or extends: its author names the approver."""
    # A waiver of this rule is no more than a warning: requiring one for it too would never end.
    own = {
        RULE.id,
        RULE.name,
        *(
            policy.name
            for policy in context.state.portfolio.policies
            if policy.declared.rule in _NAMES
        ),
    }
    known = {
        (waiver.declared.policy, waiver.declared.subject): waiver.declared.expires
        for waiver in before.waivers
    }
    for placed in context.state.portfolio.waivers:
        waiver = placed.declared
        ended = known.get((waiver.policy, waiver.subject))
        if waiver.expires < context.as_of or (ended is not None and waiver.expires <= ended):
            continue
        yield _granted_waiver(placed, ended, is_own=waiver.policy in own)


def _granted_waiver(placed: PlacedWaiver, ended: date | None, *, is_own: bool) -> Violation:
    waiver = placed.declared
    deed = "is added" if ended is None else f"is extended from {ended}"
    return Violation(
        message=(
            f"a waiver of {code(waiver.policy)} for {code(waiver.subject)} {deed} until "
            f"{waiver.expires} in this change, in the name of {code(waiver.approved_by)}"
        ),
        place=placed.place,
        subject=waiver.subject,
        remedy=(
            f"Have {code(waiver.approved_by)} agree in the review of this change, or remove "
            "the waiver."
        ),
        risk="Only the review proves that the named person approved it.",
        figures={
            "expires": waiver.expires.isoformat(),
            "expired_before": ended.isoformat() if ended else None,
        },
        severity=Severity.WARNING if is_own else None,
        distinction=f"waiver {waiver.policy}",
    )


def _violation(context: RuleContext, subject: str, changes: "list[Change]") -> Violation:
    settings = changes[0].kind.area.value == "settings"
    who = f"`{SETTINGS}`" if settings else f"policy {code(subject)}"
    return Violation(
        message=f"{who} {_format(changes)}",
        place=_place(context, changes[0]),
        subject=subject,
        remedy=_remedy(subject, settings=settings, removed=_is_removal(changes[0])),
        risk="What it forbade passes from now on, in this change and every later one.",
        figures=dict(_figures(changes)),
        distinction=join_words(
            sorted(f"{change.kind.value} {change.aspect}" for change in changes)
        ),
    )


def _task_classes(context: RuleContext, loosened: "Iterable[Change]") -> Iterator[Violation]:
    """Yield each task class once, with every safeguard of its own that was loosened."""
    by_task: dict[str, list[Change]] = {}
    for change in loosened:
        by_task.setdefault(change.subject, []).append(change)
    for name, changes in sorted(by_task.items()):
        yield Violation(
            message=(
                f"{code(name)} loosens its own safeguards: "
                f"{join_words(map(_format_safeguard, changes))}"
            ),
            place=_place(context, changes[0]),
            subject=name,
            remedy=(
                "Have the owners of the task class and of the limits agree in the review of this "
                "change, or undo it."
            ),
            risk="What exceeded them passes from now on, in this change and every later one.",
            figures=dict(_figures(changes)),
            distinction=f"task class {join_words(sorted(change.aspect for change in changes))}",
        )


def _format_safeguard(change: "Change") -> str:
    if change.kind.value == "fallback-removed":
        return f"fallback {code(change.before)} removed"
    before, after = _cut(change.before) or "none", _cut(change.after) or "none"
    return f"{code(change.aspect or change.label)} {before} → {after}"


def _format(changes: "list[Change]") -> str:
    """Each loosened value before and after; for a removed policy, what it was."""
    if _is_removal(changes[0]):
        return f"is removed; it was {_cut(changes[0].before)}"
    parts = []
    for change in changes:
        if change.kind.value == "coverage":
            parts.append(f"{_cut(change.before)} left its scope")
        else:
            before, after = _cut(change.before) or "no limit", _cut(change.after) or "no limit"
            parts.append(f"{code(change.aspect or change.label)} {before} → {after}")
    return f"is loosened: {join_words(parts)}"


def _figures(changes: "list[Change]") -> Iterator[tuple[str, Figure]]:
    for change in changes:
        name = change.aspect or change.label
        yield f"{name} before", change.before_figure
        yield f"{name} after", change.after_figure


def _place(context: RuleContext, change: "Change") -> Place:
    """The place of the first loosened value now; if removed, its file, or the settings."""
    if change.kind.value == "coverage":
        return next(
            policy.place.key()
            for policy in context.state.portfolio.policies
            if policy.name == change.subject
        )
    if change.place_after is not None:
        return change.place_after
    stood = change.place_before.path if change.place_before else SETTINGS
    return Place(
        SETTINGS
        if stood not in context.state.documents and SETTINGS in context.state.documents
        else stood
    )


def _remedy(subject: str, *, settings: bool, removed: bool) -> str:
    if settings:
        return "Have the owner of the risk appetite agree in the review of this change, or undo it."
    if removed:
        return (
            "Have the owner of the policy agree in the review of this change, or restore "
            f"{code(subject)}."
        )
    return (
        f"Name who decided it in `because` of {code(subject)} and have them agree in the review, "
        "or undo it."
    )


def _is_removal(change: "Change") -> bool:
    return change.kind.value == "policy-removed"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


RULE = Rule(
    id="GOV708",
    name="policy-loosened",
    title="Safeguard loosened",
    one="This change loosens one safeguard",
    many="This change loosens {count} safeguards",
    short_title="Loosened safeguards",
    requirement="No change loosens a policy, setting or task class, or adds a waiver, unnoticed.",
    why=(
        "The easiest way to meet a limit is to move it, and among a hundred changed lines nobody "
        "notices. A raised ceiling, a lowered floor, a narrower scope or a weaker enforcement is "
        "a separate decision: it is listed with both values wherever a change is compared with "
        "its base (`govern check --base REV`, `govern diff`)."
    ),
    remediation=(
        "Undo it, or have the owner of the limit agree in the review, preferably in a separate "
        "change. A policy of this rule with `enforcement: soft-mandatory` makes this a duty that "
        "only a waiver lifts, which must be in the base: one written in the same change does not "
        "count."
    ),
    severity=Severity.WARNING,
    check=check,
    scope="portfolio",
    waived_beforehand=True,
)
