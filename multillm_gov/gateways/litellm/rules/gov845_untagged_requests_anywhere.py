"""GOV845: requests without a tag have a deployment of their own."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield filtered groups without a default, or with a default that takes tagged requests."""
    setting = context.configuration.router.get("enable_tag_filtering")
    if setting is None or setting.value is not True:
        return
    for group, members in context.configuration.groups.items():
        tagged = [member for member in members if member.tags]
        if len(tagged) < 2:
            continue
        if not any("default" in each.tags for each in tagged):
            yield Violation(
                message=f"requests without a tag go to every deployment of {code(group)}: none "
                "has the tag `default`",
                place=tagged[0].parameter("tags"),
                subject=group_subject(group),
                remedy="Give the deployment for untagged requests `tags: [default]`.",
                distinction="none",
            )
        else:
            default = next(each for each in tagged if "default" in each.tags)
            yield Violation(
                message=f"requests with a tag that nothing in {code(group)} has go to its "
                "default deployment",
                place=default.parameter("tags"),
                subject=group_subject(group),
                remedy="Take the tag `default` away where a wrong tag must fail.",
                severity=Severity.NOTE,
                distinction="default",
            )


RULE = LintRule(
    id="GOV845",
    name="untagged-requests-anywhere",
    title="Requests without a tag go anywhere",
    why=(
        "A tag that is missing or misspelt does not fail: it is served by the default, or by any "
        "deployment where there is none. A pin to a region is lost so."
    ),
    remediation="Decide where untagged requests go.",
    severity=Severity.WARNING,
    source="BerriAI/litellm #12383, #6770; the router of 1.83.0 to 1.110.2, 30 requests a case",
    trap="#12383",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: azure/eu, api_base: os.environ/EU, tags: [eu]}}
  - {model_name: a, litellm_params: {model: azure/us, api_base: os.environ/US, tags: [us]}}
router_settings: {enable_tag_filtering: true}
""",
)
