"""Every kind of shock on a portfolio worked out by hand: requests, value, cost, limits,
recovery."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.after_loss import after_loss
from multillm_gov.measures.failover import Failover
from multillm_gov.plugins import plugin_names
from multillm_gov.portfolio.scenario import SHOCKS, Shock
from multillm_gov.risk.stress.outcome import StressOutcome, TaskOutcome
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.units import Amount, Positive, Share

ALWAYS = {"govern.yaml": "risk: {coverage: {untested: 1}}\n"}
Made = Callable[..., StressContext]


def task(outcome: StressOutcome, name: str) -> TaskOutcome:
    return next(one for one in outcome.tasks if one.name == name)


def outage(entity: str, level: str = "provider", hours: str = "7.3", **more: object) -> Shock:
    return Shock(kind="outage", level=level, entity=entity, hours=Positive(hours), **more)  # type: ignore[arg-type]


def near(value: Decimal | float, expected: str | float) -> bool:
    return float(value) == pytest.approx(float(expected), rel=1e-12)


def test_an_outage_without_any_fallback_stops_the_task_class(made: Made) -> None:
    """7.3 hours are a hundredth of a month: 10,000 requests and 365 USD of 36,500."""
    found = stress(made(ALWAYS), (outage("beta"),))
    scoring = task(found, "scoring")
    assert (scoring.unserved_requests, scoring.degraded_requests) == (10_000, 0)
    assert near(scoring.value_at_risk, 365)
    assert scoring.added_cost == 0, "what is not answered is no saving"
    assert scoring.hours_to_recover == Decimal("7.3")
    assert task(found, "articles").unserved_requests == 0
    assert found.value_at_risk == scoring.value_at_risk


def test_a_fallback_that_always_works_takes_over_at_its_price(made: Made) -> None:
    """10,000 requests at .003 instead of .006 USD."""
    articles = task(stress(made(ALWAYS), (outage("acme"),)), "articles")
    assert (articles.unserved_requests, articles.degraded_requests, articles.value_at_risk) == (
        0,
        10_000,
        0,
    )
    assert near(articles.added_cost, -30)
    assert articles.hours_to_recover == Decimal("7.3")


def test_what_an_untested_failover_misses_is_unserved(made: Made) -> None:
    """Coverage .50 is assumed: half of the requests, half of the value."""
    articles = task(stress(made(), (outage("acme"),)), "articles")
    assert near(articles.unserved_requests, 5_000)
    assert near(articles.degraded_requests, 5_000)
    assert near(articles.value_at_risk, 365)
    assert near(articles.unserved_share, 0.5)


def test_a_drill_that_survived_counts(made: Made) -> None:
    drill = "drills: [{task_class: articles, date: 2026-11-01, result: survives, coverage: 0.8}]\n"
    articles = task(stress(made({"evidence/d.yaml": drill}), (outage("acme"),)), "articles")
    assert near(articles.unserved_requests, 2_000)


def test_people_reroute_by_hand_what_the_failover_missed(made: Made) -> None:
    found = stress(made(), (outage("acme", reroute_hours=Amount("0.73")),))
    assert near(task(found, "articles").unserved_requests, 500)
    assert near(task(found, "articles").degraded_requests, 500 + 9_000)
    assert not [text for text in found.assumed if "reroute" in text]
    assert [text for text in stress(made(), (outage("acme"),)).assumed if "reroute_hours" in text]


def test_a_fallback_that_is_the_same_deployment_helps_nothing(made: Made) -> None:
    assert task(stress(made(ALWAYS), (outage("gamma"),)), "filtering").unserved_requests == 10_000


@pytest.mark.parametrize(
    ("level", "entity"),
    [
        ("vendor", "acme"),
        ("cloud", "nimbus"),
        ("jurisdiction", "US"),
        ("family", "x"),
        ("model", "acme/x"),
        ("task_class", "articles"),
    ],
)
def test_every_level_is_hit(made: Made, level: str, entity: str) -> None:
    found = stress(made(), (outage(entity, level),))
    assert task(found, "articles").value_at_risk > 0
    assert task(found, "filtering").value_at_risk == 0


def test_a_dependency_takes_everything_that_hangs_on_it(made: Made) -> None:
    declared = "risk: {dependencies: {edge: {kind: gateway}, vault: {task_classes: [scoring]}}}\n"
    context = made({"govern.yaml": declared})
    assert near(stress(context, (outage("edge", "gateway"),)).value_at_risk, 730 + 365 + 73)
    assert near(stress(context, (outage("vault", "dependency"),)).value_at_risk, 365)


def test_at_the_busiest_time_four_times_as_much_is_lost(made: Made) -> None:
    calm, busy = (stress(made(), (outage("acme", at_peak=peak),)) for peak in (False, True))
    assert near(busy.value_at_risk, float(calm.value_at_risk) * 4)
    assert near(busy.unserved_requests, float(calm.unserved_requests) * 4)


HUNDRED_A_SECOND = """\
owner: growth
task_classes:
  routed:
    route: [{model: acme/x}]
    fallbacks: [beta/y]
    cost_of_wrong_model: {value_at_stake: 730}
    demand: {requests: 262800000, input_tokens: 1}
"""
"""100 requests a second over 730 hours."""


def limited(catalog: str, per_minute: int, allocation: str = HUNDRED_A_SECOND) -> dict[str, str]:
    declared = catalog.replace("  beta/y:\n", f"  beta/y:\n    requests_per_minute: {per_minute}\n")
    return {**ALWAYS, "catalog/models.yaml": declared, "allocations/a.yaml": allocation}


def test_a_fallback_takes_over_what_its_limit_allows(made: Made, catalog: str) -> None:
    """Method 3.3: 100 requests a second on a limit of 70 leave 30% unserved."""
    found = task(stress(made(limited(catalog, 70 * 60)), (outage("acme"),)), "routed")
    assert near(found.unserved_share, "0.30")
    assert near(found.unserved_requests, 0.30 * 2_628_000)
    assert near(found.degraded_requests, 0.70 * 2_628_000)
    assert near(found.value_at_risk, 0.30 * 7.3)


def test_tokens_are_limited_too(made: Made, catalog: str) -> None:
    declared = catalog.replace("  beta/y:\n", "  beta/y:\n    tokens_per_minute: 1500\n")
    files = {**ALWAYS, "catalog/models.yaml": declared, "allocations/a.yaml": HUNDRED_A_SECOND}
    assert near(task(stress(made(files), (outage("acme"),)), "routed").unserved_share, "0.75")


def test_at_the_busiest_time_the_limit_holds_less(made: Made, catalog: str) -> None:
    found = stress(made(limited(catalog, 70 * 60)), (outage("acme", at_peak=True),))
    assert near(task(found, "routed").unserved_share, 1 - 0.7 / 4)


SHARED_FALLBACK = """\
owner: growth
task_classes:
  heavy:
    route: [{model: acme/x}]
    fallbacks: [beta/y]
    demand: {requests: 262800000, input_tokens: 1}
  light:
    route: [{model: acme/x}]
    fallbacks: [beta/y, gamma/z]
    demand: {requests: 87600000, input_tokens: 1}
  own:
    route: [{model: beta/y}]
    demand: {requests: 43800000, input_tokens: 1}
"""
"""6,000 and 2,000 requests a minute fall back on a model that has 1,000 of its own."""


def test_what_is_left_of_a_limit_is_shared_in_proportion(made: Made, catalog: str) -> None:
    """A limit of 5,000 less 1,000 of its own leaves 4,000 for 8,000: half each; what is left goes
    down the chain."""
    found = stress(made(limited(catalog, 5_000, SHARED_FALLBACK)), (outage("acme"),))
    assert near(task(found, "heavy").unserved_share, "0.5")
    assert task(found, "light").unserved_share == 0, "its second fallback takes the rest"
    assert near(task(found, "light").degraded_requests, 876_000)
    assert task(found, "own").unserved_share == 0, "its own demand comes first"


def test_after_a_loss_concentration_is_that_of_the_measure_for_it(made: Made) -> None:
    context = made(ALWAYS)
    meanwhile = stress(context, (outage("acme", "vendor"),)).concentration
    failover = Failover(context.as_of, {})
    after = after_loss(context.figures.tasks, failover, Level.VENDOR, Basis.SPEND, "acme").after
    assert (meanwhile.largest, meanwhile.largest_share) == (
        "beta",
        pytest.approx(after.shares[0][1]),
    )
    assert meanwhile.hhi == pytest.approx(after.hhi)
    assert after.shares[0][1] == pytest.approx(6_000 / 7_000)


def test_a_rate_limit_cut_sends_the_rest_down_the_chain(made: Made, catalog: str) -> None:
    """acme/x takes 8,000 a minute as declared; cut to a quarter it takes 2,000 of 6,000."""
    declared = catalog.replace("  acme/x:\n", "  acme/x:\n    requests_per_minute: 8000\n")
    files = {**ALWAYS, "catalog/models.yaml": declared, "allocations/a.yaml": HUNDRED_A_SECOND}
    shock = Shock(
        kind="rate-limit",
        level="provider",
        entity="acme",
        factor=Positive("0.25"),
        hours=Positive("7.3"),
    )
    found = task(stress(made(files), (shock,)), "routed")
    assert found.unserved_requests == 0
    assert near(found.degraded_requests, 2_628_000 * 2 / 3)


def test_retries_multiply_the_demand_on_what_is_limited(made: Made, catalog: str) -> None:
    """100 on 50: half fail at once, so two tries make 150 calls of which 50 are answered."""
    files = {
        **ALWAYS,
        "catalog/models.yaml": catalog,
        "allocations/a.yaml": HUNDRED_A_SECOND.replace("beta/y", "acme/x"),
    }
    shock = Shock(
        kind="rate-limit", level="model", entity="acme/x", factor=Positive("0.125"), tries=2
    )
    assert near(task(stress(made(files), (shock,)), "routed").unserved_share, 1 - 50 / 150)


def test_a_limit_that_is_not_declared_is_just_enough_for_the_busiest_minute(made: Made) -> None:
    half = Shock(
        kind="rate-limit",
        level="provider",
        entity="beta",
        factor=Positive("0.5"),
        hours=Positive("7.3"),
    )
    calm = stress(made(ALWAYS), (half,))
    busy = stress(made(ALWAYS), (Shock(**{**half_fields(half), "at_peak": True}),))
    assert calm.unserved_requests == 0, "at the mean a fourth of it is enough"
    assert near(task(busy, "scoring").unserved_share, "0.5")


def half_fields(shock: Shock) -> dict[str, object]:
    return {name: getattr(shock, name) for name in shock.__struct_fields__}


def test_repricing_adds_share_times_rise(made: Made) -> None:
    """Method 5: s = 60/30/10 and +35% on the first: +21.00%, exactly."""
    context = made()
    shock = Shock(kind="repricing", level="vendor", entity="acme", factor=Positive("1.35"))
    found = stress(context, (shock,))
    assert found.added_cost == Decimal(2_100)
    assert found.added_cost / context.figures.spend_per_month == Decimal("0.21")
    assert (found.value_at_risk, found.unserved_requests, found.hours_to_recover) == (0, 0, 0)
    broken = {(one.what, one.subject): (one.figure, one.limit) for one in found.caps_broken}
    assert broken["monthly cap", "articles"] == (Decimal(8_100), Decimal(7_000))
    assert broken["price shock", "portfolio"] == (Decimal("0.21"), Decimal("0.15"))


def test_repricing_reaches_fixed_costs(made: Made, catalog: str) -> None:
    hosted = catalog.replace(
        "usd_per_million_tokens: {input: 1}",
        "usd_per_million_tokens: {input: 1}\n    usd_fixed_per_month: 500",
    )
    shock = Shock(kind="repricing", level="vendor", entity="gamma", factor=Positive(2))
    assert stress(made({"catalog/models.yaml": hosted}), (shock,)).added_cost == 1_500


def test_tokens_that_grow_step_into_dearer_tiers(made: Made) -> None:
    found = stress(made(), (Shock(kind="token-growth", factor=Positive(2)),))
    assert found.added_cost == 10_000, "twice the tokens, twice the bill"
    one = stress(
        made(),
        (Shock(kind="token-growth", level="model", entity="gamma/z", factor=Positive("1.5")),),
    )
    assert one.added_cost == 500


def test_more_demand_costs_more_and_meets_limits(made: Made, catalog: str) -> None:
    grown = Shock(kind="demand-growth", level="task_class", entity="scoring", factor=Positive(2))
    assert task(stress(made(), (grown,)), "scoring").added_cost == 3_000
    declared = catalog.replace("  beta/y:\n", "  beta/y:\n    requests_per_minute: 30\n")
    found = task(stress(made({"catalog/models.yaml": declared}), (grown,)), "scoring")
    assert near(found.unserved_requests, 2_000_000 - 30 * 43_800)


def test_less_of_something_saves(made: Made) -> None:
    half = Positive("0.5")
    for kind in ("demand-growth", "token-growth", "repricing"):
        found = stress(made(), (Shock(kind=kind, level="vendor", entity="acme", factor=half),))  # type: ignore[arg-type]
        assert (kind, found.added_cost) == (kind, -3_000)
        assert (found.unserved_requests, found.value_at_risk) == (0, 0)
    freed = Shock(kind="rate-limit", level="vendor", entity="acme", factor=Positive(9))
    assert stress(made(), (freed,)).unserved_requests == 0


def test_a_ceiling_breaks(made: Made) -> None:
    declared = {"govern.yaml": "appetite: {max_monthly_spend: 12000}\n"}
    found = stress(made(declared), (Shock(kind="demand-growth", factor=Positive("1.25")),))
    assert [
        (one.subject, one.figure) for one in found.caps_broken if one.what == "portfolio ceiling"
    ] == [("portfolio", Decimal(12_500))]


EVIDENCE = """\
records:
  - {task_class: articles, model: acme/x, date: 2026-11-01, sample_size: 600, score: 0.93, p95_seconds: 2}
  - {task_class: articles, model: beta/y, date: 2026-11-01, sample_size: 600, score: 0.85, p95_seconds: 9}
  - {task_class: articles, model: beta/y, date: 2026-12-01, sample_size: 600, score: 0.99, p95_seconds: 1}
"""  # noqa: E501


@pytest.fixture
def floored(allocation: str) -> dict[str, str]:
    declared = allocation.replace(
        "    spend_cap: {monthly: 7000}\n",
        "    spend_cap: {monthly: 7000}\n    quality: {floor: 0.90}\n    latency: {p95_seconds: "
        "5}\n",
    )
    return {**ALWAYS, "allocations/a.yaml": declared, "evidence/e.yaml": EVIDENCE}


def test_floors_break_at_the_fallback_that_answers(made: Made, floored: dict[str, str]) -> None:
    found = stress(made(floored), (outage("acme"),))
    assert [(one.what, one.model, one.figure, one.limit) for one in found.floors_broken] == [
        ("quality", "beta/y", Decimal("0.85"), Decimal("0.90")),
        ("latency", "beta/y", Decimal(9), Decimal(5)),
    ], "a result of tomorrow does not count"


def test_drift_costs_share_times_requests_times_points_times_value(
    made: Made, floored: dict[str, str]
) -> None:
    """Method 7: 5 points of 1,000,000 requests a month, .073 USD each, for 30.4166 days."""
    shock = Shock(
        kind="quality-drift",
        level="model",
        entity="acme/x",
        points=Share("0.05"),
        hours=Positive(730),
    )
    found = task(stress(made(), (shock,)), "articles")
    assert near(found.value_at_risk, 50_000 * 0.073)
    assert near(found.degraded_requests, 50_000)
    assert (found.unserved_requests, found.added_cost, found.hours_to_recover) == (0, 0, 730)
    below = stress(made(floored), (shock,))
    assert [(one.what, one.figure) for one in below.floors_broken] == [("quality", Decimal("0.88"))]
    assert task(below, "articles").degraded_requests == 1_000_000, (
        "every answer of a model below the floor"
    )


def test_a_floor_without_any_result_is_not_known_to_hold(
    made: Made, floored: dict[str, str]
) -> None:
    found = stress(made({**floored, "evidence/e.yaml": ""}), (outage("acme"),))
    assert not found.floors_broken
    assert any("`articles`" in text for text in found.unknown)


def test_another_voice_degrades_answers_and_costs_a_review(made: Made) -> None:
    shock = Shock(
        kind="tone-drift", level="vendor", entity="acme", ratio=Positive(3), days=Positive(30)
    )
    found = stress(made(), (shock,))
    assert near(found.degraded_requests, 1_000_000 * 720 / 730)
    assert [(one.what, one.subject, one.figure) for one in found.floors_broken] == [
        ("tone", "articles", 3)
    ]
    assert (found.value_at_risk, found.added_cost) == (0, 0)
    assert any("review_cost" in text for text in found.unknown)
    paid = stress(made(), (Shock(**{**half_fields(shock), "review_cost": Amount(2500)}),))
    assert paid.added_cost == 2_500
    same = stress(made(), (Shock(**{**half_fields(shock), "ratio": Positive("1.4")}),))
    assert same.degraded_requests == 0, "below 1.5 it is the same voice"


def test_a_retired_model_without_a_successor_ready_is_away_for_the_lead_time(made: Made) -> None:
    shock = Shock(kind="retirement", level="model", entity="acme/x", successor_qualified=False)
    found = task(stress(made({"govern.yaml": "migration_lead_days: 73\n"}), (shock,)), "articles")
    assert found.hours_to_recover == 73 * 24
    assert near(found.unserved_requests, 1_000_000 * 73 * 24 / 730 / 2)
    noticed = Shock(**{**half_fields(shock), "notice_days": Amount(60)})
    assert task(stress(made(), (noticed,)), "articles").hours_to_recover == 30 * 24
    in_time = Shock(**{**half_fields(shock), "notice_days": Amount(180)})
    assert task(stress(made(), (in_time,)), "articles").unserved_requests == 0


def test_a_qualified_successor_answers_at_its_own_price(made: Made) -> None:
    shock = Shock(kind="retirement", level="model", entity="acme/x", successor_qualified=True)
    found = stress(made(), (shock,))
    assert found.added_cost == 3_000, "9 instead of 6 USD per million tokens"
    assert (found.unserved_requests, found.degraded_requests, found.hours_to_recover) == (0, 0, 0)
    assert [(one.what, one.figure) for one in found.caps_broken if one.subject == "articles"] == [
        ("monthly cap", Decimal(9_000))
    ]
    nameless = Shock(kind="retirement", level="model", entity="gamma/z", successor_qualified=True)
    assert any("no successor is named" in text for text in stress(made(), (nameless,)).unknown)


PROBE = "{task_class: articles, model: acme/x2, kind: answer, date: 2026-11-01, calls: 3"


@pytest.mark.parametrize(
    ("proof", "ready"),
    [
        (
            (
                "records: [{task_class: articles, model: acme/x2, date: 2026-11-01, sample_size: 600, "  # noqa: E501
                "score: 0.91}]"
            ),
            True,
        ),
        (
            (
                "records: [{task_class: articles, model: acme/x2, date: 2026-11-01, sample_size: 600, "  # noqa: E501
                "score: 0.89}]"
            ),
            False,
        ),
        (
            (
                "records: [{task_class: articles, model: acme/x2, date: 2026-12-01, sample_size: 600, "  # noqa: E501
                "score: 0.91}]"
            ),
            False,
        ),
        (
            (
                "records: [{task_class: scoring, model: acme/x2, date: 2026-11-01, sample_size: 600, "  # noqa: E501
                "score: 0.91}]"
            ),
            False,
        ),
        (
            f"probes: [{PROBE}, verdict: pass}}]",
            True,
        ),
        (
            f"probes: [{PROBE}, verdict: contract}}]",
            False,
        ),
    ],
)
def test_whether_a_successor_is_ready_is_as_proved(
    made: Made, floored: dict[str, str], proof: str, ready: bool
) -> None:
    files = {**floored, "evidence/e.yaml": proof + "\n"}
    found = task(
        stress(made(files), (Shock(kind="retirement", level="model", entity="acme/x"),)), "articles"
    )
    assert (found.hours_to_recover == 0) is ready


def test_a_retired_models_fixed_cost_ends_with_it(made: Made, catalog: str) -> None:
    hosted = catalog.replace(
        "usd_per_million_tokens: {input: 6}",
        "usd_per_million_tokens: {input: 6}\n    usd_fixed_per_month: 500",
    )
    shock = Shock(kind="retirement", level="model", entity="acme/x", successor_qualified=True)
    assert stress(made({"catalog/models.yaml": hosted}), (shock,)).added_cost == 2_500


def test_a_withdrawal_lasts_days(made: Made) -> None:
    shock = Shock(kind="withdrawal", level="jurisdiction", entity="FR", days=Positive(73))
    found = stress(made(ALWAYS), (shock,))
    assert near(task(found, "scoring").value_at_risk, 36_500 * 73 * 24 / 730)
    assert task(found, "articles").unserved_requests == 0
    assert found.hours_to_recover == 73 * 24


def test_a_hard_cap_stops_the_task_class_until_the_month_ends(made: Made) -> None:
    """Day 20 leaves 250 of 730 hours."""
    found = stress(made(ALWAYS), (Shock(kind="cap-exhausted", day=20),))
    assert near(task(found, "articles").value_at_risk, 25_000)
    assert near(task(found, "scoring").unserved_requests, 1_000_000 * 250 / 730)
    assert task(found, "filtering").value_at_risk == 0, "it has no cap"
    assert task(found, "articles").hours_to_recover == 250
    assert stress(made(), (Shock(kind="cap-exhausted", day=31),)).unserved_requests == 0


def test_a_soft_cap_costs_instead(made: Made) -> None:
    shock = Shock(kind="cap-exhausted", level="task_class", entity="articles", day=20, hard=False)
    found = stress(made(), (shock,))
    assert found.unserved_requests == 0
    assert near(found.added_cost, 7_000 / 20 / 24 * 250)


def test_shocks_at_once_last_each_its_own_time(made: Made) -> None:
    """The fallback is away for the first 3.65 of 7.3 hours."""
    found = task(stress(made(ALWAYS), (outage("acme"), outage("beta", hours="3.65"))), "articles")
    assert near(found.unserved_requests, 5_000)
    assert near(found.degraded_requests, 5_000)
    assert near(found.value_at_risk, 365)
    assert found.hours_to_recover == Decimal("7.3")


def test_only_the_first_month_counts_for_caps(made: Made) -> None:
    shock = Shock(
        kind="repricing",
        level="vendor",
        entity="acme",
        factor=Positive("1.10"),
        hours=Positive(1460),
    )
    found = stress(made(), (shock,))
    assert (found.added_cost, found.added_cost_in_month) == (1_200, 600)
    assert not found.caps_broken


def test_a_model_that_is_retired_already_answers_nothing_before_or_after(
    made: Made, catalog: str
) -> None:
    gone = {"catalog/models.yaml": catalog.replace("2027-01-14", "2026-01-14"), **ALWAYS}
    assert stress(made(gone), (outage("acme"),)).unserved_requests == 0
    assert near(task(stress(made(gone), (outage("beta"),)), "articles").unserved_share, 1)


def test_an_unknown_price_is_said_and_not_taken_for_free(made: Made, catalog: str) -> None:
    unpriced = catalog.replace("    usd_per_million_tokens: {input: 3}\n", "")
    found = stress(made({**ALWAYS, "catalog/models.yaml": unpriced}), (outage("acme"),))
    assert task(found, "articles").added_cost == 0
    assert not task(found, "articles").cost_known
    assert not found.cost_known
    assert not found.concentration.known
    assert any("`beta/y`" in text for text in found.unknown)


def test_an_entity_word_has_to_be_resolved_first(made: Made) -> None:
    with pytest.raises(ValueError, match="each"):
        stress(made(), (Shock(kind="outage", level="vendor"),))


def test_what_is_not_declared_or_not_known_is_borne(made: Made) -> None:
    """No demand, a model nobody knows, a leg without weight: value at risk still counts, cost is
    not invented."""
    odd = """\
owner: growth
task_classes:
  quiet:
    route: [{model: acme/x}]
    cost_of_wrong_model: {value_at_stake: 73000}
  strange:
    route: [{model: nobody/knows, weight: 100}, {model: beta/y, weight: 0}]
    fallbacks: [gamma/z, nobody/else]
    cost_of_wrong_model: {value_at_stake: 7300}
    demand: {requests: 1000, input_tokens: 10}
"""
    context = made({**ALWAYS, "allocations/a.yaml": odd})
    found = stress(context, (outage("acme"), outage("nobody/knows", "model")))
    assert near(task(found, "quiet").value_at_risk, 730)
    assert (task(found, "quiet").unserved_requests, task(found, "quiet").unserved_share) == (0, 1)
    strange = task(found, "strange")
    assert (strange.unserved_requests, strange.degraded_requests, strange.added_cost) == (0, 10, 0)
    assert any("`nobody/knows`" in text for text in found.unknown)
    for kind in plugin_names(SHOCKS):
        stress(context, (Shock(kind=kind),))


def test_where_nobody_answers_no_vendor_is_large(made: Made, catalog: str) -> None:
    """Hosting goes on while everything is away; it buys no answer, so nobody's share of it is a
    concentration."""
    hosted = catalog.replace(
        "usd_per_million_tokens: {input: 1}",
        "usd_per_million_tokens: {input: 1}\n    usd_fixed_per_month: 500",
    )
    settings = "risk: {coverage: {untested: 1}, dependencies: {front: {kind: gateway}}}\n"
    context = made({"govern.yaml": settings, "catalog/models.yaml": hosted})
    meanwhile = stress(context, (outage("front", "gateway"),)).concentration
    assert (meanwhile.largest, meanwhile.largest_share, meanwhile.hhi) == ("", 0, 0)
    assert stress(context, (outage("acme"), outage("beta"))).concentration.largest == "gamma"
