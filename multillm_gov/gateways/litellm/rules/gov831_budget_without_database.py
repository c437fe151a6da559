"""GOV831: budgets have the database that they need."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import number_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject

_BUDGETS = ("max_budget", "max_internal_user_budget", "max_end_user_budget")
_URLS = ("DATABASE_URL", "DATABASE_HOST")


def check(context: LintContext) -> Iterator[Violation]:
    """Yield budgets of the proxy where the file names no database."""
    configuration = context.configuration
    named = "database_url" in configuration.general or any(
        name in configuration.environment for name in _URLS
    )
    if named or any(name in (context.environment or ()) for name in _URLS):
        return
    unset = context.environment is not None
    for key in _BUDGETS:
        setting = configuration.litellm.get(key)
        if setting is not None and number_of(setting.value):
            yield Violation(
                message=f"`{key}` needs a database, and "
                + ("none is set" if unset else "the file names none")
                + ": without one the budget is ignored",
                place=setting.place.key(),
                subject=place_subject(setting.place),
                remedy="Set DATABASE_URL or `general_settings.database_url`.",
                severity=Severity.ERROR if unset else None,
            )


RULE = LintRule(
    id="GOV831",
    name="budget-without-database",
    title="Budget without a database",
    why=(
        "The proxy counts spend in its database. Without one it warns once at the start, and no "
        "request is ever blocked. The database may be named by DATABASE_URL in the environment: "
        "with `--env` that is judged too."
    ),
    remediation="Connect a database, or put limits where they hold: at the provider.",
    severity=Severity.WARNING,
    source="litellm-docs PR#948; `warn_budget_without_db` in `proxy_server.py` (1.110.2)",
    trap="litellm-docs PR#948",
    check=check,
    violating="litellm_settings: {max_budget: 100, budget_duration: 30d}\n",
    compliant=(
        "general_settings: {database_url: os.environ/DATABASE_URL}\n"
        "litellm_settings: {max_budget: 100, budget_duration: 30d}\n"
    ),
)
