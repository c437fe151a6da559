"""GOV011: no governed file holds a key, a token or a password."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Secrets in the bytes of every governed file, prompts, schemas and comments included; none is repeated."""
    for secret in context.state.secrets:
        yield Violation(
            message=f"{secret.kind} stands in the file",
            place=secret.location,
            subject=secret.subject,
            remedy=(
                "Revoke it where it was issued, then take it out of the file and name an "
                "environment variable instead "
                "(`os.environ/NAME`). Removing it from the newest commit does not remove it from "
                "the history."
            ),
            risk="Whoever can read the repository, its history or a fork can spend and read in its "
            "owner's name.",
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
        "minutes. The bytes of all "
        "governed files are searched for the shapes that vendors give their keys, for private keys "
        "and passwords in "
        "addresses, and next to names such as `api_key` for what looks random (entropy and the mix "
        "of characters). No "
        "output repeats a secret: stars stand in its place, in the findings of other rules too. "
        "Placeholders and "
        "names of environment variables are no secrets. A waiver is for false positives only: its "
        "subject carries a "
        "digest of the very text, so that it excuses no other; passwords that people chose have "
        "none, since a digest "
        "would help to guess them."
    ),
    remediation="Revoke the secret first, then remove it, and let the environment or a vault provide the "
    "new one.",
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
