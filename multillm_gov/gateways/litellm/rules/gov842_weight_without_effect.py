"""GOV842: weights have an effect."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.gateways.litellm.shares import strategy_of
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield weights under another strategy, and of deployments that stand alone."""
    strategy = strategy_of(context)
    for group, members in context.configuration.groups.items():
        weighted = [member for member in members if member.number("weight") is not None]
        if not weighted:
            continue
        if len(members) == 1:
            yield Violation(
                message=f"the only deployment of {code(group)} has a `weight`: there is nothing "
                "to share with",
                place=weighted[0].parameter("weight"),
                subject=group_subject(group),
                remedy="Remove the weight, or name the deployments of one group alike.",
                severity=Severity.NOTE,
            )
        elif strategy != "simple-shuffle":
            yield Violation(
                message=f"`weight` in {code(group)} has no effect: {code(strategy)} does not read "
                "it",
                place=weighted[0].parameter("weight"),
                subject=group_subject(group),
                remedy="Use `routing_strategy: simple-shuffle`, or remove the weights.",
            )


RULE = LintRule(
    id="GOV842",
    name="weight-without-effect",
    title="Weight without effect",
    why="Only `simple-shuffle` draws by weight.",
    remediation="Choose the strategy that reads weights, or leave them out.",
    severity=Severity.WARNING,
    source="The router of 1.83.0 to 1.110.2: 9 to 1 under each strategy, 60 draws",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, weight: 9}}
  - {model_name: a, litellm_params: {model: openai/gpt-4.1, weight: 1}}
router_settings: {routing_strategy: least-busy}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, weight: 9}}
  - {model_name: a, litellm_params: {model: openai/gpt-4.1, weight: 1}}
""",
)
