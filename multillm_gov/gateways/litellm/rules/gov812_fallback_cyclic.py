"""GOV812: no chain of fallbacks leads back to where it started."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import Fallback, FallbackTarget
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code, join_code

_MOST_GROUPS = 1_000


def check(context: LintContext) -> Iterator[Violation]:
    """Yield fallbacks of a group to itself, directly or over others of the same kind."""
    for kind in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks"):
        first: dict[str, Fallback] = {}
        for fallback in context.configuration.fallbacks:
            if fallback.kind == kind and not fallback.is_default:
                first.setdefault(fallback.group, fallback)
        for group, fallback in first.items():
            for target in fallback.targets:
                way = _way_back(target.name, group, first)
                if way and group == min(way):
                    yield _circle(kind, fallback, target, way)


def _circle(
    kind: str, fallback: Fallback, target: FallbackTarget, way: tuple[str, ...]
) -> Violation:
    group = code(fallback.group)
    over = f", over {join_code(way[:-1])}" if len(way) > 1 else ""
    return Violation(
        message=f"{group} falls back to itself{over}: the second try meets the same failure",
        place=target.place,
        subject=group_subject(fallback.group),
        remedy=f"Let {group} end at a group that depends on somebody else.",
        distinction=f"{kind}: {'>'.join(way)}"[:200],
    )


def _way_back(start: str, group: str, first: dict[str, Fallback]) -> tuple[str, ...]:
    """The shortest way from a target to a group, both included; empty where there is none."""
    seen = {start}
    pending: list[tuple[str, ...]] = [(start,)]
    while pending:
        way = pending.pop(0)
        if way[-1] == group:
            return way
        for target in first[way[-1]].targets if way[-1] in first else ():
            if target.name and target.name not in seen and len(seen) < _MOST_GROUPS:
                seen.add(target.name)
                pending.append((*way, target.name))
    return ()


RULE = LintRule(
    id="GOV812",
    name="fallback-cyclic",
    title="Fallbacks that go in a circle",
    why=(
        "The router follows the fallbacks of a fallback. A circle ends at `max_fallbacks` with "
        "every provider asked again: the outage takes longer and costs more, and nobody is served."
    ),
    remediation="Let the last group of the chain have no fallback to an earlier one.",
    severity=Severity.WARNING,
    source="The router of 1.83.0 to 1.110.2 with an injected failure",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: azure/gpt-4o, api_base: os.environ/BASE}}
router_settings: {fallbacks: [{a: [b]}, {b: [a]}]}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: azure/gpt-4o, api_base: os.environ/BASE}}
router_settings: {fallbacks: [{a: [b]}]}
""",
)
