"""Each waiver with its state, its effect on the gate, its age and the value that it concerns."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import entities_of
from multillm_gov.dimensions import Level
from multillm_gov.documents.document import locate
from multillm_gov.finding import ReportedWaiver, Severity, WaiverState, need_of
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.rules.engine.waivers import WaiverOutcome
from multillm_gov.words import count_of, join_code

WORST_FIRST: tuple[WaiverState, ...] = (
    "expired",
    "void",
    "matches nothing",
    "ends soon",
    "in force",
)


class PastTerms(Struct, frozen=True, kw_only=True):
    """What one commit says of one waiver."""

    policy: str
    subject: str
    expires: date
    day: date
    """Of the commit."""


class WaiverHistory(Struct, frozen=True, kw_only=True):
    """Every version of every waiver in the commits that are there, oldest first."""

    terms: tuple[PastTerms, ...]
    begins: date | None = None
    """Day of the first commit that was read, where older ones are not there; else ``None``."""


class _Grant(Struct, frozen=True):
    """Since when a waiver is there, and how often it was renewed."""

    day: date
    expires: date
    renewals: int = 0


def list_waivers(
    assessment: Assessment, fail_on: Severity | None, history: WaiverHistory | None = None
) -> tuple[ReportedWaiver, ...]:
    """Each waiver of a state: those without effect first, then by last day."""
    grants = _grants(history.terms) if history else {}
    listed = [
        _reported(outcome, assessment, fail_on, history, grants) for outcome in assessment.waivers
    ]
    ordered = sorted(
        listed,
        key=lambda waiver: (
            WORST_FIRST.index(waiver.state),
            waiver.expires,
            waiver.policy,
            waiver.subject,
        ),
    )
    return tuple(ordered)


def _reported(
    outcome: WaiverOutcome,
    assessment: Assessment,
    fail_on: Severity | None,
    history: WaiverHistory | None,
    grants: Mapping[tuple[str, str], _Grant],
) -> ReportedWaiver:
    state, declared = assessment.state, outcome.waiver.declared
    kind, why = _judged(outcome, state.as_of, state.portfolio.settings.waiver_notice_days)
    concerned = _concerned(declared.subject, state.figures.tasks) if outcome.matched else ()
    valued = [task for task in concerned if task.task.declared.cost_of_wrong_model.value_at_stake]
    grant = grants.get(_key(declared.policy, declared.subject))
    granted = None if grant is None else min(grant.day, state.as_of)
    moved_now = grant is not None and declared.expires > grant.expires
    return ReportedWaiver(
        policy=declared.policy,
        subject=declared.subject,
        state=kind,
        why=why,
        need=need_of(outcome.heaviest, fail_on),
        reason=declared.reason,
        approved_by=declared.approved_by,
        expires=declared.expires.isoformat(),
        days_left=(declared.expires - state.as_of).days,
        ticket=declared.ticket,
        location=locate(outcome.waiver.place, state.documents),
        covered=outcome.covered,
        task_classes=tuple(sorted(task.task.name for task in concerned)),
        value_per_month=sum((task.value_at_stake_per_month for task in valued), Decimal(0))
        if valued
        else None,
        granted=granted.isoformat() if granted else "",
        granted_earlier=bool(grant and history and grant.day == history.begins),
        age_days=(state.as_of - granted).days if granted else None,
        renewals=None if history is None else (grant.renewals if grant else 0) + moved_now,
    )


def _judged(outcome: WaiverOutcome, as_of: date, notice: int) -> tuple[WaiverState, str]:
    left = (outcome.waiver.declared.expires - as_of).days
    named = count_of(outcome.matched, "finding")
    if outcome.state == "expired":
        again = f"; {named} {'counts' if outcome.matched == 1 else 'count'} again"
        return "expired", f"{count_of(-left, 'day')} ago{again if outcome.matched else ''}"
    if outcome.state == "void":
        return "void", "the policy is hard-mandatory, or the rule cannot be waived"
    if outcome.state == "unapproved":
        may = join_code(outcome.approvers) if outcome.approvers else "nobody"
        return "void", f"its approver may not approve it; who may: {may}"
    if outcome.state == "too new":
        return "void", "it stands in the change that it would excuse"
    if not outcome.covered:
        other = "another waiver covers it" if outcome.matched else "no such finding"
        return "matches nothing", other
    days = f"{count_of(left, 'day')} left" if left else "last day today"
    return ("ends soon" if left <= notice else "in force"), days


def _concerned(subject: str, tasks: Iterable[TaskFigures]) -> tuple[TaskFigures, ...]:
    """Task classes that a subject names: itself, those routed to an entity, or all."""
    if subject == "portfolio":
        return tuple(tasks)
    name, _, entity = subject.partition(":")
    level = next((each for each in Level if each.value == name), None)
    return tuple(
        task
        for task in tasks
        if task.task.name == subject
        or (name == "model" and entity in task.task.models)
        or (level and any(entity in entities_of(entry.facts, level) for entry in task.legs))
    )


def _key(policy: str, subject: str) -> tuple[str, str]:
    """One for the id and the name of a rule."""
    rule = find_rule(policy)
    return rule.id if rule else policy, subject


def _grants(history: Iterable[PastTerms]) -> dict[tuple[str, str], _Grant]:
    """A later last day than ever before is a renewal, also after a time without the waiver."""
    ends: dict[tuple[date, tuple[str, str]], date] = {}
    for past in history:
        place = past.day, _key(past.policy, past.subject)
        ends[place] = max(past.expires, ends.get(place, past.expires))
    grants: dict[tuple[str, str], _Grant] = {}
    for (day, key), expires in ends.items():
        known = grants.get(key)
        if known is None:
            grants[key] = _Grant(day, expires)
        elif expires > known.expires:
            grants[key] = _Grant(known.day, expires, known.renewals + 1)
    return grants
