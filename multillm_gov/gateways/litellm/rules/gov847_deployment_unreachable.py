"""GOV847: every deployment gets requests."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import ModelListEntry
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.gateways.litellm.shares import picks_by, strategy_of
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.words import code

_ORDER_SINCE = parse_release("1.83.0")
"""First release tried that follows `order` (GOV843)."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield weights of 0, deployments without an order among ordered ones, and equal ids."""
    ids: dict[object, ModelListEntry] = {}
    for each in context.configuration.deployments:
        identity = each.info.get("id")
        if isinstance(identity, str | int) and ids.setdefault(identity, each) is not each:
            yield Violation(
                message=f"the id {code(str(identity))} is already that of another deployment: "
                "their spend, limits and cooldowns are mixed up",
                place=each.information("id"),
                subject=deployment_subject(each),
                remedy="Give each deployment an id of its own, or none.",
                related=(("the other one", ids[identity].information("id")),),
                distinction="id",
            )
    for group, members in context.configuration.groups.items():
        for each, reason, key in _unreached(context, members):
            yield Violation(
                message=f"a deployment of {code(group)} {reason}: it gets no request while the "
                "others answer",
                place=each.parameter(key) if key in each.parameters else each.parameter("model"),
                subject=deployment_subject(each),
                remedy=f"Give it a `{key}`, or make it a fallback on purpose.",
                severity=Severity.NOTE,
                distinction=key,
            )


def _unreached(
    context: LintContext, members: tuple[ModelListEntry, ...]
) -> Iterator[tuple[ModelListEntry, str, str]]:
    key = picks_by(context, members)
    if key is not None and strategy_of(context) == "simple-shuffle":
        values = [member.number(key) for member in members]
        if any(values):
            for each, value in zip(members, values, strict=True):
                if value == 0:
                    yield each, f"has `{key}: 0`", key
    ordered = any(member.number("order") is not None for member in members)
    if ordered and context.release >= _ORDER_SINCE:
        for each in members:
            if each.number("order") is None:
                yield each, "has no `order` where others have", "order"


RULE = LintRule(
    id="GOV847",
    name="deployment-unreachable",
    title="Deployment that gets no request",
    why="It is paid for, or believed to share the load, and serves only when all others are down.",
    remediation="Give it a share, or remove it.",
    severity=Severity.WARNING,
    source="The router of 1.83.0 to 1.110.2: 40 of 40 and 200 of 200 draws go elsewhere",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, weight: 1}}
  - {model_name: a, litellm_params: {model: openai/gpt-4.1, weight: 0}}
""",
)
