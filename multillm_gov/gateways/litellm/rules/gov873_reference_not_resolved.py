"""GOV873: references to the environment have the form that LiteLLM resolves."""

import re
from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import PlacedSetting, is_left_open, variable_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject

_OTHER = re.compile(
    r"os\.environ[.\[(:]|os\.environ/$|os\.getenv\(|\$\{[A-Za-z_][A-Za-z0-9_]*\}$|\$[A-Z_]{3,}$|env[:/][A-Z_]{3,}$"
)
_ABOUT = ("api_key", "api_base", "api_version", "master_key", "database_url", "aws_", "vertex_")


def check(context: LintContext) -> Iterator[Violation]:
    """Yield values that look like a reference and are taken as they are."""
    for setting in context.configuration.scalars():
        value, key = setting.value, _key(setting)
        steps = setting.place.pointer
        if not isinstance(value, str) or len(value) > 200:
            continue
        if not key.startswith(_ABOUT) and steps[0] != "environment_variables":
            if key == "model" and "litellm_params" in steps and _is_template(value):
                yield _model(setting)
            continue
        if "model_list" in steps and "litellm_params" not in steps:
            continue  # GOV805: nothing reads it at all.
        if _OTHER.match(value) or (value.lower().startswith("os.environ/") and value[0] == "O"):
            yield Violation(
                message=f"the value of `{key}` looks like a reference to the environment that "
                "LiteLLM does not resolve: it must be filled in before",
                place=setting.place,
                subject=place_subject(setting.place),
                remedy="Write `os.environ/NAME`.",
            )


def _is_template(value: str) -> bool:
    return variable_of(value) is None and is_left_open(value)


def _model(setting: PlacedSetting) -> Violation:
    return Violation(
        message="`model` holds a placeholder that LiteLLM does not resolve: it must be filled in "
        "before",
        place=setting.place,
        subject=place_subject(setting.place),
        remedy="Fill it in before the proxy reads the file, or write `os.environ/NAME` for the "
        "whole value.",
    )


def _key(setting: PlacedSetting) -> str:
    names = [step for step in setting.place.pointer if isinstance(step, str)]
    return names[-1] if names else ""


RULE = LintRule(
    id="GOV873",
    name="reference-not-resolved",
    title="Reference to the environment that is not resolved",
    why=(
        "LiteLLM resolves texts that start with `os.environ/` and no other form. `${NAME}` works "
        "only where a template engine fills it in before."
    ),
    remediation="Write `os.environ/NAME`.",
    severity=Severity.WARNING,
    source='`_check_for_os_environ_vars` (1.110.2): `startswith("os.environ/")`',
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, api_key: "${OPENAI_API_KEY}"}}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY}}
""",
)
