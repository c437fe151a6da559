"""GOV102: no model in use is retired."""

from collections.abc import Iterator
from datetime import date

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.rules.migration import Moves
from multillm_gov.units import format_count
from multillm_gov.words import code, count_of


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Models whose retirement is reached, and models that the price map dropped without a date (a warning)."""
    gone = {
        name: facts
        for name, facts in context.models.items()
        if facts is not None and _is_gone(facts, context.state.as_of)
    }
    moves = Moves(context)
    for use in context.uses(gone):
        facts = gone[use.part.model]
        day = facts.lifecycle.retirement
        requests = use.task.requests_per_month
        yield Violation(
            message=_message(facts, context.state.as_of),
            place=use.place,
            subject=use.task.task.name,
            remedy=moves.remedy(facts),
            risk=(
                f"Requests to it fail: {format_count(requests)} a month in "
                f"{code(use.task.task.name)}."
                if requests and use.role == "route"
                else "Requests to it fail."
            ),
            figures={
                "retirement": day.isoformat() if day else None,
                "days_ago": (context.state.as_of - day).days if day else None,
                **moves.figures(facts),
            },
            severity=None if day else Severity.WARNING,
            distinction=f"{use.role}: {facts.name}",
        )


def _is_gone(facts: ModelFacts, as_of: date) -> bool:
    return facts.retired_on(as_of) or (
        facts.source == "retired-list" and facts.lifecycle.retirement is None
    )


def _message(facts: ModelFacts, as_of: date) -> str:
    day, source = facts.lifecycle.retirement, facts.lifecycle.source
    told = f" ({source})" if source else ""
    if day is None:
        return f"{code(facts.name)} is no longer listed{told}"
    days = (as_of - day).days
    since = f"on {day}, {count_of(days, 'day')} ago" if days else "today"
    return f"{code(facts.name)} was retired {since}{told}"


RULE = Rule(
    id="GOV102",
    name="retired-model",
    title="Retired model in use",
    one="{subject} uses a model that is retired or no longer listed",
    many="{count} task classes use a model that is retired or no longer listed",
    short_title="Retired models",
    requirement="No model in use is retired.",
    why=(
        "A retired model is known to nobody's schema as wrong; it fails at the first request, in "
        "production. Nearly "
        "half of the price map's dated models are past their date. Providers end one model on "
        "different days, so the "
        "date is that of the name as routed. The successor is marked as declared (in `catalog/`), "
        "announced (by the "
        "vendor) or derived (newest of the same line at the same provider)."
    ),
    remediation="Route to the successor, or to another model, after scoring it on your own cases.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-4o-2024-05-13}]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-4o-2024-11-20}]
""",
)
