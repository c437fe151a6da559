"""GOV101: the catalog knows every model in use."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import LONGEST, code, join_code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield each use of a name that no price map, override or list of retired models has."""
    unknown = {name for name, facts in context.models.items() if facts is None}
    suggestions: dict[str, tuple[str, ...]] = {}
    for use in context.uses(unknown):
        model = use.part.model
        if model not in suggestions:
            suggestions[model] = context.state.catalog.suggest(model)
        close = suggestions[model]
        yield Violation(
            message=f"{code(model)} is not in the catalog"
            + (f"; similar names: {join_code(close)}" if close else ""),
            place=use.place,
            subject=use.task.task.name,
            remedy=_remedy(model, close),
            risk="Its price, limits, retirement and vendor are not known; no figure includes it.",
            figures={"suggestions": ", ".join(close)},
            distinction=f"{use.role}: {model}",
        )


def _remedy(model: str, close: tuple[str, ...]) -> str:
    write = f"Write {code(close[0])}, or describe" if close else "Describe"
    return (
        f"{write} it in `catalog/models.yaml`: `models: {{{model[:LONGEST]}: {{mode: …, "
        f"usd_per_million_tokens: …}}}}`."
    )


RULE = Rule(
    id="GOV101",
    name="unknown-model",
    title="Unknown model",
    one="{subject} uses a model that the catalog does not know",
    many="{count} task classes use a model that the catalog does not know",
    short_title="Unknown models",
    requirement="The catalog knows every model in use.",
    why=(
        "A misspelled model name fails at the first request in production. A model that nobody "
        "described has no price, context window or retirement date, so no limit applies to it."
    ),
    remediation=(
        "Correct the spelling (`govern catalog search WORD` finds models), or describe a model of "
        "your own in `catalog/`: its mode, prices, limits and exposure."
    ),
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-45}]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
""",
)
