"""The policies and appetites that limit an allocation as a whole, for the optimizer."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from multillm_gov.dimensions import Basis, Level
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Enforcement
from multillm_gov.location import Place
from multillm_gov.optimization.declared import (
    CapacityRule,
    DeclaredLimits,
    FallbackRule,
    SpendLimit,
)
from multillm_gov.optimization.entity_limits import EntityLimit
from multillm_gov.rules.book import (
    gov202_fallback_not_independent,
    gov204_too_few_fallbacks,
    gov208_fallback_capacity,
    gov301_concentration,
    gov303_jurisdiction_limit,
    gov304_absolute_exposure,
    gov405_total_spend_over_cap,
)
from multillm_gov.rules.engine.planning import Run, plan_runs
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.state.state import State

POINTS = 10_000.0
_PERIODS = (("max_monthly", 1.0), ("max_quarterly", 3.0), ("max_yearly", 12.0))
_APPETITES: tuple[tuple[str, str, Level, Basis], ...] = (
    ("max_vendor_share_of_spend", "share", Level.VENDOR, Basis.SPEND),
    ("max_vendor_share_of_value", "share", Level.VENDOR, Basis.VALUE_AT_STAKE),
    ("min_effective_vendors", "effective number", Level.VENDOR, Basis.SPEND),
    ("min_effective_clouds", "effective number", Level.CLOUD, Basis.SPEND),
    ("max_price_shock_share", "reprice", Level.VENDOR, Basis.SPEND),
)
SHOCK = 0.35
"""The price increase that the appetite for a price shock assumes (method 9)."""


def allocation_limits(state: State) -> DeclaredLimits:
    """Read them from the policies that are enforced, and from the appetite as far as declared.

    Advisory policies limit nothing.
    """
    runs, _ = plan_runs(all_rules(), state.portfolio.policies, state.figures.tasks, state.documents)
    entities: list[EntityLimit] = []
    spend: list[SpendLimit] = []
    fallbacks: list[FallbackRule] = []
    capacities: list[CapacityRule] = []
    others: list[str] = []
    for run in runs:
        if run.policy is not None and run.policy.declared.enforcement is Enforcement.ADVISORY:
            continue
        limits = [*_concentration(run, state), *_countries(run, state), *_exposure(run, state)]
        ceilings, needs = list(_ceilings(run, state)), list(_fallbacks(run))
        entities, spend, fallbacks = entities + limits, spend + ceilings, fallbacks + needs
        carried = list(_capacities(run))
        capacities += carried
        modeled = limits or ceilings or needs or carried
        if run.policy is not None and not modeled and _is_total(run):
            others.append(run.policy.name)
    entities += _appetites(state)
    return DeclaredLimits(
        entities=tuple(entities),
        spend=(*spend, *_total(state, spend)),
        fallbacks=tuple(fallbacks),
        capacities=tuple(capacities),
        judged_afterwards=tuple(others),
    )


def _is_total(run: Run) -> bool:
    return run.rule.scope == "portfolio" and run.rule.family in {2, 3}


def _scope(run: Run, state: State) -> frozenset[str] | None:
    if len(run.tasks) == len(state.figures.tasks):
        return None
    return frozenset(task.task.name for task in run.tasks)


def _concentration(run: Run, state: State) -> Iterator[EntityLimit]:
    parameters, policy = run.parameters, run.policy
    if policy is None or not isinstance(parameters, gov301_concentration.Parameters):
        return
    make = partial(
        EntityLimit,
        name=policy.name,
        level=parameters.level,
        basis=parameters.weigh_by,
        tasks=_scope(run, state),
    )
    place = policy.place
    if parameters.max_share is not None:
        value, key = float(parameters.max_share), "max_share"
        yield make(kind="share", parameter=key, place=place.at(key), value=value)
    if parameters.max_hhi is not None:
        value, key = parameters.max_hhi / POINTS, "max_hhi"
        yield make(kind="index", parameter=key, place=place.at(key), value=value)
    if parameters.min_effective_number is not None:
        value, key = float(parameters.min_effective_number), "min_effective_number"
        yield make(kind="effective number", parameter=key, place=place.at(key), value=value)
    if parameters.max_top_n is not None:
        top, key = parameters.max_top_n, "max_top_n"
        share = float(top.share)
        yield make(kind="largest", parameter=key, place=place.at(key), value=share, count=top.n)


def _countries(run: Run, state: State) -> Iterator[EntityLimit]:
    parameters, policy = run.parameters, run.policy
    if policy is None or not isinstance(parameters, gov303_jurisdiction_limit.Parameters):
        return
    yield EntityLimit(
        kind="countries",
        name=policy.name,
        parameter="max_share",
        place=policy.place.at("max_share"),
        level=Level.JURISDICTION,
        basis=parameters.weigh_by,
        value=float(parameters.max_share),
        tasks=_scope(run, state),
        is_limited=partial(_limited, parameters),
    )


def _limited(parameters: gov303_jurisdiction_limit.Parameters, country: str) -> bool:
    return gov303_jurisdiction_limit.is_limited(country, parameters)


def _exposure(run: Run, state: State) -> Iterator[EntityLimit]:
    parameters, policy = run.parameters, run.policy
    if policy is None or not isinstance(parameters, gov304_absolute_exposure.Parameters):
        return
    yield EntityLimit(
        kind="amount",
        name=policy.name,
        parameter="max_added_monthly",
        place=policy.place.at("max_added_monthly"),
        level=parameters.level,
        basis=Basis.SPEND,
        value=float(parameters.max_added_monthly),
        tasks=_scope(run, state),
        rise=float(parameters.price_rise),
    )


def _appetites(state: State) -> Iterator[EntityLimit]:
    """Those that ``govern.yaml`` declares: defaults are placeholders, and nobody's limit."""
    document = state.documents.get(SETTINGS)
    declared = (
        document.data.get("appetite") if document and isinstance(document.data, dict) else None
    )
    if not isinstance(declared, dict):
        return
    for key, kind, level, basis in _APPETITES:
        if key in declared:
            yield EntityLimit(
                kind=kind,  # type: ignore[arg-type]
                name="risk appetite",
                parameter=key,
                place=Place(SETTINGS, ("appetite", key)),
                level=level,
                basis=basis,
                value=float(getattr(state.portfolio.settings.appetite, key)),
                rise=SHOCK if kind == "reprice" else 0.0,
            )


def _ceilings(run: Run, state: State) -> Iterator[SpendLimit]:
    parameters, policy = run.parameters, run.policy
    if policy is None or not isinstance(parameters, gov405_total_spend_over_cap.Parameters):
        return
    for key, months in _PERIODS:
        amount: Decimal | None = getattr(parameters, key)
        if amount is not None:
            yield SpendLimit(
                name=policy.name,
                parameter=key,
                place=policy.place.at(key),
                value=float(amount),
                months=months,
                per=parameters.per,
                names=parameters.names,
                tasks=_scope(run, state),
            )


def _total(state: State, given: list[SpendLimit]) -> Iterator[SpendLimit]:
    most = state.portfolio.settings.appetite.max_monthly_spend
    if most is not None and not any(
        limit.per == "portfolio" and limit.tasks is None for limit in given
    ):
        yield SpendLimit(
            name="risk appetite",
            parameter="max_monthly_spend",
            place=Place(SETTINGS, ("appetite", "max_monthly_spend")),
            value=float(most),
            months=1.0,
            per="portfolio",
            names=(),
            tasks=None,
        )


def _capacities(run: Run) -> Iterator[CapacityRule]:
    parameters = run.parameters
    if isinstance(parameters, gov208_fallback_capacity.Parameters):
        yield CapacityRule(
            level=parameters.level,
            peak=float(parameters.peak_factor),
            by_policy=run.policy is not None,
        )


def _fallbacks(run: Run) -> Iterator[FallbackRule]:
    parameters = run.parameters
    least = Decimal(0)
    if isinstance(parameters, gov202_fallback_not_independent.Parameters):
        levels, least = parameters.levels, parameters.min_value_at_stake
    elif isinstance(parameters, gov204_too_few_fallbacks.Parameters):
        levels, least = (), parameters.min_value_at_stake
    else:
        return
    names = frozenset(
        task.task.name for task in run.tasks if task.value_at_stake_per_month >= least
    )
    yield FallbackRule(
        name=run.policy.name if run.policy else run.rule.name,
        levels=levels,
        tasks=names,
        by_policy=run.policy is not None,
        place=run.policy.place if run.policy else None,
    )
