"""GOV009: every governed file is UTF-8 text of limited size inside the portfolio."""

from multillm_gov.finding import Severity
from multillm_gov.rules.engine.flaws import flaws_of
from multillm_gov.rules.engine.rule import Rule

RULE = Rule(
    id="GOV009",
    name="unreadable-file",
    title="Unreadable file",
    one="One governed file cannot be read",
    many="{count} governed files cannot be read",
    short_title="Unreadable files",
    requirement="Every governed file is UTF-8 text of limited size inside the portfolio.",
    why=(
        "Binary content, foreign encodings, files of many megabytes and links that leave the "
        "portfolio cannot be reviewed, and reading them would put whoever checks a pull request "
        "at risk. They are reported, never read."
    ),
    remediation=(
        "Save the file as UTF-8 text, split it if it is too large, and replace a link with the "
        "file it points to."
    ),
    decision="Decide how to convert or split the file; another tool does it.",
    severity=Severity.ERROR,
    check=flaws_of("unreadable-file"),
    scope="files",
    claims="unreadable-file",
    waivable=False,
)
