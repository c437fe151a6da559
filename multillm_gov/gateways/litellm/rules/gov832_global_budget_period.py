"""GOV832: the budget of the proxy has a period that is the one judged."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import number_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.words import code

_WINDOW_FIXED = parse_release("1.106.2")


def check(context: LintContext) -> Iterator[Violation]:
    """Yield a `max_budget` without a period, and periods that older releases do not judge by."""
    configuration = context.configuration
    budget = configuration.litellm.get("max_budget")
    if budget is None or not number_of(budget.value):
        return
    period = configuration.litellm.get("budget_duration")
    if period is None or period.value is None:
        yield Violation(
            message="`max_budget` has no `budget_duration`: with a database the proxy does not "
            "start",
            place=budget.place.key(),
            subject=place_subject(budget.place),
            remedy="Add `budget_duration: 30d`.",
            severity=Severity.ERROR,
        )
    elif context.release < _WINDOW_FIXED and str(period.value) not in {"30d", "1mo"}:
        yield Violation(
            message=f"`max_budget` is judged by the spend of the last 30 days in older releases, "
            f"not of {code(str(period.value))}",
            place=period.place,
            subject=place_subject(budget.place),
            remedy="Upgrade LiteLLM, or set the budget for 30 days.",
            distinction="window",
        )


RULE = LintRule(
    id="GOV832",
    name="global-budget-period",
    title="Budget of the proxy without the period meant",
    why=(
        "A budget without a period stops the start as soon as a database is connected. Older "
        "releases compared it with a view of the last 30 days whatever the period said."
    ),
    remediation="Write the period, and run a release that judges by it.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm #31292, PR#33732 (the release of the repair is not exactly known: 1.106.2 "
        "has it); `add_proxy_budget_to_db` raises in 1.110.2"
    ),
    trap="#31292",
    check=check,
    violating=(
        "general_settings: {database_url: os.environ/DATABASE_URL}\n"
        "litellm_settings: {max_budget: 100}\n"
    ),
    compliant=(
        "general_settings: {database_url: os.environ/DATABASE_URL}\n"
        "litellm_settings: {max_budget: 100, budget_duration: 30d}\n"
    ),
)
