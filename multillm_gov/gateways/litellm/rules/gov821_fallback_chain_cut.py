"""GOV821: a chain of fallbacks is no deeper than the router follows it."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import number_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code

_DEFAULT = 5
_MOST_GROUPS = 2_000


def check(context: LintContext) -> Iterator[Violation]:
    """Yield groups that are reached over more fallbacks of fallbacks than the limit."""
    setting = context.configuration.setting("max_fallbacks")
    limit = number_of(setting.value) if setting is not None else _DEFAULT
    chains: dict[str, tuple[str, ...]] = {}
    for fallback in context.configuration.fallbacks:
        if fallback.kind == "fallbacks" and not fallback.is_default:
            names = tuple(target.name for target in fallback.targets)
            chains.setdefault(fallback.group, names)
    if limit is None or len(chains) > _MOST_GROUPS:
        return
    targets = {name for names in chains.values() for name in names}
    for fallback in context.configuration.fallbacks:
        if fallback.group in targets or chains.get(fallback.group) is None:
            continue
        depth = _depth(fallback.group, chains)
        if depth > limit:
            yield Violation(
                message=f"the chain of {code(fallback.group)} is {depth} fallbacks deep; the "
                f"router follows {int(limit)}",
                place=fallback.place.key(),
                subject=group_subject(fallback.group),
                remedy="List all targets in one entry, or set `max_fallbacks`.",
                figures={"depth": depth, "limit": int(limit)},
                distinction=fallback.section,
            )


def _depth(group: str, chains: dict[str, tuple[str, ...]]) -> int:
    """Groups that follow one another; circles are counted once."""
    depth, level, seen = 0, {group}, {group}
    while level:
        level = {name for text in level for name in chains.get(text, ()) if name not in seen}
        seen |= level
        depth += bool(level)
    return depth


RULE = LintRule(
    id="GOV821",
    name="fallback-chain-cut",
    title="Chain of fallbacks deeper than the limit",
    why=(
        "Fallbacks of fallbacks count towards `max_fallbacks` (5 unless set); targets in one list "
        "do not. What lies deeper is never asked."
    ),
    remediation="Write one list instead of a chain.",
    severity=Severity.WARNING,
    source="The router of 1.83.0 to 1.110.2 with eight groups down",
    check=check,
)
