"""The book of scenarios, its variants, and parameters set for a run."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from multillm_gov.errors import UsageError
from multillm_gov.portfolio.scenario import Scenario, Shock
from multillm_gov.risk.stress.scenario_book import (
    BUILT_IN,
    BookedScenario,
    built_in,
    choose,
    parse_setting,
    scenarios_of,
    with_settings,
)
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.variants import ScenarioResult, affordable_variants, run_scenario
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.units import Positive

ALWAYS = {"govern.yaml": "risk: {coverage: {untested: 1}, dependencies: {edge: {kind: gateway}}}\n"}
Made = Callable[..., StressContext]
Judged = Callable[..., Assessment]
FROM_METHOD = {
    "provider-outage": {"hours": "4.4"},
    "cloud-outage": {"hours": "3"},
    "cloud-outage-long": {"hours": "15"},
    "gateway-outage": {"hours": "1"},
    "model-retired": {"successor_qualified": False},
    "model-retired-prepared": {"successor_qualified": True},
    "rate-limit-cut": {"factor": "0.5", "hours": "2", "at_peak": True},
    "repricing": {"factor": "1.35"},
    "severe-repricing": {"factor": "2", "entity": "largest"},
    "quality-drift": {"points": "0.05", "days": "30", "entity": "largest"},
    "tone-drift": {"ratio": "3", "days": "30"},
    "jurisdiction-withdrawn": {"days": "90"},
    "cap-exhausted": {"day": 20},
    "combined": {"hours": "4.4"},
}
"""Method 9, S1 to S12; S2 and S4 have two each."""


def run(context: StressContext, name: str, *settings: str) -> ScenarioResult:
    booked = with_settings(built_in(), map(parse_setting, settings))
    return run_scenario(context, next(one for one in booked if one.name == name))


def test_the_book_is_twelve_files_with_the_figures_of_the_method() -> None:
    import multillm_gov.risk.stress.scenario_book as module

    assert len(list((Path(module.__file__).parent / "book").glob("s*.yaml"))) == 12
    assert [booked.name for booked in built_in()] == list(FROM_METHOD)
    for booked in built_in():
        assert booked.scenario.because, booked.name
        shock = booked.scenario.shocks[0]
        for key, value in FROM_METHOD[booked.name].items():
            written = getattr(shock, key)
            assert (
                (Decimal(value) == written) if isinstance(written, Decimal) else value == written
            ), booked.name


def test_the_worst_variant_stands_first(made: Made) -> None:
    """scoring has no fallback: 50 USD an hour for 4.4 hours; then filtering; articles falls
    back."""
    found = run(made(ALWAYS), "provider-outage")
    assert [variant.words for variant in found.variants] == [
        "provider beta",
        "provider gamma",
        "provider acme",
    ]
    losses = [variant.outcome.value_at_risk for variant in found.variants]
    assert [float(loss) for loss in losses] == pytest.approx([220, 44, 0])


@pytest.mark.parametrize(
    ("name", "words", "loss"),
    [
        ("cloud-outage", "cloud cumulus", 150),
        ("cloud-outage-long", "cloud cumulus", 750),
        ("gateway-outage", "gateway edge", 160),
        ("model-retired", "model beta/y", 50 * 24 * 90),
        ("model-retired-prepared", "model acme/x", 3_000),
        ("repricing", "vendor acme", 2_100),
        ("severe-repricing", "vendor acme", 6_000),
        ("quality-drift", "model acme/x", 73_000 * 0.05 * 720 / 730),
        ("tone-drift", "model acme/x", 0),
        ("jurisdiction-withdrawn", "jurisdiction FR", 50 * 24 * 90),
        ("cap-exhausted", "task class articles", 25_000),
        ("rate-limit-cut", "provider beta", 200),
        ("combined", "provider acme, every other provider", 4 * (100 + 25 + 5) * 4.4),
    ],
)
def test_each_built_in_scenario_costs_what_one_works_out(
    made: Made, name: str, words: str, loss: float
) -> None:
    """Value at stake is 100, 50 and 10 USD an hour, four times that at the peak, where halved
    limits serve half.

    Combined: beta's halved limit is full with its own everyday demand, so nothing of acme's fits.
    """
    found = run(made(ALWAYS), name)
    assert found.worst is not None
    assert found.worst.words == words
    assert float(found.worst.outcome.loss) == pytest.approx(loss)


def test_every_scenario_runs_on_the_starter(
    starter: Assessment, in_context: Callable[..., StressContext]
) -> None:
    context = in_context(starter.state)
    for booked in scenarios_of(starter.state.scenarios):
        found = run_scenario(context, booked)
        assert found.worst is not None, booked.name
        losses = [variant.outcome.loss for variant in found.variants]
        assert losses == sorted(losses, reverse=True)
        assert all(variant.outcome.value_at_risk >= 0 for variant in found.variants)


def test_a_variant_is_the_stress_of_its_entity(made: Made) -> None:
    context = made()
    found = run(context, "provider-outage")
    for variant in found.variants:
        [(level, name)] = variant.entities
        shock = Shock(kind="outage", level=level, entity=name, hours=Positive("4.4"))  # type: ignore[arg-type]
        assert stress(context, (shock,)) == variant.outcome


def test_entities_that_only_stand_by_or_are_not_known_are_no_variants(
    made: Made, catalog: str
) -> None:
    unknown = catalog.replace("cloud: stratus", "cloud: unknown")
    context = made({"catalog/models.yaml": unknown})
    assert {variant.words for variant in run(context, "cloud-outage").variants} == {
        "cloud nimbus",
        "cloud cumulus",
    }
    assert "model acme/x2" not in {
        variant.words for variant in run(context, "model-retired").variants
    }


def test_each_at_two_levels_runs_every_combination(made: Made) -> None:
    shocks = (
        Shock(kind="outage", level="provider", hours=Positive(1)),
        Shock(kind="repricing", level="vendor", factor=Positive(2)),
    )
    booked = BookedScenario(name="both", scenario=Scenario(title="Both", shocks=shocks))
    found = run_scenario(made(), booked)
    assert (len(found.variants), found.left_out) == (9, 0)
    assert (
        len(run_scenario(made(), booked, 4).variants),
        run_scenario(made(), booked, 4).left_out,
    ) == (4, 5)


def test_a_parameter_is_set_where_it_stands(made: Made) -> None:
    [one] = [
        b
        for b in with_settings(built_in(), [parse_setting("combined.hours=1")])
        if b.name == "combined"
    ]
    assert [shock.hours for shock in one.scenario.shocks] == [1, 1]
    [one] = [
        b
        for b in with_settings(built_in(), [parse_setting("combined.factor=0.1")])
        if b.name == "combined"
    ]
    assert [shock.factor for shock in one.scenario.shocks] == [None, Decimal("0.1")], (
        "the outage has no factor"
    )
    [one] = [
        b
        for b in with_settings(built_in(), [parse_setting("combined.1.hours=9")])
        if b.name == "combined"
    ]
    assert [shock.hours for shock in one.scenario.shocks] == [9, Decimal("4.4")]
    assert one.settings == ("1.hours=9",)
    [one] = [
        b
        for b in with_settings(built_in(), [parse_setting("repricing.entity=acme")])
        if b.name == "repricing"
    ]
    assert run_scenario(made(), one).worst is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hours=6", "sets nothing"),
        ("provider-outage.hours", "sets nothing"),
        ("provider-outage.hours=soon", "cannot be set"),
        ("provider-outage.hours=-1", "cannot be set"),
        ("provider-outage.hours=1e99", "cannot be set"),
        ("provider-outage.hours=6\nkind: repricing", "cannot be set"),
        ("provider-outage.hours={a: b}", "cannot be set"),
        ("provider-outage.kind=repricing", "no parameter"),
        ("provider-outage.length=6", "no parameter"),
        ("provider-outage.2.hours=6", "no shock 2"),
        ("provider-outrage.hours=6", "no scenario"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        with_settings(built_in(), [parse_setting(text)])


def test_an_own_scenario_replaces_the_built_in_one_of_its_name(judged: Judged) -> None:
    own = (
        "scenarios:\n  repricing: {title: Ours, shocks: [{kind: repricing, level: vendor, "
        "entity: beta, factor: 3}]}\n"
    )
    state = judged(
        {"scenarios/own.yaml": own + "  extra: {title: More, shocks: [{kind: outage, hours: 1}]}\n"}
    )
    every = scenarios_of(state.state.scenarios)
    assert [booked.name for booked in every] == [*FROM_METHOD, "extra"]
    replaced = next(booked for booked in every if booked.name == "repricing")
    assert (replaced.scenario.title, replaced.source) == ("Ours", "scenarios/own.yaml")
    assert all(
        booked.source == BUILT_IN for booked in every if booked.name not in {"repricing", "extra"}
    )


def test_an_unknown_scenario_gets_the_nearest_names() -> None:
    assert [
        booked.name for booked in choose(built_in(), ["repricing", "combined", "repricing"])
    ] == [
        "repricing",
        "combined",
    ]
    with pytest.raises(UsageError, match="no scenario `repriceing`") as caught:
        choose(built_in(), ["repriceing"])
    assert "`repricing`" in caught.value.hint


def lasting(*hours: int) -> BookedScenario:
    shocks = tuple(
        Shock(kind="outage", level="provider", entity="acme", hours=Positive(each))
        for each in hours
    )  # type: ignore[arg-type]
    return BookedScenario(
        name=f"s{len(hours)}",
        scenario=Scenario(title="t", shocks=shocks),
        source="scenarios/x.yaml",
    )


def test_what_takes_too_long_is_left_out_by_its_shocks_and_chains(made: Made) -> None:
    """Three task classes, four models in their chains: 3 runs a piece of time."""
    context = made()
    short, long = lasting(1), lasting(1, 2, 3, 4)
    assert affordable_variants(context, (short, long)) == (60, 60)
    assert affordable_variants(context, (short, long, short), budget=6) == (1, 0, 1), (
        "12 runs do not fit"
    )
    assert affordable_variants(context, (long, short), budget=6) == (1, 0), (
        "the first one is run whatever it takes"
    )
    assert affordable_variants(context, (short, short), budget=30) == (5, 5)
    assert affordable_variants(context, (short, short), budget=30, most=2) == (2, 2)
    assert affordable_variants(context, (lasting(2, 2, 2),), budget=30) == (10,), (
        "what ends at once is one piece"
    )
    task = context.tasks[0]
    endless = replace(task.chains[0], hops=task.chains[0].hops * 150)
    deep = replace(context, tasks=(replace(task, chains=(endless,)), *context.tasks[1:]))
    assert affordable_variants(deep, (short,), budget=130) == (10,), (
        "3 task classes and 302 hops: 13 runs a piece"
    )
