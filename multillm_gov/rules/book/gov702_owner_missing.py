"""GOV702: every task class has an owner."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield task classes without an owner of their own or of their file."""
    for task in context.tasks:
        if task.task.owner is None:
            yield Violation(
                message=f"{code(task.task.name)} has no owner",
                place=task.task.place.key(),
                subject=task.task.name,
                remedy="Add `owner: TEAM` to the task class, or once at the top of the file.",
                risk=(
                    "Nobody is accountable for its spend, its quality or the migration when its "
                    "model retires."
                ),
            )


RULE = Rule(
    id="GOV702",
    name="owner-missing",
    title="No owner",
    one="{subject} has no owner",
    many="{count} task classes have no owner",
    short_title="No owner",
    requirement="Every task class has an owner.",
    why="Caps, floors, reviews and waivers are decisions; each needs a team that makes it.",
    remediation="Name the team that is accountable for the task class.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/support.yaml
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
""",
)
