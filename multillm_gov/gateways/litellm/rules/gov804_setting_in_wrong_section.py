"""GOV804: every setting stands in the section that LiteLLM reads it from."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import PlacedSetting
from multillm_gov.gateways.litellm.known_keys import SAME_NAME, SETTINGS, Section, is_read
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.words import code, join_code

_STOPS_START = frozenset({"health_check_interval", "health_check_concurrency"})
"""Settings with which `router_settings` refuses to start."""
_SHORT = 5
"""Letters of a name that says too little: attributes such as `cache` are many things."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield keys that another section reads."""
    configuration = context.configuration
    sections: tuple[tuple[Section, dict[str, PlacedSetting]], ...] = (
        ("top", dict(configuration.top)),
        ("router_settings", dict(configuration.router)),
        ("litellm_settings", dict(configuration.litellm)),
        ("general_settings", dict(configuration.general)),
    )
    for section, settings in sections:
        for key, setting in settings.items():
            if is_read(section, key, context.release) is False:
                yield from _judge(context, section, key, setting)


def _judge(
    context: LintContext, section: Section, key: str, setting: PlacedSetting
) -> Iterator[Violation]:
    homes = [
        other
        for other in SETTINGS
        if other != section and len(key) > _SHORT and _is_home(context, other, key)
    ]
    if not homes:
        return
    where = "the top level" if section == "top" else code(section)
    stops = section == "router_settings" and key in _STOPS_START
    effect = "the proxy does not start with it" if stops else "it has no effect there"
    yield Violation(
        message=f"{code(key)} belongs into {join_code(homes)}, not {where}: {effect}",
        place=setting.place.key(),
        subject=place_subject(setting.place),
        remedy=f"Move it to {join_code(homes[:1])}.",
        severity=Severity.ERROR if stops else None,
    )


def _is_home(context: LintContext, section: Section, key: str) -> bool:
    home: Section = "attributes" if section == "litellm_settings" else section
    if home == "attributes" and key in SAME_NAME:
        return False
    return bool(is_read(home, key, context.release))


RULE = LintRule(
    id="GOV804",
    name="setting-in-wrong-section",
    title="Setting in the wrong section",
    why=(
        "Each section is read by other code. A `max_budget` in `general_settings` limits nothing; "
        "a `health_check_interval` in `router_settings` stops the start."
    ),
    remediation="Move the key to the section that the finding names.",
    severity=Severity.WARNING,
    source="The source of nine releases (`tools/build_litellm_keys.py`); `load_config`",
    check=check,
    violating="general_settings: {max_budget: 100, budget_duration: 30d}\n",
    compliant=(
        "general_settings: {database_url: os.environ/DATABASE_URL}\n"
        "litellm_settings: {max_budget: 100, budget_duration: 30d}\n"
    ),
)
