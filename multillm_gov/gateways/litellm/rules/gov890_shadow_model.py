"""GOV890: every model that code names belongs to a task class. Found by `govern scan`."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule


def check(context: LintContext) -> Iterator[Violation]:
    """Yield nothing: a configuration names models on purpose; `govern scan` reads code."""
    del context
    return iter(())


RULE = LintRule(
    id="GOV890",
    name="shadow-model",
    title="Model that no task class governs",
    why=(
        "Code that names a model by itself goes past the allocation: past its caps, its fallbacks "
        "and its retirement dates. `govern scan PATH` reads Python, TypeScript, JavaScript, YAML, "
        "JSON and environment files at the call sites of the common SDKs and runs none of them."
    ),
    remediation="Call the task class through the gateway, or add a task class for the use.",
    severity=Severity.WARNING,
    source="`govern scan`; nothing in a gateway's configuration raises it",
    check=check,
)
