"""GOV811: everything that a fallback names is served."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code, did_you_mean


def check(context: LintContext) -> Iterator[Violation]:
    """Yield targets of fallbacks that no group, alias, id or pattern serves."""
    groups = context.configuration.groups
    for fallback in context.configuration.fallbacks:
        last = len(fallback.targets) - 1
        for number, target in enumerate(fallback.targets):
            if not target.name or target.name.startswith("os.environ/"):
                continue
            if context.serves(target.name):
                continue
            after = "the next one is tried" if number < last else "there is no further one"
            yield Violation(
                message=f"{code(fallback.group)} falls back to {code(target.name)}, which nothing "
                f"serves{context.in_this_file}{did_you_mean(target.name, groups)}; {after}",
                place=target.place,
                subject=group_subject(fallback.group),
                remedy=f"Name a group of `model_list`, or add a deployment of {code(target.name)}.",
                distinction=f"{fallback.kind}: {target.name}",
                severity=Severity.WARNING if context.may_have_more else None,
            )


RULE = LintRule(
    id="GOV811",
    name="fallback-dangling",
    title="Fallback that nothing serves",
    why=(
        "The name is looked up at the first failure, not at the start. The error of the outage "
        "then blames the fallback, and who reads it looks in the wrong place. Deployments of a "
        "database are not in the file: with `store_model_in_db` the finding is a warning."
    ),
    remediation="Name a group that exists.",
    severity=Severity.ERROR,
    source="BerriAI/litellm #17729; the router of 1.83.0 to 1.110.2 with an injected failure",
    trap="#17729",
    check=check,
    violating="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
litellm_settings: {fallbacks: [{chat: [spare]}]}
""",
    compliant="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
  - {model_name: spare, litellm_params: {model: mistral/mistral-large-latest}}
litellm_settings: {fallbacks: [{chat: [spare]}]}
""",
)
