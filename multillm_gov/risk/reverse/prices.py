"""How far a vendor's prices may rise before a cap or the appetite breaks, in closed form."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.risk.reverse.breaking_point import BreakingPoint, Limit, Question, shocks_of
from multillm_gov.risk.stress.entities import routed_entities
from multillm_gov.risk.stress.interval.costs import Costs
from multillm_gov.risk.stress.shock_effect import UNSTRESSED
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import Label, StressContext
from multillm_gov.words import code, join_some

_ONE = Decimal(1)


class BreakingThreshold(Struct, frozen=True):
    """A limit of one subject, and the size at which it breaks."""

    size: Decimal
    subject: str
    bound: Decimal


def price_rises(context: StressContext) -> Iterator[BreakingPoint]:
    """Per paid vendor: the task classes' caps, the ceiling, the tolerated rise of the bill.

    A price factor f adds (f - 1) k to a month, k being what the vendor is paid: it breaks a cap c
    of a spend s above f = 1 + (c - s) / k. The cap on one request breaks above c / largest request.
    """
    for vendor in routed_entities(context, "vendor"):
        yield from _vendor(context, ("vendor", vendor.name))


def _vendor(context: StressContext, label: Label) -> Iterator[BreakingPoint]:
    doubled = BreakingPoint(
        question="price rise", limit="cap", entities=(label,), verdict="cannot break"
    )
    outcome = stress(context, shocks_of(doubled, Decimal(2)))
    paid = {task.name: task.added_cost_in_month for task in outcome.tasks}
    reached, broken = monthly_caps(context, paid)
    in_request, broken_in_request = _request_caps(context, label)
    payers = {context.tasks[index].name for index in context.users.get(label, ())}
    unknown = [name for name in capped_without_cost(context) if name in payers]
    reached, broken = [*reached, *in_request], [*broken, *broken_in_request]
    yield _first(label, reached, broken, unknown)
    yield from whole_limits(context, "price rise", (label,), outcome.added_cost_in_month)


def monthly_caps(
    context: StressContext, per_unit: dict[str, Decimal]
) -> tuple[list[BreakingThreshold], list[str]]:
    """Where the monthly cap of each task class breaks, and task classes that break theirs already.

    Args:
        context: The portfolio.
        per_unit: By task class, what a factor of 2 adds to its month.
    """
    reached, broken = [], []
    for task in context.tasks:
        cap, spend = task.figures.task.declared.spend_cap.monthly, task.figures.spend_per_month
        slope = per_unit.get(task.name, Decimal(0))
        if cap is None or spend is None or slope <= 0:
            continue
        if spend > cap:
            broken.append(task.name)
        else:
            reached.append(BreakingThreshold(_ONE + (cap - spend) / slope, task.name, Decimal(cap)))
    return reached, broken


def capped_without_cost(context: StressContext) -> tuple[str, ...]:
    """Task classes with a cap that nobody can judge, because their cost is not known."""
    unpriced = [task for task in context.tasks if task.figures.spend_per_month is None]
    caps = {task.name: task.figures.task.declared.spend_cap for task in unpriced}
    return tuple(
        name for name, cap in caps.items() if cap.monthly is not None or cap.per_request is not None
    )


def left_out(names: Sequence[str]) -> str:
    """A sentence on task classes that an answer leaves out; empty where it leaves out none."""
    if not names:
        return ""
    return f"Without {join_some([code(name) for name in names])}: cost not known."


def whole_limits(
    context: StressContext, question: Question, entities: tuple[Label, ...], per_unit: Decimal
) -> Iterator[BreakingPoint]:
    """The ceiling and the tolerated price rise: linear in what doubled prices add to a month."""
    appetite, spend = context.settings.appetite, context.figures.spend_per_month
    unpriced = context.figures.unpriced
    bounds: list[tuple[Limit, Decimal]] = []
    if appetite.max_monthly_spend is not None:
        bounds.append(("ceiling", Decimal(appetite.max_monthly_spend)))
    if question == "price rise":
        bounds.append(("price shock", spend * (_ONE + appetite.max_price_shock_share)))
    for limit, bound in bounds:
        common = BreakingPoint(
            question=question,
            limit=limit,
            entities=entities,
            verdict="cannot break",
            subject="portfolio",
            bound=bound,
        )
        if spend > bound:
            yield replace(common, verdict="already broken", figure=spend)
        elif unpriced and (limit == "price shock" or per_unit <= 0):
            yield replace(common, verdict="not known", bound=None, note=left_out(unpriced))
        elif per_unit <= 0:
            yield replace(common, note="It adds nothing to the bill.")
        else:
            yield replace(
                common,
                verdict="breaks",
                size=_ONE + (bound - spend) / per_unit,
                figure=bound,
                note=left_out(unpriced),
            )


def _request_caps(
    context: StressContext, label: Label
) -> tuple[list[BreakingThreshold], list[str]]:
    costs = Costs(context)
    reached, broken = [], []
    for index in context.users.get(label, ()):
        task = context.tasks[index]
        cap = task.figures.task.declared.spend_cap.per_request
        if cap is None:
            continue
        routed = [
            chain.hops[0] for chain in task.chains if chain.share and not chain.hops[0].retired
        ]
        every = [(hop, costs.largest(task, hop, UNSTRESSED)) for hop in routed]
        if any(cost is not None and cost > cap for _, cost in every):
            broken.append(task.name)
            continue
        dear = max(
            (cost for hop, cost in every if cost is not None and label in hop.labels),
            default=Decimal(0),
        )
        if dear:
            reached.append(BreakingThreshold(cap / dear, task.name, Decimal(cap)))
    return reached, broken


def _first(
    label: Label, reached: Iterable[BreakingThreshold], broken: list[str], unknown: list[str]
) -> BreakingPoint:
    """The cap that breaks first; those that are broken already or not known are named."""
    common = BreakingPoint(
        question="price rise", limit="cap", entities=(label,), verdict="cannot break"
    )
    note = " ".join(part for part in (already_broken(broken), left_out(unknown)) if part)
    first = min(reached, key=lambda threshold: (threshold.size, threshold.subject), default=None)
    if first is not None:
        return replace(
            common,
            verdict="breaks",
            size=first.size,
            subject=first.subject,
            figure=first.bound,
            bound=first.bound,
            note=note,
        )
    if broken:
        return replace(common, verdict="already broken", subject=min(broken), note=note)
    if unknown:
        return replace(common, verdict="not known", note=note)
    return replace(common, note="No task class with a cap pays it.")


def already_broken(broken: Iterable[str]) -> str:
    """A sentence on task classes that are over their cap without any shock; empty where none is."""
    names = sorted(set(broken))
    if not names:
        return ""
    listed = ", ".join(f"`{name}`" for name in names[:3]) + (
        "" if len(names) <= 3 else f" and {len(names) - 3} more"
    )
    return f"Over the cap without any shock: {listed}."
