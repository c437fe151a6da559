"""GOV819: every chain of fallbacks is in force."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import FALLBACK_KINDS, Fallback
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield second entries of one group, and chains that another section replaces."""
    configuration = context.configuration
    first: dict[tuple[str, str, str], Fallback] = {}
    for fallback in configuration.fallbacks:
        key = (fallback.section, fallback.kind, fallback.group)
        earlier = first.setdefault(key, fallback)
        if earlier is not fallback and not fallback.is_default and not earlier.is_default:
            yield Violation(
                message=f"{code(fallback.group)} has an earlier entry in `{fallback.kind}`: this "
                "one is never read",
                place=fallback.place.key(),
                subject=group_subject(fallback.group),
                remedy="Put all targets into one list.",
                related=(("the entry in force", earlier.place.key()),),
                distinction=f"{fallback.kind}: second",
            )
    for kind in (*FALLBACK_KINDS, "default_fallbacks"):
        winner, loser = configuration.router.get(kind), configuration.litellm.get(kind)
        if winner is not None and winner.value and loser is not None and loser.value:
            yield Violation(
                message=f"`litellm_settings.{kind}` is not read: `router_settings.{kind}` is",
                place=loser.place.key(),
                subject=f"setting:litellm_settings.{kind}",
                remedy="Keep one of the two.",
                related=(("the one in force", winner.place.key()),),
            )


RULE = LintRule(
    id="GOV819",
    name="fallback-shadowed",
    title="Chain of fallbacks that is not in force",
    why=(
        "The first entry of a group is the one used; a second one is not appended. A list in "
        "`router_settings` replaces the whole list of `litellm_settings`."
    ),
    remediation="Write one list a group, in one section.",
    severity=Severity.WARNING,
    source="The router of 1.83.0 to 1.110.2 with an injected failure",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: mistral/mistral-large-latest}}
  - {model_name: c, litellm_params: {model: gemini/gemini-2.5-flash}}
router_settings: {fallbacks: [{a: [b]}, {a: [c]}]}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: mistral/mistral-large-latest}}
  - {model_name: c, litellm_params: {model: gemini/gemini-2.5-flash}}
router_settings: {fallbacks: [{a: [b, c]}]}
""",
)
