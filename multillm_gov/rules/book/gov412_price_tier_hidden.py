"""GOV412: no mean hides requests that cost a higher price tier."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.cost.remarks import hidden_tier
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.units import format_count
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield routed models with a price tier between the mean and the longest request declared."""
    for task in context.tasks:
        demand = task.task.demand
        for entry in task.legs:
            price = entry.facts.price if entry.facts is not None else None
            tier = hidden_tier(price, demand) if price is not None and demand is not None else None
            if demand is None or tier is None:
                continue
            name, longest = task.task.name, demand.p99_input_tokens or 0
            yield Violation(
                message=(
                    f"{code(name)} has a mean of {format_count(demand.input_tokens)} input tokens "
                    f"and a p99 of {format_count(longest)}; above {format_count(tier)} tokens "
                    f"{code(entry.model)} bills the whole request at a higher tier, which the "
                    "forecast leaves out"
                ),
                place=task.task.place.at("demand", "p99_input_tokens"),
                subject=name,
                remedy=(
                    "Declare the sizes instead of the mean: `sizes: [{share: 0.9, input_tokens: "
                    "…, output_tokens: …}, {share: 0.1, …}]`."
                ),
                risk="The bill is higher than the forecast: prices step with prompt length.",
                figures={
                    "mean_input_tokens": demand.input_tokens,
                    "p99_input_tokens": longest,
                    "tier_above_input_tokens": tier,
                },
                distinction=entry.model,
            )


RULE = Rule(
    id="GOV412",
    name="price-tier-hidden",
    title="Mean request size hides a price tier",
    one="The mean request size of {subject} hides a price tier",
    many="The mean request sizes of {count} task classes hide a price tier",
    short_title="Hidden price tier",
    requirement="Where the longest requests reach a higher price tier, sizes are declared.",
    why=(
        "Above a threshold of prompt length the whole request costs more, so cost is a step "
        "function of length: the cost of the mean request is not the mean cost. A p99 above a "
        "threshold that the mean stays below shows that some requests cost more than forecast."
    ),
    remediation="Declare `demand.sizes`, a histogram of request sizes.",
    decision="Decide who measures the request sizes.",
    severity=Severity.WARNING,
    check=check,
    violating="""\
# allocations/docs.yaml
owner: docs
task_classes:
  summaries:
    route: [{model: gemini/gemini-2.5-pro}]
    demand: {requests: 1000, input_tokens: 150000, output_tokens: 1000, p99_input_tokens: 500000}
""",
    compliant="""\
# allocations/docs.yaml
owner: docs
task_classes:
  summaries:
    route: [{model: gemini/gemini-2.5-pro}]
    demand:
      requests: 1000
      sizes:
        - {share: 0.8, input_tokens: 62500, output_tokens: 1000}
        - {share: 0.2, input_tokens: 500000, output_tokens: 1000}
""",
)
