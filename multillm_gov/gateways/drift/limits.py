"""Compare the limits that a provider keeps itself with what task classes declare."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from multillm_gov.gateways.drift.difference import Difference
from multillm_gov.gateways.provider_limits import LimitScope, ProviderLimits
from multillm_gov.gateways.routing import Deployment, ModelGroup, Routing
from multillm_gov.location import Place
from multillm_gov.words import code, join_some

_FEW = 8


def compare_limits(
    routing: Routing,
    residency: Mapping[str, frozenset[str]],
    limits: ProviderLimits,
    places: Mapping[str, Place],
) -> Iterator[Difference]:
    """Spend limits that are missing, off, or out of line; models refused; residency not kept.

    Args:
        routing: What is declared.
        residency: Places where each task class may be processed; absent: anywhere.
        limits: What the provider says.
        places: Where each task class is declared.
    """
    reserve = {
        deployment.id: deployment for group in routing.groups for deployment in group.deployments
    }
    using = [
        (group, models)
        for group in routing.task_classes
        if (models := _models_at(group, reserve, limits))
    ]
    yield from _compare_spend(using, limits)
    yield from _compare_models(using, limits, places)
    for group, _ in using:
        if residency.get(group.name):
            yield from _compare_residency(
                group, residency[group.name], limits, places.get(group.name)
            )


def _models_at(
    group: ModelGroup, reserve: Mapping[str, Deployment], limits: ProviderLimits
) -> list[str]:
    chain = (*group.deployments, *(reserve[name] for name in group.fallbacks))
    return [
        deployment.served.bare_name
        for deployment in chain
        if deployment.served.provider in limits.providers and "api_base" not in deployment.variables
    ]


def _compare_spend(
    using: list[tuple[ModelGroup, list[str]]], limits: ProviderLimits
) -> Iterator[Difference]:
    subject = f"provider:{limits.provider}"
    for scope in limits.scopes:
        for limit in scope.limits:
            if not limit.enforces:
                yield Difference(
                    kind="limit-not-enforcing",
                    subject=subject,
                    message=f"The spend limit of the {scope.name} at {limits.provider}, "
                    f"{limit.usd:,.2f} USD a {limit.period}, exists but does not enforce",
                    remedy="Switch its enforcement on at the provider.",
                    figures={"limit_usd": limit.usd},
                    distinction=scope.name,
                )
    enforcing = [limit for scope in limits.scopes for limit in scope.limits if limit.enforces]
    if using and not enforcing:
        names = join_some([code(group.name) for group, _ in using], _FEW)
        yield Difference(
            kind="provider-limit-missing",
            subject=subject,
            message=f"No spend limit enforces at {limits.provider}, which {names} may call",
            remedy="Set a monthly spend limit at the provider, above the caps that it backs up.",
        )
    yield from _compare_amount(using, limits)


def _compare_amount(
    using: list[tuple[ModelGroup, list[str]]], limits: ProviderLimits
) -> Iterator[Difference]:
    """The organization's monthly limit against the sum of all caps, where every one is known."""
    caps = [group.usd_per_month for group, _ in using]
    known = [cap for cap in caps if cap is not None]
    total = sum(known, Decimal(0))
    for limit in limits.scopes[0].limits if limits.scopes else ():
        if not known or len(known) < len(caps) or not limit.enforces:
            continue
        if limit.period not in {"month", "monthly"} or limit.usd == total:
            continue
        effect = (
            "it lets more through than all of them together"
            if limit.usd > total
            else "it refuses requests before the caps are reached"
        )
        yield Difference(
            kind="provider-limit-differs",
            subject=f"provider:{limits.provider}",
            message=f"The caps of the task classes that may call {limits.provider} add up to "
            f"{total:,.2f} USD a month; the provider's limit is {limit.usd:,.2f} USD: {effect}",
            remedy="Set the provider's limit to the sum of the caps, or revise the caps.",
            figures={"caps_usd": total, "limit_usd": limit.usd},
        )


def _compare_models(
    using: list[tuple[ModelGroup, list[str]]],
    limits: ProviderLimits,
    places: Mapping[str, Place],
) -> Iterator[Difference]:
    declared = {model for _, models in using for model in models}
    for scope in limits.scopes:
        for group, models in using:
            refused = [model for model in models if _refuses(scope, model)]
            if refused:
                yield Difference(
                    kind="provider-refuses-model",
                    subject=group.name,
                    message=f"{code(group.name)} declares {join_some(list(map(code, refused)))}; "
                    f"the {scope.name} at {limits.provider} does not allow it",
                    remedy="Allow the model at the provider, or use a key of another project.",
                    declared=places.get(group.name),
                    distinction=scope.name,
                )
        extra = sorted((scope.allowed or frozenset()) - declared)
        if extra and declared:
            yield Difference(
                kind="provider-allows-more",
                subject=f"provider:{limits.provider}",
                message=f"The {scope.name} at {limits.provider} allows "
                f"{join_some([code(name) for name in extra], _FEW)}, which no task class declares",
                remedy="Take them off the provider's list, or declare a task class for them.",
                distinction=scope.name,
            )


def _refuses(scope: LimitScope, model: str) -> bool:
    return model in scope.denied or (scope.allowed is not None and model not in scope.allowed)


def _compare_residency(
    group: ModelGroup, wanted: frozenset[str], limits: ProviderLimits, place: Place | None
) -> Iterator[Difference]:
    for scope in limits.scopes:
        outside = [region for region in scope.regions if region not in wanted]
        if outside:
            yield Difference(
                kind="residency-not-enforced",
                subject=group.name,
                message=f"{code(group.name)} may be processed in {join_some(sorted(wanted))} only; "
                f"the {scope.name} at {limits.provider} processes in {join_some(outside)}",
                remedy="Restrict the places of processing at the provider, use a project that is "
                "restricted, or declare another model.",
                declared=place,
                distinction=scope.name,
            )
