"""GOV210: the newest drill of every failover passed."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.failover import is_of
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.rules.failover import DOWN_SHARE, failover_of, format_downtime
from multillm_gov.words import code, count_of


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield task classes whose newest drill of the declared chain failed."""
    for task in context.tasks:
        drills = context.state.drills.get(task.task.name, ()) if task.fallbacks else ()
        newest = next((placed for placed in drills if placed.drill.date <= context.as_of), None)
        if newest is None or newest.drill.result != "fails":
            continue
        if not is_of(newest.drill, task.task.declared):
            continue
        days = (context.as_of - newest.drill.date).days
        yield Violation(
            message=f"the failover of {code(task.task.name)} failed its drill "
            + (f"{count_of(days, 'day')} ago" if days else "today"),
            place=task.task.place.at("fallbacks"),
            subject=task.task.name,
            remedy=(
                "Find out why the chain did not take over (see the record of the drill) and fix "
                f"it; then run `govern drill {task.task.name}` and commit the record that it "
                "writes to `evidence/`."
            ),
            risk=(
                "Its fallbacks count as not usable: "
                f"{format_downtime(DOWN_SHARE, task, context.currency)}."
            ),
            related=(("the newest drill", newest.place),),
            figures={"days_ago": days, "fallbacks": len(failover_of(context).usable(task))},
        )


RULE = Rule(
    id="GOV210",
    name="failover-drill-failed",
    title="Failover drill failed",
    one="{subject} failed its newest failover drill",
    many="{count} task classes failed their newest failover drill",
    short_title="Failed drill",
    requirement="The newest drill of every failover passed.",
    why=(
        "A fallback is needed on the day the route fails. A drill in which the chain did not take "
        "over shows that it will not, whatever is declared, until a newer drill passes. Until "
        "then no figure counts these fallbacks as usable."
    ),
    remediation="Fix what kept the chain from taking over, and drill it again.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
# evidence/drills.yaml
drills:
  - {task_class: triage, date: 2026-11-02, result: fails}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
# evidence/drills.yaml
drills:
  - {task_class: triage, date: 2026-11-02, result: fails}
  - {task_class: triage, date: 2026-11-09, result: survives, seconds_to_recover: 4}
""",
)
