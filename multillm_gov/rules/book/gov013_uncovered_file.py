"""GOV013: every file in a governed folder is read."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV013",
    name="uncovered-file",
    title="File in a governed folder is not read",
    one="One file in a governed folder is not read",
    many="{count} files in governed folders are not read",
    short_title="Files not covered",
    requirement="Every file in a governed folder is read.",
    why=(
        "A policy saved as `limits.yaml.bak`, `limits.YAML` or `limits.json` looks like a limit "
        "but has no effect, because only certain names are read. Readmes and files of git are "
        "harmless; `prompts/`, `schemas/` and `usage/` accept any name. At most 100 files are "
        "named one by one."
    ),
    remediation=(
        "Rename the file so that it ends in `.yaml` (evidence may end in `.json`), or move it "
        "elsewhere."
    ),
    severity=Severity.WARNING,
    check=flaws_of("uncovered-file"),
    scope="files",
    claims="uncovered-file",
)
