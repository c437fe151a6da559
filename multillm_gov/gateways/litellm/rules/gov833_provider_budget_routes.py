"""GOV833: it is known on which routes a provider's budget counts."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.budget_routes import ADDRESSES, tried, uncounted
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.location import Place
from multillm_gov.words import join_words


def check(context: LintContext) -> Iterator[Violation]:
    """Yield budgets that some routes pass by, and budgets of providers kept in memory alone."""
    setting = context.configuration.router.get("provider_budget_config")
    is_found = setting is not None and isinstance(setting.value, dict) and bool(setting.value)
    passed = [ADDRESSES[route] for route in uncounted(context.release)]
    if setting is not None and is_found and passed:
        yield _passed("budgets of providers", setting.place, passed, context)
    for deployment in context.configuration.deployments:
        if passed and deployment.number("max_budget"):
            yield _passed(
                "budgets of deployments", deployment.parameter("max_budget"), passed, context
            )
            break
    redis = {"redis_host", "redis_url"} & {*context.configuration.router}
    if (
        setting is not None
        and is_found
        and not redis
        and "cache" not in context.configuration.litellm
    ):
        yield Violation(
            message="budgets of providers are kept in the memory of one process: no Redis is "
            "configured, so each process and each start counts anew",
            place=setting.place.key(),
            subject=place_subject(setting.place),
            remedy="Add `redis_host`, `redis_port` and `redis_password` to `router_settings`.",
            distinction="redis",
        )


def _passed(what: str, place: Place, routes: list[str], context: LintContext) -> Violation:
    return Violation(
        message=f"{what} count no request of {join_words(routes)} in LiteLLM "
        f"{tried(context.release)}, the nearest release tried: they are never stopped",
        place=place.key(),
        subject=place_subject(place),
        remedy="Upgrade to 1.106.2 or later, or set a spend limit at the provider: it holds for "
        "every route.",
        distinction="routes",
    )


RULE = LintRule(
    id="GOV833",
    name="provider-budget-routes",
    title="Budget that not every request counts towards",
    why=(
        "The limit is a filter of the router: what is not counted is not limited. Budgets of "
        "deployments and providers count chat alone in 1.83.0 to 1.98.0, chat and `/v1/messages` "
        "in 1.75.0, and all of chat, responses, messages and embeddings in 1.106.2 and 1.108.0. "
        "Spend of providers is summed in the router's cache, which several processes share "
        "through Redis only."
    ),
    remediation="Keep a limit at the provider; share the count through Redis.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm #38176; `router_strategy/budget_limiter.py`; the proxies of 1.75.0, "
        "1.83.0, 1.90.0, 1.98.0, 1.106.2 and 1.108.0, called on each route until they refused"
    ),
    trap="#38176",
    check=check,
    violating=(
        "router_settings:\n  provider_budget_config: {openai: {budget_limit: 100, "
        "time_period: 1d}}\n"
    ),
    compliant="# a spend limit at the provider itself\n",
)
