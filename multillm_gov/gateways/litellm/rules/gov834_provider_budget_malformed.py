"""GOV834: the budget of a provider has the keys that are read."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import PlacedSetting
from multillm_gov.gateways.litellm.known_keys import providers
from multillm_gov.gateways.litellm.rule import LintContext, LintRule
from multillm_gov.words import code, did_you_mean

_WRITTEN = {"max_budget": "budget_limit", "budget_duration": "time_period"}


def check(context: LintContext) -> Iterator[Violation]:
    """Yield periods without a limit, other spellings, and providers that nobody has."""
    setting = context.configuration.router.get("provider_budget_config")
    if setting is None or not isinstance(setting.value, dict):
        return
    for provider, budget in setting.value.items():
        item = PlacedSetting(budget, setting.place.at(provider))
        for place, message, remedy in _faults(provider, item):
            yield Violation(
                message=message,
                place=place.place if place is not item else item.place.key(),
                subject=f"provider:{provider[:100]}",
                remedy=remedy,
                distinction=str(place.place.pointer[-1]),
            )


def _faults(provider: str, item: PlacedSetting) -> Iterator[tuple[PlacedSetting, str, str]]:
    budget = item.value
    if not isinstance(budget, dict):
        yield item, "the budget is no mapping: the proxy does not start", "Write `budget_limit`."
        return
    for key, right in _WRITTEN.items():
        if key in budget and right not in budget:
            yield (
                PlacedSetting(None, item.place.at(key)),
                f"`{key}` is not read here; the router reads `{right}`",
                f"Write `{right}`.",
            )
    if budget.get("budget_limit") is None and budget.get("time_period") is not None:
        yield (
            PlacedSetting(None, item.place.at("time_period")),
            f"a period without `budget_limit`: {code(provider)} leaves the routing altogether",
            "Add `budget_limit`, or remove the entry.",
        )
    elif budget.get("budget_limit") is not None and budget.get("time_period") is None:
        yield (
            PlacedSetting(None, item.place.at("budget_limit")),
            "a limit without `time_period` was never reached in our trials",
            "Add `time_period: 1d`.",
        )
    if provider not in providers():
        near = did_you_mean(provider, providers())
        yield (
            item,
            f"{code(provider)} is no provider{near}: the budget is never counted",
            "Write the name as it stands before the slash of a model.",
        )


RULE = LintRule(
    id="GOV834",
    name="provider-budget-malformed",
    title="Budget of a provider in a form that is not read",
    why=(
        "The router reads `budget_limit` and `time_period`. A period alone makes the filter drop "
        "every deployment of the provider: the outage looks like an exhausted budget. The keys "
        "`max_budget` and `budget_duration`, as everywhere else, limit nothing here."
    ),
    remediation="Write `{PROVIDER: {budget_limit: USD, time_period: 1d}}`.",
    severity=Severity.ERROR,
    source="BerriAI/litellm #33327; the router of 1.83.0 to 1.110.2 with each form",
    trap="#33327",
    check=check,
    violating="router_settings: {provider_budget_config: {openai: {time_period: 1d}}}\n",
    compliant=(
        "router_settings:\n  provider_budget_config: {openai: {budget_limit: 100, "
        "time_period: 1d}}\n"
    ),
)
