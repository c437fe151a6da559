"""GOV411: every declared unit has a price, and every unit that bills is declared."""

from collections.abc import Iterator

from multillm_gov.catalog.facts import are_alike
from multillm_gov.catalog.pricing.billed_units import demand_key
from multillm_gov.catalog.pricing.price import USD
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.cost.demand import Unknown, needed_demand
from multillm_gov.measures.cost.gaps import missing_demand, missing_prices
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext, Use
from multillm_gov.words import code, join_words

_RISK = "No cap, share, stress or report can judge a cost that is not known."


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield routes and fallbacks whose price and demand have a gap, or whose price has no rate.

    A task class without any demand is one violation. Missing prices are GOV106's; a portfolio
    whose currency has no rate is GOV413's; a model of another mode is GOV105's and GOV203's.
    """
    for task in context.tasks:
        if task.task.demand is None:
            yield _undeclared(task)
        elif _is_unbilled(task):
            yield _unbilled_variant(task)
    pricing = context.state.figures.pricing
    for use in context.uses(context.models):
        if use.part.cost_per_request is None and _serves(use):
            unknown = pricing.unknown(use.part.facts, use.task.task.demand)
            if unknown is None:
                continue
            if unknown.gaps or unknown.currency not in {"", USD}:
                yield _violation(use, unknown)


def _serves(use: Use) -> bool:
    """Whether the model is of the task class's mode; another is GOV105's and GOV203's."""
    facts = use.part.facts
    return facts is None or are_alike(use.task.task.declared.mode, facts.mode)


def _undeclared(task: TaskFigures) -> Violation:
    name = task.task.name
    written = ", ".join(needed_demand(task.primary.facts))
    return Violation(
        message=f"the cost of {code(name)} is not known: it declares no `demand`",
        place=task.task.place,
        subject=name,
        remedy=f"Declare your own figures a month, such as {code(f'demand: {{{written}}}')}.",
        risk=_RISK,
        distinction="demand",
    )


def _is_unbilled(task: TaskFigures) -> bool:
    """Whether no price of the chain tells a size or quality apart that the demand names."""
    chain = (*(leg.facts for leg in task.legs), *(reserve.facts for reserve in task.fallbacks))
    prices = [facts.price for facts in chain if facts is not None]
    variant = task.task.demand.variant if task.task.demand is not None else None
    return bool(variant and prices) and all(price and not price.variants for price in prices)


def _unbilled_variant(task: TaskFigures) -> Violation:
    demand = task.task.demand
    variant = demand.variant or "" if demand is not None else ""
    return Violation(
        message=f"no price of the route or the fallbacks differs by the variant {code(variant)}",
        place=task.task.place.at("demand", "variant"),
        subject=task.task.name,
        remedy="Correct the name, or remove `variant`.",
        risk="The forecast is the same without it, whatever is billed.",
        severity=Severity.WARNING,
        distinction="variant",
    )


def _violation(use: Use, unknown: Unknown) -> Violation:
    task, model = use.task.task, use.part.model
    return Violation(
        message=f"the cost of {code(task.name)} on {code(model)} is not known: {unknown.reason}",
        place=task.place.at("demand"),
        subject=task.name,
        remedy=_remedy(model, unknown),
        risk=_RISK,
        related=(("the model", use.place),),
        distinction=f"{use.role}: {model}",
    )


def _remedy(model: str, unknown: Unknown) -> str:
    if unknown.currency:
        return f"Declare the price of {code(model)} in {USD} in `catalog/`."
    demand, prices = missing_demand(unknown.gaps), missing_prices(unknown.gaps)
    pay = (
        f"rite what you pay in `catalog/models.yaml`: {code(f'models: {{{model}: {{{prices}}}}}')}"
    )
    if not demand:
        return f"W{pay}."
    own = f"Declare your own figures in the task class, such as {code(demand)}"
    if not prices:
        return f"{own}."
    priceless = join_words(
        code(demand_key(gap.unit)) for gap in unknown.gaps if gap.kind == "price"
    )
    return f"{own}, in place of {priceless}. If that is billed as well, w{pay}."


RULE = Rule(
    id="GOV411",
    name="cost-not-known",
    title="Demand and price have no unit in common",
    one="The cost of {subject} is not known",
    many="The cost of {count} task classes is not known",
    short_title="Cost not known",
    requirement="Every declared unit has a price, and every unit that bills is declared.",
    why=(
        "Providers bill by tokens, characters, seconds, images, pages and queries. A forecast "
        "exists only if each declared unit has a price and each unit that the model bills by is "
        "declared: anything else would count as free."
    ),
    remediation="Declare the unit that the model bills by, or its price in `catalog/`.",
    decision="Decide who states the missing demand or price.",
    severity=Severity.WARNING,
    check=check,
    violating="""\
# allocations/media.yaml
owner: media
task_classes:
  read-aloud:
    mode: audio_speech
    route: [{model: custom/voice}]
    demand: {requests: 100000, input_tokens: 250}
# catalog/models.yaml
models:
  custom/voice: {mode: audio_speech, usd_per: {character: 0.000015}}
""",
    compliant="""\
# allocations/media.yaml
owner: media
task_classes:
  read-aloud:
    mode: audio_speech
    route: [{model: custom/voice}]
    demand: {requests: 100000, characters: 1000}
# catalog/models.yaml
models:
  custom/voice: {mode: audio_speech, usd_per: {character: 0.000015}}
""",
)
