"""GOV823: a group survives the failure of one deployment."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield groups of one deployment without fallback, where the file has fallbacks at all."""
    configuration = context.configuration
    general = [fallback for fallback in configuration.fallbacks if fallback.kind == "fallbacks"]
    if not general or any(each.group == "*" for each in general):
        return
    covered = {each.group for each in general}
    targets = {target.name for each in general for target in each.targets}
    for group, members in configuration.groups.items():
        plain = group.partition("/")[2]
        if len(members) > 1 or {group, plain} & covered or group in targets or "*" in group:
            continue
        yield Violation(
            message=f"{code(group)} has one deployment and no fallback{context.in_this_file}",
            place=members[0].place.at("model_name"),
            subject=group_subject(group),
            remedy=f"Add a deployment, or an entry for {code(group)} to `fallbacks`.",
        )


RULE = LintRule(
    id="GOV823",
    name="group-without-reserve",
    title="Group with one deployment and no fallback",
    why="When its provider fails, every request to the group fails.",
    remediation="Add a second deployment at another provider, or a fallback.",
    severity=Severity.NOTE,
    source="BerriAI/litellm #34877, #35242: what people ask of an offline check",
    trap="#35242",
    check=check,
)
