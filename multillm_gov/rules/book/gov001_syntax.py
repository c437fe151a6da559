"""GOV001: every governed file is well-formed YAML or JSON."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV001",
    name="syntax",
    title="Invalid YAML or JSON",
    one="One governed file is not well-formed YAML or JSON",
    many="{count} governed files are not well-formed YAML or JSON",
    short_title="Files that cannot be parsed",
    requirement="Every governed file is well-formed YAML or JSON.",
    why=(
        "A file that cannot be parsed governs nothing: its task classes, limits and waivers are "
        "missing from every figure. The rest of the portfolio is still judged, so one mistake "
        "hides nothing else."
    ),
    remediation="Correct the syntax at the place shown; the column is where the parser stopped.",
    severity=Severity.ERROR,
    check=flaws_of("syntax"),
    scope="files",
    claims="syntax",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}
    fallbacks: [gpt-5-mini]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
""",
)
