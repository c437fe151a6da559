"""GOV107: the facts of every model in use are in the catalog lock."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield each known model missing from the lock, once, at its first use."""
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
            risk=(
                "Its price and retirement date depend on the installed price map, so results can "
                "differ between machines."
            ),
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
        "The same commit must give the same result on every machine. The lock holds the price, "
        "limits, retirement and exposure of the models in use. Without a lock, the rule finds "
        "nothing."
    ),
    remediation=(
        "Run `govern catalog lock` whenever a model joins the portfolio, and commit the lock."
    ),
    severity=Severity.WARNING,
    check=check,
)
