"""GOV839: tags that budgets are about come with the request."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject


def check(context: LintContext) -> Iterator[Violation]:
    """Yield budgets of tags beside callbacks of one's own."""
    budgets = context.configuration.litellm.get("tag_budget_config")
    callbacks = context.configuration.litellm.get("callbacks")
    names = callbacks.value if callbacks is not None else None
    own = [
        name
        for name in (names if isinstance(names, list) else [names])
        if isinstance(name, str) and "." in name
    ]
    if budgets is not None and budgets.value and own and callbacks is not None:
        yield Violation(
            message="a tag that a callback adds before the call is billed and never blocked",
            place=budgets.place.key(),
            subject=place_subject(budgets.place),
            remedy="Send tags with the request or the key, not from a callback.",
            related=(("the callback", callbacks.place),),
        )


RULE = LintRule(
    id="GOV839",
    name="tag-budget-with-hooks",
    title="Budget of tags that callbacks add",
    why="Budgets are checked before callbacks run; spend is summed after them.",
    remediation="Let keys or callers set the tag.",
    severity=Severity.WARNING,
    source="BerriAI/litellm PR#41218 (reported; not reproduced here)",
    trap="PR#41218",
    check=check,
    violating="""\
litellm_settings:
  callbacks: hooks.tagger
  tag_budget_config: {batch: {max_budget: 10, budget_duration: 1d}}
""",
)
