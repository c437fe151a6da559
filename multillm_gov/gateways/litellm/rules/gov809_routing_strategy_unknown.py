"""GOV809: the routing strategy is one that LiteLLM has."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import variable_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.words import code, did_you_mean

_STOPS_SINCE = parse_release("1.83.0")
"""First release tried that refuses to start; 1.75.0 and older start and route nothing."""

STRATEGIES = (
    "simple-shuffle",
    "least-busy",
    "usage-based-routing",
    "usage-based-routing-v2",
    "latency-based-routing",
    "cost-based-routing",
    "lar1",
)


def check(context: LintContext) -> Iterator[Violation]:
    """Yield a `routing_strategy` that no release knows."""
    setting = context.configuration.router.get("routing_strategy")
    if setting is None or setting.value is None or variable_of(setting.value) is not None:
        return
    name = str(setting.value)
    if name not in STRATEGIES:
        yield Violation(
            message=f"{code(name)} is no routing strategy{did_you_mean(name, STRATEGIES)}: "
            + (
                "the proxy does not start"
                if context.release >= _STOPS_SINCE
                else "every request fails with `No deployments available`"
            ),
            place=setting.place,
            subject=place_subject(setting.place),
            remedy=f"Use one of {', '.join(STRATEGIES[:-1])}.",
        )


RULE = LintRule(
    id="GOV809",
    name="routing-strategy-unknown",
    title="Unknown routing strategy",
    why=(
        "The router refuses a strategy that it does not know, and the proxy does not start; up to "
        "1.75.0 (tried) it starts and finds a deployment for no request."
    ),
    remediation="Write a strategy that LiteLLM has; `simple-shuffle` is the default.",
    severity=Severity.ERROR,
    source=(
        "BerriAI/litellm #34877; the router of 1.83.0 and later: `Invalid routing_strategy`; those "
        "of 1.55.0 to 1.75.0: `No deployments available`"
    ),
    trap="#34877",
    check=check,
    violating="router_settings: {routing_strategy: round-robin}\n",
    compliant="router_settings: {routing_strategy: simple-shuffle}\n",
)
