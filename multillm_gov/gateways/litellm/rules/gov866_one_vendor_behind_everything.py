"""GOV866: not everything depends on one vendor."""

from collections.abc import Iterator

from multillm_gov.dimensions import UNKNOWN
from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import ModelListEntry
from multillm_gov.gateways.litellm.rule import LintContext, LintRule
from multillm_gov.words import code, count_of

_FEWEST_GROUPS = 2


def check(context: LintContext) -> Iterator[Violation]:
    """Yield the vendor behind every deployment, where all are known; and chains within one."""
    deployments = context.configuration.deployments
    makers = [_vendor(context, deployment) for deployment in deployments]
    known = {maker for maker in makers if maker}
    groups = context.configuration.groups
    if len(groups) >= _FEWEST_GROUPS and len(known) == 1 and all(makers):
        (vendor,) = known
        yield Violation(
            message=f"all {count_of(len(groups), 'group')}{context.in_this_file} depend on the "
            f"vendor {code(vendor)}",
            place=deployments[0].parameter("model"),
            subject=f"vendor:{vendor}",
            remedy="Add a fallback at a vendor that shares nothing with it.",
            figures={"groups": len(groups), "deployments": len(deployments)},
        )


def _vendor(context: LintContext, each: ModelListEntry) -> str:
    facts = context.facts(each)
    vendor = facts.exposure.vendor if facts is not None else UNKNOWN
    return "" if vendor == UNKNOWN else vendor


RULE = LintRule(
    id="GOV866",
    name="one-vendor-behind-everything",
    title="One vendor behind everything",
    why=(
        "One outage, one price increase or one withdrawn license stops every group. The vendor is "
        "who made the model: the same model at another cloud does not help against its maker."
    ),
    remediation="Give the groups that matter a fallback of another vendor.",
    severity=Severity.NOTE,
    source="The catalog of this tool: makers of the models by name",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: openai/gpt-4.1}}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: anthropic/claude-sonnet-4-5}}
""",
)
