"""GOV848: an alias names a group."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code, did_you_mean


def check(context: LintContext) -> Iterator[Violation]:
    """Yield aliases of groups that do not exist, and aliases that hide a group."""
    groups = context.configuration.groups
    for alias in context.configuration.aliases:
        if alias.group not in groups and not context.serves(alias.group):
            yield Violation(
                message=f"{code(alias.name)} stands for {code(alias.group)}, which nothing "
                f"serves{context.in_this_file}{did_you_mean(alias.group, groups)}",
                place=alias.place,
                subject=group_subject(alias.name),
                remedy="Name a group of `model_list`.",
                distinction="unknown",
                severity=Severity.WARNING if context.may_have_more else None,
            )
        elif alias.name in groups and alias.name != alias.group:
            yield Violation(
                message=f"{code(alias.name)} is a group and an alias of {code(alias.group)}: its "
                "own deployments get no request",
                place=alias.place.key(),
                subject=group_subject(alias.name),
                remedy="Rename the alias or the group.",
                related=(("the group", groups[alias.name][0].place.at("model_name")),),
                distinction="hides",
            )


RULE = LintRule(
    id="GOV848",
    name="alias-of-unknown-group",
    title="Alias that leads nowhere",
    why="Requests to it fail; an alias with the name of a group takes all requests from the group.",
    remediation="Point the alias at a group, under a name that no group has.",
    severity=Severity.ERROR,
    source="The router of 1.110.2: no deployments; 5 of 5 requests go to the alias's group",
    check=check,
    violating="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
router_settings: {model_group_alias: {old: chatt}}
""",
    compliant="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
router_settings: {model_group_alias: {old: chat}}
""",
)
