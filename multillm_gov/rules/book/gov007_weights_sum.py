"""GOV007: the weights of a route sum to 100."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code

_WHOLE = Decimal(100)
_ZERO = Decimal(0)


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield routes without all weights, and weights that do not sum to 100."""
    for task in context.tasks:
        route = task.task.declared.route
        if len(route) == 1 and route[0].weight is None:
            continue
        given = [entry.weight for entry in route if entry.weight is not None]
        total = sum(given, _ZERO)
        if len(given) < len(route) or total != _WHOLE:
            yield _violation(task, len(route) - len(given), total)


def _violation(task: TaskFigures, missing: int, total: Decimal) -> Violation:
    legs = task.legs
    name = code(task.task.name)
    message = (
        f"{missing} of {len(legs)} models of {name} {'has' if missing == 1 else 'have'} no weight"
        if missing
        else ""
    )
    message = message or f"the weights of {name} sum to {total.normalize():f}, not 100"
    split = ", ".join(
        f"{{model: {entry.model}, weight: {weight:f}}}"
        for entry, weight in zip(legs, _corrected(task), strict=True)
    )
    return Violation(
        message=message,
        place=task.task.place.at("route").key(),
        subject=task.task.name,
        remedy=f"Write weights in percent that sum to 100, e.g. `route: [{split}]`."
        if len(legs) <= 5
        else "Write a weight in percent for every model, 100 in total.",
        risk=(
            "Cost and concentration use the weights scaled to 100, which may differ from what the "
            "gateway runs."
        ),
        figures={"weights_sum_percent": total, "models_without_weight": missing},
    )


def _corrected(task: TaskFigures) -> list[Decimal]:
    """Weights that sum to 100: missing ones share the rest; otherwise all are scaled."""
    given = [entry.weight for entry in task.task.declared.route]
    left = _WHOLE - sum((weight for weight in given if weight is not None), _ZERO)
    missing = given.count(None)
    if missing and left > 0:
        exact = [left / missing if weight is None else weight for weight in given]
    else:
        exact = [share * _WHOLE for share in task.task.shares]
    weights = [weight.quantize(Decimal("0.1")).normalize() for weight in exact]
    return [*weights[:-1], _WHOLE - sum(weights[:-1], _ZERO)]


RULE = Rule(
    id="GOV007",
    name="weights-sum",
    title="Route weights do not sum to 100%",
    one="{subject} has route weights that do not sum to 100%",
    many="{count} task classes have route weights that do not sum to 100%",
    short_title="Invalid route weights",
    requirement="The weights of a route sum to 100.",
    why=(
        "Weights are percentages of the requests. If they do not sum to 100, people, gateways and "
        "forecasts each fill the gap in their own way."
    ),
    remediation="Give every model of a split a weight, 100 in total.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route:
      - {model: claude-sonnet-4-6, weight: 70}
      - {model: gpt-5-mini, weight: 20}
""",
    compliant="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route:
      - {model: claude-sonnet-4-6, weight: 70}
      - {model: gpt-5-mini, weight: 30}
""",
)
