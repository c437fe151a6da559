"""GOV704: every large vendor has a tested exit plan."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Annotated, Literal

from msgspec import Meta, field

from multillm_gov.catalog.declarations import VendorDeclaration
from multillm_gov.catalog.overrides import PlacedVendor
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.finding import Figure, Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import Concentration
from multillm_gov.rules.concentration_limits import ROUNDING
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit
from multillm_gov.rules.entity_exposure import (
    EntityExposure,
    describe_basis,
    describe_entity,
    state_unknown,
)
from multillm_gov.rules.loads import loads_of
from multillm_gov.rules.measured_shares import above_share
from multillm_gov.rules.spend_totals import shares_not_judged
from multillm_gov.units import Share, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import count_of, join_words


class Parameters(Closed, frozen=True, kw_only=True):
    """Which entities need an exit plan, and what it needs."""

    level: Annotated[
        Literal["vendor", "provider"],
        Meta(
            description=(
                "Whose exit is planned: vendors or providers of models; both under `vendors`"
            )
        ),
    ] = "vendor"
    weigh_by: Annotated[Basis, Meta(description="Basis of the shares")] = Basis.SPEND
    above_share: Annotated[
        Share, Meta(description="Share (0..1) above which an exit plan is required")
    ] = field(default_factory=partial(Share, "0.25"))
    max_test_age_days: Annotated[
        Annotated[int, Meta(ge=1, le=3_650)] | None,
        Meta(description="Largest age of a test that counts, in days; null: none required"),
    ] = 365
    require_alternatives: Annotated[
        bool, Meta(description="Whether alternatives must be identified and named")
    ] = True


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield entities above the share without a plan, a recent test or alternatives.

    All that is not known of the level counts for the largest entity.
    """
    unknown = shares_not_judged(context, Level(parameters.level), parameters.weigh_by)
    if unknown is not None:
        yield unknown
        return
    loads = loads_of(context)
    concentration = loads.concentration(Level(parameters.level), parameters.weigh_by)
    exposure = EntityExposure(context, concentration)
    shares = dict(concentration.shares)
    for entity, placed in above_share(context, parameters):
        known = shares[entity]
        gaps = tuple(
            _gaps(placed.declared if placed else VendorDeclaration(), parameters, context.as_of)
        )
        if gaps:
            yield _violation(context, concentration, (entity, known), placed, gaps, exposure)


def _gaps(
    declared: VendorDeclaration, parameters: Parameters, as_of: date
) -> Iterator[tuple[str, str, str]]:
    """The key of each gap, what is missing, and what to write."""
    if not declared.exit_plan:
        yield (
            "exit_plan",
            "no written exit plan" if declared.exit_plan is False else "no exit plan declared",
            "true",
        )
    limit, tested = parameters.max_test_age_days, declared.exit_plan_tested
    if limit is not None and (tested is None or tested > as_of):
        yield (
            "exit_plan_tested",
            "no test" if tested is None else f"a test dated in the future ({tested})",
            "…",
        )
    elif limit is not None and tested is not None and (as_of - tested).days > limit:
        age = count_of((as_of - tested).days, "day")
        yield (
            "exit_plan_tested",
            f"a last test {age} ago (the limit is {count_of(limit, 'day')})",
            "…",
        )
    if parameters.require_alternatives and (
        declared.alternatives_identified != "yes" or not declared.alternatives
    ):
        unnamed = declared.alternatives_identified == "yes"
        what = "alternatives identified but not named" if unnamed else "no alternatives identified"
        yield "alternatives", what, "[…]"


def _violation(
    context: RuleContext,
    found: Concentration,
    largest: tuple[str, float],
    placed: PlacedVendor | None,
    gaps: tuple[tuple[str, str, str], ...],
    exposure: EntityExposure,
) -> Violation:
    entity, share = largest
    most = found.largest[1] if entity == found.largest[0] else share
    part = format_share(share)
    if most > share + ROUNDING:
        part = f"between {part} and {format_share(most)}"
    policy = context.policy_place or Place("policies")
    place = placed.place.at(gaps[0][0]) if placed else policy.key()
    return Violation(
        message=(
            f"{describe_entity(found.level, entity)} carries {part} of "
            f"{describe_basis(found.basis)}, with {join_words(text for _, text, _ in gaps)}"
        ),
        place=place,
        subject=f"{found.level}:{entity}",
        remedy=_remedy(context, found, entity, gaps),
        risk=exposure.format_loss(entity),
        related=(
            *exposure.related(entity),
            ("the share that requires a plan", policy.at("above_share")),
        ),
        figures={
            "share": most,
            **_register_entry(placed.declared if placed else VendorDeclaration()),
        },
        distinction=f"{found.level} {found.basis}",
    )


def _register_entry(declared: VendorDeclaration) -> dict[str, Figure]:
    """The fields of the register of information, as declared."""
    tested = declared.exit_plan_tested
    named = ("reintegration", "discontinuation_impact", "alternatives_identified")
    return {
        "substitutability": declared.substitutability,
        "exit_plan": {True: "yes", False: "no", None: None}[declared.exit_plan],
        "exit_plan_tested": tested.isoformat() if tested else None,
        **{name: getattr(declared, name) for name in named},
    }


def _remedy(
    context: RuleContext, found: Concentration, entity: str, gaps: tuple[tuple[str, str, str], ...]
) -> str:
    if entity == UNKNOWN:
        return state_unknown(context.models.values(), found.level)
    entry = ", ".join(f"{key}: {value}" for key, _, value in gaps)
    entry = entry.replace("alternatives:", 'alternatives_identified: "yes", alternatives:')
    return (
        "Write the plan, test it by moving a task class, name alternatives, and record it in "
        f"`catalog/`: `vendors: {{{entity}: {{{entry}}}}}`."
    )


def _ages(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """Days since the exit plan of each entity above the share was tested; not known: never."""
    for entity, placed in above_share(context, parameters):
        tested = placed.declared.exit_plan_tested if placed is not None else None
        days = None if tested is None or tested > context.as_of else (context.as_of - tested).days
        yield LimitReading(days, (parameters.level, entity))


RULE = Rule(
    id="GOV704",
    name="exit-plan-missing",
    title="No tested exit plan",
    one="One large entity has no tested exit plan",
    many="{count} large entities have no tested exit plan",
    short_title="No exit plan",
    requirement="Every large vendor has a tested exit plan.",
    why=(
        "Regulation (EU) 2022/2554 (DORA), Art. 28(8), requires financial entities to have "
        "documented and sufficiently tested exit plans with identified alternatives; no regulator "
        "sets a share. The fields of `vendors` in `catalog/` are those of the register of "
        "information (Regulation (EU) 2024/2956, table B_07.01), so an export matches. A quarter "
        "of spend, and one test a year, are conventions of this rule. Providers can be judged "
        "too: `level: provider`, declared under `vendors` by the id of the provider."
    ),
    remediation=(
        "Write and test an exit plan, identify alternatives, and declare all three under "
        "`vendors` in `catalog/`."
    ),
    severity=Severity.WARNING,
    check=check,
    limits={
        "max_test_age_days": RuleLimit(
            words="Age of the last test of an exit plan", unit="days", measure=_ages
        ),
    },
    criteria=("above_share",),
    parameters=Parameters,
    tighter={
        "level": "never",
        "weigh_by": "never",
        "above_share": "lower",
        "max_test_age_days": "lower",
        "require_alternatives": "present",
    },
    scope="portfolio",
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 100000, input_tokens: 800, output_tokens: 100}
# catalog/vendors.yaml
vendors:
  anthropic: {substitutability: medium complexity, exit_plan: true}
# policies/exit.yaml
policies:
  way-out: {rule: exit-plan-missing, above_share: 0.3}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 100000, input_tokens: 800, output_tokens: 100}
# catalog/vendors.yaml
vendors:
  anthropic:
    substitutability: medium complexity
    exit_plan: true
    exit_plan_tested: 2026-09-14
    alternatives_identified: "yes"
    alternatives: [openai, mistral]
# policies/exit.yaml
policies:
  way-out: {rule: exit-plan-missing, above_share: 0.3}
""",
)
