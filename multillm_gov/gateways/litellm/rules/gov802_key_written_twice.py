"""GOV802: no key stands twice in one mapping."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule


def check(context: LintContext) -> Iterator[Violation]:
    """Yield keys that a later one of the same name replaces."""
    for flaw in context.configuration.flaws:
        if flaw.kind == "duplicate-key":
            yield Violation(
                message=flaw.message,
                place=flaw.location,
                subject=f"file:{flaw.location.path}",
                remedy=flaw.remedy,
                distinction=flaw.location.source_line.strip()[:80],
            )


RULE = LintRule(
    id="GOV802",
    name="key-written-twice",
    title="Key written twice",
    why=(
        "YAML loaders keep the last of two equal keys without a word: whatever the first one "
        "said, a section of fallbacks or of callbacks, is not in force."
    ),
    remediation="Join the two entries, or remove one.",
    severity=Severity.ERROR,
    source="`yaml.safe_load`, which the proxy reads its file with",
    check=check,
    violating="litellm_settings: {drop_params: true}\nlitellm_settings: {num_retries: 2}\n",
    compliant="litellm_settings: {drop_params: true, num_retries: 2}\n",
)
