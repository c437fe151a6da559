"""GOV814: an alias has the fallbacks of its group."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield aliases of groups with fallbacks that are keyed on the group alone."""
    fallbacks = context.configuration.fallbacks
    for alias in context.configuration.aliases:
        for fallback in fallbacks:
            same = [each for each in fallbacks if each.kind == fallback.kind]
            covered = any(each.group in {alias.name, "*"} for each in same)
            if fallback.group == alias.group and alias.name != alias.group and not covered:
                yield Violation(
                    message=f"callers of {code(alias.name)} get no {_kind(fallback.kind)}: those "
                    f"of its group {code(alias.group)} hold for that name alone",
                    place=alias.place.key(),
                    subject=group_subject(alias.name),
                    remedy=f"Add an entry for {code(alias.name)} to `{fallback.kind}`.",
                    related=((f"the fallbacks of {code(alias.group)}", fallback.place.key()),),
                    distinction=fallback.kind,
                )


def _kind(kind: str) -> str:
    return {"fallbacks": "fallback"}.get(kind, kind.replace("_", " "))


RULE = LintRule(
    id="GOV814",
    name="alias-without-fallback",
    title="Alias without the fallbacks of its group",
    why="The router looks fallbacks up by the name that was called, which is the alias.",
    remediation="Repeat the fallbacks under the name of the alias.",
    severity=Severity.WARNING,
    source="BerriAI/litellm #10317; the router of 1.83.0 to 1.110.2 with an injected failure",
    trap="#10317",
    check=check,
    violating="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
  - {model_name: spare, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {model_group_alias: {old: chat}, fallbacks: [{chat: [spare]}]}
""",
    compliant="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
  - {model_name: spare, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {model_group_alias: {old: chat}, fallbacks: [{chat: [spare]}, {old: [spare]}]}
""",
)
