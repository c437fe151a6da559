"""GOV003: every key and value matches the schema of its file."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV003",
    name="schema",
    title="Invalid key or value",
    one="One key or value does not match the schema of its file",
    many="{count} keys or values do not match the schema of their file",
    short_title="Invalid entries",
    requirement="Every key and value matches the schema of its file.",
    why=(
        "A misspelled key would be a limit that nobody enforces. Unknown keys, wrong types and "
        "values out of range are therefore refused, also in the parameters of a policy."
    ),
    remediation=(
        "Write the key or value that the finding names. `govern schema --write` gives editors the "
        "schemas, and `govern explain RULE` lists the parameters of a policy."
    ),
    severity=Severity.ERROR,
    check=flaws_of("schema"),
    scope="files",
    claims="schema",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    spend_cap: {montly: 500}
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
