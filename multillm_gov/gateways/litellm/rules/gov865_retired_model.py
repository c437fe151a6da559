"""GOV865: no model is retired."""

from collections.abc import Iterator

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.rule import LintContext, LintRule, deployment_subject
from multillm_gov.words import code

_SOON_DAYS = 90


def check(context: LintContext) -> Iterator[Violation]:
    """Yield models past their retirement, or less than 90 days before it."""
    for deployment in context.configuration.deployments:
        facts = context.facts(deployment)
        day = facts.lifecycle.retirement if facts is not None else None
        if facts is None or day is None or (day - context.as_of).days > _SOON_DAYS:
            continue
        ended = facts.ended_on(context.as_of)
        when = f"{'was retired' if ended else 'retires'} on {day}"
        floats = bool(facts.lifecycle.snapshot)
        message, remedy = _of_floating(facts, when) if floats else _of_model(facts, when, ended)
        fails = ended and not floats and not facts.lifecycle.redirect
        least = Severity.NOTE if floats else Severity.WARNING
        yield Violation(
            message=message,
            place=deployment.parameter("model"),
            subject=deployment_subject(deployment),
            remedy=remedy,
            risk="Requests to it fail." if fails else "",
            figures={"retirement": day.isoformat(), "days": (day - context.as_of).days},
            severity=(Severity.WARNING if floats else None) if ended else least,
        )


def _of_floating(facts: ModelFacts, when: str) -> tuple[str, str]:
    """A floating name goes where its provider points it; only its snapshots have dates."""
    name, snapshot = code(facts.name), code(facts.lifecycle.snapshot)
    message = (
        f"the last snapshot known of {name}, {snapshot}, {when}: whether the name goes on to a "
        "newer one is not known"
    )
    return message, "Name a dated snapshot, or look which model answers."


def _of_model(facts: ModelFacts, when: str, ended: bool) -> tuple[str, str]:
    lifecycle = facts.lifecycle
    source = f" ({lifecycle.source})" if lifecycle.source else ""
    answers = (
        f"; {code(lifecycle.redirect)} answers and is billed"
        if lifecycle.redirect and ended
        else ""
    )
    successor = lifecycle.successor
    target = (
        f"{code(successor.model)} ({successor.origin} successor)" if successor else "another model"
    )
    message = f"{code(facts.name)} {when}{source}{answers}"
    return message, f"Move to {target}, after scoring it on your own cases."


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
