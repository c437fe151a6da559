"""GOV103: there is enough time to migrate before a model retires."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from msgspec import Meta

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.lifecycle import runway_days
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit, Use
from multillm_gov.rules.migration import Moves
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, count_of


class Parameters(Closed, frozen=True, kw_only=True):
    """How long a migration takes, and how early to report it."""

    lead_days: Annotated[
        Annotated[int, Meta(ge=0, le=730)] | None,
        Meta(description="Days a migration takes; default: `migration_lead_days` of `govern.yaml`"),
    ] = None
    notice_days: Annotated[
        int,
        Meta(
            ge=0,
            le=730,
            description="Days before the latest start of a migration from which a note is given",
        ),
    ] = 90


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models that retire before a migration from today ends; notes for those near it."""
    lead = _lead_days(context, parameters)
    ending = _ending(context, lead + parameters.notice_days)
    moves = Moves(context)
    for use in context.uses(ending):
        facts, runway = ending[use.part.model]
        day = facts.lifecycle.retirement or context.as_of
        slack = runway - lead
        yield Violation(
            message=_message(use, day, (runway, lead), facts.lifecycle.source),
            place=use.place,
            subject=use.task.task.name,
            remedy=moves.remedy(facts),
            risk=f"A migration started today ends {count_of(-slack, 'day')} after the retirement."
            if slack < 0
            else "",
            figures={
                "retirement": day.isoformat(),
                "runway_days": runway,
                "lead_days": lead,
                "slack_days": slack,
                **moves.figures(facts),
            },
            severity=None if slack < 0 else Severity.NOTE,
            distinction=f"{use.role}: {facts.name}",
        )


def _ending(context: RuleContext, days: int) -> dict[str, tuple[ModelFacts, int]]:
    """Models with at most so many days left, and how many they have."""
    return {
        name: (facts, runway)
        for name, facts in context.models.items()
        if facts is not None
        and (runway := runway_days(facts, context.as_of)) is not None
        and 0 < runway <= days
    }


def _lead_days(context: RuleContext, parameters: Parameters) -> int:
    declared = parameters.lead_days
    return context.state.portfolio.settings.migration_lead_days if declared is None else declared


def _message(use: Use, day: date, days: tuple[int, int], source: str) -> str:
    runway, lead = days
    cited = f" ({source})" if source else ""
    start = date.fromordinal(max(day.toordinal() - lead, 1))
    must = (
        f"a migration takes {count_of(lead, 'day')} and {'had to' if runway < lead else 'must'} "
        f"start by {start}"
    )
    return f"{code(use.part.model)} retires on {day}, in {count_of(runway, 'day')}{cited}; {must}"


def _lead(context: RuleContext, parameters: Parameters) -> int | None:
    """Without a policy the register has the slack before the next retirement instead."""
    return _lead_days(context, parameters) if context.by_policy else None


def _runways(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """Days until each model retires; what no source dates is not known."""
    early = _lead_days(context, parameters) + parameters.notice_days
    for name, facts in sorted(context.models.items()):
        days = None if facts is None else runway_days(facts, context.as_of)
        yield LimitReading(days, ("model", name), early)


RULE = Rule(
    id="GOV103",
    name="retiring-soon",
    title="Model retires soon",
    one="{subject} uses a model that retires soon",
    many="{count} task classes use a model that retires soon",
    short_title="Upcoming retirements",
    requirement="There is enough time to migrate before a model retires.",
    why=(
        "Slack is the number of days to retirement minus the days a migration takes (evaluation, "
        "prompts, change window; 90 by default). Vendors give as little as 60 days of notice, so "
        "slack can be negative on the day of the announcement; then only a successor qualified "
        "beforehand helps. A model without a date is not known to stay: LiteLLM's price map gives "
        "a date for about a fifth of its models, often late."
    ),
    remediation=(
        "Score the successor on your own cases now, list it as a fallback, and shift the weight "
        "before the date."
    ),
    severity=Severity.WARNING,
    check=check,
    limits={
        "lead_days": RuleLimit(
            words="Days before a model in use retires",
            unit="days",
            direction="at least",
            limit=_lead,
            measure=_runways,
        ),
    },
    criteria=("notice_days",),
    parameters=Parameters,
    tighter={"lead_days": "higher_or_setting", "notice_days": "higher"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-2025-08-07}]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
""",
)
