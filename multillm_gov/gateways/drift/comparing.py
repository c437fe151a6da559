"""Compare a routing with what runs: models, weights, order, fallbacks, budgets, prices, tags."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from multillm_gov.gateways.drift.difference import Difference
from multillm_gov.gateways.drift.fields import compare_fields
from multillm_gov.gateways.drift.matching import at, effective_percents, runs, shown
from multillm_gov.gateways.drift.money import compare_money
from multillm_gov.gateways.drift.running import Running, RunningDeployment
from multillm_gov.gateways.litellm.configuration import FALLBACK_KINDS, FallbackKind
from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing
from multillm_gov.location import Place
from multillm_gov.words import code, join_code

_POINTS = 0.5
"""Percentage points by which shares may differ: rounding of weights."""
_EXPORT = "Export again and roll it out: `govern export litellm`."
_EITHER = f"{_EXPORT} Or declare what runs, and have it reviewed."
_CAUSES: Mapping[FallbackKind, str] = {
    "fallbacks": "it fails",
    "context_window_fallbacks": "a prompt is too long",
    "content_policy_fallbacks": "a filter refuses",
}


class Declared(Struct, frozen=True, kw_only=True):
    """The declared side."""

    routing: Routing
    places: Mapping[str, Place]
    """Where each task class is declared."""


def compare(declared: Declared, running: Running) -> Iterator[Difference]:
    """Every difference, task class by task class; then what runs and nobody declares."""
    chains = {
        deployment.id: deployment
        for group in declared.routing.groups
        for deployment in group.deployments
    }
    groups = running.groups
    used: set[str] = set()
    for group in declared.routing.task_classes:
        place = declared.places.get(group.name)
        name = running.aliases.get(group.name, group.name)
        found = groups.get(name, [])
        used.add(name)
        used.update(target for kind in FALLBACK_KINDS for target in running.chain(kind, name))
        if not found:
            yield _not_served(group, running, place)
            continue
        reserve = [chains[fallback] for fallback in group.fallbacks]
        targets = dict.fromkeys(one for kind in FALLBACK_KINDS for one in running.chain(kind, name))
        behind = [one for target in targets for one in groups.get(target, ())]
        yield from _compare_models(group, found, running, place)
        yield from _compare_weights(group, found, running, place)
        yield from _compare_chains(group, reserve, name, groups, running, place)
        pairs = [
            *((deployment, found) for deployment in group.deployments),
            *((one, behind) for one in reserve),
        ]
        yield from compare_fields(group, pairs, running, place)
        yield from _compare_total(group, [one for one, _ in pairs], found, running, place)
        yield from compare_money(group, name, running, place)
    yield from _undeclared(groups, used, running)


def _not_served(group: ModelGroup, running: Running, place: Place | None) -> Difference:
    models = join_code([deployment.model for deployment in group.deployments])
    return Difference(
        kind="task-class-not-served",
        subject=group.name,
        message=f"{code(group.name)} declares {models}; no model group of that name runs at "
        f"{running.origin}",
        remedy=_EXPORT,
        declared=place,
    )


def _compare_models(
    group: ModelGroup, found: Sequence[RunningDeployment], running: Running, place: Place | None
) -> Iterator[Difference]:
    for deployment in group.deployments:
        if not any(runs(deployment, other) for other in found):
            others = ", ".join(shown(other.model) for other in found[:5])
            yield Difference(
                kind="model-not-running",
                subject=group.name,
                message=f"{code(group.name)} declares {code(deployment.model)}; {others} runs "
                f"instead {at(running, found[0].place)}",
                remedy=_EITHER,
                declared=place,
                running=found[0].place,
                distinction=deployment.model,
            )
    for other in found:
        if not any(runs(deployment, other) for deployment in group.deployments):
            yield Difference(
                kind="model-not-declared",
                subject=group.name,
                message=f"{shown(other.model)} serves {code(group.name)} "
                f"{at(running, other.place)}; the allocation does not declare it",
                remedy=_EITHER,
                declared=place,
                running=other.place,
                distinction=other.model,
            )


def _compare_weights(
    group: ModelGroup, found: Sequence[RunningDeployment], running: Running, place: Place | None
) -> Iterator[Difference]:
    percents = effective_percents(found)
    for deployment in group.deployments:
        same = [
            percent
            for percent, other in zip(percents, found, strict=True)
            if runs(deployment, other)
        ]
        twins = [other for other in group.deployments if other.model == deployment.model]
        wanted = sum(float(twin.weight or 0) for twin in twins)
        if same and twins[0] is deployment and abs(sum(same) - wanted) > _POINTS:
            where = next(other.place for other in found if runs(deployment, other))
            yield Difference(
                kind="weights-differ",
                subject=group.name,
                message=f"{code(group.name)} declares {wanted:.4g}% of the requests for "
                f"{code(deployment.model)}; {sum(same):.4g}% go there {at(running, where)}",
                remedy=_EITHER,
                declared=place,
                running=where,
                figures={"declared_percent": wanted, "running_percent": round(sum(same), 4)},
                distinction=deployment.model,
            )


def _compare_chains(
    group: ModelGroup,
    reserve: Sequence[Deployment],
    name: str,
    groups: Mapping[str, list[RunningDeployment]],
    running: Running,
    place: Place | None,
) -> Iterator[Difference]:
    for kind in FALLBACK_KINDS:
        if kind not in running.known_kinds:
            continue
        chain = running.chain(kind, name)
        if len(chain) == len(reserve) and all(
            groups.get(target) and all(runs(one, other) for other in groups[target])
            for one, target in zip(reserve, chain, strict=True)
        ):
            continue
        where = running.chain_places.get((kind, name))
        models = " → ".join(_models_of(target, groups) for target in chain[:10]) or "nobody"
        wanted = " → ".join(code(one.model) for one in reserve) or "nobody"
        yield Difference(
            kind="fallbacks-differ",
            subject=group.name,
            message=f"When {_CAUSES[kind]}, {code(group.name)} falls back to {wanted} as declared; "
            f"{at(running, where)} to {models}",
            remedy=_EITHER,
            declared=place,
            running=where,
            distinction=kind,
        )


def _models_of(target: str, groups: Mapping[str, list[RunningDeployment]]) -> str:
    found = groups.get(target)
    if not found:
        return f"{shown(target)}, which nothing serves"
    return " or ".join(shown(one.model) for one in found[:3])


def _compare_total(
    group: ModelGroup,
    chain: Sequence[Deployment],
    found: Sequence[RunningDeployment],
    running: Running,
    place: Place | None,
) -> Iterator[Difference]:
    """Retries multiply the time after which the whole chain has failed."""
    if not running.retries:
        return
    longest = max(deployment.timeout_seconds for deployment in group.deployments)
    declared = longest + sum(one.timeout_seconds for one in chain[len(group.deployments) :])
    total = declared * (1 + running.retries)
    where = found[0].place
    yield Difference(
        kind="total-time-differs",
        subject=group.name,
        message=f"{code(group.name)} has answered or failed within {declared:g} s as declared; "
        f"`num_retries: {running.retries}` {at(running, where)} makes that {total:g} s",
        remedy=_EITHER,
        declared=place,
        running=running.retries_place or where,
        figures={"declared_seconds": declared, "running_seconds": total},
    )


def _undeclared(
    groups: Mapping[str, list[RunningDeployment]], used: set[str], running: Running
) -> Iterator[Difference]:
    for name, found in groups.items():
        if name not in used:
            models = ", ".join(dict.fromkeys(shown(one.model) for one in found[:5]))
            yield Difference(
                kind="group-not-declared",
                subject=f"group:{name}",
                message=f"{shown(name)} runs {models} {at(running, found[0].place)}; no task class "
                "declares it",
                remedy="Declare a task class for it, or take it out of the gateway.",
                running=found[0].place,
                distinction=name,
            )
