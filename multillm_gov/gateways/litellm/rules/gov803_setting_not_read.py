"""GOV803: every setting is one that LiteLLM reads."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import PlacedSetting
from multillm_gov.gateways.litellm.known_keys import (
    HOMES,
    SAME_NAME,
    SETTINGS,
    Section,
    is_named,
    is_read,
    near_key,
    read_since,
)
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.words import code

_MARKS = (".", "_", "x-")
"""How keys start that only hold anchors, by custom."""
_TELLING = frozenset({"model_list", "general_setting", "litellm_setting", "router_setting"}) | {
    *SETTINGS,
    *("environment_variables", "mcp_servers", "guardrails", "files_settings", "include"),
    *("finetune_settings", "credential_list", "assistant_settings", "callback_settings"),
}
"""Keys by which a configuration is known; other programs have `config` and `prompts` too."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield keys that nothing reads, with the known key that is nearest."""
    configuration = context.configuration
    if configuration.top and not any(map(_is_known, configuration.top)):
        key, setting = next(iter(configuration.top.items()))
        yield Violation(
            message=f"no key of the file is one that LiteLLM reads, {code(key)} first: it is no "
            "configuration of the proxy",
            place=setting.place.key(),
            subject=f"file:{configuration.path}",
            remedy="Give the file that `litellm --config` gets.",
            severity=Severity.ERROR,
        )
        return
    for key, setting in configuration.top.items():
        if not key.startswith(_MARKS) and not _holds_anchor(context, setting):
            yield from _judge(context, "top", key, setting)
    sections = (configuration.router, configuration.litellm, configuration.general)
    for section, settings in zip(SETTINGS, sections, strict=True):
        for key, setting in settings.items():
            yield from _judge(context, section, key, setting)


def _is_known(key: str) -> bool:
    return key in _TELLING


def _judge(
    context: LintContext, section: Section, key: str, setting: PlacedSetting
) -> Iterator[Violation]:
    if is_read(section, key, context.release) is not False:
        return
    homes = [other for other in HOMES if other != section]
    if key not in SAME_NAME and any(is_read(other, key, context.release) for other in homes):
        return  # GOV804 says where it belongs.
    near = near_key(section, key)
    if not near and section == "general_settings" and is_named(key):
        return  # The source names it somewhere; no claim is made.
    where = "at the top level" if section == "top" else f"in `{section}`"
    release = ".".join(map(str, context.release))
    since = read_since(section, key)
    later = f"; {since} is the first release known to read it" if since else ""
    yield Violation(
        message=f"{code(key)} {where} is read by nothing in LiteLLM {release}{near}{later}",
        place=setting.place.key(),
        subject=place_subject(setting.place),
        remedy="Correct the name, or remove the key: it has no effect.",
    )


def _holds_anchor(context: LintContext, setting: PlacedSetting) -> bool:
    """Whether the value is there for aliases to refer to."""
    document = context.configuration.documents[setting.place.path]
    try:
        start, _ = document.offsets(setting.place.pointer)
    except KeyError:
        return False
    return document.source.content[start : start + 1] == "&"


RULE = LintRule(
    id="GOV803",
    name="setting-not-read",
    title="Setting that nothing reads",
    why=(
        "The proxy ignores what it does not know: a misspelt `general_setting:` or "
        "`enable_pre_call_check` starts without a word, and what it should do is not done. Keys of "
        "`litellm_settings` become attributes of the module whether or not any code reads them."
    ),
    remediation="Correct the name or remove the key.",
    severity=Severity.WARNING,
    source=(
        "BerriAI/litellm PR#31287, #34877; the source of nine releases from 1.65.0 to 1.110.2, "
        "collected by `tools/build_litellm_keys.py`"
    ),
    trap="PR#31287",
    check=check,
    violating="general_setting: {master_key: os.environ/KEY}\n",
    compliant="general_settings: {master_key: os.environ/KEY}\n",
)
