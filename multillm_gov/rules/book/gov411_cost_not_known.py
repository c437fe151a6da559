"""GOV411: every declared unit has a price, and every unit that bills is declared."""

from collections.abc import Iterator

from multillm_gov.catalog.pricing.billed_units import demand_key
from multillm_gov.catalog.pricing.price import USD
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.demand_cost import Unknown
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext, Use
from multillm_gov.words import code, join_words


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield routes and fallbacks whose price and demand have a gap, or whose price has no rate.

    Missing prices are GOV106's; a portfolio whose currency has no rate is GOV003's.
    """
    pricing = context.state.figures.pricing
    for use in context.uses(context.models):
        if use.part.cost_per_request is None:
            unknown = pricing.unknown(use.part.facts, use.task.task.demand)
            if unknown is None:
                continue
            if unknown.gaps or unknown.currency not in {"", USD}:
                yield _violation(use, unknown)


def _violation(use: Use, unknown: Unknown) -> Violation:
    task, model = use.task.task, use.part.model
    demands = [gap.yaml for gap in unknown.gaps if gap.kind != "price"]
    prices = [gap.yaml for gap in unknown.gaps if gap.kind == "price"]
    priceless = [code(demand_key(gap.unit)) for gap in unknown.gaps if gap.kind == "price"]
    instead = f", in place of {join_words(priceless)}" if priceless else ""
    steps = [
        f"declare your own figure in the task class, such as {code(yaml)}{instead}"
        for yaml in demands
    ]
    steps += [
        f"write what you pay in `catalog/models.yaml`: {code(f'models: {{{model}: {{{yaml}}}}}')}"
        for yaml in prices
    ]
    if unknown.currency:
        steps = [f"declare the price of {code(model)} in {USD} in `catalog/`"]
    remedy = "; or ".join(steps)
    return Violation(
        message=f"the cost of {code(task.name)} on {code(model)} is not known: {unknown.reason}",
        place=task.place.at("demand"),
        subject=task.name,
        remedy=f"{remedy[0].upper()}{remedy[1:]}.",
        risk="No cap, share, stress or report can judge a cost that is not known.",
        related=(("the model", use.place),),
        distinction=f"{use.role}: {model}",
    )


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
