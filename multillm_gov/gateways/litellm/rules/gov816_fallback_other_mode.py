"""GOV816: a fallback does the same kind of work."""

from collections.abc import Iterator

from multillm_gov.catalog.facts import are_alike
from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield fallbacks between groups whose known modes differ."""
    for fallback in context.configuration.fallbacks:
        own = {context.mode(member) for member in context.members(fallback.group)}
        for target in fallback.targets:
            other = {context.mode(member) for member in context.members(target.name)}
            if len(own) != 1 or len(other) != 1 or "" in own | other:
                continue
            (needed,), (mode,) = own, other
            if not are_alike(needed, mode) and not are_alike(mode, needed):
                yield Violation(
                    message=f"{code(target.name)} is a model for {mode}, "
                    f"{code(fallback.group)} one for {needed}: it cannot stand in",
                    place=target.place,
                    subject=group_subject(fallback.group),
                    remedy=f"Name a group for {needed}.",
                    distinction=f"{fallback.kind}: {target.name}",
                )


RULE = LintRule(
    id="GOV816",
    name="fallback-other-mode",
    title="Fallback of another mode",
    why="The router sends the request as it is; an embedding model answers no chat request.",
    remediation="Let groups fall back to groups of the same mode.",
    severity=Severity.ERROR,
    source="The router of 1.110.2 picks the target without looking at its mode",
    check=check,
    violating="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
  - {model_name: vectors, litellm_params: {model: openai/text-embedding-3-small}}
router_settings: {fallbacks: [{chat: [vectors]}]}
""",
    compliant="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
  - {model_name: spare, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {fallbacks: [{chat: [spare]}]}
""",
)
