"""GOV015: a file or folder with nearly the name of a governed one is not read."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV015",
    name="misnamed-file",
    title="Nearly the name of a governed file or folder",
    one="One name is nearly that of a governed file or folder, so it is not read",
    many="{count} names are nearly those of governed files or folders, so they are not read",
    short_title="Misnamed files",
    requirement="No name beside the portfolio is nearly that of a governed file or folder.",
    why=(
        "`govern.yml` instead of `govern.yaml`, `Policies/` instead of `policies/`: what they "
        "declare holds nowhere, and a check without limits passes. On Windows and macOS both "
        "spellings are one folder, so the mistake shows only in CI."
    ),
    remediation="Rename it as the finding says, or move it out of the portfolio's folder.",
    severity=Severity.ERROR,
    check=flaws_of("misnamed-file"),
    scope="files",
    claims="misnamed-file",
)
