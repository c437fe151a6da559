"""GOV601: requests are processed only where the data may be."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.parties.regions import EU_MEMBERS, processed_within
from multillm_gov.dimensions import UNKNOWN, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Rule, RuleContext, Use
from multillm_gov.rules.entity_exposure import bound_parties, describe_parties, state_unknown
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_words

Region = Annotated[str, Meta(pattern="^[A-Z]{2,6}$")]


class Parameters(Closed, frozen=True, kw_only=True):
    """Limits in addition to what each task class declares."""

    residency: Annotated[
        tuple[Region, ...],
        Meta(
            description=(
                "Regions where data may be processed, for task classes without `data.residency`"
            )
        ),
    ] = ()
    jurisdictions: Annotated[
        tuple[Region, ...],
        Meta(
            description=(
                "Countries (ISO codes, or EU) whose law may bind vendor, provider and cloud; "
                "empty: any"
            )
        ),
    ] = ()


class _Breach(Struct, frozen=True):
    """One model outside the limits; not ``proved`` where a fact is not known."""

    text: str
    proved: bool
    limit: str
    party: str = ""


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield models processed outside the permitted regions, or bound by another law."""
    seen: dict[tuple[str, tuple[str, ...]], tuple[_Breach, ...]] = {}
    for task in context.tasks:
        permitted = task.task.declared.data.residency or parameters.residency
        if not permitted and not parameters.jurisdictions:
            continue
        place = task.task.place
        uses = [Use(task, entry, place.at("route", entry.index, "model")) for entry in task.legs]
        uses += [
            Use(task, fallback, place.at("fallbacks", fallback.index))
            for fallback in task.fallbacks
        ]
        for use in uses:
            facts = use.part.facts
            if facts is None:
                continue
            key = (facts.name, permitted)
            if key not in seen:
                seen[key] = tuple(_breaches(facts, permitted, parameters.jurisdictions))
            for breach in seen[key]:
                yield _violation(
                    context, use, breach, declared=bool(task.task.declared.data.residency)
                )


def _breaches(
    facts: ModelFacts, permitted: tuple[str, ...], jurisdictions: tuple[str, ...]
) -> Iterator[_Breach]:
    within = processed_within(facts.regions, permitted) if permitted else True
    if not within:
        text = f"it is not known where {code(facts.name)} is processed"
        if within is not None:
            names = dict.fromkeys(facts.regions)
            regions = join_words("any region" if name == "global" else name for name in names)
            text = f"{code(facts.name)} is processed in {regions}"
        text = f"{text}; permitted: {join_words(permitted)}"
        yield _Breach(text, proved=within is not None, limit="residency")
    if jurisdictions:
        yield from _foreign_laws(facts, jurisdictions)


def _foreign_laws(facts: ModelFacts, jurisdictions: tuple[str, ...]) -> Iterator[_Breach]:
    permitted_laws = frozenset(jurisdictions)
    permitted_laws |= EU_MEMBERS if "EU" in permitted_laws else frozenset()
    outside = [
        bound_party
        for bound_party in bound_parties(facts.exposure)
        if bound_party[2] not in permitted_laws
    ]
    named = [each for each in outside if each[2] != UNKNOWN]
    if not outside:
        return
    who = f"the {describe_parties(named or outside)} of {code(facts.name)}"
    verb = "is" if len(named) == 1 else "are"
    text = (
        f"{who} {verb} bound by the law of {join_words(sorted({law for *_, law in named}))}"
        if named
        else f"it is not known whose law binds {who}"
    )
    yield _Breach(
        f"{text}; permitted: {join_words(jurisdictions)}",
        proved=bool(named),
        limit="jurisdictions",
        party=named[0][0] if named else "",
    )


def _violation(context: RuleContext, use: Use, breach: _Breach, *, declared: bool) -> Violation:
    task = use.task.task
    limit = task.place.at("data", "residency") if declared and breach.limit == "residency" else None
    by_policy = (
        context.policy_place.at(breach.limit) if context.policy_place and limit is None else limit
    )
    model = use.part.model
    return Violation(
        message=f"{code(task.name)}: {breach.text}",
        place=use.place,
        subject=task.name,
        remedy=_remedy(breach, model, use.part.facts),
        risk=f"{task.declared.data.classification.capitalize()} data may {_HARM[breach.limit]}.",
        related=((("the limit", by_policy),) if by_policy else ()),
        figures={"regions": ", ".join(use.part.facts.regions) if use.part.facts else ""},
        severity=None if breach.proved or context.by_policy else Severity.WARNING,
        distinction=f"{breach.limit}: {use.role}: {model}",
    )


_HARM = {
    "residency": "leave the regions it was promised to stay in",
    "jurisdictions": "become subject to another law",
}


def _remedy(breach: _Breach, model: str, facts: ModelFacts | None) -> str:
    law = breach.limit == "jurisdictions"
    if not breach.proved and law:
        return state_unknown((facts,), Level.JURISDICTION)
    if not breach.proved:
        return (
            f"State what your contract says in `catalog/`: `models: {{{model}: {{regions: […]}}}}`."
        )
    if law:
        return f"Choose a model whose {breach.party} is bound by a permitted law."
    return f"Choose a regional deployment of {code(model)}, or another model within the limit."


RULE = Rule(
    id="GOV601",
    name="residency",
    title="Data residency not met",
    one="{subject} may be processed outside the allowed regions",
    many="{count} task classes may be processed outside the allowed regions",
    short_title="Data residency",
    requirement="Requests are processed only where the data may be.",
    why=(
        "Global endpoints route a request to any region; contracts, the GDPR and sector law often "
        "name places. The catalog knows regions from the name of the deployment (`eu.anthropic…`, "
        "`azure/eu/…`) or from `catalog/`. A region that is not known is a warning, and a full "
        "violation under a policy. Fallbacks are judged like routed models: a failover moves the "
        "data too."
    ),
    remediation=(
        "Use a regional deployment, or state the region that your contract guarantees in "
        "`catalog/`."
    ),
    severity=Severity.ERROR,
    check=check,
    parameters=Parameters,
    tighter={"residency": "fewer", "jurisdictions": "fewer"},
    violating="""\
# allocations/health.yaml
owner: health
task_classes:
  summaries:
    route: [{model: eu.anthropic.claude-sonnet-4-6}]
    fallbacks: [us.anthropic.claude-sonnet-4-6]
    data: {classification: restricted, residency: [EU]}
""",
    compliant="""\
# allocations/health.yaml
owner: health
task_classes:
  summaries:
    route: [{model: eu.anthropic.claude-sonnet-4-6}]
    fallbacks: [azure/eu/gpt-5]
    data: {classification: restricted, residency: [EU]}
""",
)
