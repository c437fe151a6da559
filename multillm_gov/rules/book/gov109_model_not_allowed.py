"""GOV109: only models that the policy allows are used."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.catalog.facts import ModelFacts, entities_of
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_words

Entity = Annotated[str, Meta(min_length=1, max_length=200)]
_LEVELS = (
    (Level.FAMILY, "families"),
    (Level.VENDOR, "vendors"),
    (Level.PROVIDER, "providers"),
    (Level.CLOUD, "clouds"),
    (Level.JURISDICTION, "jurisdictions"),
)


class ModelList(Closed, frozen=True, kw_only=True):
    """A list of models, by name or by exposure."""

    models: Annotated[
        tuple[Entity, ...],
        Meta(description="Names as routed or as in the catalog; `*` and `?` are wildcards"),
    ] = ()
    families: Annotated[
        tuple[Entity, ...], Meta(description="Lines of models: `claude`, `gpt`")
    ] = ()
    vendors: Annotated[
        tuple[Entity, ...], Meta(description="Makers of the models: `anthropic`")
    ] = ()
    providers: Annotated[
        tuple[Entity, ...], Meta(description="Providers that serve them: `bedrock`")
    ] = ()
    clouds: Annotated[tuple[Entity, ...], Meta(description="Clouds they run on: `aws`")] = ()
    jurisdictions: Annotated[
        tuple[Entity, ...], Meta(description="ISO 3166 codes of the vendor's headquarters")
    ] = ()


class Parameters(Closed, frozen=True, kw_only=True):
    """The two lists."""

    allow: Annotated[ModelList, Meta(description="A model must match every key given here")] = (
        ModelList()
    )
    deny: Annotated[ModelList, Meta(description="A model must match no key given here")] = (
        ModelList()
    )
    fallbacks: Annotated[bool, Meta(description="Whether the lists apply to fallbacks too")] = True

    def __post_init__(self) -> None:
        """Refuse a policy that limits nothing."""
        if self.allow == self.deny == ModelList():
            raise ValueError("Expected a list: `allow` or `deny`")


class _Verdict(Struct, frozen=True):
    """Why a model is not allowed; not proved where the deciding level is not known."""

    reason: str
    proved: bool


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models that are denied or not allowed; a denied level not known is a warning."""
    barred = {
        name: verdict
        for name, facts in context.models.items()
        if (verdict := _judge(name, facts, parameters)) is not None
    }
    for use in context.uses(barred):
        if use.role == "fallback" and not parameters.fallbacks:
            continue
        model, verdict = use.part.model, barred[use.part.model]
        yield Violation(
            message=f"{code(model)} {verdict.reason}",
            place=use.place,
            subject=use.task.task.name,
            remedy=(
                "Use a model that the policy allows, or have its lists changed."
                if verdict.proved
                else f"State its exposure in `catalog/` (see `govern catalog show {model}`), or "
                "use another model."
            ),
            risk="Data and money go to a party that the organization decided not to use.",
            severity=None if verdict.proved else Severity.WARNING,
            distinction=f"{use.role}: {model}",
        )


def _judge(name: str, facts: ModelFacts | None, parameters: Parameters) -> _Verdict | None:
    deny, allow = parameters.deny, parameters.allow
    text = _matching(name, facts, deny.models)
    if text is not None:
        return _Verdict(f"is denied: it matches {code(text)}", proved=True)
    if allow.models and _matching(name, facts, allow.models) is None:
        return _Verdict(f"is not allowed: it does not match {_listed(allow.models)}", proved=True)
    doubt = None
    for level, key in _LEVELS:
        denied, allowed = getattr(deny, key), getattr(allow, key)
        for entity in sorted(_entities(facts, level)):
            if _is_in(entity, denied) and entity != UNKNOWN:
                return _Verdict(f"is denied: its {level} is {code(entity)}", proved=True)
            if allowed and not _is_in(entity, allowed):
                is_what = "not known" if entity == UNKNOWN else code(entity)
                return _Verdict(
                    f"is not allowed: its {level} is {is_what}, not {_listed(allowed)}", proved=True
                )
            if denied and entity == UNKNOWN:
                doubt = doubt or _Verdict(
                    f"may be denied: its {level} is not known; denied: {_listed(denied)}", False
                )
    return doubt


def _entities(facts: ModelFacts | None, level: Level) -> frozenset[str]:
    """All that a list can name: the vendor of open weights too, although nobody depends on it."""
    if facts is None or level not in {Level.VENDOR, Level.JURISDICTION}:
        return entities_of(facts, level)
    if level is Level.VENDOR:
        return frozenset({facts.exposure.vendor})
    laws = facts.exposure.laws()
    if facts.exposure.vendor == IN_HOUSE:
        return laws
    return laws | {facts.exposure.jurisdiction}


def _is_in(entity: str, entities: tuple[str, ...]) -> bool:
    """Compare in any case: `OpenAI` on a deny list must also deny `openai`."""
    return entity.casefold() in {entity.casefold() for entity in entities}


def _listed(entities: tuple[str, ...]) -> str:
    more = len(entities) - 5
    return join_words(map(code, entities[:5]), "or") + (f" (and {more} more)" if more > 0 else "")


def _matching(name: str, facts: ModelFacts | None, globs: tuple[str, ...]) -> str | None:
    names = [text.casefold() for text in ((name, facts.exposure.model) if facts else (name,))]
    return next(
        (glob for glob in globs if any(fnmatchcase(name, glob.casefold()) for name in names)), None
    )


RULE = Rule(
    id="GOV109",
    name="model-not-allowed",
    title="Model not allowed",
    one="{subject} uses a model that the policy does not allow",
    many="{count} task classes use a model that the policy does not allow",
    short_title="Models not allowed",
    requirement="Only models that the policy allows are used.",
    why=(
        "Contracts, licenses and security reviews cover named vendors, providers and models. The "
        "lists of a policy are compared with what a name stands for, so a denied vendor's model "
        "cannot come in through another host. With several keys, `allow` needs a match on each of "
        "them and `deny` on any. An entity that is not known is not on an allow list; for a deny "
        "list it is a warning."
    ),
    remediation="Use an allowed model, or have the owner of the policy change the lists.",
    decision="Choose which allowed model to use.",
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    tighter={
        "allow": "fewer",
        "deny": "more",
        "fallbacks": "present",
    },
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
# policies/models.yaml
policies:
  approved-vendors:
    rule: model-not-allowed
    allow: {vendors: [anthropic, google]}
    deny: {models: ["*-preview*"]}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# policies/models.yaml
policies:
  approved-vendors:
    rule: model-not-allowed
    allow: {vendors: [anthropic, google]}
    deny: {models: ["*-preview*"]}
""",
)
