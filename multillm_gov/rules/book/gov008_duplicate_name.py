"""GOV008: a task class or policy is defined once in the whole portfolio."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV008",
    name="duplicate-name",
    title="Name defined twice",
    one="One name is defined twice",
    many="{count} names are defined twice",
    short_title="Duplicate names",
    requirement="A task class or policy is defined once in the whole portfolio.",
    why=(
        "Policies, waivers, evidence and gateways refer to task classes by name. With two "
        "definitions, only the first is judged, and nobody can tell which one runs."
    ),
    remediation="Rename or remove one of the two definitions.",
    decision="Decide which of the two definitions is meant; only the author knows.",
    severity=Severity.ERROR,
    check=flaws_of("duplicate-name"),
    scope="files",
    claims="duplicate-name",
    waivable=False,
    violating="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  scoring:
    route: [{model: claude-haiku-4-5}]
# allocations/sales.yaml
owner: sales
task_classes:
  scoring:
    route: [{model: gpt-5-mini}]
""",
    compliant="""\
# allocations/marketing.yaml
owner: marketing
task_classes:
  scoring:
    route: [{model: claude-haiku-4-5}]
# allocations/sales.yaml
owner: sales
task_classes:
  lead-scoring:
    route: [{model: gpt-5-mini}]
""",
)
