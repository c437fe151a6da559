"""Limits on shares and indexes that policies set, as records of the register.

Only policies of the rule `concentration` have a figure of their own on every day; what other rules
limit is a duty of each task class, which findings report where it is not kept.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.figures import Concentration
from multillm_gov.portfolio.policy import Policy
from multillm_gov.register import Judgment, LimitRecord
from multillm_gov.risk.limits.judging import judge_above, judge_below, without_price
from multillm_gov.rules.engine.planning import select
from multillm_gov.state.state import State

_RULES = frozenset({"concentration", "GOV301"})
_WORDS = {
    "max_share": "Largest {level} by {basis}",
    "max_hhi": "HHI by {level} and {basis}",
    "min_effective_number": "Effective number by {level} and {basis}",
}


def policy_limits(state: State) -> tuple[LimitRecord, ...]:
    """A record for each limit of each policy of the rule; one that cannot be read has none."""
    return tuple(
        record
        for policy in state.portfolio.policies
        if policy.declared.rule in _RULES
        for record in _records(policy, state)
    )


def _records(policy: Policy, state: State) -> Iterator[LimitRecord]:
    try:
        level = Level(policy.parameters.get("level", Level.VENDOR))
        basis = Basis(policy.parameters.get("weigh_by", Basis.SPEND))
    except ValueError:
        return  # a flaw of the policy, which is not enforced
    tasks = select(state.figures.tasks, policy.declared.applies_to)
    view = concentration(tasks, level, basis)
    reason = without_price(state.figures) if basis is Basis.SPEND else ""
    for parameter in _WORDS:
        limit = _number(policy.parameters.get(parameter))
        if limit is not None:
            yield _record(policy, parameter, limit, view, reason)


def _number(value: object) -> Decimal | None:
    """A limit as written; ``None`` where it is none or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _record(
    policy: Policy, parameter: str, limit: Decimal, view: Concentration, reason: str
) -> LimitRecord:
    known = bool(view.shares) and not reason
    values = {
        "max_share": view.largest[1] if known else None,
        "max_hhi": view.hhi if known else None,
        "min_effective_number": view.effective_number if known else None,
    }
    value, upper = values[parameter], parameter.startswith("max_")
    judgment: Judgment = "not judged"
    if value is not None:
        judgment = judge_below(value, limit) if upper else judge_above(value, limit)
    words = _WORDS[parameter].format(level=view.level.value, basis=view.basis.value)
    return LimitRecord(
        id=f"policy:{policy.name}:{parameter}",
        key=f"policies.{policy.name}.{parameter}",
        words=words.replace("_", " "),
        unit={"max_share": "share", "max_hhi": "points"}.get(parameter, "number"),  # type: ignore[arg-type]
        direction="at most" if upper else "at least",
        limit=limit,
        value=value,
        subject=(view.level.value, view.largest[0]) if known else ("", ""),
        judgment=judgment,
        reason=reason or ("" if known else "there is nothing to share yet"),
        facts={"rule": "GOV301", "unknown_share": view.unknown_share},
    )
