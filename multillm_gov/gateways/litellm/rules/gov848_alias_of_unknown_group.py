"""GOV848: an alias names a group."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import (
    LintContext,
    LintRule,
    group_subject,
    place_subject,
)
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.words import code, did_you_mean

_NEEDS_HIDDEN = parse_release("1.110.2")
"""First release tried in which a request to an alias that is a mapping without `hidden` fails."""
_SHOULD_BE = "Write `model_group_alias: {ALIAS: GROUP}`; several models of one name are one group."


def check(context: LintContext) -> Iterator[Violation]:
    """Yield aliases of no group, aliases that hide a group, and forms that are not read."""
    yield from _malformed(context)
    groups = context.configuration.groups
    for alias in context.configuration.aliases:
        if alias.group not in groups and not context.serves(alias.group):
            yield Violation(
                message=f"{code(alias.name)} stands for {code(alias.group)}, which nothing "
                f"serves{context.in_this_file}{did_you_mean(alias.group, groups)}",
                place=alias.place,
                subject=group_subject(alias.name),
                remedy="Name a group of `model_list`.",
                distinction="unknown",
                severity=Severity.WARNING if context.may_have_more else None,
            )
        elif alias.name in groups and alias.name != alias.group:
            yield Violation(
                message=f"{code(alias.name)} is a group and an alias of {code(alias.group)}: its "
                "own deployments get no request",
                place=alias.place.key(),
                subject=group_subject(alias.name),
                remedy="Rename the alias or the group.",
                related=(("the group", groups[alias.name][0].place.at("model_name")),),
                distinction="hides",
            )


def _malformed(context: LintContext) -> Iterator[Violation]:
    """Aliases that are no text and no mapping with `model` and `hidden`."""
    setting = context.configuration.router.get("model_group_alias")
    if setting is None or setting.value is None:
        return
    if not isinstance(setting.value, dict):
        yield Violation(
            message="`model_group_alias` is no mapping: no alias of it is read",
            place=setting.place,
            subject=place_subject(setting.place),
            remedy=_SHOULD_BE,
        )
        return
    for name, target in setting.value.items():
        fault = _fault(context, target)
        if fault:
            yield Violation(
                message=f"the alias {code(name)} {fault}: every request to it fails",
                place=setting.place.at(name),
                subject=group_subject(name),
                remedy=_SHOULD_BE,
                distinction="malformed",
            )


def _fault(context: LintContext, target: object) -> str:
    if isinstance(target, str):
        return ""
    if isinstance(target, list):
        return "names a list of groups, and LiteLLM takes one"
    if not isinstance(target, dict) or not isinstance(target.get("model"), str):
        return "names no group"
    lacks = "hidden" not in target and context.release >= _NEEDS_HIDDEN
    return "is a mapping without `hidden`" if lacks else ""


RULE = LintRule(
    id="GOV848",
    name="alias-of-unknown-group",
    title="Alias that leads nowhere",
    why=(
        "Requests to it fail, also where the alias is a list, which LiteLLM does not take; an "
        "alias with the name of a group takes all requests from the group."
    ),
    remediation="Point the alias at a group, under a name that no group has.",
    severity=Severity.ERROR,
    source=(
        "The router of 1.110.2: no deployments; 5 of 5 requests go to the alias's group; a list of "
        "groups finds none, a mapping without `hidden` raises `KeyError`"
    ),
    check=check,
    violating="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
router_settings: {model_group_alias: {old: chatt}}
""",
    compliant="""\
model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
router_settings: {model_group_alias: {old: chat}}
""",
)
