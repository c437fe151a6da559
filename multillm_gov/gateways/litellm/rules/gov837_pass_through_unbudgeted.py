"""GOV837: it is known that pass-through routes have no budget, and which are served at all."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import PlacedSetting, variable_of
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.gateways.litellm.versions import parse_release
from multillm_gov.words import code

_ASKS_UNLESS_TOLD = parse_release("1.90.0")
"""First release read in which a route without `auth` asks for a key; 1.83.0 asks only if told."""
_PLAIN = (
    *("chat/completions", "completions", "embeddings", "responses", "moderations", "rerank"),
    *("images/generations", "audio/speech", "audio/transcriptions", "models", "files", "batches"),
)
_OWN_ROUTES = frozenset(
    {"/v1/messages", "/v2/rerank", *(f"/{each}" for each in _PLAIN)}
    | {f"/v1/{each}" for each in _PLAIN}
)
"""Routes that every proxy tried has for itself."""


def check(context: LintContext) -> Iterator[Violation]:
    """Yield pass-through endpoints: unserved ones, ones that ask for no key, and all others."""
    setting = context.configuration.general.get("pass_through_endpoints")
    entries = setting.value if setting is not None else None
    if setting is None or not isinstance(entries, list):
        return
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            yield _judge(context, PlacedSetting(entry, setting.place.at(index)))


def _judge(context: LintContext, item: PlacedSetting) -> Violation:
    entry = item.value
    path = code(str(entry.get("path", "a pass-through route")))
    asks = entry.get("auth", context.release >= _ASKS_UNLESS_TOLD)
    if entry.get("path") in _OWN_ROUTES:
        message = f"{path} is a route of LiteLLM itself, which goes first: no request reaches this"
        remedy, severity = "Choose a path that LiteLLM does not have.", Severity.WARNING
    elif asks is not True and variable_of(asks) is None:
        message = (
            f"{path} asks for no key: whoever reaches the proxy is served with the headers "
            "written here, and no budget holds"
        )
        remedy, severity = "Write `auth: true`.", Severity.WARNING
    else:
        message = (
            f"requests to {path} were reported to pass budgets of keys: what one costs is known "
            "after it, at best"
        )
        remedy = "Limit the spend at the provider, or the requests to the route."
        severity = Severity.NOTE
    return Violation(
        message=message,
        place=item.place.at("path"),
        subject=place_subject(item.place),
        remedy=remedy,
        severity=severity,
    )


RULE = LintRule(
    id="GOV837",
    name="pass-through-unbudgeted",
    title="Pass-through route without a budget",
    why=(
        "The proxy forwards the request as it is; it prices the answer at best, never the request. "
        "A path that LiteLLM serves itself is never forwarded, and one with `auth: false` (up to "
        "1.83.0: without `auth: true`) asks for no key."
    ),
    remediation="Keep a limit at the provider behind the route.",
    severity=Severity.NOTE,
    source=(
        "BerriAI/litellm #13882, #10750 (budgets: reported, not reproduced here); the proxy of "
        "1.108.0 for paths of its own and `auth`; `check_api_key_for_custom_headers_or_pass_through"
        "_endpoints` of 1.55.0 to 1.110.2"
    ),
    trap="#13882",
    check=check,
    violating="""\
general_settings:
  pass_through_endpoints: [{path: /cohere/rerank, target: "https://api.cohere.com/v1/rerank"}]
""",
)
