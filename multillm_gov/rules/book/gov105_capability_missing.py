"""GOV105: every routed model has the capabilities and limits that its task class requires."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.requirements import Fitness, requirement
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield routed models that lack a requirement; one that is not known is a warning."""
    fitness = Fitness()
    for task in context.tasks:
        needed = requirement(task.task.declared)
        lacking = fitness.lacks(needed, [leg.facts for leg in task.legs])
        for leg, lacks in zip(task.legs, lacking, strict=True):
            if lacks is not None:
                yield Violation(
                    message=(
                        f"{code(leg.model)} {lacks.describe()}, required by {code(task.task.name)}"
                    ),
                    place=task.task.place.at("route", leg.index, "model"),
                    subject=task.task.name,
                    remedy=(
                        "Route to a model that has it (see `govern catalog show MODEL`), lower "
                        "the requirement, or state the model's actual capabilities in `catalog/`."
                    ),
                    risk="Requests that need it fail, are cut off or return the wrong format.",
                    severity=None if lacks.proved or context.by_policy else Severity.WARNING,
                    distinction=leg.model,
                )


RULE = Rule(
    id="GOV105",
    name="capability-missing",
    title="Routed model lacks a required capability",
    one="{subject} routes to a model that does not, or may not, meet a requirement",
    many="{count} task classes route to a model that does not, or may not, meet a requirement",
    short_title="Missing model capabilities",
    requirement="Every routed model has the capabilities and limits that its task class requires.",
    why=(
        "The requirement is `mode`, `needs`, an `output_schema` (which needs a model that "
        "supports response schemas) and the tokens of `demand`. The 99th percentile of the input "
        "plus the longest output must fit the context window; the longest output (else the mean, "
        "or the largest declared size) must fit the output limit. A capability that the catalog "
        "denies is an error; one that it does not know is a warning."
    ),
    remediation=(
        "Choose a model that has the capability, or correct the requirement or the catalog where "
        "it is wrong."
    ),
    decision="Choose which capable model to route to.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/legal.yaml
owner: legal
task_classes:
  contract-extraction:
    route: [{model: gpt-4o-2024-11-20}]
    demand: {requests: 1000, input_tokens: 60000, p99_input_tokens: 400000, output_tokens: 2000}
""",
    compliant="""\
# allocations/legal.yaml
owner: legal
task_classes:
  contract-extraction:
    route: [{model: gemini/gemini-2.5-pro}]
    demand: {requests: 1000, input_tokens: 60000, p99_input_tokens: 400000, output_tokens: 2000}
""",
)
