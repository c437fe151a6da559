"""GOV010: every declaration has an effect."""

from collections.abc import Iterator

from multillm_gov.catalog.declarations import ProviderDeclaration
from multillm_gov.documents.layout import kind_of
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.portfolio.policy import EVERYTHING, Policy, Scope
from multillm_gov.rules.engine.planning import select
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield overrides without a use, and policies without a task class, if all files are sound."""
    if any(kind_of(flaw.location.path) in {"allocation", "catalog"} for flaw in context.flaws):
        return
    yield from _idle_policies(context)
    models = context.state.overrides.models
    helpers = {name for placed in context.state.evals for name in placed.file.models}
    used = {*context.models, *helpers}
    for placed in models.values():
        used |= {placed.declared.base or "", placed.declared.successor or ""}
    for name, placed in models.items():
        if name not in used:
            yield _unused(
                "model", name, placed.place, "no allocation, base, successor or scorer names it"
            )
    known = [*context.models.values(), *map(context.state.catalog.find, sorted(helpers))]
    providers = {facts.exposure.provider for facts in known if facts is not None}
    for name, provider in context.state.overrides.providers.items():
        if name not in providers and not _states_terms(provider.declared):
            yield _unused("provider", name, provider.place, "no model in use is served by it")
    clouds = {facts.exposure.cloud for facts in known if facts is not None}
    for name, cloud in context.state.overrides.clouds.items():
        if name not in clouds:
            yield _unused("cloud", name, cloud.place, "no model in use runs on it")


def _states_terms(declared: ProviderDeclaration) -> bool:
    """Whether it states terms: a register of contracts may list more than is in use."""
    return not (
        declared.classifications is None
        and declared.retention_days is None
        and declared.trains_on_inputs is None
    )


def _idle_policies(context: RuleContext) -> Iterator[Violation]:
    """Policies with an empty scope although its names exist (GOV006 reports the others)."""
    if not context.tasks:
        return
    known = {task.task.name for task in context.tasks}, {task.task.owner for task in context.tasks}
    tags = {tag for task in context.tasks for tag in task.task.declared.tags}
    for policy in context.state.portfolio.policies:
        scope = policy.declared.applies_to
        if (
            scope != EVERYTHING
            and _names_exist(scope, known, tags)
            and not select(context.tasks, scope)
        ):
            yield _idle(policy)


def _names_exist(scope: Scope, known: tuple[set[str], set[str | None]], tags: set[str]) -> bool:
    names, owners = known
    return (
        names.issuperset(scope.task_classes)
        and owners.issuperset(scope.owners)
        and tags.issuperset(scope.tags)
    )


def _idle(policy: Policy) -> Violation:
    return Violation(
        message=(
            f"policy {code(policy.name)} applies to no task class: nothing matches its `applies_to`"
        ),
        place=policy.place.at("applies_to"),
        subject=policy.name,
        remedy=(
            "Correct `applies_to` (its keys must all match one task class), or remove the policy."
        ),
        risk="It looks like a limit in force, but limits nothing.",
        severity=Severity.WARNING,
    )


def _unused(what: str, name: str, place: Place, why: str) -> Violation:
    return Violation(
        message=f"{what} {code(name)} is declared, but {why}",
        place=place.key(),
        subject=name,
        remedy=(
            f"Remove the entry, or correct its name to that of the intended {what} (`govern "
            "catalog show MODEL`)."
        ),
        risk="If it is a misspelling, the intended facts or prices do not apply.",
        distinction=what,
    )


RULE = Rule(
    id="GOV010",
    name="unused-declaration",
    title="Declaration without effect",
    one="One declaration has no effect",
    many="{count} declarations have no effect",
    short_title="Unused declarations",
    requirement="Every declaration has an effect.",
    why=(
        "An entry in `catalog/` under a name that no allocation refers to changes nothing: often "
        "a misspelling, so the negotiated price or the intended exposure does not apply. A policy "
        "whose scope matches no task class limits nothing but looks as if it did, which is a "
        "warning. Terms of providers and the exit register of vendors may list more than is in "
        "use."
    ),
    remediation="Remove what is no longer used, and correct what is misspelled.",
    severity=Severity.NOTE,
    check=check,
    scope="files",
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# catalog/models.yaml
models:
  claude-haiku-45: {discount: 0.15}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# catalog/models.yaml
models:
  claude-haiku-4-5: {discount: 0.15}
""",
)
