"""GOV107: the facts of every model in use are in the catalog lock."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code, join_some

_NAMED = 3
_THEIRS = "Their prices and retirement dates depend"


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield one violation with the first use of every known model that is missing from the lock.

    One step locks them all, so they are one finding with as many places.
    """
    places = _first_uses(context)
    if not places:
        return
    place, *others = places.values()
    named = join_some([code(model) for model in places], _NAMED)
    yield Violation(
        message=(
            f"{named} is not in the catalog lock"
            if not others
            else f"{len(places):,} models are not in the catalog lock: {named}"
        ),
        place=place,
        subject="portfolio",
        remedy="Run `govern catalog lock` and commit `catalog/catalog.lock.json`.",
        risk=(
            f"{_THEIRS if others else 'Its price and retirement date depend'} on the "
            "installed price map, so results can differ between machines."
        ),
        related=tuple(
            (f"{code(model)} is used here", where) for model, where in tuple(places.items())[1:]
        ),
        figures={"models_not_locked": len(places)},
        distinction="lock",
    )


def _first_uses(context: RuleContext) -> dict[str, Place]:
    """Of every known model that the lock lacks."""
    loose = {
        name
        for name, facts in context.models.items()
        if facts is not None and not context.state.catalog.is_locked(name)
    }
    places: dict[str, Place] = {}
    for use in context.uses(loose):
        places.setdefault(use.part.model, use.place)
    return places


RULE = Rule(
    id="GOV107",
    name="model-not-locked",
    title="Model not in the catalog lock",
    one="Models in use are not in the catalog lock",
    many="Models in use are not in the catalog lock, by {count} policies",
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
    scope="portfolio",
)
