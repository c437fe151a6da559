"""The limits with a number that policies and rules set, as records of the register.

What a limit is and where it stands is declared on the page of its rule (`Rule.limits`). A limit
covers many things, each task class or each maker: its record has the worst of them. Policies come
first, then the rules that judge without one, with the limits that the tool ships or that task
classes declare themselves.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.register import Amount, Judgment, LimitRecord
from multillm_gov.risk.limits.judging import judge_above, judge_below
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.judgment import counted_state
from multillm_gov.rules.engine.planning import Run, narrowed, plan_runs
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.rules.engine.rule import LimitReading, RuleContext, RuleLimit, models_of
from multillm_gov.state.state import State
from multillm_gov.words import join_some

SHIPPED_POLICIES: dict[tuple[str, str], Decimal] = {
    ("vendor-concentration", "max_share"): Decimal("0.50"),
    ("vendor-concentration", "max_hhi"): Decimal(4000),
    ("cloud-concentration", "max_share"): Decimal("0.70"),
}
"""Limits of the policies that `govern init` writes, by policy and parameter; tested likewise."""
_ROUNDING = 1e-9
"""Shares are floats: a share that equals its limit must not break it."""


def policy_limits(assessment: Assessment, base: State | None = None) -> tuple[LimitRecord, ...]:
    """A record for each limit of each policy and rule; one that cannot be read has none.

    Args:
        assessment: What is judged.
        base: The state it is compared with; without it, limits on changes are not judged.
    """
    state = assessment.state
    tasks = state.figures.tasks
    runs, _ = plan_runs(all_rules(), state.portfolio.policies, tasks, state.documents)
    context = RuleContext(
        state=state,
        tasks=tasks,
        models=models_of(tasks),
        flaws=state.flaws,
        base=base,
        contents=assessment.contents,
        introductions=assessment.introductions,
    )
    context = replace(context, state=counted_state(runs, context))
    ordered = sorted(runs, key=lambda run: run.policy is None)
    return tuple(record for run in ordered for record in _records(run, context))


def _records(run: Run, base: RuleContext) -> Iterator[LimitRecord]:
    context = narrowed(base, run)
    for name, declared in run.rule.limits.items():
        limit = (
            getattr(run.parameters, name)
            if declared.limit is None
            else declared.limit(context, run.parameters)
        )
        if limit is None:
            continue
        record = _record(run, name, declared, limit, context)
        if run.policy is not None or record.value is not None or record.reason != _NOTHING:
            yield record


_NOTHING = "there is nothing to measure yet"


def _record(
    run: Run, name: str, declared: RuleLimit, limit: Amount, context: RuleContext
) -> LimitRecord:
    own = run.parameters.__struct_fields__
    measured = [*declared.measure(context, run.parameters)]
    known = [reading for reading in measured if reading.value is not None]
    unknown = [reading for reading in measured if reading.value is None]
    worst = _worst(known, declared)
    value = None if worst is None or worst.value is None else _at(worst.value, limit)
    warn_at = worst.warn_at if worst is not None else None
    if warn_at is None and not (declared.has_band and declared.unit != "count"):
        warn_at = limit
    reason = "" if measured else _NOTHING
    if unknown:
        names = dict.fromkeys(reading.subject[1] for reading in unknown if reading.subject[1])
        reason = f"not known for {join_some([*names])}" if names else "not known"
    return LimitRecord(
        id=_id(run, name),
        key=f"policies.{run.policy.name}.{name}" if run.policy and name in own else "",
        words=declared.words,
        unit=declared.unit,
        period=declared.period,
        direction=declared.direction,
        limit=limit,
        warn_at=None if warn_at == limit else warn_at,
        value=value,
        subject=("", "") if worst is None else worst.subject,
        judgment=_judged(declared, value, limit, warn_at, unknown=bool(unknown)),
        reason=reason,
        facts={"rule": run.rule.id, "measured": len(measured), "unknown": len(unknown)},
        shipped=_is_shipped(run, name, declared, limit),
    )


def _is_shipped(run: Run, name: str, declared: RuleLimit, limit: Amount) -> bool:
    """A default of the tool, or what `govern init` wrote into a policy of this name."""
    if run.policy is None:
        return declared.limit is None
    return SHIPPED_POLICIES.get((run.policy.name, name)) == limit


def _id(run: Run, name: str) -> str:
    return f"policy:{run.policy.name}:{name}" if run.policy else f"rule:{run.rule.id}:{name}"


def _worst(known: list[LimitReading], declared: RuleLimit) -> LimitReading | None:
    """The first of those that stand worst."""
    sign = -1 if declared.direction == "at most" else 1
    return min(known, key=lambda reading: sign * float(reading.value or 0), default=None)


def _at(value: Amount, limit: Amount) -> Amount:
    """The limit itself where a float misses it by rounding alone."""
    return limit if abs(float(value) - float(limit)) <= _ROUNDING else value


def _judged(
    declared: RuleLimit,
    value: Amount | None,
    limit: Amount,
    warn_at: Amount | None,
    *,
    unknown: bool,
) -> Judgment:
    """Outside as soon as one thing is; within only where everything is known."""
    if value is None:
        return "not judged"
    judge = judge_below if declared.direction == "at most" else judge_above
    judgment = judge(_number(value, limit), limit, warn_at)
    return "not judged" if unknown and judgment != "outside" else judgment


def _number(value: Amount, limit: Amount) -> Amount:
    """Of the limit's type, so that 0.3 as a float and as a decimal are one number."""
    return Decimal(str(value)) if isinstance(limit, Decimal) else value
