"""GOV818: fallbacks have the form that the router reads."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import FALLBACK_KINDS, PlacedSetting
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.gateways.litellm.versions import parse_release

_SHOULD_BE = "Write one list entry a group: `- group: [first, second]`."
_STRICT_SINCE = parse_release("1.110.2")
"""First release tried that refuses targets that are no list, and takes a mapping for none."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield lists of text, mappings in the place of lists, and entries of several groups."""
    for settings in (context.configuration.router, context.configuration.litellm):
        for kind in FALLBACK_KINDS:
            setting = settings.get(kind)
            if setting is None or setting.value is None:
                continue
            for place, message in _faults(context, kind, setting):
                yield Violation(
                    message=message,
                    place=place.place,
                    subject=place_subject(setting.place),
                    remedy=_SHOULD_BE,
                    distinction=str(place.place.pointer[-1]),
                )


def _faults(
    context: LintContext, kind: str, setting: PlacedSetting
) -> Iterator[tuple[PlacedSetting, str]]:
    if not isinstance(setting.value, list):
        strict = context.release >= _STRICT_SINCE
        effect = "no fallback of it is used" if strict else "the proxy does not start"
        yield setting, f"`{kind}` is not a list of entries: {effect}"
        return
    for index, entry in enumerate(setting.value):
        item = PlacedSetting(entry, setting.place.at(index))
        if not isinstance(entry, dict):
            effect = (
                "the proxy does not start"
                if kind == "fallbacks"
                else "it is for no group in particular, and fails at the first use in some releases"
            )
            yield item, f"an entry of `{kind}` names a target and no group: {effect}"
        elif len(entry) != 1 and kind == "fallbacks":
            yield item, (f"an entry of `{kind}` has {len(entry)} groups: the proxy does not start")
        elif len(entry) > 1:
            yield item, f"an entry of `{kind}` has several groups: only the first is read"
        else:
            yield from _targets(context, kind, entry, item)


def _targets(
    context: LintContext, kind: str, entry: dict[str, object], item: PlacedSetting
) -> Iterator[tuple[PlacedSetting, str]]:
    for group, targets in entry.items():
        if not isinstance(targets, list) and context.release >= _STRICT_SINCE:
            place = PlacedSetting(targets, item.place.at(group))
            yield (
                place,
                f"the targets of an entry of `{kind}` are no list: the proxy does not start",
            )


RULE = LintRule(
    id="GOV818",
    name="fallback-malformed",
    title="Fallbacks in a form that is not read",
    why=(
        "The router takes a list of mappings with one group each. Other forms stop the start, or "
        "start and fail at the first overflow, depending on the kind and the release."
    ),
    remediation=_SHOULD_BE,
    severity=Severity.ERROR,
    source=(
        "BerriAI/litellm #39655; the router of 1.83.0 to 1.110.2: `must have exactly one key`, "
        "`is not a dictionary`, `must be a list of model names`"
    ),
    trap="#39655",
    check=check,
    violating="router_settings: {context_window_fallbacks: [long]}\n",
    compliant="""\
model_list:
  - {model_name: chat, litellm_params: {model: gpt-4o}}
  - {model_name: long, litellm_params: {model: gpt-4.1}}
router_settings: {context_window_fallbacks: [{chat: [long]}]}
""",
)
