"""A model is retired: its successor answers, or nothing until the migration is done (method 4)."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import HOURS_PER_DAY, rerouted_after, until_rerouted
from multillm_gov.risk.stress.stress_context import Label, StressContext, is_qualified
from multillm_gov.units import HOURS_PER_MONTH


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Each model hit is down until the migration is done, where no successor is qualified.

    That is the declared lead time less the notice that can be used. Where a successor is qualified
    it answers at once, at its own price, counted over a month.
    """
    models = sorted(
        {
            hop.model
            for task in context.tasks
            for chain in task.chains
            for hop in chain.hops
            if targets is None or not targets.isdisjoint(hop.labels)
        }
    )
    return tuple(effect for model in models for effect in _of(model, shock, context))


def _of(model: str, shock: Shock, context: StressContext) -> Iterator[ShockEffect]:
    users = frozenset(
        task.name
        for task in context.tasks
        if any(hop.model == model for chain in task.chains for hop in chain.hops)
    )
    ready = frozenset(name for name in users if _is_ready(name, model, shock, context))
    targets = frozenset({("model", model)})
    lead = Decimal(context.settings.migration_lead_days)
    days = max(lead - (shock.notice_days or 0), Decimal(0))
    if users - ready and days:
        yield ShockEffect(
            hours=days * HOURS_PER_DAY,
            targets=targets,
            task_classes=users - ready,
            down=True,
            rerouted_after=rerouted_after(shock),
            at_peak=shock.at_peak,
            assumed=until_rerouted(shock),
        )
    yield from _after_the_move(model, shock, context, users, ready)


def _after_the_move(
    model: str, shock: Shock, context: StressContext, users: frozenset[str], ready: frozenset[str]
) -> Iterator[ShockEffect]:
    """What users pay from then on: the successor's price, or what is not known of it."""
    targets = frozenset({("model", model)})
    successor = context.successors.get(model)
    if successor is not None and successor.facts is not None:
        yield ShockEffect(
            hours=Decimal(HOURS_PER_MONTH),
            targets=targets,
            task_classes=users,
            succeeded=True,
            at_peak=shock.at_peak,
        )
    elif ready:
        why = (
            f"nothing is known of its successor `{successor.name}`"
            if successor
            else "no successor is named"
        )
        yield ShockEffect(
            hours=Decimal(HOURS_PER_MONTH),
            targets=targets,
            task_classes=ready,
            unknown=(f"What moving away from `{model}` adds to the bill: {why}.",),
        )


def _is_ready(task: str, model: str, shock: Shock, context: StressContext) -> bool:
    return (
        is_qualified(task, model, context)
        if shock.successor_qualified is None
        else shock.successor_qualified
    )
