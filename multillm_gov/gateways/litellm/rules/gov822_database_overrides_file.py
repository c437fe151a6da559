"""GOV822: it is known that a database's settings go before the file's."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule


def check(context: LintContext) -> Iterator[Violation]:
    """Yield `store_model_in_db` together with fallbacks or budgets in the file."""
    setting = context.configuration.general.get("store_model_in_db")
    if setting is None or setting.value is not True:
        return
    if not context.configuration.fallbacks and context.configuration.setting("max_budget") is None:
        return
    yield Violation(
        message="the database's settings go before this file: its fallbacks and budgets may be "
        "others, or none",
        place=setting.place,
        subject="setting:general_settings.store_model_in_db",
        remedy="Compare with what runs: `GET /get/config/callbacks` and `/router/settings`.",
    )


RULE = LintRule(
    id="GOV822",
    name="database-overrides-file",
    title="Database settings go before the file",
    why=(
        "With `store_model_in_db` the proxy merges settings from its database over the file at "
        "every start; an empty list of fallbacks there has wiped those of the file. A budget that "
        "was stored there is not in the file either."
    ),
    remediation="Keep these settings in one place, and compare with the running proxy.",
    severity=Severity.NOTE,
    source="BerriAI/litellm PR#38406, #36533; `_update_config_from_db`",
    trap="PR#38406",
    check=check,
    violating="""\
general_settings: {store_model_in_db: true}
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {fallbacks: [{a: [b]}]}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {fallbacks: [{a: [b]}]}
""",
)
