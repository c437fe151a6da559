"""Forecasts by what a ceiling may cover: task class, owner, party or the whole portfolio."""

from collections import defaultdict
from decimal import Decimal
from typing import Literal

from multillm_gov.catalog.facts import entities_of
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import weigh, weights
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.portfolio_figures import NO_OWNER

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
