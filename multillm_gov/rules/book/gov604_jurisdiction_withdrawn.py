"""GOV604: no task class depends on a forbidden jurisdiction."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.parties.regions import EU_MEMBERS
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext, Use
from multillm_gov.rules.entity_exposure import bound_parties, describe_parties, state_unknown
from multillm_gov.rules.quality_evidence import format_stake
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_words

Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class Parameters(Closed, frozen=True, kw_only=True):
    """The forbidden jurisdictions."""

    forbid_jurisdictions: Annotated[
        tuple[Country, ...],
        Meta(
            min_length=1,
            description="Forbidden countries: ISO 3166 codes, or EU for all its members",
        ),
    ]
    require_known: Annotated[
        bool,
        Meta(
            description="Whether a jurisdiction that is not known counts in full, not as a warning"
        ),
    ] = False


class _Breach(Struct, frozen=True):
    """Why a model may not be used; not ``proved`` where a fact is not known."""

    kind: str
    text: str
    where: str
    proved: bool = True
    parties: tuple[str, ...] = ()


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models bound by a forbidden law, or processed in a forbidden country."""
    forbidden = frozenset(parameters.forbid_jurisdictions)
    forbidden |= EU_MEMBERS if "EU" in forbidden else frozenset()
    breaches = {
        name: tuple(_breaches(facts, forbidden))
        for name, facts in context.models.items()
        if facts is not None
    }
    for use in context.uses(
        {name for name, matching_breaches in breaches.items() if matching_breaches}
    ):
        for breach in breaches[use.part.model]:
            yield _violation(context, use, breach, parameters)


def _breaches(facts: ModelFacts, forbidden: frozenset[str]) -> Iterator[_Breach]:
    parties = bound_parties(facts.exposure)
    named = [party for party in parties if party[2] in forbidden]
    unknown = [party for party in parties if party[2] == UNKNOWN]
    if named:
        laws = sorted({country for _, _, country in named})
        text = f"depends on {describe_parties(named)}, bound by the law of {join_words(laws)}"
        roles = tuple(party for party, *_ in named)
        yield _Breach("law", text, ", ".join(laws), parties=roles)
    elif unknown:
        text = f"depends on {describe_parties(unknown)}, whose law is not known"
        yield _Breach("law", text, UNKNOWN, proved=False)
    regions = [region for region in dict.fromkeys(facts.regions) if region in forbidden]
    if regions:
        yield _Breach("processing", f"is processed in {join_words(regions)}", ", ".join(regions))


def _violation(
    context: RuleContext, use: Use, breach: _Breach, parameters: Parameters
) -> Violation:
    task, model = use.task.task, use.part.model
    withdrawn, role = (
        join_words(parameters.forbid_jurisdictions),
        "model" if use.role == "route" else use.role,
    )
    return Violation(
        message=f"{code(task.name)}: {role} {code(model)} {breach.text}; forbidden: {withdrawn}",
        place=use.place,
        subject=task.name,
        remedy=_remedy(breach, model, use.part.facts),
        risk=(
            "Access can end by decree, at every vendor of the country at "
            f"once{format_stake(context, use.task, ', with ')}."
        ),
        related=(
            (("the list", context.policy_place.at("forbid_jurisdictions")),)
            if context.policy_place
            else ()
        ),
        figures={
            "jurisdiction": breach.where,
            "forbidden": ", ".join(parameters.forbid_jurisdictions),
        },
        severity=None if breach.proved or parameters.require_known else Severity.WARNING,
        distinction=f"{breach.kind}: {use.role}: {model}",
    )


def _remedy(breach: _Breach, model: str, facts: ModelFacts | None) -> str:
    if not breach.proved:
        return state_unknown((facts,), Level.JURISDICTION)
    if breach.parties == ("cloud",):
        return f"Choose a deployment of {code(model)} on another cloud."
    if breach.kind == "law":
        return (
            "Choose a model of a vendor in another jurisdiction."
            if "vendor" in breach.parties
            else f"Choose another provider of {code(model)}."
        )
    return f"Choose a deployment of {code(model)} in another region."


RULE = Rule(
    id="GOV604",
    name="jurisdiction-withdrawn",
    title="Forbidden jurisdiction in use",
    one="{subject} depends, or may depend, on a forbidden jurisdiction",
    many="{count} task classes depend, or may depend, on a forbidden jurisdiction",
    short_title="Forbidden jurisdictions",
    requirement="No task class depends on a forbidden jurisdiction.",
    why=(
        "Sanctions, export rules and sector law withdraw whole countries, with all their "
        "companies at once, so a fallback there is none. The laws that bind vendor, provider and "
        "cloud count wherever the model runs, and so does the place of processing. The vendor of "
        "open weights cannot withdraw what others serve, so its law does not count. A law that is "
        "not known is a warning."
    ),
    remediation=(
        "Route to vendors and regions outside the list; declare jurisdictions that the catalog "
        "does not know."
    ),
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    tighter={"forbid_jurisdictions": "more", "require_known": "present"},
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [mistral/mistral-large-2512]
# policies/places.yaml
policies:
  withdrawn: {rule: jurisdiction-withdrawn, forbid_jurisdictions: [FR]}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    fallbacks: [gpt-5-mini]
# policies/places.yaml
policies:
  withdrawn: {rule: jurisdiction-withdrawn, forbid_jurisdictions: [FR]}
""",
)
