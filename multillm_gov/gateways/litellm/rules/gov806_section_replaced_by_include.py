"""GOV806: no included file replaces a section."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield sections that an included file replaces as a whole."""
    for key, lost, winner in context.configuration.replaced:
        yield Violation(
            message=f"{code(key)} here is replaced as a whole by that of {code(winner.path)}",
            place=lost.key(),
            subject=f"setting:{key}",
            remedy="Write the section in one file only.",
            related=(("this section is the one in force", winner.key()),),
            distinction=winner.path,
        )


RULE = LintRule(
    id="GOV806",
    name="section-replaced-by-include",
    title="Section replaced by an included file",
    why=(
        "Includes append to lists only. A mapping such as `litellm_settings` of an included file "
        "takes the place of the whole section, not of its keys alone."
    ),
    remediation="Keep each section in one file.",
    severity=Severity.ERROR,
    source="`litellm/proxy/common_utils/config_includes.py`: `_merged_value`",
    check=check,
    violating="# models.yaml, included, has `litellm_settings` too\n",
    compliant="# models.yaml has `model_list` only\n",
)
