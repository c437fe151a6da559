"""GOV833: it is known on which routes a provider's budget counts."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject


def check(context: LintContext) -> Iterator[Violation]:
    """Yield `provider_budget_config`, and where it is kept in memory alone."""
    setting = context.configuration.router.get("provider_budget_config")
    if setting is None or not isinstance(setting.value, dict) or not setting.value:
        return
    yield Violation(
        message="budgets of providers count chat requests; `/v1/responses`, `/v1/messages`, "
        "embeddings and rerank were reported as not counted",
        place=setting.place.key(),
        subject=place_subject(setting.place),
        remedy="Set a spend limit at the provider as well; it holds for every route.",
        distinction="routes",
    )
    redis = {"redis_host", "redis_url"} & {*context.configuration.router}
    if not redis and "cache" not in context.configuration.litellm:
        yield Violation(
            message="budgets of providers are kept in the memory of one process: no Redis is "
            "configured, so each process and each start counts anew",
            place=setting.place.key(),
            subject=place_subject(setting.place),
            remedy="Add `redis_host`, `redis_port` and `redis_password` to `router_settings`.",
            distinction="redis",
        )


RULE = LintRule(
    id="GOV833",
    name="provider-budget-routes",
    title="Budget of a provider that not every request counts towards",
    why=(
        "The limit is a filter of the router: what is not counted is not limited. Spend is summed "
        "in the router's cache, which several processes share through Redis only."
    ),
    remediation="Keep a limit at the provider; share the count through Redis.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm #38176; `router_strategy/budget_limiter.py`. That other routes are not "
        "counted was reported; it was not reproduced on 1.110.2"
    ),
    trap="#38176",
    check=check,
    violating=(
        "router_settings:\n  provider_budget_config: {openai: {budget_limit: 100, "
        "time_period: 1d}}\n"
    ),
    compliant="# a spend limit at the provider itself\n",
)
