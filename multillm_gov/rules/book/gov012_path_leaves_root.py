"""GOV012: paths in allocations stay inside the portfolio."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.rules.paths import leaves_root, named_paths
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Prompt and schema paths that are absolute, lead upwards, or are not paths of the portfolio at all."""
    for named in named_paths(context.state.portfolio.task_classes):
        said = leaves_root(named.path)
        if said:
            yield Violation(
                message=f"{named.key} {code(named.path)} of {code(named.task.name)} {said}",
                place=named.task.place.at(named.key),
                subject=named.task.name,
                remedy=f"Put the file below `{named.folder}/`, and write its path from the "
                "portfolio's root with `/`.",
                risk="Nothing outside the root is read: what the task class sends is not pinned, "
                "and not reviewed.",
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
        "open a file of the "
        "build machine, or an address on a network. Such paths are never followed. A backslash is "
        "a separator on one "
        "system and part of a name on another, so that two machines would disagree."
    ),
    remediation="Keep prompts below `prompts/` and schemas below `schemas/`, and name them from the root "
    "with `/`.",
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
