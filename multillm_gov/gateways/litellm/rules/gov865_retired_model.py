"""GOV865: no model is retired."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.words import code

_SOON_DAYS = 90


def check(context: LintContext) -> Iterator[Violation]:
    """Yield models past their retirement, or less than 90 days before it."""
    for deployment in context.configuration.deployments:
        facts = context.facts(deployment)
        day = facts.lifecycle.retirement if facts is not None else None
        if facts is None or day is None:
            continue
        days = (day - context.as_of).days
        if days > _SOON_DAYS:
            continue
        ended = facts.ended_on(context.as_of)
        source = f" ({facts.lifecycle.source})" if facts.lifecycle.source else ""
        snapshot = facts.lifecycle.snapshot
        if snapshot:
            # A floating name goes where its provider points it; only its snapshots have dates.
            yield Violation(
                message=f"the last snapshot known of {code(facts.name)}, {code(snapshot)}, "
                f"{'was retired' if ended else 'retires'} on {day}: whether the name goes on to a "
                "newer one is not known",
                place=deployment.parameter("model"),
                subject=deployment_subject(deployment),
                remedy="Name a dated snapshot, or look which model answers.",
                figures={"retirement": day.isoformat(), "days": days},
                severity=Severity.WARNING if ended else Severity.NOTE,
            )
            continue
        answers = (
            f"; {code(facts.lifecycle.redirect)} answers and is billed"
            if facts.lifecycle.redirect and ended
            else ""
        )
        successor = facts.lifecycle.successor
        yield Violation(
            message=f"{code(facts.name)} {'was retired' if ended else 'retires'} on {day}"
            f"{source}{answers}",
            place=deployment.parameter("model"),
            subject=deployment_subject(deployment),
            remedy=f"Move to {code(successor.model)} ({successor.origin} successor), after scoring "
            "it on your own cases."
            if successor is not None
            else "Move to another model, after scoring it on your own cases.",
            risk="Requests to it fail." if ended and not answers else "",
            figures={"retirement": day.isoformat(), "days": days},
            severity=None if ended else Severity.WARNING,
        )


RULE = LintRule(
    id="GOV865",
    name="retired-model",
    title="Retired model",
    why=(
        "The gateway starts with a retired model and its first request fails, or another model "
        "answers at another price. Dates are those of the name as routed, from announcements and "
        "the price map; where no source gives a date nothing is claimed."
    ),
    remediation="Route to the successor.",
    severity=Severity.ERROR,
    source="The catalog of this tool; BerriAI/litellm #34877, #35242",
    trap="#34877",
    check=check,
    violating="""\
model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o-2024-05-13}}
""",
    compliant="""\
model_list:
  - {model_name: a, litellm_params: {model: mistral/mistral-large-latest}}
""",
)
