"""Decision records: at most five, one per cause; every other open error is for management."""

from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.changes.change import Direction
from multillm_gov.changes.comparison import Comparison
from multillm_gov.register import DecisionRecord, ManagementMatter
from multillm_gov.reporting.pack.causes import Cause, Standing, causes_of
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.reporting.pack.measures import measure, moved_words, subject_words
from multillm_gov.reporting.pack.options import options_of
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.registry import find_rule

MOST_DECISIONS = 5
"""More is no agenda item; what is left is counted, and listed for management."""


class Agenda(Struct, frozen=True, kw_only=True):
    """What the board decides, and what is left to management."""

    decisions: tuple[DecisionRecord, ...]
    management: tuple[ManagementMatter, ...]


def agenda_of(standing: Standing, comparison: Comparison | None, edition: Edition) -> Agenda:
    """Every limit outside and every open error, as a decision or as a matter for management."""
    causes = causes_of(standing.assessment, standing.risk, standing.records)
    records = [_record(cause, standing, edition) for cause in causes if cause.for_board]
    records += _loosened(standing, comparison, edition)
    ordered = sorted(records, key=lambda record: (_rank(record), -record.money, record.id))
    chosen, left = ordered[:MOST_DECISIONS], ordered[MOST_DECISIONS:]
    matters = [
        ManagementMatter(title=record.title, subjects=(), owner=record.owner) for record in left
    ]
    matters += [_matter(cause, edition) for cause in causes if not cause.for_board]
    return Agenda(decisions=tuple(chosen), management=tuple(matters))


_AT_STAKE = frozenset({"retired-models", "fallbacks", "quality"})
"""Causes that stop or spoil answers, so that their task classes' value is at stake."""
_FIRST = {
    "retired-models": 0,
    "fallbacks": 1,
    "concentration": 1,
    "losses": 1,
    "cost-range": 2,
    "loosened": 2,
    "spend": 2,
    "quality": 2,
    "waivers": 4,
}


def _rank(record: DecisionRecord) -> int:
    """What fails today, then what a limit of the board forbids, then duties and exceptions."""
    return _FIRST.get(record.id, 3)


def _record(cause: Cause, standing: Standing, edition: Edition) -> DecisionRecord:
    options, recommended = options_of(cause, standing, edition)
    kind = cause.id.partition(":")[0]
    stake = ""
    if cause.value and kind in _AT_STAKE:
        stake = edition.say("nothing.stake", amount=edition.money(cause.value))
    return DecisionRecord(
        id=cause.id,
        title=_title(cause, standing.risk, edition),
        why=_why(cause, edition),
        options=options,
        recommended=recommended,
        owner=_owner(cause, edition),
        due=cause.due,
        nothing=edition.say(f"nothing.{kind}") + stake,
        limits=tuple(limit.id for limit in cause.limits),
        money=cause.value or _outside_money(cause, standing.risk),
    )


def _outside_money(cause: Cause, risk: PortfolioRisk) -> Decimal:
    """At stake a month where no task class is named: the portfolio's, by the share outside."""
    if cause.id in {"fallbacks", "losses"}:
        return risk.state.figures.value_at_stake_per_month
    return risk.state.figures.spend_per_month if cause.limits else Decimal(0)


def _title(cause: Cause, risk: PortfolioRisk, edition: Edition) -> str:
    kind, _, name = cause.id.partition(":")
    if cause.id == "retired-models":
        gone = bool(risk.retirements.already_retired) and any(
            model_life.routed for model_life in risk.retirements.already_retired
        )
        kind = "retired-models" if gone else "retiring-models"
    party = next(
        (edition.party(*limit.subject) for limit in cause.limits if limit.subject[0] == "vendor"),
        edition.say("the-vendor"),
    )
    return edition.say(
        f"decision.{kind}", n=max(len(cause.tasks), 1), party=party, policy=edition.policy(name)
    )


def _why(cause: Cause, edition: Edition) -> str:
    """The figures with their limits, then what is wrong where, in as few words as fit."""
    parts = [
        edition.say(
            "why.limit",
            measure=measure(record, edition),
            value=edition.value(record, record.value),
            limit=edition.limit(record, record.limit),
        )
        for record in cause.limits[:2]
    ]
    further = len(cause.limits) - 2
    if further > 0:
        parts.append(edition.say("why.further", n=further))
    if cause.tasks:
        named = edition.tasks([task.task.name for task in cause.tasks])
        stake = edition.say("why.stake", amount=edition.money(cause.value)) if cause.value else ""
        parts.append(named + stake)
    elif cause.id == "waivers":
        parts.append(edition.say("why.waivers"))
    if cause.errors and not cause.limits:
        parts.insert(0, rule_words(cause.errors[0].rule, edition))
    return "; ".join(parts) + "."


def rule_words(rule: str, edition: Edition) -> str:
    """What the findings of a rule are called for a board."""
    known = edition.language.rules.get(rule)
    matching_rule = find_rule(rule)
    return known or (matching_rule.short_title if matching_rule else edition.say("problem"))


def _owner(cause: Cause, edition: Edition) -> str:
    """Who answers for the limit, else for the task classes; empty where that is not one or two."""
    named = dict.fromkeys(limit.owner for limit in cause.limits if limit.owner)
    owners = named or dict.fromkeys(edition.owner(task.task.owner) for task in cause.tasks)
    listed = [owner for owner in owners if owner]
    return edition.language.join(listed) if 0 < len(listed) <= 2 else ""


def _matter(cause: Cause, edition: Edition) -> ManagementMatter:
    rule = cause.id.partition(":")[2]
    subjects = dict.fromkeys(edition.subject(error.subject) for error in cause.errors)
    if not subjects:
        subjects = dict.fromkeys(subject_words(limit, edition) for limit in cause.limits)
    return ManagementMatter(
        title=rule_words(rule, edition),
        subjects=tuple(filter(None, subjects)),
        owner=_owner(cause, edition),
        count=max(len(cause.errors), 1),
    )


def _loosened(
    standing: Standing, comparison: Comparison | None, edition: Edition
) -> list[DecisionRecord]:
    """Limits of the board that were loosened since the last pack, to confirm or to restore."""
    moved = [record for record in standing.records if record.loosened]
    if comparison is None or not moved:
        return []
    cause = Cause(id="loosened", limits=tuple(moved))
    record = _record(cause, standing, edition)
    others = len(comparison.toward(Direction.LOOSENED)) - len(moved)
    why = edition.say(
        "why.loosened",
        limits=edition.language.join(
            [moved_words(limit_record, edition) for limit_record in moved],
            3,
        ),
        n=max(others, 0),
    )
    return [replace(record, why=why, money=standing.risk.state.figures.spend_per_month)]


class FollowUp(Struct, frozen=True, kw_only=True):
    """What became of one decision of the last pack."""

    title: str
    outcome: str
    """``done``, ``open`` or ``late``."""
    due: date | None


def follow_up(then: Agenda, now: Agenda, today: date) -> tuple[FollowUp, ...]:
    """Each decision of the last pack: done where its cause is gone, else open or late."""
    still = {decision.id for decision in now.decisions}
    titles = {matter.title for matter in now.management}
    return tuple(
        FollowUp(
            title=decision.title,
            outcome="done"
            if decision.id not in still and decision.title not in titles
            else "late"
            if decision.due is not None and decision.due < today
            else "open",
            due=decision.due,
        )
        for decision in then.decisions
    )
