"""GOV109: only models that the policy allows are used."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import Closed
from multillm_gov.rules.engine.rule import Rule, RuleContext
from multillm_gov.words import code, join_words

Entity = Annotated[str, Meta(min_length=1, max_length=200)]
_LEVELS = (
    (Level.FAMILY, "families"),
    (Level.VENDOR, "vendors"),
    (Level.PROVIDER, "providers"),
    (Level.CLOUD, "clouds"),
    (Level.JURISDICTION, "jurisdictions"),
)


class Models(Closed, frozen=True, kw_only=True):
    """A list of models, by name or by what they hang on."""

    models: Annotated[
        tuple[Entity, ...],
        Meta(description="Names as routed or as the catalog calls the model; `*` and `?` match"),
    ] = ()
    families: Annotated[
        tuple[Entity, ...], Meta(description="Lines of models: `claude`, `gpt`")
    ] = ()
    vendors: Annotated[tuple[Entity, ...], Meta(description="Who made the model: `anthropic`")] = ()
    providers: Annotated[tuple[Entity, ...], Meta(description="Who serves it: `bedrock`")] = ()
    clouds: Annotated[
        tuple[Entity, ...], Meta(description="Whose infrastructure it runs on: `aws`")
    ] = ()
    jurisdictions: Annotated[
        tuple[Entity, ...], Meta(description="ISO 3166 codes of the vendor's seat")
    ] = ()


class Parameters(Closed, frozen=True, kw_only=True):
    """The two lists."""

    allow: Annotated[Models, Meta(description="A model must match every key given here")] = Models()
    deny: Annotated[Models, Meta(description="A model must match no key given here")] = Models()
    fallbacks: Annotated[
        bool, Meta(description="Whether fallbacks are held against the lists too")
    ] = True

    def __post_init__(self) -> None:
        """Refuse a policy that limits nothing."""
        if self.allow == self.deny == Models():
            raise ValueError("Expected a list: `allow` or `deny`")


class _Verdict(Struct, frozen=True):
    """What is wrong with a model; not proved where the level that decides is not known."""

    said: str
    proved: bool


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Models on the deny list or off the allow list; on a denied level, what is not known weighs less."""
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
            message=f"{code(model)} {verdict.said}",
            place=use.place,
            subject=use.task.task.name,
            remedy=(
                "Name a model that the policy allows, or have its lists changed."
                if verdict.proved
                else f"State its exposure in `catalog/` (see `govern catalog show {model}`), or "
                "name another model."
            ),
            risk="Data and money go to somebody the organization decided not to use.",
            severity=None if verdict.proved else Severity.WARNING,
            distinction=f"{use.role}: {model}",
        )


def _judge(name: str, facts: ModelFacts | None, parameters: Parameters) -> _Verdict | None:
    deny, allow = parameters.deny, parameters.allow
    found = _matching(name, facts, deny.models)
    if found is not None:
        return _Verdict(f"is denied: it matches {code(found)}", proved=True)
    if allow.models and _matching(name, facts, allow.models) is None:
        return _Verdict(f"is not allowed: it does not match {_listed(allow.models)}", proved=True)
    doubt = None
    for level, key in _LEVELS:
        entity = facts.exposure.at(level) if facts else UNKNOWN
        denied, allowed = getattr(deny, key), getattr(allow, key)
        if _is_in(entity, denied) and entity != UNKNOWN:
            return _Verdict(f"is denied: its {level} is {code(entity)}", proved=True)
        if allowed and not _is_in(entity, allowed):
            is_what = "not known" if entity == UNKNOWN else code(entity)
            return _Verdict(
                f"is not allowed: its {level} is {is_what}, not {_listed(allowed)}", proved=True
            )
        if denied and entity == UNKNOWN:
            doubt = doubt or _Verdict(
                f"may be denied: its {level} is not known, denied is {_listed(denied)}", False
            )
    return doubt


def _is_in(entity: str, entities: tuple[str, ...]) -> bool:
    """Whatever the case: `OpenAI` on a deny list must not let `openai` pass."""
    return entity.casefold() in {one.casefold() for one in entities}


def _listed(entities: tuple[str, ...]) -> str:
    more = len(entities) - 5
    return join_words(map(code, entities[:5]), "or") + (f" (and {more} more)" if more > 0 else "")


def _matching(name: str, facts: ModelFacts | None, globs: tuple[str, ...]) -> str | None:
    names = [one.casefold() for one in ((name, facts.exposure.model) if facts else (name,))]
    return next(
        (glob for glob in globs if any(fnmatchcase(one, glob.casefold()) for one in names)), None
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
        "Contracts, licenses and security reviews are given to named vendors, providers and "
        "models. A list in a policy "
        "is held against what a name really stands for, so that a denied vendor's model does not "
        "come in through "
        "another host. With several keys `allow` needs a match on every one of them, `deny` on "
        "any. An entity that is "
        "not known is not on an allow list; against a deny list it is a warning."
    ),
    remediation="Use an allowed model, or have the policy's owner change the lists.",
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
