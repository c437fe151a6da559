"""Reading a comparison backwards mirrors it, for portfolios that nobody thought of."""

from collections import Counter
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.changes.change import Change, ChangeKind
from multillm_gov.changes.compare import compare
from multillm_gov.changes.comparison import Comparison
from multillm_gov.finding import Enforcement
from multillm_gov.location import Place
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.allocation import (
    Data,
    Latency,
    Quality,
    Review,
    RouteEntry,
    SpendCap,
    TaskClass,
    TaskClassDeclaration,
    WrongModelCost,
)
from multillm_gov.portfolio.demand import Demand
from multillm_gov.portfolio.policy import (
    Approval,
    PlacedApproval,
    PlacedWaiver,
    Policy,
    PolicyDeclaration,
    Scope,
    Waiver,
)
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.portfolio.settings import Appetite, Settings
from multillm_gov.state.state import State
from multillm_gov.units import Amount, AtLeastOne, Percent, Positive, Share

MODELS = [f"v{vendor}/m{number}" for vendor in range(3) for number in range(2)]
OPPOSITES = {
    ChangeKind.TASK_CLASS_ADDED: ChangeKind.TASK_CLASS_REMOVED,
    ChangeKind.FALLBACK_ADDED: ChangeKind.FALLBACK_REMOVED,
    ChangeKind.POLICY_ADDED: ChangeKind.POLICY_REMOVED,
    ChangeKind.WAIVER_ADDED: ChangeKind.WAIVER_REMOVED,
    ChangeKind.APPROVAL_GIVEN: ChangeKind.APPROVAL_WITHDRAWN,
}
OPPOSITES |= {other: kind for kind, other in OPPOSITES.items()}
few = st.integers(0, 3)
optional_amount = st.none() | st.integers(0, 3).map(lambda n: Amount(n * 100))
names = st.sampled_from([f"task-{n}" for n in range(6)])


class Shelf:
    def __init__(self, facts):
        self.facts = facts
        self.provenance: dict[str, str] = {}

    def find(self, name):
        return self.facts.get(name)

    def suggest(self, name):
        return ()

    def is_locked(self, name):
        return True


@st.composite
def declarations(draw):
    route = draw(st.lists(st.sampled_from(MODELS), min_size=1, max_size=3, unique=True))
    return TaskClassDeclaration(
        route=tuple(
            RouteEntry(model=model, weight=draw(st.none() | few.map(lambda n: Percent(n * 10))))
            for model in route
        ),
        purpose=draw(st.sampled_from(["", "mail", "scores"])),
        fallbacks=tuple(draw(st.lists(st.sampled_from(MODELS), max_size=3))),
        demand=draw(
            st.none()
            | st.builds(
                Demand,
                requests=few.map(lambda n: n * 1000),
                input_tokens=few.map(lambda n: n * 7),
                output_tokens=few,
            )
        ),
        spend_cap=SpendCap(monthly=draw(optional_amount), per_request=draw(optional_amount)),
        cost_of_wrong_model=WrongModelCost(value_at_stake=draw(optional_amount)),
        quality=draw(st.none() | few.map(lambda n: Quality(floor=Share(f"0.{n}")))),
        latency=draw(st.none() | few.map(lambda n: Latency(p95_seconds=Positive(n + 1)))),
        data=Data(
            classification=draw(st.sampled_from(["public", "internal", "restricted"])),
            residency=tuple(draw(st.lists(st.sampled_from(["EU", "US", "CN"]), max_size=2))),
        ),
        output_schema=draw(st.sampled_from([None, "a.json", "b.json"])),
        review=draw(
            st.none() | few.map(lambda n: Review(last=date(2026, 1, 1 + n), every_months=1 + n))
        ),
        tags=tuple(draw(st.lists(st.sampled_from(["a", "b"]), max_size=2))),
    )


@st.composite
def policies(draw):
    name = draw(st.sampled_from(["p", "q", "r"]))
    values = (
        st.integers(0, 2)
        | st.booleans()
        | st.lists(st.sampled_from(["x", "y"]), max_size=2)
        | st.just("vendor")
    )
    return Policy(
        name=name,
        declared=PolicyDeclaration(
            rule=draw(st.sampled_from(["concentration", "cap"])),
            enforcement=draw(st.sampled_from(list(Enforcement))),
            because=draw(st.sampled_from(["", "board"])),
            applies_to=Scope(
                tags=tuple(draw(st.lists(st.sampled_from(["a", "b"]), max_size=2))),
                owners=tuple(draw(st.lists(st.sampled_from(["x", "y"]), max_size=1))),
            ),
        ),
        parameters=draw(
            st.dictionaries(
                st.sampled_from(
                    ["max_share", "min_count", "require_levels", "allowed", "exempt", "odd"]
                ),
                values,
                max_size=3,
            )
        ),
        place=Place("policies/p.yaml", ("policies", name)),
    )


@st.composite
def states(draw):
    tasks = tuple(
        TaskClass(
            name=name,
            owner=draw(st.sampled_from([None, "x", "y"])),
            declared=draw(declarations()),
            place=Place(
                draw(st.sampled_from(["allocations/a.yaml", "allocations/b.yaml"])),
                ("task_classes", name),
            ),
        )
        for name in draw(st.lists(names, max_size=4, unique=True))
    )
    rules = tuple(draw(st.lists(policies(), max_size=3, unique_by=lambda policy: policy.name)))
    waivers = tuple(
        PlacedWaiver(
            declared=Waiver(
                policy=draw(st.sampled_from(rules)).name,
                subject=draw(st.sampled_from(tasks)).name,
                reason=draw(st.sampled_from(["r", "s"])),
                approved_by="cfo",
                expires=date(2026, 12, 1 + draw(few)),
            ),
            place=Place("policies/p.yaml", ("waivers", number)),
        )
        for number in range(draw(st.integers(0, 2)) if tasks and rules else 0)
    )
    approvals = tuple(
        PlacedApproval(
            declared=Approval(
                subject=draw(st.sampled_from(["policy:p", "task_class:task-1"])),
                digest="sha256:" + draw(st.sampled_from("ab")) * 64,
                approved_by=draw(st.sampled_from(["cfo", "cto"])),
                date=date(2026, 11, 1 + draw(few)),
            ),
            place=Place("policies/p.yaml", ("approvals", number)),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    portfolio = Portfolio(
        approvals=approvals,
        settings=Settings(
            fail_on=draw(st.sampled_from(["note", "error", "never"])),
            migration_lead_days=draw(few),
            appetite=Appetite(
                max_vendor_share_of_spend=Share(f"0.{draw(few)}"),
                min_effective_vendors=AtLeastOne(1 + draw(few)),
                max_monthly_spend=draw(optional_amount),
            ),
        ),
        task_classes=tasks,
        policies=rules,
        waivers=waivers,
    )
    facts = {
        model: ModelFacts(
            name=model,
            source="override",
            exposure=Exposure(
                model=model, vendor=model[:2], provider=model[:2], cloud=draw(st.sampled_from("cd"))
            ),
            price=draw(
                st.none()
                | st.builds(
                    lambda n, m: Price(
                        standard=UnitPrices(input=Decimal(n) / 7000, output=Decimal(m) / 3000)
                    ),
                    few,
                    few,
                )
            ),
            usd_fixed_per_month=Decimal(draw(st.sampled_from([0, 0, 100, 70]))),
        )
        for model in MODELS
        if draw(st.integers(0, 9))
    }
    shelf = Shelf(facts)
    return State(
        portfolio=portfolio,
        figures=measure(portfolio, shelf),
        catalog=shelf,
        as_of=date(2026, 11, 24),
    )


def mirrored(change: Change, names: dict[str, str]) -> tuple[object, ...]:
    """The change as the comparison read backwards should tell it; notes and rounding of shares
    aside."""
    return summary(
        replace(
            change,
            kind=OPPOSITES.get(change.kind, change.kind),
            subject=" / ".join(names.get(part, part) for part in change.subject.split(" / ")),
            aspect=names.get(change.aspect, change.aspect),
            label=" ".join(names.get(part, part) for part in change.label.split(" ")),
            direction=change.direction.opposite,
            before=change.after,
            after=change.before,
            before_figure=change.after_figure,
            after_figure=change.before_figure,
            place_before=change.place_after,
            place_after=change.place_before,
            spend_effect=-change.spend_effect if change.spend_effect is not None else None,
            exposure=tuple(replace(point, points=-point.points) for point in change.exposure),
        )
    )


def summary(change: Change) -> tuple[object, ...]:
    points = tuple(sorted((p.level, p.entity, round(p.points, 9) + 0.0) for p in change.exposure))
    fields = [
        getattr(change, name)
        for name in Change.__struct_fields__
        if name not in {"note", "exposure"}
    ]
    return (*map(repr, fields), repr(points))


def normalized(change: Change) -> Change:
    effect = change.spend_effect
    return replace(
        change, spend_effect=effect.quantize(Decimal("1e-6")) + 0 if effect is not None else None
    )


def renames(comparison: Comparison) -> dict[str, str]:
    kinds = (ChangeKind.TASK_CLASS_RENAMED, ChangeKind.POLICY_RENAMED)
    return {change.after: change.before for change in comparison.changes if change.kind in kinds}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(states(), states())
def test_backwards_is_the_mirror(before, after):
    forward, backward = compare(before, after), compare(after, before)
    names = renames(forward)
    expected = Counter(mirrored(normalized(change), names) for change in forward.changes)
    assert Counter(summary(normalized(change)) for change in backward.changes) == expected
    assert forward.spend.delta == -backward.spend.delta
    for name in ("price", "demand", "routing", "hosting"):
        assert getattr(forward.spend.parts, name) == -getattr(backward.spend.parts, name)
    assert forward.unchanged_task_classes == backward.unchanged_task_classes
    for there, back in zip(forward.concentration, backward.concentration, strict=True):
        assert {(name, new, old) for name, old, new in there.moved} == set(back.moved)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(states())
def test_nothing_differs_from_itself(state):
    again = replace(state, figures=replace(state.figures))
    comparison = compare(state, again)
    assert comparison.empty
    assert comparison.spend.parts.total == 0


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(states(), states())
def test_parts_add_up_and_every_effect_is_told(before, after):
    comparison = compare(before, after)
    for effect in comparison.effects:
        if effect.parts is not None:
            assert abs(effect.parts.total - effect.delta) < Decimal("1e-6")
    if not (before.figures.unpriced or after.figures.unpriced):
        spend = comparison.spend
        assert abs(spend.parts.total + spend.added - spend.removed - spend.delta) < Decimal("1e-6")
        told = sum(change.spend_effect or 0 for change in comparison.changes)
        assert abs(told + spend.parts.hosting - spend.delta) < Decimal("1e-6")
