"""GOV843: the declared order is the order tried."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.gateways.litellm.versions import Affected
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield groups with an `order`."""
    for group, members in context.configuration.groups.items():
        ordered = [member for member in members if member.number("order") is not None]
        if len({each.number("order") for each in ordered}) > 1:
            yield Violation(
                message=f"{code(group)} relies on `order`, which some releases before 1.83.0 "
                "ignore: traffic is then split evenly",
                place=ordered[0].parameter("order"),
                subject=group_subject(group),
                remedy="Upgrade LiteLLM, or make the later deployments a group of their own and a "
                "fallback.",
            )


RULE = LintRule(
    id="GOV843",
    name="order-ignored",
    title="Order of deployments ignored",
    why="The deployment meant as a reserve serves half of the requests, at its own price.",
    remediation="Use a release that follows `order`; 1.83.0 and later were tried.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm #18444; the router of 1.83.0, 1.98.0, 1.106.2 and 1.110.2 follows it in "
        "40 of 40 requests; the exact releases before are not known"
    ),
    trap="#18444",
    affected=Affected(until="1.83.0"),
    check=check,
)
