"""GOV110: no preview model serves production."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.shapes import Name
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.vocabulary import Classification, Closed
from multillm_gov.words import code

PRODUCTION = frozenset({"production", "prod"})
"""Tags that mean production where no policy says which do."""


class Parameters(Closed, frozen=True, kw_only=True):
    """What counts as production: any of the tags or classifications."""

    tags: Annotated[
        tuple[Name, ...],
        Meta(
            description=(
                "Tags that mean production; default: everything the policy applies to, else "
                "`production` and `prod`"
            )
        ),
    ] = ()
    classifications: Annotated[
        tuple[Classification, ...],
        Meta(description="Data classifications that mean production, whatever the tags"),
    ] = ()


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield preview models, routed or fallback, in task classes that count as production."""
    previews = {
        name
        for name, facts in context.models.items()
        if facts is not None and facts.lifecycle.preview
    }
    for use in context.uses(previews):
        if not _is_production(use.task, context, parameters):
            continue
        model = use.part.model
        yield Violation(
            message=(
                f"{code(model)} is a preview model, and {code(use.task.task.name)} is in production"
            ),
            place=use.place,
            subject=use.task.task.name,
            remedy=(
                f"Use a generally available model instead of {code(model)} (`govern catalog "
                "search` finds them)."
            ),
            risk="Previews change or end at two weeks' notice, often without a service level.",
            distinction=f"{use.role}: {model}",
        )


def _is_production(task: TaskFigures, context: RuleContext, parameters: Parameters) -> bool:
    declared = task.task.declared
    if not parameters.tags and not parameters.classifications:
        return context.by_policy or not PRODUCTION.isdisjoint(declared.tags)
    return (
        not set(parameters.tags).isdisjoint(declared.tags)
        or declared.data.classification in parameters.classifications
    )


RULE = Rule(
    id="GOV110",
    name="preview-in-production",
    title="Preview model in production",
    one="{subject} uses a preview model in production",
    many="{count} task classes use a preview model in production",
    short_title="Preview models in production",
    requirement="No preview model serves production.",
    why=(
        "Vendors end previews at short notice (OpenAI may give two weeks; Google's 2.5 previews "
        "lasted six to nine months), change them in place, and exclude them from service levels "
        "and some data terms. Whether a model is a preview follows from its name. Production is a "
        "task class tagged `production` or `prod`, or what a policy names."
    ),
    remediation=(
        "Use a generally available model in production, and keep the preview in a task class of "
        "its own."
    ),
    decision="Choose which generally available model to use.",
    severity=Severity.WARNING,
    check=check,
    parameters=Parameters,
    tighter={"tags": "never", "classifications": "never"},
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gemini/gemini-3-flash-preview}]
    tags: [production]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gemini/gemini-2.5-flash}]
    tags: [production]
""",
)
