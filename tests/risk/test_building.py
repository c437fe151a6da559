"""Systems as they are built from YAML portfolios, held against the references of the method."""

import re
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import get_type_hints

import pytest

from multillm_gov.documents.document import SourceFile
from multillm_gov.portfolio.risk import CommonCause, Coverage, PriceShocks, Risk
from multillm_gov.portfolio.settings import Settings
from multillm_gov.risk.availability.availability import (
    all_down,
    expected_loss_per_year,
    unavailabilities,
)
from multillm_gov.risk.system import priors
from multillm_gov.risk.system.system import System, TaskSystem
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.states import assess_folder

AS_OF = date(2026, 11, 23)
HERE = Path(__file__).parent
NOTHING_ELSE = "outage_sigma: 1.2"
INDEPENDENT = "common_cause: {otherwise: 0, same_cloud: 0, same_vendor: 0, same_provider: 0}"


def system(files: dict[str, str], as_of: date = AS_OF) -> System:
    sources = [SourceFile(path, dedent(text).encode()) for path, text in sorted(files.items())]
    state = load_state(sources, as_of=as_of, price_map=read_price_map)
    assert [flaw.message for flaw in state.flaws] == []
    return build_system(state)


def task(built: System, name: str = "t") -> TaskSystem:
    return next(one for one in built.tasks if one.name == name)


def task_unavailability(built: System, task: TaskSystem) -> float:
    return unavailabilities(built)[built.tasks.index(task)]


def channels(count: int, u: float, risk: str, **exposure: str) -> dict[str, str]:
    """One task class over that many models of equal unavailability; what is not given differs from
    model to model."""
    lines = ["models:"]
    for number in range(count):
        told = {key: exposure.get(key, f"{key}{number}") for key in ("vendor", "provider", "cloud")}
        told["jurisdiction"] = "US"
        lines.append(
            f"  m{number}: {{exposure: "
            f"{{{', '.join(f'{key}: {value}' for key, value in told.items())}}}}}"
        )
    providers = {exposure.get("provider", f"provider{number}") for number in range(count)}
    clouds = {exposure.get("cloud", f"cloud{number}") for number in range(count)}
    settings = ["risk:", "  providers:"]
    settings += [f"    {name}: {{unavailability: {u}}}" for name in sorted(providers)]
    settings += ["  clouds:", *(f"    {name}: {{unavailability: 0}}" for name in sorted(clouds))]
    settings += [f"  {risk}", "  coverage: {tested: 1, untested: 1}"]
    fallbacks = ", ".join(f"m{number}" for number in range(1, count))
    return {
        "catalog/m.yaml": "\n".join(lines),
        "govern.yaml": "\n".join(settings),
        "allocations/a.yaml": "task_classes:\n  t:\n    route: [{model: m0}]\n    fallbacks: ["
        + fallbacks
        + "]\n",
    }


def test_nine_nodes_end_to_end():
    state = assess_folder(HERE / "data" / "nine-nodes", as_of=AS_OF).state
    assert not state.flaws
    built = build_system(state)
    found = {one.name: task_unavailability(built, one) for one in built.tasks}
    assert found == pytest.approx(
        {"T1": 0.001501497001, "T2": 0.00299725075, "T3": 0.0005065887064}, rel=1e-10
    )
    assert expected_loss_per_year(built) == pytest.approx(153_779.13832821746, rel=1e-12)
    failing = {one.id for one in built.components if one.unavailability}
    assert len(failing) == 9
    assert {one.origin for one in built.components if one.unavailability} == {"declared"}


def test_nine_nodes_to_the_printed_digits(oracles):
    built = build_system(assess_folder(HERE / "data" / "nine-nodes", as_of=AS_OF).state)
    reference = oracles["spof_example"]
    for one in built.tasks:
        assert task_unavailability(built, one) == pytest.approx(reference[one.name], rel=1e-12)
    assert expected_loss_per_year(built) == pytest.approx(
        reference["expected_loss_usd_per_year"], rel=1e-12
    )


def test_the_beta_factor_table(oracles):
    assert len(oracles["beta_factor"]) == 7
    for row in oracles["beta_factor"]:
        u, beta, count = row["u"], row["beta"], row["n"]
        betas = (
            f"common_cause: {{otherwise: {beta}, same_cloud: {beta}, same_vendor: {beta}, "
            f"same_provider: {beta}}}"
        )
        built = system(channels(count, u, betas))
        assert task_unavailability(built, task(built)) == pytest.approx(
            row["U_marginal_preserving"], rel=1e-12
        ), row


@pytest.mark.parametrize(
    ("shared", "beta"),
    [
        ({}, 0.02),
        ({"cloud": "same"}, 0.10),
        ({"vendor": "same"}, 0.45),
        ({"vendor": "same", "provider": "same"}, 0.90),
        ({"vendor": "same", "provider": "same", "cloud": "same"}, 0.90),
    ],
)
def test_a_pair_shares_exactly_what_its_beta_says(shared, beta):
    """Two channels of .01 with the betas of the method: U = qc + (1 - qc) qi^2."""
    built = system(channels(2, 0.01, NOTHING_ELSE, **shared))
    common = beta * 0.01
    private = (0.01 - common) / (1 - common)
    assert task_unavailability(built, task(built)) == pytest.approx(
        common + (1 - common) * private**2, rel=1e-12
    )


def test_at_one_api_models_of_other_vendors_share_its_cause_too():
    built = system(channels(2, 0.01, NOTHING_ELSE, provider="same", cloud="same"))
    hops = task(built).chains[0].hops
    shared = {built.components[index].id for index in hops[0].components & hops[1].components}
    assert "provider:same" in shared
    both = all_down(built, [hop.components for hop in hops])
    assert 0.10 * 0.01 < both < 0.90 * 0.01


def test_unequal_channels_share_what_the_smaller_one_has():
    """(.0018, .0008) of method 3.3, for each beta; a third channel of the largest does not change
    the pair."""
    for beta, expected in {
        0: 1.44e-6,
        0.01: 9.419275e-6,
        0.02: 1.739868e-5,
        0.05: 4.133765e-5,
        0.1: 8.12385e-5,
    }.items():
        files = channels(
            2,
            0.0018,
            f"common_cause: {{otherwise: {beta}, same_cloud: 0, same_vendor: 0, same_provider: 0}}",
        )
        files["govern.yaml"] = files["govern.yaml"].replace(
            "provider1: {unavailability: 0.0018}", "provider1: {unavailability: 0.0008}"
        )
        built = system(files)
        assert task_unavailability(built, task(built)) == pytest.approx(expected, rel=1e-6)


def test_a_reliable_third_party_does_not_make_the_others_independent():
    """Three channels, .003, .003 and 0: the first two share .02 of .003 though the third has
    nothing to share."""
    files = channels(3, 0.003, NOTHING_ELSE)
    files["govern.yaml"] = files["govern.yaml"].replace(
        "provider2: {unavailability: 0.003}", "provider2: {unavailability: 0}"
    )
    built = system(files)
    first, second, third = (hop.components for hop in task(built).chains[0].hops)
    common = 0.02 * 0.003
    private = (0.003 - common) / (1 - common)
    assert all_down(built, [first, second]) == pytest.approx(
        common + (1 - common) * private**2, rel=1e-12
    )
    assert all_down(built, [third]) == 0


def test_betas_of_one_make_everything_fail_together_and_of_zero_nothing():
    one = system(
        channels(
            3, 0.01, "common_cause: {otherwise: 1, same_cloud: 1, same_vendor: 1, same_provider: 1}"
        )
    )
    assert [c.id for c in one.components if c.unavailability] == ["everything:all deployments"]
    assert task_unavailability(one, task(one)) == pytest.approx(0.01)
    none = system(channels(3, 0.01, INDEPENDENT, vendor="same", provider="same", cloud="same"))
    assert {c.kind for c in none.components if c.unavailability} == {"deployment"}
    assert task_unavailability(none, task(none)) == pytest.approx(1e-6, rel=1e-9)


REAL = {
    "allocations/a.yaml": """\
        owner: support
        task_classes:
          t:
            route: [{model: gpt-5-mini, weight: 70}, {model: azure/gpt-4o, weight: 30}]
            fallbacks: [openai/gpt-5-mini, gemini/gemini-2.5-flash]
            demand: {requests: 730000}
            cost_of_wrong_model: {value_at_stake: 73000}
          alone:
            route: [{model: gpt-5-mini}]
        """
}


def test_priors_are_assumed_and_say_so():
    built = system(REAL)
    by_id = {one.id: one for one in built.components}
    of = {
        name: _channel(built, name)
        for name in ("gpt-5-mini", "azure/gpt-4o", "gemini/gemini-2.5-flash")
    }
    host = priors.HOST_UNAVAILABILITY
    assert of["gpt-5-mini"] == pytest.approx(
        1 - (1 - priors.FIRST_PARTY_UNAVAILABILITY) * (1 - host)
    )
    assert of["gemini/gemini-2.5-flash"] == pytest.approx(of["gpt-5-mini"])
    assert of["azure/gpt-4o"] == pytest.approx(
        1 - (1 - priors.HYPERSCALER_SERVED_UNAVAILABILITY) * (1 - host)
    )
    assert by_id["provider:openai"].origin == "assumed"
    assert "assumed" in by_id["provider:azure"].note
    assert all(one.origin == "assumed" for one in built.components if one.unavailability)
    assert built.index_of("cloud:unknown") < built.index_of("provider:azure")
    assert not any(one.kind in {"gateway", "dependency"} for one in built.components)


def test_a_declared_host_with_an_assumed_common_cause_is_assumed_and_says_what_was_declared():
    files = REAL | {
        "govern.yaml": """\
            risk:
              clouds: {gcp: {unavailability: 0.002}}
              vendors: {google: {unavailability: 0.001, mean_hours: 5}}
              providers: {gemini: {unavailability: 0.004, mean_hours: 2}}
            """
    }
    built = system(files)
    cloud, vendor, provider = (
        built.components[built.index_of(name)]
        for name in ("cloud:gcp", "vendor:google", "provider:gemini")
    )
    assert cloud.unavailability > 0.002
    assert cloud.origin == "assumed"
    assert cloud.note == "declared in govern.yaml; 0.2% by itself, the rest a common cause (betas)"
    assert vendor.unavailability > 0.45 * 0.003
    assert vendor.mean_hours == 5.0
    assert (provider.origin, provider.mean_hours) == ("declared", 2.0)
    assert provider.note == "part of 0.4%, declared in govern.yaml"


def _channel(built: System, model: str) -> float:
    hop = next(h for t in built.tasks for c in t.chains for h in c.hops if h.model == model)
    return all_down(built, [hop.components])


def test_chains_run_as_the_fallbacks_would():
    """The second spelling of the routed deployment is no fallback of it, but it is one of the other
    leg."""
    built = system(REAL)
    first, second = task(built).chains
    assert (first.share, second.share) == pytest.approx((0.7, 0.3))
    assert [(hop.model, hop.index) for hop in first.hops] == [
        ("gpt-5-mini", 0),
        ("gemini/gemini-2.5-flash", 1),
    ]
    assert [hop.model for hop in second.hops] == [
        "azure/gpt-4o",
        "openai/gpt-5-mini",
        "gemini/gemini-2.5-flash",
    ]
    assert task(built).value_per_hour == pytest.approx(100)
    assert task(built).requests_per_hour == pytest.approx(1_000)
    assert (task(built, "alone").coverage, task(built, "alone").coverage_note) == (
        0.0,
        "no fallback would run",
    )


def test_a_retired_routed_model_never_answers_and_a_retired_fallback_is_no_hop():
    files = {
        "catalog/c.yaml": """\
            models:
              old: {exposure: {vendor: v, provider: p}, retirement: {date: 2026-11-01}}
            """,
        "allocations/a.yaml": """\
            task_classes:
              t:
                route: [{model: old}]
                fallbacks: [gpt-5-mini]
              u:
                route: [{model: gpt-5-mini}]
                fallbacks: [old]
            """,
    }
    built = system(files)
    component = built.components[built.index_of("deployment:old at p")]
    assert (component.unavailability, component.note) == (1.0, "retired on 2026-11-01")
    assert task_unavailability(built, task(built)) > 0.5
    assert len(task(built, "u").chains[0].hops) == 1
    before = system(files, as_of=date(2026, 10, 31))
    assert task_unavailability(before, task(before)) < 0.01


def test_an_unknown_model_hangs_on_what_nobody_knows():
    files = {
        "allocations/a.yaml": "task_classes:\n  t:\n    route: [{model: no-such}]\n    fallbacks: "
        "[gpt-5-mini]\n"
    }
    built = system(files)
    assert {one.id for one in _of(built, task(built).chains[0].hops[0].components)} >= {
        "vendor:unknown",
        "provider:unknown",
        "cloud:unknown",
        "jurisdiction:unknown",
        "deployment:no-such at unknown",
    }


def _of(built: System, indexes: frozenset[int]) -> list:
    return [built.components[index] for index in sorted(indexes)]


DEPENDING = {
    "catalog/c.yaml": """\
        models:
          gpt-5-mini: {requests_per_minute: 500, regions: [EU, global]}
          tuned: {base: gpt-5-mini, tokens_per_minute: 9000, regions: [US]}
        """,
    "allocations/a.yaml": """\
        task_classes:
          t:
            route: [{model: gpt-5-mini}]
            fallbacks: [tuned, gemini/gemini-2.5-flash]
          u:
            route: [{model: gemini/gemini-2.5-flash}]
        """,
    "govern.yaml": """\
        risk:
          dependencies:
            all: {kind: gateway}
            key: {models: [tuned], unavailability: 0.01, mean_hours: 3}
            peering: {clouds: [gcp]}
            sso: {task_classes: [u], providers: [openai]}
            idle: {providers: [mistral]}
        """,
}


def test_dependencies_take_the_hops_they_are_declared_for():
    state = load_state(
        [SourceFile(path, dedent(text).encode()) for path, text in DEPENDING.items()],
        as_of=AS_OF,
        price_map=read_price_map,
    )
    built = build_system(state)
    outer = {
        (one.name, hop.model): {
            component.name
            for component in _of(built, hop.components)
            if component.kind in {"gateway", "dependency"}
        }
        for one in built.tasks
        for hop in one.chains[0].hops
    }
    assert outer == {
        ("t", "gpt-5-mini"): {"all", "sso"},
        ("t", "tuned"): {"all", "key", "sso"},
        ("t", "gemini/gemini-2.5-flash"): {"all", "peering"},
        ("u", "gemini/gemini-2.5-flash"): {"all", "peering", "sso"},
    }
    assert "idle" not in {one.name for one in built.components}
    gateway, key = (
        built.components[built.index_of(name)] for name in ("gateway:all", "dependency:key")
    )
    assert (gateway.unavailability, gateway.origin) == (priors.GATEWAY_UNAVAILABILITY, "assumed")
    assert (key.unavailability, key.mean_hours, key.origin) == (0.01, 3.0, "declared")


def test_only_declared_limits_bind_and_bases_hand_theirs_on():
    built = system(DEPENDING)
    first, second, third = task(built).chains[0].hops
    assert (first.requests_per_minute, first.tokens_per_minute) == (500, None)
    assert (second.requests_per_minute, second.tokens_per_minute) == (500, 9000)
    assert (third.requests_per_minute, third.tokens_per_minute) == (None, None)


def test_places_are_components_that_never_fail_by_themselves():
    built = system(DEPENDING)
    places = {
        one.id: one.unavailability
        for one in built.components
        if one.kind in {"jurisdiction", "region"}
    }
    assert places == {
        "jurisdiction:EU": 0.0,
        "jurisdiction:US": 0.0,
        "region:openai EU": 0.0,
        "region:openai US": 0.0,
    }


def test_components_are_ordered_and_named_once():
    built = system(DEPENDING)
    kinds = [one.kind for one in built.components]
    order = [
        "everything",
        "gateway",
        "dependency",
        "jurisdiction",
        "vendor",
        "cloud",
        "region",
        "provider",
        "deployment",
    ]
    assert kinds == sorted(kinds, key=order.index)
    assert len({one.id for one in built.components}) == len(built.components)
    assert system(DEPENDING) == built


DRILLED = """\
    task_classes:
      t:
        route: [{model: gpt-5-mini}]
        fallbacks: [gemini/gemini-2.5-flash]
    """


@pytest.mark.parametrize(
    ("drill", "coverage", "origin"),
    [
        ("{result: survives}", 0.90, "assumed"),
        ("{result: survives, coverage: 0.97}", 0.97, "measured"),
        ("{result: degraded}", 0.50, "assumed"),
        ("{result: degraded, coverage: 0.6}", 0.6, "measured"),
        ("{result: degraded, coverage: 1}", 0.90, "measured"),
        ("{result: fails}", 0.0, "measured"),
        ("{result: fails, chain: [gpt-5-mini, claude-haiku-4-5]}", 0.50, "assumed"),
        ("{result: survives, chain: [gpt-5-mini, gemini/gemini-2.5-flash]}", 0.90, "assumed"),
        (
            "{result: survives, coverage: 0.97, chain: [gpt-5-mini, claude-haiku-4-5]}",
            0.50,
            "assumed",
        ),
        (None, 0.50, "assumed"),
    ],
)
def test_coverage_is_what_the_drill_proved(drill, coverage, origin):
    files = {"allocations/a.yaml": DRILLED}
    if drill:
        files["evidence/e.yaml"] = f"drills:\n  - {{task_class: t, date: 2026-11-01, {drill[1:]}\n"
    built = system(files)
    assert (task(built).coverage, task(built).coverage_origin) == (coverage, origin)
    assert task(built).coverage_note


@pytest.mark.parametrize(
    ("day", "coverage"),
    [("2026-05-27", 0.8), ("2026-05-26", 0.3), ("2026-11-23", 0.8), ("2026-11-24", 0.3)],
)
def test_a_drill_counts_for_180_days_and_not_before_it_happened(day, coverage):
    files = {
        "allocations/a.yaml": DRILLED,
        "govern.yaml": "risk: {coverage: {tested: 0.8, untested: 0.3}}",
        "evidence/e.yaml": f"drills: [{{task_class: t, date: {day}, result: survives}}]",
    }
    found = task(system(files))
    assert (found.coverage, found.coverage_origin) == (coverage, "declared")


def test_a_failed_drill_does_not_heal_with_time():
    drill = "drills: [{task_class: t, date: 2025-01-01, result: fails}]"
    assert task(system({"allocations/a.yaml": DRILLED, "evidence/e.yaml": drill})).coverage == 0.0


def test_the_order_of_task_classes_changes_no_figure():
    """The same task classes in files that are read in the opposite order."""
    texts = [
        "task_classes:\n  a:\n    route: [{model: gpt-5-mini}]\n    fallbacks: [azure/gpt-4o]\n",
        (
            "task_classes:\n  b:\n    route: [{model: azure/gpt-4o}, {model: "
            "gemini/gemini-2.5-flash}]\n"
        ),
        (
            "task_classes:\n  c:\n    route: [{model: gemini/gemini-2.5-flash}]\n    fallbacks: "
            "[gpt-5-mini]\n"
        ),
    ]
    one, other = (
        system({f"allocations/{number}.yaml": text for number, text in enumerate(order)})
        for order in (texts, texts[::-1])
    )
    assert [each.name for each in one.tasks] == [each.name for each in other.tasks][::-1]
    assert one.components == other.components
    assert {each.name: each for each in one.tasks} == {each.name: each for each in other.tasks}


def test_what_is_said_to_be_assumed_is_what_is_assumed():
    """Descriptions of the keys name the figures of the priors; other floors repeat two of them."""
    said = {
        (CommonCause, "otherwise"): priors.BETA_OTHERWISE,
        (CommonCause, "same_cloud"): priors.BETA_SAME_CLOUD,
        (CommonCause, "same_vendor"): priors.BETA_SAME_VENDOR,
        (CommonCause, "same_provider"): priors.BETA_SAME_PROVIDER,
        (Coverage, "tested"): priors.COVERAGE_TESTED,
        (Coverage, "untested"): priors.COVERAGE_UNTESTED,
        (PriceShocks, "moderate_chance"): priors.MODERATE_SHOCK_CHANCE,
        (PriceShocks, "moderate_factor"): priors.MODERATE_SHOCK_FACTOR,
        (PriceShocks, "severe_chance"): priors.SEVERE_SHOCK_CHANCE,
        (PriceShocks, "severe_factor"): priors.SEVERE_SHOCK_FACTOR,
        (Risk, "outage_sigma"): priors.OUTAGE_SIGMA,
        (Risk, "demand_variation"): priors.DEMAND_VARIATION,
        (Risk, "demand_common_share"): priors.DEMAND_COMMON_SHARE,
        (Risk, "retirement_median_months"): priors.RETIREMENT_MEDIAN_MONTHS,
    }
    for (kind, name), prior in said.items():
        description = get_type_hints(kind, include_extras=True)[name].__metadata__[0].description
        assert float(re.search(r"assumed ([\d.]*\d)", description)[1]) == prior, name
    assert Settings().migration_lead_days == priors.MIGRATION_LEAD_DAYS


def test_ten_thousand_task_classes_share_their_chains(lines_run):
    """Work per task class stays flat: ten times the task classes run at most eleven times the
    lines."""

    def files(count: int) -> list[SourceFile]:
        rows = "\n".join(
            f"  t{number}:\n    route: [{{model: gpt-5-mini}}]\n    fallbacks: "
            "[gemini/gemini-2.5-flash, gpt-4o]"
            for number in range(count)
        )
        return [SourceFile("allocations/a.yaml", f"task_classes:\n{rows}\n".encode())]

    small, large = (
        load_state(files(count), as_of=AS_OF, price_map=read_price_map) for count in (100, 1_000)
    )
    few, many = lines_run(lambda: build_system(small)), lines_run(lambda: build_system(large))
    assert many <= 11 * few
    built = build_system(large)
    assert len({id(one.chains[0].hops) for one in built.tasks}) == 1
