"""GOV011: no governed file contains a key, token or password."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield secrets in the bytes of every governed file; no output repeats one."""
    for secret in context.state.secrets:
        yield Violation(
            message=f"the file contains {secret.kind}",
            place=secret.location,
            subject=secret.subject,
            remedy=(
                "Revoke it where it was issued, then remove it from the file and name an "
                "environment variable instead (`os.environ/NAME`). Removing it from the newest "
                "commit does not remove it from the history."
            ),
            risk=(
                "Whoever can read the repository, its history or a fork can act in the name of "
                "its owner."
            ),
            distinction=secret.kind,
        )


RULE = Rule(
    id="GOV011",
    name="secret-in-file",
    title="Secret in a governed file",
    one="A governed file contains a key, token or password",
    many="Governed files contain {count} keys, tokens or passwords",
    short_title="Secrets in files",
    requirement="No governed file contains a key, token or password.",
    why=(
        "A key in a repository is copied with every clone, and leaked keys are used within "
        "minutes. All governed files are searched for the key formats of vendors, for private "
        "keys and passwords in addresses, and for random-looking text (entropy and mix of "
        "characters) next to names such as `api_key`. No output repeats a secret: asterisks "
        "replace it, in findings of other rules too. Placeholders and names of environment "
        "variables are not secrets. A waiver is for false positives only: its subject carries a "
        "digest of the exact text, so it excuses no other; passwords chosen by people have no "
        "digest, since one would help to guess them."
    ),
    remediation=(
        "Revoke the secret first, then remove it, and let the environment or a vault provide the "
        "new one."
    ),
    severity=Severity.ERROR,
    check=check,
    scope="files",
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]   # api_key: 4fQ9zT1mWx7Lr2Vb8KcN
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]   # api_key: os.environ/SUPPORT_KEY
""",
)
