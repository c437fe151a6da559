"""GOV015: no file or folder has a name close to that of a governed one."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV015",
    name="misnamed-file",
    title="File or folder with a near-miss name",
    one="One name is close to that of a governed file or folder, so it is not read",
    many="{count} names are close to those of governed files or folders, so they are not read",
    short_title="Misnamed files",
    requirement="No file or folder has a name close to that of a governed one.",
    why=(
        "With `govern.yml` instead of `govern.yaml`, or `Policies/` instead of `policies/`, "
        "nothing they declare applies, and a check without limits passes. On Windows and macOS "
        "both spellings are the same folder, so the mistake shows only in CI."
    ),
    remediation="Rename it as the finding says, or move it out of the folder of the portfolio.",
    severity=Severity.ERROR,
    check=flaws_of("misnamed-file"),
    scope="files",
    claims="misnamed-file",
)
