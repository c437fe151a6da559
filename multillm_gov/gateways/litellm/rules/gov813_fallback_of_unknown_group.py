"""GOV813: every fallback belongs to a group that exists."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code, did_you_mean


def check(context: LintContext) -> Iterator[Violation]:
    """Yield fallbacks of a name that nobody can call."""
    groups = context.configuration.groups
    reaches = any(each.is_wildcard for each in context.configuration.deployments) or (
        "default_deployment" in context.configuration.router
    )
    effect = (
        "its requests are answered by the first fallback that can, after an error"
        if reaches
        else "a request to it is refused as an unknown model"
        + (", unless it comes from elsewhere" if context.may_have_more else "")
    )
    stripped = {name.partition("/")[2] for name in groups if "/" in name}
    for fallback in context.configuration.fallbacks:
        group = fallback.group
        if "*" in group or group in stripped or context.serves(group):
            continue
        yield Violation(
            message=f"{code(group)} has fallbacks and no deployment{context.in_this_file}"
            f"{did_you_mean(group, groups)}: {effect}",
            place=fallback.place.key(),
            subject=group_subject(group),
            remedy="Write the name of a group, or remove the entry.",
            distinction=fallback.kind,
            severity=Severity.NOTE if context.may_have_more or reaches else None,
        )


RULE = LintRule(
    id="GOV813",
    name="fallback-of-unknown-group",
    title="Fallback of a group that does not exist",
    why=(
        "The group that was meant has no fallback then, and nothing says so until it fails. The "
        "proxy refuses names that no deployment, alias or pattern has before it looks at fallbacks."
    ),
    remediation="Write the group as `model_list` spells it.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm #34877; the proxy of 1.108.0 refuses the name before its router sees it; "
        "beside wildcard deployments the router gets it, fails and falls back"
    ),
    trap="#34877",
    check=check,
    violating="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
router_settings: {fallbacks: [{chatt: [chat]}]}
""",
    compliant="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
  - {model_name: spare, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {fallbacks: [{chat: [spare]}]}
""",
)
