"""GOV410: capacity paid for by the month is used."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.price import USD
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.capacity import utilization
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit
from multillm_gov.units import Share, format_count, format_money, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code


class Parameters(Closed, frozen=True, kw_only=True):
    """What counts as use."""

    min_utilization: Annotated[
        Share | None,
        Meta(
            description=(
                "Smallest share (0..1) of the monthly capacity at its `requests_per_minute`; "
                "default: any request counts"
            )
        ),
    ] = None
    allow_standby: Annotated[
        bool, Meta(description="Whether being the fallback of a task class counts as use")
    ] = True


class _Traffic(Struct):
    """The traffic of one model from the task classes in scope."""

    requests: Decimal = Decimal(0)
    known: bool = True
    """Whether every task class that routes to it declares its demand."""
    standby: Place | None = None
    routed: Place | None = None


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models with a fixed cost and too few requests, or that no task class names."""
    paid = {
        name
        for name, facts in context.models.items()
        if facts is not None and facts.usd_fixed_per_month
    }
    by_model: dict[str, _Traffic] = {name: _Traffic() for name in sorted(paid)}
    for use in context.uses(paid):
        traffic = by_model[use.part.model]
        if use.role == "fallback":
            traffic.standby = traffic.standby or use.place
            continue
        traffic.routed = traffic.routed or use.place
        traffic.known = traffic.known and use.task.task.declared.demand is not None
        traffic.requests += use.task.legs[use.part.index].requests_per_month
    for name, traffic in by_model.items():
        facts = context.models[name]
        if facts is not None:
            yield from _used(context, parameters, facts, traffic)
    if len(context.tasks) == len(context.state.figures.tasks):
        yield from _unnamed(context)


def _used(
    context: RuleContext, parameters: Parameters, facts: ModelFacts, traffic: _Traffic
) -> Iterator[Violation]:
    if not traffic.requests:
        place = traffic.routed or traffic.standby
        if (
            not traffic.known
            or place is None
            or (traffic.standby is not None and parameters.allow_standby)
        ):
            return
        role = "is only a fallback" if traffic.routed is None else "gets no requests"
        yield _violation(context, facts, place, role, Decimal(0))
        return
    least, rate = parameters.min_utilization, facts.requests_per_minute
    if least is None or rate is None or not traffic.known or traffic.routed is None:
        return
    used = utilization(traffic.requests, rate)
    if used < least:
        role = (
            f"gets {format_count(traffic.requests)} requests a month, {format_share(used)} of its "
            f"capacity; the minimum is {format_share(least)}"
        )
        yield _violation(context, facts, traffic.routed, role, used)


def _unnamed(context: RuleContext) -> Iterator[Violation]:
    """Yield declared models with a fixed cost that no task class or other model uses."""
    bases = {placed.declared.base for placed in context.state.overrides.models.values()}
    for name, placed in sorted(context.state.overrides.models.items()):
        if name in context.models or name in bases or not placed.declared.usd_fixed_per_month:
            continue
        facts = context.state.catalog.find(name)
        if facts is not None:
            yield _violation(
                context,
                facts,
                placed.place.at("usd_fixed_per_month"),
                "is in no route and no fallback",
                None,
            )


def _violation(
    context: RuleContext, facts: ModelFacts, place: Place, role: str, used: Decimal | None
) -> Violation:
    figures = context.state.figures
    fixed = facts.usd_fixed_per_month / figures.usd_per_unit
    paid = format_money(fixed, figures.currency if figures.exchange_known else USD)
    declared = context.state.overrides.models.get(facts.name)
    known = declared is not None and declared.declared.usd_fixed_per_month is not None
    price = declared.place.at("usd_fixed_per_month") if declared is not None and known else None
    return Violation(
        message=f"{code(facts.name)} costs {paid} a month, used or not, and {role}",
        place=place,
        subject=f"model:{facts.name}",
        remedy=(
            f"Route requests to {code(facts.name)}, or end its hosting and remove its "
            "`usd_fixed_per_month`."
        ),
        risk=f"{paid} a month for little or no use.",
        related=(("its fixed cost", price),) if price is not None and price != place else (),
        figures={"fixed_per_month": fixed, "utilization": used},
    )


def _utilization(context: RuleContext, _: Parameters) -> Iterator[LimitReading]:
    """Use of the capacity of each model with a fixed cost; not known without rate or demand."""
    paid = {n for n, facts in context.models.items() if facts and facts.usd_fixed_per_month}
    requests: defaultdict[str, list[Decimal | None]] = defaultdict(list)
    for use in context.uses(paid):
        if use.role == "route":
            known = use.task.task.declared.demand is not None
            amount = use.task.legs[use.part.index].requests_per_month
            requests[use.part.model].append(amount if known else None)
    for name, amounts in sorted(requests.items()):
        facts = context.models[name]
        rate = facts.requests_per_minute if facts else None
        counted = [amount for amount in amounts if amount is not None]
        is_known = rate is not None and len(counted) == len(amounts)
        used = utilization(sum(counted, Decimal(0)), rate) if rate and is_known else None
        yield LimitReading(used, ("model", name))


RULE = Rule(
    id="GOV410",
    name="fixed-cost-without-use",
    title="Fixed cost without use",
    one="One model is paid for by the month but little used",
    many="{count} models are paid for by the month but little used",
    short_title="Unused paid capacity",
    requirement="Capacity paid for by the month is used.",
    why=(
        "Hosted and fine-tuned models and provisioned throughput cost the same at no requests as "
        "at full load, and no price per token shows it. Requests are those that the allocations "
        "declare; capacity is `requests_per_minute` times the 43,800 minutes of a mean month. "
        "Being a fallback counts as use unless a policy says otherwise."
    ),
    remediation="Use the model, share it between task classes, or switch it off.",
    severity=Severity.WARNING,
    check=check,
    limits={
        "min_utilization": RuleLimit(
            words="Use of a model with a fixed cost",
            unit="share",
            direction="at least",
            measure=_utilization,
        ),
    },
    parameters=Parameters,
    tighter={"min_utilization": "higher", "allow_standby": "absent"},
    scope="portfolio",
    violating="""\
# allocations/sales.yaml
owner: sales
task_classes:
  scoring:
    route: [{model: gpt-5-mini}]
    demand: {requests: 100000, input_tokens: 700, output_tokens: 20}
# catalog/models.yaml
models:
  custom/scorer:
    mode: chat
    usd_per_million_tokens: {input: 0.05, output: 0.1}
    usd_fixed_per_month: 1150
""",
    compliant="""\
# allocations/sales.yaml
owner: sales
task_classes:
  scoring:
    route: [{model: custom/scorer}]
    demand: {requests: 100000, input_tokens: 700, output_tokens: 20}
# catalog/models.yaml
models:
  custom/scorer:
    mode: chat
    usd_per_million_tokens: {input: 0.05, output: 0.1}
    usd_fixed_per_month: 1150
""",
)
