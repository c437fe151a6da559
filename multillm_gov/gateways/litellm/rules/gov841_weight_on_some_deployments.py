"""GOV841: weights are on every deployment of a group, or on none."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, group_subject
from multillm_gov.gateways.litellm.shares import picks_by, strategy_of
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.words import code, count_of

_MISSING_IS_ZERO = parse_release("1.106.2")
"""First release tried that reads a missing weight as 0 whatever the first deployment has."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield groups in which the router picks by a number that some deployments lack."""
    if strategy_of(context) != "simple-shuffle":
        return
    for group, members in context.configuration.groups.items():
        key = picks_by(context, members)
        have = [member for member in members if member.number(key or "weight") is not None]
        without = [member for member in members if member not in have]
        if len(members) < 2 or not have or not without:
            continue
        ignored = members[0] in without and context.release < _MISSING_IS_ZERO
        effect = (
            f"this release ignores `{key}`, since the first deployment has none"
            if ignored
            else f"no request goes to the {count_of(len(without), 'deployment')} without it unless "
            "the others cool down"
        )
        yield Violation(
            message=f"{code(group)} has `{key}` on {len(have)} of {len(members)} deployments: "
            f"{effect}",
            place=without[0].place.at("litellm_params").key(),
            subject=group_subject(group),
            remedy=f"Write `{key}` on every deployment of {code(group)}, or on none.",
            related=tuple((f"`{key}` stands here", each.parameter(key)) for each in have[:3])
            if key
            else (),
            figures={"with": len(have), "deployments": len(members)},
        )


RULE = LintRule(
    id="GOV841",
    name="weight-on-some-deployments",
    title="Weights or limits on some deployments of a group only",
    why=(
        "`simple-shuffle` draws by `weight`, else by `rpm`, else by `tpm`, as soon as one "
        "deployment has the number (up to 1.98.0: as soon as the first one has). The others count "
        "as 0: they serve nothing until the rest cools down. A rate limit written on one "
        "deployment so takes the traffic from its siblings."
    ),
    remediation="Give every deployment of the group the number.",
    severity=Severity.ERROR,
    source=(
        "BerriAI/litellm #33329; the router of 1.83.0, 1.98.0, 1.106.2 and 1.110.2, 200 draws each"
    ),
    trap="#33329",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o}}
  - {model_name: a, litellm_params: {model: azure/a, api_base: os.environ/BASE, weight: 3}}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, weight: 1}}
  - {model_name: a, litellm_params: {model: azure/a, api_base: os.environ/BASE, weight: 3}}
""",
)
