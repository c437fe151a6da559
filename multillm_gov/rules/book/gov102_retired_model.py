"""GOV102: no model in use is retired."""

from collections.abc import Iterator
from datetime import date

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext, Use
from multillm_gov.rules.migration import Moves
from multillm_gov.units import format_count
from multillm_gov.words import LONGEST, code, count_of


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield retired models and, as warnings, those that may be retired.

    A model is retired where a source dates it. A doubtful date, or a model that the price map no
    longer lists, proves nothing about the requests.
    """
    as_of = context.as_of
    ended = {
        name: facts
        for name, facts in context.models.items()
        if facts is not None and (facts.ended_on(as_of) or _perhaps(facts, as_of))
    }
    moves = Moves(context)
    for use in context.uses(ended):
        facts = ended[use.part.model]
        certain = facts.ended_on(as_of)
        day = facts.lifecycle.retirement
        yield Violation(
            message=_message(facts, as_of),
            place=use.place,
            subject=use.task.task.name,
            remedy=moves.remedy(facts) if certain else _ask(facts, moves),
            risk=_risk(facts, use, as_of),
            figures={
                "retirement": day.isoformat() if day else None,
                "days_ago": (as_of - day).days if day else None,
                **moves.figures(facts),
            },
            severity=None if certain else Severity.WARNING,
            distinction=f"{use.role}: {facts.name}",
        )


def _perhaps(facts: ModelFacts, as_of: date) -> bool:
    doubtful = facts.lifecycle.doubtful
    if facts.lifecycle.retirement is not None:
        return False
    return facts.source == "retired-list" or (doubtful is not None and doubtful.date <= as_of)


def _message(facts: ModelFacts, as_of: date) -> str:
    lifecycle = facts.lifecycle
    name, day, doubtful = code(facts.name), lifecycle.retirement, lifecycle.doubtful
    if day is not None:
        days = (as_of - day).days
        since = f"on {day}, {count_of(days, 'day')} ago" if days else "today"
        source = f" ({lifecycle.source})" if lifecycle.source else ""
        answers = (
            f"; {code(lifecycle.redirect)} answers and is billed" if lifecycle.redirect else ""
        )
        return f"{name} was retired {since}{source}{answers}"
    if doubtful is not None and doubtful.date <= as_of:
        return (
            f"{name} may have been retired on {doubtful.date} ({doubtful.source}); the date is "
            f"doubtful: {doubtful.reason}"
        )
    source = f" ({lifecycle.source})" if lifecycle.source else ""
    return f"{name} is no longer listed{source}; whether it still answers is not known"


def _risk(facts: ModelFacts, use: Use, as_of: date) -> str:
    if facts.lifecycle.redirect and facts.ended_on(as_of):
        return "Another model answers, at a quality and price that nobody approved."
    if not facts.ended_on(as_of):
        return "If it is retired, requests to it fail."
    requests = use.task.requests_per_month
    if not requests or use.role != "route":
        return "Requests to it fail."
    return f"Requests to it fail: {format_count(requests)} a month in {code(use.task.task.name)}."


def _ask(facts: ModelFacts, moves: Moves) -> str:
    """How to make it certain; the successor where there is one."""
    declare = (
        "Ask its provider for the retirement date, and write it in `catalog/models.yaml`: "
        f"`models: {{{facts.name[:LONGEST]}: {{retirement: {{date: …, source: …}}}}}}`."
    )
    successor = facts.lifecycle.successor
    return f"{declare} Or: {moves.remedy(facts)}" if successor is not None else declare


RULE = Rule(
    id="GOV102",
    name="retired-model",
    title="Retired model in use",
    one="{subject} uses a model that is, or may be, retired",
    many="{count} task classes use a model that is, or may be, retired",
    short_title="Retired models",
    requirement="No model in use is retired.",
    why=(
        "Schemas accept the name of a retired model; it fails at the first request, in "
        "production. Nearly half of the dated models in the price map are past their date. "
        "Providers end the same model on different days, so the date is that of the name as "
        "routed. The successor is marked as declared (in `catalog/`), announced (by the vendor) "
        "or derived (the newest model of the same line at the same provider)."
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
