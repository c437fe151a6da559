"""GOV801: the configuration can be read, whole."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule


def check(context: LintContext) -> Iterator[Violation]:
    """Yield what has the wrong form, and includes that cannot be read."""
    for flaw in context.configuration.flaws:
        if flaw.kind != "duplicate-key":
            yield Violation(
                message=flaw.message,
                place=flaw.location,
                subject=f"file:{flaw.location.path}",
                remedy=flaw.remedy,
                distinction=flaw.kind,
                severity=Severity.WARNING if flaw.kind == "include-not-read" else None,
            )


RULE = LintRule(
    id="GOV801",
    name="configuration-unreadable",
    title="Configuration that cannot be read",
    why=(
        "A proxy that cannot read its configuration does not start, and the old one is gone by "
        "then. Includes that are not there stop the start as well."
    ),
    remediation="Correct the line that the finding names.",
    severity=Severity.ERROR,
    source="`litellm/proxy/proxy_server.py`, `load_config`: `yaml.safe_load`, then the includes",
    check=check,
    violating="model_list: {a: 1}\n",
    compliant="model_list:\n  - model_name: a\n    litellm_params: {model: openai/gpt-4o}\n",
)
