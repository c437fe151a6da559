"""GOV872: every environment variable that is referred to is set."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import variable_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule
from multillm_gov.words import code, did_you_mean


def check(context: LintContext) -> Iterator[Violation]:
    """Yield names after `os.environ/` that are set nowhere; only where that is to be judged."""
    if context.environment is None:
        return
    given = context.environment | set(context.configuration.environment)
    first: set[str] = set()
    for setting in context.configuration.scalars():
        name = variable_of(setting.value)
        if not name or name in given or name in first:
            continue
        first.add(name)
        yield Violation(
            message=f"{code(name)} is not set{did_you_mean(name, given)}",
            place=setting.place,
            subject=f"variable:{name[:100]}",
            remedy=f"Set {name[:80]} where the proxy runs.",
        )


RULE = LintRule(
    id="GOV872",
    name="environment-variable-unset",
    title="Environment variable that is not set",
    why="LiteLLM reads it as no value: the first request fails with an authentication error.",
    remediation="Set the variable, or correct its name.",
    severity=Severity.ERROR,
    source="`get_secret` returns nothing; BerriAI/litellm #34877",
    trap="#34877",
    check=check,
)
