"""The variables of an expression over a model, and those of the portfolio for all."""

from datetime import UTC, datetime, time
from typing import Any

from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.figures import Concentration
from multillm_gov.rules.custom.vocabulary import (
    DAY,
    ELEMENTS,
    LONGEST_LIST,
    MODEL_FIELDS,
    NUMBER,
    TEXT,
    Variable,
    number,
)


def _of_model(key: str) -> Any:  # noqa: ANN401
    return lambda each: each.whole.known(each.name, each.facts)[key]


MODEL_VARIABLES = (
    *(
        Variable("model.name" if key == "model" else f"model.{key}", kind, meaning, _of_model(key))
        for key, (kind, meaning) in MODEL_FIELDS.items()
    ),
    Variable(
        "model.routed_by", NUMBER, "task classes that route to it", lambda each: float(each.uses[0])
    ),
    Variable(
        "model.fallback_of",
        NUMBER,
        "task classes that fall back on it",
        lambda each: float(each.uses[1]),
    ),
    Variable(
        "model.spend_per_month", NUMBER, "forecast of its routes", lambda each: number(each.uses[2])
    ),
)


def _shares(concentration: Concentration) -> list[dict[str, Any]]:
    return [{"name": name, "share": share} for name, share in concentration.shares[:LONGEST_LIST]]


def _spread(basis: Basis, level: Level) -> tuple[Variable, ...]:
    where, label = (
        f"{basis.value}.{level.value}",
        f"{basis.value.replace('_', ' ')} by {level.value}",
    )
    return (
        Variable(
            f"hhi.{where}",
            NUMBER,
            f"HHI of {label}, points",
            lambda each: each.concentration(basis, level).hhi,
        ),
        Variable(
            f"effective_number.{where}",
            NUMBER,
            f"1 / sum of squared shares of {label}",
            lambda each: each.concentration(basis, level).effective_number,
        ),
        Variable(
            f"shares.{where}",
            ELEMENTS,
            f"the {LONGEST_LIST} largest shares of {label}",
            lambda each: _shares(each.concentration(basis, level)),
        ),
    )


WHOLE_VARIABLES = (
    Variable(
        "as_of",
        DAY,
        "the day judged, midnight UTC",
        lambda each: datetime.combine(each.as_of, time(), UTC),
    ),
    Variable(
        "portfolio.organization",
        TEXT,
        "as in `govern.yaml`",
        lambda each: each.settings.organization,
    ),
    Variable(
        "portfolio.currency",
        TEXT,
        "of every amount that is not in `usd`",
        lambda each: each.settings.currency,
    ),
    Variable(
        "portfolio.task_classes", NUMBER, "how many there are", lambda each: float(len(each.tasks))
    ),
    Variable(
        "portfolio.spend_per_month", NUMBER, "forecast, where known", lambda each: float(each.spend)
    ),
    Variable(
        "portfolio.unpriced",
        NUMBER,
        "task classes whose spend is not known",
        lambda each: float(sum(task.spend_per_month is None for task in each.tasks)),
    ),
    Variable(
        "portfolio.requests_per_month",
        NUMBER,
        "of all task classes",
        lambda each: float(sum(task.requests_per_month for task in each.tasks)),
    ),
    Variable(
        "portfolio.value_at_stake",
        NUMBER,
        "of all task classes, per month",
        lambda each: float(sum(task.value_at_stake_per_month for task in each.tasks)),
    ),
    *(variable for basis in Basis for level in Level for variable in _spread(basis, level)),
)
