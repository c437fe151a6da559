"""GOV851: a deployment that is down is left alone for a while."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import Configuration, number_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.words import code, join_some


def check(context: LintContext) -> Iterator[Violation]:
    """Yield groups of one deployment with fallbacks, where nothing makes it cool down."""
    configuration = context.configuration
    if _cools_down(configuration):
        return
    single = {
        fallback.group: fallback
        for fallback in configuration.fallbacks
        if fallback.kind == "fallbacks" and len(configuration.groups.get(fallback.group, ())) == 1
    }
    if single:
        first = next(iter(single.values()))
        yield Violation(
            message=f"{join_some([code(name) for name in single])}: one deployment"
            f"{context.in_this_file} and no `allowed_fails`, so server errors and timeouts do not "
            "cool it down, and every request of an outage tries it with all retries before the "
            "fallback",
            place=first.place.key(),
            subject=group_subject(first.group),
            remedy="Add `router_settings: {allowed_fails: 1, cooldown_time: 60}`.",
            risk="About 5 seconds on each request for as long as the outage lasts.",
            figures={"groups": len(single)},
            related=tuple(
                ("its only deployment", configuration.groups[name][0].place.at("model_name"))
                for name in list(single)[:3]
            ),
        )


def _cools_down(configuration: Configuration) -> bool:
    allowed = configuration.router.get("allowed_fails") or configuration.litellm.get(
        "allowed_fails"
    )
    retries = configuration.setting("num_retries")
    return (
        (allowed is not None and allowed.value is not None)
        or configuration.router.get("allowed_fails_policy") is not None
        or (retries is not None and number_of(retries.value) == 0)
    )


RULE = LintRule(
    id="GOV851",
    name="single-deployment-never-cools-down",
    title="Deployment that does not cool down in an outage",
    why=(
        "The router cools a deployment of a group down after failures, except one that stands "
        "alone, unless `allowed_fails` or `allowed_fails_policy` is set. With the default retries "
        "each request took 4.5 to 7.9 seconds in our trials; with `allowed_fails: 1` the third "
        "took 0.1. `cooldown_time` alone changes nothing. Errors that no retry helps (401, 404) "
        "cool it down, and so do 1,000 failures within a minute without any success."
    ),
    remediation="Set `allowed_fails`, or `num_retries: 0`.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm #40405, PR#8668; the routers of 1.55.0 to 1.110.2 with a deployment that "
        "always fails (in 1.55.0 `allowed_fails` did not help)"
    ),
    trap="#40405",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {fallbacks: [{a: [b]}]}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: b, litellm_params: {model: mistral/mistral-large-latest}}
router_settings: {fallbacks: [{a: [b]}], allowed_fails: 1}
""",
)
