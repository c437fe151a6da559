"""GOV844: routing tags are read."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.gateways.litellm.shares import strategy_of
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.words import code

_ALL_STRATEGIES = parse_release("1.110.2")
"""First release tried in which `usage-based-routing` filters too; 1.108.0 does not."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield tagged deployments where filtering is off, or ignored by the strategy."""
    setting = context.configuration.router.get("enable_tag_filtering")
    enabled = setting is not None and setting.value is True
    strategy = strategy_of(context)
    ignores = strategy == "usage-based-routing" and context.release < _ALL_STRATEGIES
    for group, members in context.configuration.groups.items():
        tagged = [member for member in members if member.tags]
        own = any(member.info.get("enable_tag_filtering") is True for member in members)
        if not tagged or ((own or enabled) and not ignores) or len(members) < 2:
            continue
        reason = (
            f"{code(strategy)} ignores them in this release"
            if enabled
            else ("`router_settings.enable_tag_filtering` is not on")
        )
        yield Violation(
            message=f"the tags of {code(group)} do not route: {reason}",
            place=tagged[0].parameter("tags"),
            subject=group_subject(group),
            remedy="Add `router_settings: {enable_tag_filtering: true}`."
            if not enabled
            else "Use `routing_strategy: simple-shuffle`.",
        )


RULE = LintRule(
    id="GOV844",
    name="tags-ignored",
    title="Routing tags that are not read",
    why=(
        "A tag such as `eu` is a promise about where data goes. Where filtering is off, any "
        "deployment of the group answers. A key or a team may switch it on for itself."
    ),
    remediation="Switch tag filtering on.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm #15944; the routers of 1.55.0 to 1.110.2: `usage-based-routing` filters "
        "in 1.110.2 alone, `usage-based-routing-v2` and the others in all of them"
    ),
    trap="#15944",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: azure/eu, api_base: os.environ/EU, tags: [eu]}}
  - {model_name: a, litellm_params: {model: azure/us, api_base: os.environ/US, tags: [us]}}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: azure/eu, api_base: os.environ/EU, tags: [eu]}}
  - {model_name: a, litellm_params: {model: azure/us, api_base: os.environ/US, tags: [us]}}
  - {model_name: a, litellm_params: {model: azure/x, api_base: os.environ/X, tags: [default]}}
router_settings: {enable_tag_filtering: true}
""",
)
