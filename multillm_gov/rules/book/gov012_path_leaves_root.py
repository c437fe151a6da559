"""GOV012: paths in allocations stay inside the portfolio."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.digests import leaves_root, named_paths
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield prompt and schema paths that leave the portfolio or are no paths of it."""
    for named in named_paths(context.state.portfolio.task_classes):
        reason = leaves_root(named.path)
        if reason:
            yield Violation(
                message=f"{named.key} {code(named.path)} of {code(named.task.name)} {reason}",
                place=named.task.place.at(named.key),
                subject=named.task.name,
                remedy=(
                    f"Put the file in `{named.folder}/`, and write its path from the root of the "
                    "portfolio with `/`."
                ),
                risk=(
                    "Nothing outside the root is read: what the task class sends is neither "
                    "pinned nor reviewed."
                ),
                distinction=named.key,
            )


RULE = Rule(
    id="GOV012",
    name="path-leaves-root",
    title="Path outside the portfolio",
    one="One path leaves the portfolio",
    many="{count} paths leave the portfolio",
    short_title="Files outside the portfolio",
    requirement="Paths in allocations stay inside the portfolio.",
    why=(
        "A pull request is hostile input: a path out of the portfolio would make whoever reads it "
        "open a file of the build machine, or an address on a network. Such paths are never "
        "followed. A backslash is a separator on one system and part of a name on another, so "
        "results would differ between machines."
    ),
    remediation=(
        "Keep prompts in `prompts/` and schemas in `schemas/`, and name them from the root with "
        "`/`."
    ),
    severity=Severity.ERROR,
    check=check,
    scope="files",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    prompt: ../shared/triage.md
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    prompt: prompts/triage.md
# prompts/triage.md
Sort the ticket by urgency.
""",
)
