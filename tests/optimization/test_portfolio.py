"""Optimizing a portfolio: limits from its own files, proposals judged, plans, what limits cost."""

import json
from collections.abc import Mapping
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from conftest import Checkout
from multillm_gov import exits
from multillm_gov.__main__ import main
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.finding import Severity
from multillm_gov.measures.intervals import wilson_lower_bound
from multillm_gov.optimization import portfolio_problem
from multillm_gov.optimization.candidates import candidates_of, late_share
from multillm_gov.optimization.frontier import frontier
from multillm_gov.optimization.leverage import leverages
from multillm_gov.optimization.other_costs import lost_hits
from multillm_gov.optimization.plan import stages, to_measure
from multillm_gov.optimization.policy_prices import policy_prices
from multillm_gov.optimization.solving import spend_of
from multillm_gov.risk.portfolio_risk import PortfolioRisk, measure_risk
from multillm_gov.risk.stress.outcome import LimitBreach
from multillm_gov.risk.stress.scenario_book import scenarios_of
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.optimization import proving
from multillm_gov.workflows.optimization.claim import ClaimOptions
from multillm_gov.workflows.optimization.delivery import branch_of, patch_of, write_stage
from multillm_gov.workflows.optimization.optimize import Optimized, OptimizeOptions, optimize
from multillm_gov.workflows.optimization.optimum import Optimum, ProposalError
from multillm_gov.workflows.optimization.own_claim import try_claim_on_own_data
from multillm_gov.workflows.optimization.proposing import optimize_state
from multillm_gov.workflows.optimization.proving import new_findings, proposed
from multillm_gov.workflows.optimization.what_if import assume
from optimization.shop import EVIDENCE, SCORES, shop, shop_files
from portfolios import AS_OF, assessed

CAP = "  vendors: {{rule: concentration, level: {level}, weigh_by: {basis}, {limit}}}\n"


def cap(limit: str, level: str = "vendor", basis: str = "requests") -> str:
    return CAP.format(level=level, basis=basis, limit=limit)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def routes(optimum: Optimum) -> dict[str, dict[str, float]]:
    return {
        move.task: {model: float(weight) for model, weight in move.route} for move in optimum.moves
    }


def cost(optimum: Optimum) -> float:
    assert optimum.solution is not None
    return optimum.solution.cost


@pytest.fixture(scope="module")
def plain() -> Optimum:
    return optimize_state(shop())


def test_the_cheapest_proved_allocation(plain: Optimum) -> None:
    """By hand: triage mixes just enough of the better model to prove its floor of 0.80."""
    small, mid = (
        wilson_lower_bound(SCORES["triage", m], 2000) for m in ("gamma/small", "beta/mid")
    )
    assert small < 0.80 < mid
    share = (0.80 - small) / (mid - small)
    found = routes(plain)
    assert set(found) == {"triage", "tagging"}
    assert found["tagging"] == {"gamma/small": 100}
    assert found["triage"]["beta/mid"] == pytest.approx(100 * share, abs=0.011)
    assert plain.today == pytest.approx(23_000)
    weight = found["triage"]["beta/mid"] / 100
    assert cost(plain) == pytest.approx(2_000 + 5_000 + 1_000 * (1 - weight) + 4_000 * weight)


def test_every_proposal_is_judged_and_costed(plain: Optimum) -> None:
    assert plain.proposal is not None
    assert new_findings(plain.prepared.assessment, plain.proposal) == ()
    spend = plain.proposal.state.figures.spend_per_month
    assert float(spend) == pytest.approx(cost(plain), rel=1e-12)
    for move in plain.moves:  # whoever answers first is no fallback of its own, and one is there
        assert move.fallbacks
        assert len(move.route) > 1 or move.route[0][0] not in move.fallbacks


@pytest.mark.parametrize(
    "policy",
    [
        cap("max_share: 0.5"),
        cap("max_share: 0.5", basis="spend"),
        cap("max_share: 0.6", basis="value_at_stake"),
        cap("max_share: 0.55", level="cloud"),
        cap("max_share: 0.5", level="jurisdiction"),
        cap("max_share: 0.45", level="model"),
        cap("max_hhi: 3800"),
        cap("max_hhi: 4200", basis="spend"),
        cap("min_effective_number: 2.5"),
        cap("min_effective_number: 2.2", basis="spend"),
        cap("max_top_n: {n: 2, share: 0.8}"),
        "  law: {rule: jurisdiction-limit, named: [DE], weigh_by: requests, max_share: 0.4}\n",
        "  prices: {rule: absolute-exposure, price_rise: 0.5, max_added_monthly: 2600}\n",
        "  total: {rule: total-spend-over-cap, per: vendor, max_monthly: 5200}\n",
    ],
)
def test_limits_of_every_level_and_weight_hold(policy: str, plain: Optimum) -> None:
    optimum = optimize_state(shop(policies=policy))
    assert optimum.proposal is not None
    name = policy.split(":", maxsplit=1)[0].strip()
    assert not [one for one in optimum.proposal.findings if one.policy == name and one.active]
    assert cost(optimum) > cost(plain) - 1e-6
    assert not [
        one
        for one in new_findings(optimum.prepared.assessment, optimum.proposal)
        if one.severity is Severity.ERROR
    ]


def test_a_share_of_spend_is_not_met_by_spending_more() -> None:
    """Vendor acme keeps writing's 5,000; at most half of the bill may be its own."""
    half = optimize_state(shop(policies=cap("max_share: 0.5", basis="spend")))
    assert half.proposal is not None
    assert cost(half) <= half.today
    # The bill of the others is as small as the limit allows: 5,000 are half of 10,000.
    assert cost(half) == pytest.approx(10_000, rel=1e-3)
    impossible = optimize_state(shop(policies=cap("max_share: 0.2", basis="spend")))
    assert impossible.solution is None
    assert impossible.conflicts


def test_cost_falls_with_every_limit_that_is_relaxed() -> None:
    shares = (0.36, 0.4, 0.5, 0.6, 0.8, 1.0)
    costs = [cost(optimize_state(shop(policies=cap(f"max_share: {share}")))) for share in shares]
    assert costs == sorted(costs, reverse=True)
    floors = ("0.9", "0.85", "0.8", "0.7")
    costs = [
        cost(
            optimize_state(
                shop(allocation={"quality: {floor: 0.80}": f"quality: {{floor: {floor}}}"})
            )
        )
        for floor in floors
    ]
    assert costs == sorted(costs, reverse=True)


def test_order_of_files_and_entries_changes_nothing(plain: Optimum) -> None:
    files = shop_files()
    head, *classes = files["allocations/shop.yaml"].split("\n  t")
    evidence = files["evidence/results.yaml"].splitlines()
    files["evidence/results.yaml"] = "\n".join([evidence[0], *reversed(evidence[1:])]) + "\n"
    last, writing = classes[1].split("\n  writing:")
    files["allocations/shop.yaml"] = (
        f"{head}\n  writing:{writing.rstrip()}\n  t{last}\n  t{classes[0]}\n"
    )

    turned = optimize_state(assessed(files))
    assert routes(turned) == routes(plain)
    assert cost(turned) == cost(plain)


def test_an_impossible_limit_is_answered_with_its_conflict() -> None:
    policies = cap("max_share: 0.3") + (
        "  only: {rule: model-not-allowed, allow: [{vendor: acme}, {vendor: beta}]}\n"
    )
    optimum = optimize_state(shop(policies=cap("max_share: 0.3")))
    assert optimum.solution is None
    (conflict,) = optimum.conflicts
    (relaxation,) = [one for one in conflict.relaxations if one.limit.name == "vendors"]
    assert relaxation.enough
    assert relaxation.value == pytest.approx(1 / 3, abs=2e-3)
    del policies


def test_a_floor_that_no_model_proves_blocks_its_task_class_alone() -> None:
    state = shop(allocation={"quality: {floor: 0.80}": "quality: {floor: 0.97}"})
    optimum = optimize_state(state)
    (blocked,) = optimum.blocked
    assert blocked.task == "triage"
    names = {limits[0].name for limits in blocked.conflict.policies}
    assert "quality floor of triage" in names
    assert set(routes(optimum)) == {"tagging"}


def test_what_cannot_move_says_why() -> None:
    demand = "    demand: {requests: 500000, input_tokens: 500, output_tokens: 500}\n"
    state = shop(allocation={demand: ""})
    held = {one.task: one.reason for one in optimize_state(state).prepared.inputs.options.held}
    assert held == {"writing": "no demand is declared"}
    none = optimize_state(assume(shop().state, ("demand:writing=0",)), on_files=False)
    held = {one.task: one.reason for one in none.prepared.inputs.options.held}
    assert held == {"writing": "its demand is 0 requests"}


def test_models_that_policies_refuse_are_no_options() -> None:
    policy = "  allowed: {rule: model-not-allowed, deny: {vendors: [gamma]}}\n"
    optimum = optimize_state(shop(policies=policy))
    assert all("gamma/small" not in route for route in routes(optimum).values())
    refused = {one.model for one in optimum.prepared.refusals if one.policy == "allowed"}
    assert refused == {"gamma/small"}


def test_residency_is_a_limit() -> None:
    places = {
        f"  {model}:\n    mode: chat\n": f"  {model}:\n    mode: chat\n    regions: [{place}]\n"
        for model, place in (("acme/big", "US"), ("beta/mid", "US"), ("gamma/small", "EU"))
    }
    home = {"quality: {floor: 0.70}": "quality: {floor: 0.70}\n    data: {residency: [US]}"}
    optimum = optimize_state(shop(allocation=home, catalog=places))
    assert "gamma/small" not in routes(optimum).get("tagging", {})
    (refusal,) = (one for one in optimum.prepared.refusals if one.rule == "GOV601")
    assert (refusal.task, refusal.model) == ("tagging", "gamma/small")


def test_an_independent_fallback_stands_behind_every_route(plain: Optimum) -> None:
    policy = "  apart: {rule: fallback-not-independent, levels: [vendor, cloud]}\n"
    optimum = optimize_state(shop(policies=policy))
    assert optimum.proposal is not None
    assert not [one for one in optimum.proposal.findings if one.policy == "apart" and one.active]
    for move in optimum.moves:
        vendors = {model.split("/")[0] for model, _ in move.route}
        assert any(model.split("/")[0] not in vendors for model in move.fallbacks)
    del plain


def test_moves_must_pay_off_within_their_months() -> None:
    settings = "optimization: {evaluation_per_move: 30000, migration_per_move: 42000, months: 12}\n"
    optimum = optimize_state(shop(settings=settings))  # 6,000 a month for every new model
    assert set(routes(optimum)) == {"triage"}
    (move,) = optimum.moves
    assert move.new_models == ("gamma/small",)
    assert cost(optimum) < 23_000


def test_a_saving_on_consumption_under_a_minimum_is_no_cash() -> None:
    """30,000 are owed to acme: what it answers up to that is paid for in any case.

    Triage and writing there are 15,000; three quarters of tagging fill the rest, and the last
    quarter goes to gamma/small for 500.
    """
    settings = (
        "optimization:\n  contracts:\n    acme: {minimum_monthly: 30000, owed_until: 2027-06-30}\n"
    )
    optimum = optimize_state(shop(settings=settings))
    assert optimum.solution is not None
    assert optimum.today == pytest.approx(8_000 + 30_000)
    assert cost(optimum) == pytest.approx(30_500, abs=2)
    assert optimum.solution.spend > 23_000  # more consumption, and 7,500 less cash
    ended = optimize_state(shop(settings=settings.replace("2027-06-30", "2026-06-30")))
    assert cost(ended) == pytest.approx(30_500, abs=2)  # writing still needs acme


def test_lost_cache_hits() -> None:
    assert lost_hits(0.5, 1.0) == 0
    assert lost_hits(0.5, 0.5) == pytest.approx(0.5 - (1 - 0.5**0.5))
    assert lost_hits(0.0, 0.5) == 0


def test_late_answers_of_a_mixture_add_up(plain: Optimum) -> None:
    state = shop(
        allocation={
            "quality: {floor: 0.70}": "quality: {floor: 0.70}\n    latency: {p95_seconds: 3}"
        }
    )
    task = next(task for task in state.state.figures.tasks if task.task.name == "tagging")
    record = state.state.evidence["tagging", "gamma/small"][0].record
    assert late_share(task, record) == pytest.approx(0.0046, abs=0.0005)  # lognormal, 1 s and 2 s
    assert late_share(task, replace(record, p50_seconds=None)) == 0.05
    assert routes(optimize_state(state))["tagging"] == routes(plain)["tagging"]


def test_the_appetite_for_outage_losses_is_a_limit(plain: Optimum) -> None:
    loose = optimize_state(shop(settings="risk: {max_outage_loss_share: 0.5}\n"))
    assert routes(loose) == routes(plain)
    tight = optimize_state(shop(settings="risk: {max_outage_loss_share: 0.0000001}\n"))
    assert tight.solution is None
    (conflict,) = tight.conflicts
    assert conflict.relaxations[0].limit.parameter == "max_outage_loss_share"


def test_the_price_of_a_policy_is_what_dropping_it_saves(plain: Optimum) -> None:
    optimum = optimize_state(shop(policies=cap("max_share: 0.5")))
    assert optimum.solution is not None
    prices = {one.limit.name: one for one in policy_prices(optimum.problem, optimum.solution)}
    price = prices["vendors"]
    assert price.cost_without == pytest.approx(cost(plain), rel=1e-3)
    assert price.price == pytest.approx(cost(optimum) - cost(plain), rel=1e-2)
    relaxed = optimize_state(shop(policies=cap("max_share: 0.6")))
    assert price.relaxed_value == pytest.approx(0.6)
    assert price.cost_relaxed == pytest.approx(cost(relaxed), rel=1e-3)
    step = optimize_state(shop(policies=cap("max_share: 0.51")))
    assert price.saving_per_step == pytest.approx(cost(optimum) - cost(step), rel=2e-2)


def test_frontiers_are_not_dominated_and_hold_the_optimum(plain: Optimum) -> None:
    options = plain.prepared.inputs.options
    total = float(plain.prepared.assessment.state.figures.requests_per_month)
    traced = frontier(plain.problem, "quality", [options.quality * options.requests / total])
    assert traced is not None
    costs = [point.cost for point in traced.points]
    values = [point.value for point in traced.points]
    assert costs == sorted(costs)
    assert values == sorted(values)
    assert costs[0] == pytest.approx(cost(plain), rel=1e-4)
    assert traced.today.cost == pytest.approx(23_000)
    assert traced.distance is not None
    assert 0 < traced.distance < 23_000 - costs[0]


def test_the_plan_starts_with_the_best_single_move(plain: Optimum) -> None:
    assert plain.solution is not None
    first, last = stages(plain.problem, plain.solution)
    assert len(first.tasks) == 1
    assert set(last.tasks) == {"triage", "tagging"}
    assert 0 < first.saving < last.saving


def test_leverage_is_what_could_leave(plain: Optimum) -> None:
    by_name = {one.provider: one for one in leverages(plain.prepared.inputs.options, plain.problem)}
    acme = by_name["acme"]
    assert (acme.spend, acme.portable, acme.alternative) == (15_000, 10_000, 4_000)
    assert acme.break_even_discount == pytest.approx(0.6)
    assert acme.tasks == ("triage",)
    assert by_name["beta"].saving == 6_000


@pytest.mark.parametrize(
    ("assumption", "expected"),
    [
        ("price:gamma/small=4", {"tagging": False}),
        ("gone:gamma", {"tagging": False}),
        ("model:beta/cheap@triage=0.9", {"triage": True}),
        ("cap:writing=4000", {"writing": False}),
        ("demand:2", {"tagging": True, "triage": True}),
        ("demand:tagging=2", {"tagging": True}),
    ],
)
def test_assumptions(assumption: str, expected: dict[str, bool], plain: Optimum) -> None:
    state = assume(shop().state, (assumption,))
    optimum = optimize_state(state, on_files=False)
    found = routes(optimum)
    assert {task: task in found for task in expected} == expected
    if assumption == "demand:2":
        assert found == routes(plain)
        assert cost(optimum) == pytest.approx(2 * cost(plain))
    if assumption.startswith("model"):
        assert "beta/cheap" in found["triage"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "gone", "gone:nobody", "price:acme/big=x", "cap:none=3", "demand:none=2", "x:y=1"),
    ],
)
def test_assumptions_that_are_none(text: str) -> None:
    with pytest.raises(UsageError):
        assume(shop().state, (text,))


def test_a_cap_of_a_policy_can_be_assumed() -> None:
    state = shop(policies=cap("max_share: 0.5"))
    looser = assume(state.state, ("cap:vendors.max_share=0.9",))
    assert cost(optimize_state(looser, on_files=False)) < cost(optimize_state(state))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Optimized:
    folder = write(tmp_path_factory.mktemp("shop"), shop_files(policies=cap("max_share: 0.5")))
    return optimize(OptimizeOptions(frontier_points=5), as_of=AS_OF, root=folder)


def test_the_report_says_what_a_limit_costs_and_what_comes_first(whole: Optimized) -> None:
    from multillm_gov.rendering.renderers import renderer

    text = " ".join(renderer("text")(whole.report).decode().split())
    assert "The 50.0% limit of `vendors` (policies/limits.yaml:2) costs" in text
    assert "at 60.0% it would cost" in text
    assert "As insurance it avoids" in text
    assert "Back to acme/big 100% if the accepted share falls below 0.800" in text
    for name in ("markdown", "html", "json"):
        assert b"Better allocation" in renderer(name)(whole.report)


def test_every_stage_is_proved_alone(whole: Optimized) -> None:
    assert [stage.name for stage in whole.result.stages] == ["best single move", "whole"]
    for stage in whole.result.stages:
        assert stage.saving > 0
        assert stage.effects


def test_writing_keeps_every_other_byte(tmp_path: Path) -> None:
    root = write(tmp_path, shop_files())
    before = (root / "allocations/shop.yaml").read_text()
    found = optimize(OptimizeOptions(frontier_points=0, prices=False), as_of=AS_OF, root=root)
    patch = patch_of(found, "whole")
    assert write_stage(found, "whole") == ("allocations/shop.yaml",)
    after = (root / "allocations/shop.yaml").read_text()
    changed = set(before.splitlines()) ^ set(after.splitlines())
    assert all("model" in line or "fallbacks" in line or "weight" in line for line in changed)
    assert "# the incumbent" in after
    assert patch.count(b"\n@@") + patch.startswith(b"@@") >= 1
    again = optimize(OptimizeOptions(frontier_points=0, prices=False), as_of=AS_OF, root=root)
    assert again.result.stages == ()  # what is optimal stays
    with pytest.raises(UsageError):
        write_stage(again, "whole")


def test_a_branch_gets_the_only_commit(checkout: Checkout) -> None:
    checkout.commit(shop_files())
    head, status = checkout.git("rev-parse", "HEAD"), checkout.git("status", "--porcelain")
    options = OptimizeOptions(frontier_points=0, prices=False)
    found = optimize(options, as_of=AS_OF, root=checkout.folder)
    patch = patch_of(found, "whole")
    commit = branch_of(found, "whole", "cheaper")
    assert checkout.git("rev-parse", "HEAD") == head
    assert checkout.git("status", "--porcelain") == status == ""
    assert checkout.git("rev-parse", "cheaper") == commit
    assert checkout.git("rev-parse", "cheaper^") == head
    assert checkout.git("diff", "--name-only", head, "cheaper") == "allocations/shop.yaml"
    assert "Roll back" in checkout.git("log", "-1", "--format=%B", "cheaper")
    (checkout.folder / "p.patch").write_bytes(patch)
    checkout.git("apply", "--check", "p.patch")
    with pytest.raises(UsageError, match="already"):
        branch_of(found, "whole", "cheaper")
    with pytest.raises(UsageError):
        branch_of(found, "whole", "--force")
    checkout.write({"allocations/shop.yaml": "# changed\n"})
    with pytest.raises(SourceError):
        branch_of(found, "whole", "other")


def test_the_claim_on_own_results(tmp_path: Path) -> None:
    root = write(tmp_path, shop_files())
    report, result = try_claim_on_own_data(ClaimOptions(), as_of=AS_OF, root=root)
    by_name = {one.name: one for one in result.trial.against}
    assert by_name["incumbent"].saving > 0.25
    assert "what answers today" in report.summary
    assert result.trial.verdict in {"supported", "depends on the baseline", "not supported"}
    (root / "evidence/results.yaml").write_text("records: []\n")
    with pytest.raises(SourceError):
        try_claim_on_own_data(ClaimOptions(), as_of=AS_OF, root=root)


def test_amounts_are_exact_decimals(whole: Optimized) -> None:
    assert isinstance(whole.result.today, Decimal)
    assert np.isfinite(float(whole.result.stages[-1].saving))
    assert isinstance(whole.assessment, Assessment)


def test_every_stage_is_stressed(whole: Optimized) -> None:
    """The worst cases are those of `govern stress` on the portfolio as it is written."""
    from multillm_gov.rendering.renderers import renderer

    last = whole.result.stages[-1]
    names = [one.name for one in last.stress.scenarios]
    assert len(names) > 5
    assert names == [booked.name for booked in scenarios_of(whole.assessment.state.scenarios)]
    written = proposed(whole.assessment.state, whole.files["whole"])
    alone = measure_risk(written.state, scenarios_of(written.state.scenarios), whole=False, years=0)
    for one, result in zip(last.stress.scenarios, alone.results, strict=True):
        assert one.after == (result.worst.outcome.loss if result.worst else None), one.name
    moved = [one for one in last.stress.scenarios if one.before != one.after]
    assert moved
    text = " ".join(renderer("text")(whole.report).decode().split())
    assert "Stress: value at risk and added cost of each worst case" in text
    assert moved[0].name in text


def test_a_limit_broken_without_a_shock_leaves_its_task_class(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Were the rule book blind to it, stress would still refuse what breaks on a usual day."""

    def broken(before: PortfolioRisk, after: PortfolioRisk) -> tuple[LimitBreach, ...]:
        routed = {task.name: task.figures.primary.model for task in after.context.tasks}
        if routed["tagging"] != "gamma/small":
            return ()
        one = LimitBreach(
            what="quality", subject="tagging", figure=Decimal("0.6"), limit=Decimal("0.7")
        )
        return (one,)

    monkeypatch.setattr(proving, "newly_broken", broken)
    optimum = optimize_state(shop())
    assert set(routes(optimum)) == {"triage"}
    assert optimum.dropped == (
        ("tagging", "stress `tagging`: quality floor, 0.600; the limit is 0.700"),
    )


def test_a_cost_that_differs_from_the_solvers_is_a_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path, shop_files())
    monkeypatch.chdir(root)
    call = ["optimize", "--points", "0", "--no-prices", "--as-of", AS_OF.isoformat()]
    assert main(call) == 0
    capsys.readouterr()
    before = (root / "allocations/shop.yaml").read_bytes()
    monkeypatch.setattr(
        proving, "spend_of", lambda problem, shares: 1.01 * spend_of(problem, shares)
    )
    assert main([*call, "--write"]) == exits.DEFECT == 70
    said = capsys.readouterr().err
    assert "defect in govern: ProposalError: the solver's change of spend is" in said
    assert (root / "allocations/shop.yaml").read_bytes() == before


def test_a_proposal_that_breaks_a_modeled_policy_is_a_defect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows that are lost on their way to the solver do not end as a proposal."""
    monkeypatch.setattr(portfolio_problem, "entity_limit", lambda *_: ())
    with pytest.raises(ProposalError, match="breaks `vendors`"):
        optimize_state(shop(policies=cap("max_share: 0.4")))


SMALL = "task_class: tagging, model: gamma/small, date: 2026-11-02, sample_size: 2000, score: 0.8,"
VENDORS = f"{SMALL} origin: vendor, source: https://gamma.example/scores,"


def test_public_scores_count_only_when_requested_and_are_marked(tmp_path: Path) -> None:
    """Tagging's only result of gamma/small is what its vendor published."""
    from multillm_gov.rendering.renderers import renderer

    root = write(tmp_path, shop_files(evidence={SMALL: VENDORS}))
    quiet = OptimizeOptions(frontier_points=0, prices=False)
    own = optimize(quiet, as_of=AS_OF, root=root)
    moved = {move.task: dict(move.route) for move in own.result.stages[-1].moves}
    assert "tagging" not in moved
    assert own.result.public == ()
    both = optimize(replace(quiet, public=True), as_of=AS_OF, root=root)
    last = both.result.stages[-1]
    moved = {move.task: dict(move.route) for move in last.moves}
    assert moved["tagging"] == {"gamma/small": 100}
    assert both.result.public == ("gamma/small",)
    (needed,) = (one for one in last.measurements if one.task == "tagging")
    assert needed.public
    assert needed.missing == needed.cases > 0  # none of the published cases counts
    text = " ".join(renderer("text")(both.report).decode().split())
    assert "quality of `gamma/small` rests on public results" in text
    assert "it has only public results" in text
    assert "rests on public results" not in " ".join(renderer("text")(own.report).decode().split())


def test_own_scores_come_before_public_ones() -> None:
    """A newer and better public result changes nothing where there is an own one."""
    newer = VENDORS.replace("2026-11-02", "2026-11-20").replace("score: 0.8,", "score: 0.99,")
    line = next(text for text in EVIDENCE.splitlines(keepends=True) if SMALL in text)
    state = shop(evidence={line: line + line.replace(SMALL, newer)})
    optimum = optimize_state(state, public=True)
    (option,) = (
        option
        for option in optimum.prepared.inputs.options.options
        if (option.task.task.name, option.candidate.model) == ("tagging", "gamma/small")
    )
    assert not option.candidate.public
    assert option.candidate.record is not None
    assert float(option.candidate.record.score) == 0.8


def test_a_latency_that_nobody_measured_holds_its_task_class() -> None:
    """An assumed model is assumed to be within the limit, where all that is assumed is a score."""
    untimed = {"p50_seconds: 1, p95_seconds: 2": "p50_seconds: 1"}
    limited = {"quality: {floor: 0.80}": "quality: {floor: 0.80}\n    latency: {p95_seconds: 3}"}
    lines = [line for line in EVIDENCE.splitlines(keepends=True) if "triage" in line]
    evidence = {line: line.replace(*next(iter(untimed.items()))) for line in lines}
    state = shop(allocation=limited, evidence=evidence)
    held = {one.task: one.reason for one in optimize_state(state).prepared.inputs.options.held}
    assert held == {"triage": "its latency is limited, and no other model's was measured"}
    assumed = assume(state.state, ("model:beta/cheap@triage=0.95",))
    optimum = optimize_state(assumed, on_files=False)
    assert routes(optimum)["triage"] == {"beta/cheap": 100}
    (needed,) = to_measure(optimum.prepared.inputs.options, [("triage", "beta/cheap")])
    assert needed.measured == 0  # what is assumed was not measured
    assert needed.missing == needed.cases > 0


TIGHT_AND_LOOSE = {
    "max_share of requests": (cap("max_share: 0.5"), cap("max_share: 0.7")),
    "max_share of spend": (
        cap("max_share: 0.5", basis="spend"),
        cap("max_share: 0.8", basis="spend"),
    ),
    "max_share of value": (
        cap("max_share: 0.6", basis="value_at_stake"),
        cap("max_share: 0.9", basis="value_at_stake"),
    ),
    "cloud": (cap("max_share: 0.55", level="cloud"), cap("max_share: 0.8", level="cloud")),
    "country": (
        cap("max_share: 0.5", level="jurisdiction"),
        cap("max_share: 0.9", level="jurisdiction"),
    ),
    "hhi": (cap("max_hhi: 3800"), cap("max_hhi: 6000")),
    "effective number": (cap("min_effective_number: 2.5"), cap("min_effective_number: 1.5")),
    "largest two": (
        cap("max_top_n: {n: 2, share: 0.8}"),
        cap("max_top_n: {n: 2, share: 0.95}"),
    ),
    "law": (
        "  law: {rule: jurisdiction-limit, named: [DE], weigh_by: requests, max_share: 0.4}\n",
        "  law: {rule: jurisdiction-limit, named: [DE], weigh_by: requests, max_share: 0.7}\n",
    ),
    "price rise": (
        "  p: {rule: absolute-exposure, price_rise: 0.5, max_added_monthly: 2600}\n",
        "  p: {rule: absolute-exposure, price_rise: 0.5, max_added_monthly: 4000}\n",
    ),
    "ceiling": (
        "  total: {rule: total-spend-over-cap, per: vendor, names: [gamma], max_monthly: 1000}\n",
        "  total: {rule: total-spend-over-cap, per: vendor, names: [gamma], max_monthly: 2000}\n",
    ),
}


@pytest.mark.parametrize("which", TIGHT_AND_LOOSE)
def test_no_relaxed_limit_of_any_kind_costs_more(which: str, plain: Optimum) -> None:
    """The bill never rises when a limit is relaxed; each costs something here, but for one.

    What a price rise may add is 2,500 at acme already, which writing cannot leave.
    """
    tight, loose = (cost(optimize_state(shop(policies=each))) for each in TIGHT_AND_LOOSE[which])
    assert cost(plain) - 1e-6 <= loose <= tight + 1e-6
    assert tight > cost(plain) + 1 or which == "price rise"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_bytes_outside_routes_and_fallbacks_stay(tmp_path: Path, ending: str) -> None:
    """Comments, odd spaces, line ends and a missing last line end: nothing else is written."""
    files = shop_files()
    odd = files["allocations/shop.yaml"].replace("owner: growth", "owner:   growth  # who  asks")
    data = odd.rstrip().replace("\n", ending).encode() + b"  # last"
    root = write(tmp_path, files)
    path = root / "allocations/shop.yaml"
    path.write_bytes(data)
    found = optimize(OptimizeOptions(frontier_points=0, prices=False), as_of=AS_OF, root=root)
    write_stage(found, "whole")
    after = path.read_bytes()
    old, new = data.split(ending.encode()), after.split(ending.encode())
    assert b"\n" not in b"".join(new)
    changed = [
        line
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
        for line in (*old[a:b], *new[c:d])
    ]
    assert changed
    assert all(
        line.strip().startswith(
            (b"route:", b"- model:", b"- {model", b"weight:", b"fallbacks:", b"- ")
        )
        for line in changed
    )
    assert new[-1] == old[-1]


def said(folder: Path, files: Mapping[str, str], *assumptions: str) -> tuple[Optimized, str]:
    options = OptimizeOptions(what_if=assumptions, frontier_points=3)
    found = optimize(options, as_of=AS_OF, root=write(folder, files))
    return found, str(found.report)


def test_every_conflict_is_named_with_a_change_that_is_enough() -> None:
    def limits(share: float, value: float) -> Optimum:
        policies = (
            "  vendors: {rule: concentration, level: vendor, weigh_by: requests, "
            f"max_share: {share}}}\n"
            "  clouds: {rule: concentration, level: cloud, weigh_by: value_at_stake, "
            f"max_share: {value}}}\n"
        )
        return optimize_state(shop(policies=policies))

    conflicts = limits(0.3, 0.2).conflicts
    assert sorted(one.policies[0][0].name for one in conflicts) == ["clouds", "vendors"]
    needed = {one.limit.name: one.value for each in conflicts for one in each.relaxations}
    assert needed["vendors"] is not None
    assert needed["clouds"] is not None
    vendors, clouds = needed["vendors"], needed["clouds"]
    assert limits(vendors + 1e-3, 0.2).conflicts
    assert limits(0.3, clouds + 1e-3).conflicts
    assert not limits(vendors + 1e-5, clouds + 1e-5).conflicts
    last = conflicts[-1].policies[0][0].name  # the smallest once the others are made
    less = {"vendors": vendors, "clouds": clouds, last: (needed[last] or 0) - 2e-3}
    assert limits(less["vendors"], less["clouds"]).conflicts


def test_a_conflict_of_several_policies_names_each() -> None:
    cheap = "    spend_cap: {monthly: 3000}\n    quality: {floor: 0.90}"
    optimum = optimize_state(shop(allocation={"    quality: {floor: 0.90}": cheap}))
    (blocked,) = optimum.blocked
    names = sorted(limits[0].name for limits in blocked.conflict.policies)
    assert len(names) == 2
    assert "quality floor of writing" in names
    assert all(one.enough for one in blocked.conflict.relaxations)


def test_several_conflicts_of_one_task_class_say_in_which_order(tmp_path: Path) -> None:
    cheap = "    spend_cap: {monthly: 1}\n    quality: {floor: 0.99}"
    files = shop_files(allocation={"    quality: {floor: 0.90}": cheap})
    found, text = said(tmp_path, files)
    conflicts = [one for one in found.result.conflicts if one.task == "writing"]
    assert len(conflicts) == 2
    assert "Each of the 2 conflicts in `writing` needs a change of its own." in text


def test_a_task_class_without_a_route_is_no_success(tmp_path: Path) -> None:
    files = shop_files(allocation={"floor: 0.90": "floor: 0.99"})
    found, text = said(tmp_path, files)
    assert "In `writing` no route keeps every limit" in text
    assert "with every floor and limit kept" not in text
    assert [one.task for one in found.result.conflicts] == ["writing"]


def test_what_a_provider_leaves_goes_where_fallbacks_still_answer() -> None:
    gone = optimize_state(assume(shop().state, ("gone:acme",)), on_files=False)
    moves = {move.task: move for move in gone.moves}
    assert moves["triage"].route[0][0] == "beta/mid"
    for move in moves.values():
        assert set(move.fallbacks) & {"beta/mid", "gamma/small"}


def test_a_quality_that_nobody_measured_is_not_0(tmp_path: Path) -> None:
    files = shop_files()
    record = next(
        line + "\n"
        for line in files["evidence/results.yaml"].splitlines()
        if "task_class: triage, model: acme/big" in line
    )
    files["evidence/results.yaml"] = files["evidence/results.yaml"].replace(record, "")
    found, text = said(tmp_path, files)
    (quality,) = [one for one in found.result.frontiers if one.axis == "quality"]
    assert quality.today.value != quality.today.value  # nan
    assert quality.distance is None
    assert "its quality is not known" in text


def test_where_nothing_moves_no_limit_has_a_price(tmp_path: Path) -> None:
    files = shop_files()
    del files["evidence/results.yaml"]
    _, text = said(tmp_path, files)
    assert "No task class can move, so what a limit costs is not known." in text
    assert "the cheapest allocation keeps them all" not in text
    files["govern.yaml"] += "appetite: {max_monthly_spend: 1000}\n"
    _, text = said(tmp_path, files)
    assert "Today's allocation does not keep every limit, and no task class can move" in text
    assert "No allocation keeps every limit" not in text


def test_what_could_not_be_read_is_said(tmp_path: Path) -> None:
    files = {**shop_files(), "allocations/other.yaml": "owner: x\ntask_classes: {foo: [\n"}
    _, text = said(tmp_path / "part", files)
    assert "These figures are incomplete: 1 file could not be read in full" in text
    anchor = {"route: [{model: acme/big}]  # the": "route: &a [{model: acme/big}]  # the"}
    _, text = said(tmp_path / "all", shop_files(allocation=anchor))
    assert "There is no task class to allocate." in text
    assert "No allocation keeps every limit" not in text


def test_a_move_that_a_floor_requires_is_no_saving(tmp_path: Path) -> None:
    files = shop_files()
    lines = files["evidence/results.yaml"].splitlines()
    kept = [line for line in lines if "records" in line or "acme/big" in line]
    files["evidence/results.yaml"] = "\n".join(kept) + "\n"
    found, text = said(tmp_path, files)
    assert [float(stage.saving) for stage in found.result.stages] == [-12_000]
    assert "1 task class would have to move, for 12,000 USD a month more" in text
    assert "Costs 12,000 USD a month more than today's allocation" in text
    assert "consumption rises by 12,000 USD." in text


def test_cash_may_fall_by_more_than_consumption(tmp_path: Path) -> None:
    contract = "  contracts: {beta: {minimum_monthly: 12000, owed_until: 2027-06-30}}\n"
    _, text = said(tmp_path, shop_files(settings=f"optimization:\n{contract}"))
    assert "consumption falls by 6,000 USD. Cash paid falls by 10,000 USD while minimums" in text


def test_a_rule_on_the_whole_portfolio_may_object_to_many_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More often than a fixed number of rounds would bear, and no defect."""
    names = [f"class-{number:02}" for number in range(20)]
    demand = "demand: {{requests: {}, input_tokens: 500, output_tokens: 500}}"
    files = shop_files()
    files["allocations/shop.yaml"] = "owner: growth\ntask_classes:\n" + "".join(
        f"  {name}:\n    route: [{{model: acme/big}}]\n    fallbacks: [beta/mid]\n"
        f"    {demand.format(100_000 + number)}\n    quality: {{floor: 0.80}}\n"
        for number, name in enumerate(names)
    )
    line = EVIDENCE.splitlines()[1]
    records = [
        line.replace("triage", name).replace("acme/big", model)
        for name in names
        for model in ("acme/big", "gamma/small")
    ]
    files["evidence/results.yaml"] = "\n".join(["records:", *records, ""])

    def broken(before: PortfolioRisk, after: PortfolioRisk) -> tuple[LimitBreach, ...]:
        moved = [
            task.name for task in after.context.tasks if task.figures.primary.model == "gamma/small"
        ]
        one = LimitBreach(
            what="quality", subject="portfolio", figure=Decimal("0.6"), limit=Decimal("0.5")
        )
        return (one,) if len(moved) > 2 else ()

    monkeypatch.setattr(proving, "newly_broken", broken)
    optimum = optimize_state(assessed(files), on_files=False)
    assert len(optimum.moves) <= 2
    assert {task for task, _ in optimum.dropped} >= set(names[:18])


def _stated(model: str, fact: str) -> dict[str, str]:
    return {f"  {model}:\n    mode: chat\n": f"  {model}:\n    mode: chat\n    {fact}\n"}


_SMALL = "    max_input_tokens: 100000\n    max_output_tokens: 1000\n    exposure: {family: s"
_ALL = ("acme/big", "beta/mid", "beta/cheap", "gamma/small")
NEEDS = {
    "context window": (
        "needs: {context_tokens: 60000}",
        {_SMALL: _SMALL.replace("100000", "50000")},
        "GOV105",
    ),
    "modality": (
        "needs: {capabilities: [vision]}",
        {
            text: new
            for model in _ALL
            for text, new in _stated(
                model, f"capabilities: [{'' if model == 'gamma/small' else 'vision'}]"
            ).items()
        },
        "GOV105",
    ),
    "data classification": (
        "data: {classification: restricted}",
        {
            "clouds:\n": "providers:\n  gamma: {classifications: [public, internal]}\n"
            "  acme: {classifications: [internal, restricted]}\n"
            "  beta: {classifications: [internal, restricted]}\n"
            "clouds:\n"
        },
        "GOV602",
    ),
}
"""What triage needs, catalog entries of which ``gamma/small`` alone falls short, and the rule."""


@pytest.mark.parametrize("which", NEEDS)
def test_a_model_that_lacks_what_a_task_class_needs_is_no_option(
    which: str, plain: Optimum
) -> None:
    assert routes(plain)["triage"]["gamma/small"] > 90
    need, catalog, rule = NEEDS[which]
    floor = "quality: {floor: 0.80}"
    state = shop(allocation={floor: f"{floor}\n    {need}"}, catalog=catalog)
    optimum = optimize_state(state)
    assert routes(optimum) == {"triage": {"beta/mid": 100}, "tagging": {"gamma/small": 100}}
    refused = [one for one in optimum.prepared.refusals if one.rule == rule]
    assert {(one.task, one.model) for one in refused} == {("triage", "gamma/small")}


_OPEN = "gemini/gemma-3-27b-it"
"""The price map says 0 for it, which nothing states."""
_BETTER = "model: beta/cheap, date: 2026-11-02, sample_size: 2000, score: 0.95"
_CHEAP = "  beta/cheap:\n    mode: chat\n    usd_per_million_tokens: {input: 2, output: 2}\n"


@pytest.mark.parametrize(
    ("price", "declares", "is_free"),
    [
        ("{input: 0, output: 0}", "", True),
        ("{input: 0}", "", False),
        ("{input: 0.5, output: 0.5}", "    usd_fixed_per_month: 50\n", False),
        ("", "    usd_fixed_per_month: 50\n", True),
        ("", "", False),
    ],
    ids=["declared", "input alone", "hosted and priced", "hosted", "no price"],
)
def test_every_command_agrees_which_model_is_free(price: str, declares: str, is_free: bool) -> None:
    declared = f"    usd_per_million_tokens: {price}\n" if price else ""
    changes = {_CHEAP: f"  beta/cheap:\n    mode: chat\n{declared}{declares}"}
    policy = "  savings: {rule: cheaper-model-exists, min_sample_size: 1}\n"
    assessment = shop(
        policy,
        catalog=changes,
        evidence={"model: beta/cheap, date: 2026-11-02, sample_size: 2000, score: 0.75": _BETTER},
    )
    facts = assessment.state.catalog.find("beta/cheap")
    (triage,) = [t for t in assessment.state.figures.tasks if t.task.name == "triage"]
    measured = assessment.state.figures.pricing.mean_cost(facts, triage.task.demand)
    assert (measured == 0) == is_free
    (option,) = [
        one for one in candidates_of(assessment.state, triage) if one.model == "beta/cheap"
    ] or [None]
    assert (option is None) == (measured is None)
    named = [
        finding
        for finding in assessment.findings
        if finding.rule == "GOV409" and "beta/cheap" in finding.message
    ]
    assert bool(named) == (measured is not None)
    found = routes(optimize_state(assessment, on_files=False))
    assert ("beta/cheap" in found.get("triage", {})) == (measured is not None)
    if measured is None:
        return
    assert option is not None
    assert option.cost_per_request == float(measured)
    free = assume(assessment.state, ("price:beta/cheap=0",)).state
    assert free.figures.pricing.mean_cost(free.catalog.find("beta/cheap"), triage.task.demand) == 0


def test_a_zero_of_the_price_map_is_not_known_to_any_command() -> None:
    files = shop_files(
        "  savings: {rule: cheaper-model-exists, min_sample_size: 1}\n",
        evidence={
            "model: beta/cheap, date: 2026-11-02, sample_size: 2000, score: 0.75": (
                f"model: {_OPEN}, date: 2026-11-02, sample_size: 2000, score: 0.95"
            )
        },
    )
    entry = {
        "litellm_provider": "gemini",
        "mode": "chat",
        "input_cost_per_token": 0,
        "output_cost_per_token": 0,
        "max_input_tokens": 100000,
    }
    listed = PriceMap("1.0", json.dumps({_OPEN: entry}).encode())
    sources = [SourceFile(path, text.encode()) for path, text in files.items()]
    assessment = assess(load_state(sources, as_of=AS_OF, price_map=lambda: listed))
    state = assessment.state
    facts = state.catalog.find(_OPEN)
    assert facts is not None
    assert facts.price is not None
    (triage,) = [t for t in state.figures.tasks if t.task.name == "triage"]
    assert state.figures.pricing.mean_cost(facts, triage.task.demand) is None
    assert _OPEN not in {one.model for one in candidates_of(state, triage)}
    assert not any(one.rule == "GOV409" and _OPEN in one.message for one in assessment.findings)
    found = routes(optimize_state(assessment, on_files=False))
    assert not any(_OPEN in route for route in found.values())
    for factor in ("0", "2"):
        with pytest.raises(UsageError, match="is not known"):
            assume(state, (f"price:{_OPEN}={factor}",))


def test_an_assumed_price_of_0_is_free(plain: Optimum) -> None:
    free = optimize_state(assume(shop().state, ("price:beta/mid=0",)), on_files=False)
    assert list(routes(free)["triage"]) == ["beta/mid"]
    assert cost(free) < cost(plain)
