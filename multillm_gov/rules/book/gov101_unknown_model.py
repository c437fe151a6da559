"""GOV101: the catalog knows every model in use."""

from collections.abc import Iterator

from multillm_gov.catalog.suggestions import is_free
from multillm_gov.documents.layout import kind_of
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import LONGEST, code, join_code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield each use of a name that no price map, override or list of retired models has.

    A model whose entry in ``catalog/`` has an error is known by name: the error is reported there.
    """
    broken = context.state.overrides.broken
    unknown = {
        name for name, facts in context.models.items() if facts is None and name not in broken
    }
    unread = _unread(context)
    for use in context.uses(unknown):
        model, mode = use.part.model, use.task.task.declared.mode
        candidates = () if unread else context.state.catalog.suggest(model, mode)
        yield Violation(
            message=f"{code(model)} is not in the catalog",
            place=use.place,
            subject=use.task.task.name,
            remedy=unread or _remedy(context, model, mode, candidates),
            risk="Its price, limits, retirement and vendor are not known: figures by requests "
            "count it, figures of money do not.",
            figures={"suggestions": ", ".join(candidates)},
            distinction=f"{use.role}: {model}",
        )


def _unread(context: RuleContext) -> str:
    """What to do first where a file of ``catalog/`` could not be read; empty: all could."""
    paths = sorted(
        {
            flaw.location.path
            for flaw in context.state.flaws
            if kind_of(flaw.location.path) == "catalog"
            and flaw.kind in {"syntax", "unreadable-file", "unsafe-yaml"}
        }
    )
    if not paths:
        return ""
    return f"Fix {join_code(paths)} first: it could not be read and may declare the model."


def _remedy(context: RuleContext, model: str, mode: str, candidates: tuple[str, ...]) -> str:
    name = model[:LONGEST]
    if not is_free(model):
        correct = _correct(candidates)
        return (
            f"{correct}{'Or describe' if correct else 'Describe'} a model of your own in "
            f"`catalog/models.yaml`: `models: {{{name}: {{mode: {mode}, usd_per_million_tokens: "
            "…}}`."
        )
    base = context.state.catalog.suggest_base(model, mode)
    correct = _correct(candidates, "If it is a misspelling, correct it; ")
    declare = (
        "If it is a deployment or an endpoint of your own, declare the model behind it in "
        f"`catalog/models.yaml`: `models: {{{name}: {{base: "
        f"{base or model.partition('/')[0] + '/MODEL'}}}}}`, with `endpoint:` where trials should "
        "call it. "
    )
    return f"{declare}{correct}".strip()


def _correct(candidates: tuple[str, ...], when: str = "Correct the name; ") -> str:
    noun = "candidate" if len(candidates) == 1 else "candidates"
    return f"{when}{noun}: {join_code(candidates)}. " if candidates else ""


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
