"""Compare what limits and books spend: budgets and tags."""

from collections.abc import Iterator, Sequence

from multillm_gov.gateways.drift.difference import Difference
from multillm_gov.gateways.drift.running import Running, RunningDeployment
from multillm_gov.gateways.formats.litellm import TAG
from multillm_gov.gateways.routing import ModelGroup
from multillm_gov.location import Place
from multillm_gov.words import code

_CENT = 0.011
"""Budgets are written in cents; their sum may be off by as much."""
_EXPORT = "Export again and roll it out: `govern export litellm`."


def compare_money(
    group: ModelGroup, name: str, running: Running, place: Place | None
) -> Iterator[Difference]:
    """Differences of one task class that runs as the group ``name``."""
    deployments = running.groups.get(name, [])
    yield from _compare_cap(group, deployments, running, place)
    missing = [
        deployment for deployment in deployments if f"{TAG}{group.name}" not in deployment.tags
    ]
    if missing:
        yield Difference(
            kind="tag-missing",
            subject=group.name,
            message=f"{code(group.name)} books its spend under the tag {code(TAG + group.name)}; "
            f"{len(missing)} of {len(deployments)} deployments run without it at {running.origin}",
            remedy=_EXPORT,
            declared=place,
            running=missing[0].place,
        )


def _compare_cap(
    group: ModelGroup,
    deployments: Sequence[RunningDeployment],
    running: Running,
    place: Place | None,
) -> Iterator[Difference]:
    if group.usd_per_month is None:
        return
    cap = float(group.usd_per_month)
    team = next(
        (team.usd for team in running.teams if team.name == group.name and team.usd is not None),
        None,
    )
    budgets = [deployment.number("max_budget") for deployment in deployments]
    counted = [
        budget
        for budget, deployment in zip(budgets, deployments, strict=True)
        if budget and deployment.parameters.get("budget_duration")
    ]
    bound = team if team is not None else sum(counted) if len(counted) == len(deployments) else None
    where = deployments[0].place if deployments else None
    if bound is None:
        yield _not_enforced(group, cap, running, where, place)
    elif abs(bound - cap) > _CENT * max(len(deployments), 1):
        larger = "more" if bound > cap else "less"
        yield Difference(
            kind="budget-differs",
            subject=group.name,
            message=f"{code(group.name)} may spend {cap:,.2f} USD a month; its budget at "
            f"{running.origin} is {bound:,.2f} USD, {larger} than declared",
            remedy=_EXPORT,
            declared=place,
            running=where,
            figures={"cap_usd_per_month": cap, "budget_usd": bound},
        )


def _not_enforced(
    group: ModelGroup, cap: float, running: Running, where: Place | None, place: Place | None
) -> Difference:
    if running.global_budget is not None and running.has_database is not True:
        return Difference(
            kind="limit-not-enforcing",
            subject=group.name,
            message=f"{code(group.name)} may spend {cap:,.2f} USD a month; `max_budget` "
            f"{running.global_budget:,.2f} in {running.origin} is not counted without a database",
            remedy=f"Give the proxy a database (`DATABASE_URL`). {_EXPORT}",
            declared=place,
            running=running.global_budget_place,
            figures={"cap_usd_per_month": cap, "budget_usd": running.global_budget},
        )
    return Difference(
        kind="cap-not-enforced",
        subject=group.name,
        message=f"{code(group.name)} may spend {cap:,.2f} USD a month; no budget at "
        f"{running.origin} stops it",
        remedy=f"{_EXPORT} With a database, add `govern export litellm-terraform`.",
        declared=place,
        running=where,
        figures={"cap_usd_per_month": cap, "budget_usd": None},
    )
