"""GOV815: a fallback for long prompts takes longer prompts."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.units import format_count
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield fallbacks whose window is known to be smaller than the smallest they stand in for."""
    for fallback in context.configuration.fallbacks:
        own = [context.window(member) for member in context.members(fallback.group)]
        if not own or None in own:
            continue
        needed = min(size for size in own if size is not None)
        for target in fallback.targets:
            sizes = [context.window(member) for member in context.members(target.name)]
            if not sizes or None in sizes:
                continue
            size = max(size for size in sizes if size is not None)
            overflow = fallback.kind == "context_window_fallbacks"
            if size < needed or (overflow and size == needed):
                yield Violation(
                    message=f"{code(target.name)} takes {format_count(size)} input tokens, "
                    f"{'no more than' if size == needed else 'fewer than'} the "
                    f"{format_count(needed)} of {code(fallback.group)}: "
                    + ("the overflow fails again" if overflow else "longer prompts fail on it"),
                    place=target.place,
                    subject=group_subject(fallback.group),
                    remedy="Name a group with a larger window.",
                    figures={"input_tokens": size, "needed_tokens": needed},
                    distinction=f"{fallback.kind}: {target.name}",
                    severity=None if overflow else Severity.NOTE,
                )


RULE = LintRule(
    id="GOV815",
    name="fallback-window-not-larger",
    title="Fallback with a smaller window",
    why=(
        "A prompt that fits the group and not its fallback ends the chain with an error about the "
        "window, which hides the failure that came first. Windows are those of `model_info`, else "
        "of the price map; where one is not known nothing is claimed."
    ),
    remediation="Choose a fallback that takes at least as many input tokens.",
    severity=Severity.WARNING,
    source="BerriAI/litellm #31557; the router of 1.110.2 with an injected overflow",
    trap="#31557",
    check=check,
    violating="""\
model_list:
  - {model_name: long, litellm_params: {model: gpt-4.1}}
  - {model_name: short, litellm_params: {model: gpt-4o}}
router_settings: {context_window_fallbacks: [{long: [short]}]}
""",
    compliant="""\
model_list:
  - {model_name: long, litellm_params: {model: gpt-4.1}}
  - {model_name: short, litellm_params: {model: gpt-4o}}
router_settings: {context_window_fallbacks: [{short: [long]}]}
""",
)
