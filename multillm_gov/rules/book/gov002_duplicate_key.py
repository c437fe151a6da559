"""GOV002: a mapping has each key once."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV002",
    name="duplicate-key",
    title="Duplicate key",
    one="One key is given twice in the same mapping",
    many="{count} keys are given twice in the same mapping",
    short_title="Duplicate keys",
    requirement="A mapping has each key once.",
    why=(
        "Most YAML parsers silently keep the last of two equal keys, so a reviewer who reads the "
        "first approves something that does not apply. The file is refused instead."
    ),
    remediation="Keep one of the two entries; if both are needed, give them different names.",
    decision="Decide which of the two values is meant; only the author knows.",
    severity=Severity.ERROR,
    check=flaws_of("duplicate-key"),
    scope="files",
    claims="duplicate-key",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    spend_cap: {monthly: 500}
    spend_cap: {monthly: 50000}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    spend_cap: {monthly: 500}
""",
)
