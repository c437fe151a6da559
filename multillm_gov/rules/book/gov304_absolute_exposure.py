"""GOV304: a price increase by one entity adds no more to the bill than the limit allows."""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from functools import partial
from typing import Annotated

from msgspec import Meta, field

from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.cost.repricing import BASE_RISE, added_spend, spend_within
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit
from multillm_gov.rules.entity_exposure import EntityExposure, describe_entity
from multillm_gov.rules.loads import loads_of
from multillm_gov.rules.spend_totals import not_judged
from multillm_gov.units import Amount, Positive, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """The price increase, and the most it may add."""

    level: Annotated[Level, Meta(description="Level of the entity that raises its prices")] = (
        Level.VENDOR
    )
    price_rise: Annotated[
        Positive, Meta(description="Assumed price increase: 0.35 is +35%, 1 doubles the price")
    ] = field(default_factory=partial(Positive, str(BASE_RISE)))
    max_added_monthly: Annotated[
        Amount,
        Meta(description="Most that the increase may add per month, in the portfolio's currency"),
    ]


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield entities whose price increase adds more than the limit, at the worse end of doubt.

    Where some of the spend is not known, what is known may exceed the limit already; all else is
    not judged.
    """
    unknown = not_judged(context, Basis.SPEND, f"price increases by {parameters.level}")
    if unknown is not None:
        yield unknown
    loads = loads_of(context)
    totals = _totals(dict(loads.totals(parameters.level, Basis.SPEND)))
    over = [
        (name, spend)
        for name, spend in totals.items()
        if added_spend(spend, parameters.price_rise) > parameters.max_added_monthly
    ]
    if over:
        concentration = loads.concentration(parameters.level, Basis.SPEND)
        exposure = EntityExposure(context, concentration)
        shares = dict(concentration.shares)
        for name, spend in sorted(over, key=lambda each: (-each[1], each[0])):
            known = Decimal(str(shares[name])) * concentration.total
            yield _violation(context, parameters, name, (spend, known), exposure)


def _totals(totals: dict[str, Decimal]) -> dict[str, Decimal]:
    """Spend by entity; what is at none that is known is at the largest."""
    doubt = totals.get(UNKNOWN, Decimal(0))
    if doubt and len(totals) > 1:
        del totals[UNKNOWN]
        largest = min(totals, key=lambda name: (-totals[name], name))
        totals[largest] += doubt
    return totals


def _violation(
    context: RuleContext,
    parameters: Parameters,
    entity: str,
    amounts: tuple[Decimal, Decimal],
    exposure: EntityExposure,
) -> Violation:
    """``amounts``: spend at the worse end of doubt, and what is known of it."""
    spend, known = amounts
    level = parameters.level
    added = added_spend(spend, parameters.price_rise)
    partly = _format_left_out(context)
    doubtful = entity != UNKNOWN and spend - known > Decimal("0.005")
    if doubtful:
        partly += f" at most, {context.money(spend - known)} of it by a {level} not known"
    unproved = entity == UNKNOWN or (
        doubtful and added_spend(known, parameters.price_rise) <= parameters.max_added_monthly
    )
    return Violation(
        message=_message(context, parameters, entity, spend, partly),
        place=context.limit("max_added_monthly"),
        subject=f"{level}:{entity}",
        remedy=(
            exposure.unknown_stated if unproved else _remedy(context, parameters, entity, spend)
        ),
        risk=_risk(context, added / exposure.total),
        related=exposure.related(entity),
        figures={
            "spend_per_month": spend,
            "added_per_month": added,
            "limit_per_month": parameters.max_added_monthly,
            "price_rise": parameters.price_rise,
            "level": level.value,
        },
        distinction=level.value,
    )


def _message(
    context: RuleContext, parameters: Parameters, entity: str, spend: Decimal, partly: str
) -> str:
    who = describe_entity(parameters.level, entity)
    added = added_spend(spend, parameters.price_rise)
    return (
        f"a price increase of {format_share(parameters.price_rise)} by {who} adds "
        f"{context.money(added)} a month to the {context.money(spend)} a month spent "
        f"there{partly}; the limit is {context.money(parameters.max_added_monthly)} a month"
    )


def _risk(context: RuleContext, rise: Decimal) -> str:
    if loads_of(context).unpriced:
        return "The bill rises by at least as much."
    return f"The whole bill rises by {format_share(rise)}."


def _format_left_out(context: RuleContext) -> str:
    """In brackets, the task classes whose cost is not known."""
    unpriced = loads_of(context).unpriced
    return (
        f" ({count_of(unpriced, 'task class')} whose cost is not known not included)"
        if unpriced
        else ""
    )


def _remedy(context: RuleContext, parameters: Parameters, entity: str, spend: Decimal) -> str:
    most = spend_within(parameters.max_added_monthly, parameters.price_rise)
    return (
        f"Move at least {context.money(spend - most, ROUND_UP)} a month from {code(entity)} to "
        f"another {parameters.level}, or agree on a fixed price; at most {context.money(most)} a "
        "month fits the limit."
    )


def _added(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """What a rise by each entity adds to the bill of a month, at the worse end of doubt."""
    level = parameters.level
    unknown = not_judged(context, Basis.SPEND, f"price increases by {level}")
    if unknown is not None:
        yield LimitReading(None, ("task class", unknown.subject))
    for entity, spend in _totals(dict(loads_of(context).totals(level, Basis.SPEND))).items():
        yield LimitReading(added_spend(spend, parameters.price_rise), (level.value, entity))


RULE = Rule(
    id="GOV304",
    name="absolute-exposure",
    title="Price increase would exceed the limit",
    one="A price increase by one entity would add more to the bill than the limit allows",
    many=(
        "Price increases by {count} entities would each add more to the bill than the limit allows"
    ),
    short_title="Exposure to price increases",
    requirement="A price increase by one entity adds no more to the bill than the limit allows.",
    why=(
        "A limit on the share of spend is a ratio: spending more elsewhere can meet it. This "
        "limit is in money: spend with an entity times the price increase must stay within the "
        "appetite. Increases of 30 to 40% within one contract cycle are documented, so 35% is the "
        "default; list prices have also more than doubled (Gemini 2.5 Flash in 2025: +224% "
        "blended). The increase is an assumption, not a forecast."
    ),
    remediation=(
        "Move spend to other entities, agree fixed prices, or have the board change the limit."
    ),
    decision="Choose where to move the spend.",
    severity=Severity.ERROR,
    check=check,
    limits={
        "max_added_monthly": RuleLimit(
            words="Added cost if one supplier raises its prices",
            unit="money",
            period="month",
            measure=_added,
        ),
    },
    criteria=("price_rise",),
    parameters=Parameters,
    tighter={
        "level": "never",
        "price_rise": "higher",
        "max_added_monthly": "lower",
    },
    scope="portfolio",
    enabled_by_default=False,
    violating="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route: [{model: claude-sonnet-4-6}]
    demand: {requests: 120000, input_tokens: 1800, output_tokens: 900}
# policies/limits.yaml
policies:
  repricing:
    rule: absolute-exposure
    price_rise: 0.4
    max_added_monthly: 800
""",
    compliant="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  articles:
    route: [{model: claude-sonnet-4-6, weight: 80}, {model: gpt-5-mini, weight: 20}]
    demand: {requests: 120000, input_tokens: 1800, output_tokens: 900}
# policies/limits.yaml
policies:
  repricing:
    rule: absolute-exposure
    price_rise: 0.4
    max_added_monthly: 800
""",
)
