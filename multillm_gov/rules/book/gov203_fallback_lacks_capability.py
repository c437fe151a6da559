"""GOV203: every fallback has the capabilities and limits that its task class requires."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.requirements import Fitness, requirement
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield fallbacks that lack a requirement; one that is not known is a warning."""
    fitness = Fitness()
    for task in context.tasks:
        if not task.fallbacks:
            continue
        needed = requirement(task.task.declared)
        lacking = fitness.lacks(needed, [fallback.facts for fallback in task.fallbacks])
        for fallback, lacks in zip(task.fallbacks, lacking, strict=True):
            if lacks is not None:
                yield Violation(
                    message=(
                        f"fallback {code(fallback.model)} {lacks.describe()}, required by "
                        f"{code(task.task.name)}"
                    ),
                    place=task.task.place.at("fallbacks", fallback.index),
                    subject=task.task.name,
                    remedy=(
                        "Choose a fallback that has it (see `govern catalog show MODEL`), or "
                        "state the model's actual capabilities in `catalog/`."
                    ),
                    risk="A failover returns errors or output that cannot be used.",
                    severity=None if lacks.proved or context.by_policy else Severity.WARNING,
                    distinction=fallback.model,
                )


RULE = Rule(
    id="GOV203",
    name="fallback-lacks-capability",
    title="Fallback lacks a required capability",
    one="{subject} has a fallback that does not, or may not, meet a requirement",
    many="{count} task classes have a fallback that does not, or may not, meet a requirement",
    short_title="Fallbacks that cannot take over",
    requirement="Every fallback has the capabilities and limits that its task class requires.",
    why=(
        "A fallback is first used on the worst day. One with a smaller context window, without "
        "response schemas or of another mode turns an outage of the provider into an outage of "
        "the task class. The requirements are those of GOV105."
    ),
    remediation=(
        "Choose a fallback with the same capabilities, or correct the requirement or the catalog "
        "where it is wrong."
    ),
    decision="Choose which capable fallback to use.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/legal.yaml
owner: legal
task_classes:
  contract-extraction:
    route: [{model: gemini/gemini-2.5-pro}]
    fallbacks: [gpt-4o-2024-11-20]
    needs: {context_tokens: 600000}
""",
    compliant="""\
# allocations/legal.yaml
owner: legal
task_classes:
  contract-extraction:
    route: [{model: gemini/gemini-2.5-pro}]
    fallbacks: [claude-sonnet-4-6]
    needs: {context_tokens: 600000}
""",
)
