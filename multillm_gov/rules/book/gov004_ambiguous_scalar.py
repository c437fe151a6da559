"""GOV004: no unquoted value means different things to different YAML parsers."""

from multillm_gov.documents.document import Document
from multillm_gov.documents.editing import Edit, offsets_of, quoted
from multillm_gov.finding import Finding, Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule


def fix(finding: Finding, document: Document) -> Edit | None:
    """Quote the value, which `govern` reads as that text or number anyway."""
    return quoted(document, *offsets_of(document, finding.location))


RULE = Rule(
    id="GOV004",
    name="ambiguous-scalar",
    title="Ambiguous YAML value",
    one="One unquoted value means different things to different YAML parsers",
    many="{count} unquoted values mean different things to different YAML parsers",
    short_title="Ambiguous values",
    requirement="No unquoted value means different things to different YAML parsers.",
    why=(
        "YAML 1.1 parsers read `no` as false, `010` as 8 and `12:30` as 750; YAML 1.2 and JSON do "
        "not. `govern` reads them as text or decimal numbers; a gateway or script that reads the "
        "same file may not."
    ),
    remediation=(
        "Quote the value (`'no'`), or write the plain number or `true` / `false` that is meant."
    ),
    safe_fix="Quotes the value, where it is read as text",
    fix=fix,
    severity=Severity.WARNING,
    check=flaws_of("ambiguous-scalar"),
    scope="files",
    claims="ambiguous-scalar",
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    purpose: no
    route: [{model: claude-haiku-4-5}]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    purpose: 'no'
    route: [{model: claude-haiku-4-5}]
""",
)
