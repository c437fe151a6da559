"""GOV817: fallbacks are keyed on names that the router compares."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.words import code

_STAR_SINCE = parse_release("1.106.2")
"""First release tried in which `*` catches overflows and refusals of filters too."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield keys with a pattern, and `*` where this release does not read it."""
    for fallback in context.configuration.fallbacks:
        group = fallback.group
        if fallback.is_default or "*" not in group:
            continue
        if group == "*" and (fallback.kind == "fallbacks" or context.release >= _STAR_SINCE):
            continue
        yield Violation(
            message=f"{code(group)} is compared as it is written: `{fallback.kind}` knows no "
            "patterns"
            + (" and no `*` in this release" if group == "*" else ", only `*` for every group"),
            place=fallback.place.key(),
            subject=group_subject(group),
            remedy="Write an entry for each model that callers name.",
            distinction=fallback.kind,
        )


RULE = LintRule(
    id="GOV817",
    name="fallback-pattern-without-effect",
    title="Fallback keyed on a pattern",
    why=(
        "`openai/*` is a deployment for every model of a provider, and no key of a fallback: what "
        "callers name is `openai/gpt-4o`, which has none. Up to 1.98.0 (tried) not even `*` was "
        "read in `context_window_fallbacks` and `content_policy_fallbacks`; 1.106.2 reads it."
    ),
    remediation="Key fallbacks on the names that callers send, or on `*`.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm PR#35689; the router of 1.83.0, 1.98.0, 1.106.2 and 1.110.2 with an "
        "injected overflow, filter and failure"
    ),
    trap="PR#35689",
    check=check,
    violating="""\
model_list:
  - {model_name: openai/*, litellm_params: {model: openai/*}}
  - {model_name: spare, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {fallbacks: [{openai/*: [spare]}]}
""",
    compliant="""\
model_list:
  - {model_name: openai/*, litellm_params: {model: openai/*}}
  - {model_name: spare, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {fallbacks: [{openai/gpt-4o: [spare]}]}
""",
)
