"""GOV107: the facts of every model in use are in the catalog lock."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Known models that the lock, where there is one, does not hold: one finding per model, at its first use."""
    loose = {
        name
        for name, facts in context.models.items()
        if facts is not None and not context.state.catalog.is_locked(name)
    }
    for use in context.uses(loose):
        model = use.part.model
        if model not in loose:
            continue
        loose.discard(model)
        yield Violation(
            message=f"{code(model)} is not in the catalog lock",
            place=use.place,
            subject=use.task.task.name,
            remedy="Run `govern catalog lock` and commit `catalog/catalog.lock.json`.",
            risk="Its price and retirement date move with the installed price map, so two machines "
            "may disagree.",
            distinction=model,
        )


RULE = Rule(
    id="GOV107",
    name="model-not-locked",
    title="Model not in the catalog lock",
    one="{subject} uses a model that is not in the catalog lock",
    many="{count} task classes use a model that is not in the catalog lock",
    short_title="Models without locked facts",
    requirement="The facts of every model in use are in the catalog lock.",
    why=(
        "The same commit must give the same result on every machine. The lock holds price, limits, "
        "retirement and "
        "exposure of the models in use; without a lock the rule is silent."
    ),
    remediation="Run `govern catalog lock` whenever a model joins the portfolio, and commit the lock.",
    severity=Severity.WARNING,
    check=check,
)
