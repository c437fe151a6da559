"""Forecasts by what a ceiling may cover: task class, owner, party or the whole portfolio."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.catalog.facts import entities_of
from multillm_gov.dimensions import Basis, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.burn import actual_pace, run_rate
from multillm_gov.measures.concentration import weigh, weights
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.portfolio_figures import NO_OWNER
from multillm_gov.rules.engine.rule import LimitReading, RuleContext, of_task
from multillm_gov.rules.entity_exposure import describe_basis
from multillm_gov.units import format_part
from multillm_gov.words import code, join_some

Per = Literal[
    "portfolio",
    "task_class",
    "owner",
    "model",
    "family",
    "vendor",
    "provider",
    "cloud",
    "jurisdiction",
]


def shares_not_judged(context: RuleContext, level: Level, basis: Basis) -> Violation | None:
    """A violation where the shares of a level cannot be judged; ``None``: they can be."""
    return not_judged(context, basis, f"{level} shares of {describe_basis(basis)}")


def not_judged(context: RuleContext, basis: Basis, what: str) -> Violation | None:
    """A violation where shares of spend or requests cannot be judged; ``None``: they can be.

    It has the severity of the rule: a limit that cannot be judged is not kept.

    Args:
        context: Whose task classes are in scope.
        basis: What the shares are weighed by.
        what: What is judged, in words: ``vendor shares of spend``.
    """
    undeclared = [task for task in context.tasks if task.task.demand is None]
    unpriced = [
        task
        for task in context.tasks
        if task.spend_per_month is None and task.requests_per_month and basis is Basis.SPEND
    ]
    unknown = [*unpriced, *undeclared]
    if basis is Basis.VALUE_AT_STAKE or not unknown:
        return None
    requests = sum(task.requests_per_month for task in context.tasks)
    share = sum(task.requests_per_month for task in unpriced) / requests if requests else 0
    reasons = "; ".join(_reasons(share, unpriced, undeclared))
    return Violation(
        message=f"{what} are not judged: {reasons}",
        place=unknown[0].task.place,
        subject=unknown[0].task.name,
        remedy=(
            "Fix GOV106 and GOV411 for these task classes, or weigh by `requests`."
            if not undeclared
            else "Fix GOV106 and GOV411 for these task classes."
        ),
        risk="The limit may be broken by any amount.",
        figures={"unpriced_share_of_requests": float(share)},
        distinction=f"not judged: {what}",
    )


def _reasons(
    share: Decimal | int, unpriced: list[TaskFigures], undeclared: list[TaskFigures]
) -> Iterator[str]:
    if share:
        names = join_some([code(task.task.name) for task in unpriced])
        yield (f"{format_part(share)} of the requests have no known price ({names})")
    if undeclared:
        names = join_some([code(task.task.name) for task in undeclared])
        verb = "declares" if len(undeclared) == 1 else "declare"
        yield (f"{names} {verb} no demand")


def spend_totals(tasks: tuple[TaskFigures, ...], per: Per) -> dict[str, Decimal]:
    """Forecast per month by what the ceiling covers; summed by model first."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    if per in {"portfolio", "task_class", "owner"}:
        for task in tasks:
            for name, amount in spend_parts(task, per).items():
                totals[name] += amount
        return totals
    level = Level(per)
    for facts, amount in weigh(tasks, Basis.SPEND):
        for entity in entities_of(facts, level):
            totals[entity] += amount
    return totals


def spend_parts(task: TaskFigures, per: Per) -> dict[str, Decimal]:
    """Forecast per month of one task class, by what the ceiling covers."""
    if per in {"portfolio", "task_class", "owner"}:
        names = {
            "portfolio": per,
            "task_class": task.task.name,
            "owner": task.task.owner or NO_OWNER,
        }
        return {names[per]: task.spend_per_month or Decimal(0)}
    parts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for facts, amount in weights(task, Basis.SPEND):
        for entity in entities_of(facts, Level(per)):
            parts[entity] += amount
    return parts


def paced_parts(task: TaskFigures, per: Per, pace: Decimal | None) -> dict[str, Decimal]:
    """A month of one task class at its actual pace, by what the ceiling covers.

    Where no forecast says how spend is split, a route to one entity alone still does.
    """
    parts = spend_parts(task, per)
    if pace is None:
        return parts
    if per in {"portfolio", "task_class", "owner"}:
        return dict.fromkeys(parts, pace)
    if task.spend_per_month:
        return {name: pace * amount / task.spend_per_month for name, amount in parts.items()}
    names = {name for leg in task.legs for name in entities_of(leg.facts, Level(per))}
    return {names.pop(): pace} if len(names) == 1 else parts


def paced_totals(context: RuleContext, per: Per) -> dict[str, Decimal]:
    """A month's spend by recent actual spend, declared demand where there is none.

    Only of what records name; empty where no task class in scope has any. What has no task class
    counts where the ceiling covers the whole portfolio. Records name no vendors: a task class's
    actual spend is split over models, vendors and so on as its declared forecast is.
    """
    state = context.state
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    found = [(task, actual_pace(task, state.actuals, context.as_of)) for task in context.tasks]
    owners = _owner_totals(context, per)
    if all(pace is None for _, pace in found) and not owners:
        return {}
    for task, pace in found:
        for name, amount in paced_parts(task, per, pace).items():
            totals[name] += amount
    totals.update(owners)
    if per == "portfolio" and len(context.tasks) == len(state.figures.tasks):
        totals[per] = run_rate(state.figures, state.actuals, context.as_of).spend
    return totals


def unmatched(
    context: RuleContext,
    parameters: Any,  # noqa: ANN401
    known: set[str],
) -> Iterator[Violation]:
    """Yield names without spend: the ceiling of a misspelled name limits nothing, unnoticed."""
    for index, name in enumerate(parameters.names):
        if name.casefold() not in known and context.policy_place is not None:
            what = parameters.per.replace("_", " ")
            yield Violation(
                message=f"{what} {code(name)} has no spend here, so its ceiling limits nothing",
                place=context.policy_place.at("names", index),
                subject=f"{parameters.per}:{name}",
                remedy=(
                    f"Write the {what} as `govern check` and `govern catalog show` do, or remove "
                    "it from `names`."
                ),
                severity=Severity.NOTE,
                distinction="unmatched",
            )


def spent(months: int) -> Callable[[RuleContext, Any], Iterator[LimitReading]]:
    """Forecast of each total over some months, or by actual spend where that is more."""

    def measure(context: RuleContext, parameters: Any) -> Iterator[LimitReading]:  # noqa: ANN401
        only = {name.casefold() for name in parameters.names}
        paced = paced_totals(context, parameters.per)
        kind = parameters.per.replace("_", " ")
        for name, monthly in sorted(spend_totals(context.tasks, parameters.per).items()):
            if not only or name.casefold() in only:
                yield LimitReading(max(monthly, paced.get(name, monthly)) * months, (kind, name))
        for task in context.tasks:
            if task.spend_per_month is None:
                yield of_task(task, None)

    return measure


def _owner_totals(context: RuleContext, per: Per) -> dict[str, Decimal]:
    """Actual spend of owners all of whose task classes are in scope."""
    state = context.state
    if per not in {"portfolio", "owner"}:
        return {}
    owners = run_rate(state.figures, state.actuals, context.as_of).owners
    if per == "portfolio":
        whole = len(context.tasks) == len(state.figures.tasks)
        return {per: Decimal(0)} if owners and whole else {}
    mine = {task.task.name for task in context.tasks}
    outside = {task.task.owner for task in state.figures.tasks if task.task.name not in mine}
    return {owner: pace for owner, pace in owners.items() if owner not in outside}


class TaskPart(Struct, frozen=True):
    """What one task class puts on what a ceiling is for, per month."""

    task: TaskFigures
    declared: Decimal
    """By declared demand."""
    paced: Decimal
    """By recent actual spend where there is any."""


def task_parts(context: RuleContext, per: Per) -> dict[str, list[TaskPart]]:
    """The parts of every total by its name, in one pass over the task classes."""
    parts: defaultdict[str, list[TaskPart]] = defaultdict(list)
    for task in context.tasks:
        pace = actual_pace(task, context.state.actuals, context.as_of)
        declared = spend_parts(task, per)
        for name, amount in paced_parts(task, per, pace).items():
            parts[name].append(TaskPart(task, declared.get(name, Decimal(0)), amount))
    return parts


def actual_basis(per: Per, declared: str, unpriced: int, parts: int) -> str:
    """That a figure is of actual spend, and how it is split where no record names the subject."""
    split = "" if per in {"portfolio", "task_class", "owner"} else ", split as routes declare"
    if unpriced:
        declared = f"at least {declared}" if unpriced < parts else "a cost that is not known"
    return f" by actual spend{split} (declared demand gives {declared})"
