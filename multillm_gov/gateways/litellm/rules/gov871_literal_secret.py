"""GOV871: no secret stands in the file."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, place_subject
from multillm_gov.gateways.litellm.secret_values import literal_secrets
from multillm_gov.gateways.litellm.versions import parse_release

_REFUSED_SINCE = parse_release("1.106.2")


def check(context: LintContext) -> Iterator[Violation]:
    """Yield literal values of keys and passwords; no output repeats one."""
    for literal_secret in literal_secrets(context.configuration):
        known = literal_secret.is_public_example
        refuses = context.release >= _REFUSED_SINCE
        effect = "the proxy does not start" if refuses else "anybody may administer the proxy"
        yield Violation(
            message=f"the master key is `sk-1234`, the example of the documentation: {effect}"
            if known
            else f"the file contains {literal_secret.kind}",
            place=literal_secret.place,
            subject=place_subject(literal_secret.place),
            remedy="Revoke the secret, and write `os.environ/NAME` in its place."
            if not known
            else "Generate a key, and write `master_key: os.environ/LITELLM_MASTER_KEY`.",
            distinction=f"{literal_secret.place.path}:{literal_secret.kind}",
        )


RULE = LintRule(
    id="GOV871",
    name="literal-secret",
    title="Secret in the file",
    why=(
        "Whoever reads the file, its history or a backup has the key. LiteLLM takes "
        "`os.environ/NAME` everywhere. With the master key `sk-1234` releases from 1.106.2 on "
        "refuse to start (`master_key_boot_check.py`). Placeholders are not reported."
    ),
    remediation="Revoke it, then refer to an environment variable.",
    severity=Severity.ERROR,
    source="Values of keys named after secrets, and the forms of vendors' keys (GOV011)",
    check=check,
    violating='general_settings: {database_url: "postgres://proxy:Tr4f-Gq8w@db.example.org/x"}\n',
    compliant="general_settings: {database_url: os.environ/DATABASE_URL}\n",
)
