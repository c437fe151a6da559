"""GOV837: it is known that pass-through routes have no budget."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import PlacedSetting
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.words import code


def check(context: LintContext) -> Iterator[Violation]:
    """Yield pass-through endpoints."""
    setting = context.configuration.general.get("pass_through_endpoints")
    entries = setting.value if setting is not None else None
    if setting is None or not isinstance(entries, list):
        return
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            item = PlacedSetting(entry, setting.place.at(index))
            yield Violation(
                message=f"requests to {code(str(entry.get('path', 'a pass-through route')))} pass "
                "budgets of keys: their cost is not known before, and was reported as not enforced",
                place=item.place.at("path"),
                subject=place_subject(item.place),
                remedy="Limit the spend at the provider, or the requests to the route.",
            )


RULE = LintRule(
    id="GOV837",
    name="pass-through-unbudgeted",
    title="Pass-through route without a budget",
    why="The proxy forwards the request as it is; it prices the answer at best, never the request.",
    remediation="Keep a limit at the provider behind the route.",
    severity=Severity.NOTE,
    source="BerriAI/litellm #13882, #10750 (reported; not reproduced here)",
    trap="#13882",
    check=check,
    violating="""\
general_settings:
  pass_through_endpoints: [{path: /v1/rerank, target: "https://api.cohere.com/v1/rerank"}]
""",
)
