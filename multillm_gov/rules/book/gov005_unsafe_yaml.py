"""GOV005: no file uses YAML tags, merge keys or expanding aliases."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV005",
    name="unsafe-yaml",
    title="Unsafe YAML",
    one="One file uses YAML that hides or expands content",
    many="{count} uses of YAML hide or expand content",
    short_title="Unsafe file content",
    requirement="No file uses YAML tags, merge keys or expanding aliases.",
    why=(
        "A pull request is hostile input. Tags can construct objects in other tools, merge keys "
        "hide what a reviewer should read, and aliases and deep nesting can expand a few bytes "
        "into gigabytes. None of them is needed to govern."
    ),
    remediation="Write the value out in full, without tags, merge keys or chains of aliases.",
    severity=Severity.ERROR,
    check=flaws_of("unsafe-yaml"),
    scope="files",
    claims="unsafe-yaml",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    purpose: !!python/name:os.getcwd
    route: [{model: claude-haiku-4-5}]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    purpose: Sort tickets by urgency
    route: [{model: claude-haiku-4-5}]
""",
)
