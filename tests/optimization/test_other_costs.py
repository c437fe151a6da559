"""Costs besides tokens, each with a figure worked out by hand on the small shop.

``gamma/small`` has no result for triage here, so that it can take tagging alone: of 17,000 a month
(triage at ``beta/mid`` 4,000, tagging there 8,000, writing at ``acme/big`` 5,000) it saves 6,000.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.optimization.solving import extras_of, spend_of
from multillm_gov.workflows.optimization.optimize import Optimized, OptimizeOptions, optimize
from multillm_gov.workflows.optimization.optimum import Optimum
from multillm_gov.workflows.optimization.proposing import optimize_state
from optimization.shop import EVIDENCE, shop, shop_files
from portfolios import AS_OF, acme_model, assessed

SMALL_ON_TRIAGE = next(
    line for line in EVIDENCE.splitlines(keepends=True) if "triage, model: gamma/small" in line
)
NO_SMALL = {SMALL_ON_TRIAGE: ""}
ON_SMALL = {"tagging": {"gamma/small": 100.0}, "triage": {"beta/mid": 100.0}}
ON_MID = {"triage": {"beta/mid": 100.0}}


def solved(settings: str = "", **changes: Any) -> Optimum:
    evidence = {**NO_SMALL, **changes.pop("evidence", {})}
    return optimize_state(shop(settings=settings, evidence=evidence, **changes))


def routes(optimum: Optimum) -> dict[str, dict[str, float]]:
    return {
        move.task: {model: float(weight) for model, weight in move.route} for move in optimum.moves
    }


def figures(optimum: Optimum) -> tuple[float, float, float]:
    """Today's cost, the proposal's, and the part of it that is spend."""
    assert optimum.solution is not None
    return optimum.today, optimum.solution.cost, optimum.solution.spend


def contract(provider: str, terms: str) -> str:
    return f"optimization:\n  contracts:\n    {provider}: {{{terms}}}\n"


def written(folder: Path, settings: str = "", **changes: Any) -> Optimized:
    for path, text in shop_files(settings=settings, evidence=NO_SMALL, **changes).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return optimize(OptimizeOptions(frontier_points=0, prices=False), as_of=AS_OF, root=folder)


def test_without_any_such_cost() -> None:
    optimum = solved()
    assert routes(optimum) == ON_SMALL
    assert figures(optimum) == pytest.approx((23_000, 11_000, 11_000))


def test_a_subscription_counts_once_the_provider_is_used() -> None:
    """5,000 for the account are less than the 6,000 that tagging saves; 7,000 are more."""
    worth = solved(contract("gamma", "subscription_monthly: 5000"))
    assert routes(worth) == ON_SMALL
    assert figures(worth) == pytest.approx((23_000, 16_000, 11_000))
    dear = solved(contract("gamma", "subscription_monthly: 7000"))
    assert routes(dear) == ON_MID
    assert figures(dear) == pytest.approx((23_000, 17_000, 17_000))


def test_a_second_contracts_minimum_is_paid_up_to_its_amount() -> None:
    """Tagging consumes 2,000 at gamma: a minimum of 5,000 adds 3,000, one of 9,000 adds 7,000."""
    worth = solved(contract("gamma", "minimum_monthly: 5000"))
    assert routes(worth) == ON_SMALL
    assert figures(worth) == pytest.approx((23_000, 14_000, 11_000))
    assert worth.solution is not None
    assert extras_of(worth.problem, worth.solution.found)["minimums"] == pytest.approx(3_000)
    dear = solved(contract("gamma", "minimum_monthly: 9000"))
    assert routes(dear) == ON_MID
    assert figures(dear) == pytest.approx((23_000, 17_000, 17_000))


HOSTED = "    mode: chat\n    usd_fixed_per_month: {}\n"
ELSEWHERE = {"fallbacks: [gamma/small]": "fallbacks: [beta/mid]"}


def hosting(amount: int, **changes: Any) -> Optimum:
    declared = {"  gamma/small:\n    mode: chat\n": "  gamma/small:\n" + HOSTED.format(amount)}
    return solved(catalog=declared, **changes)


def test_hosting_is_paid_once_as_soon_as_it_is_used() -> None:
    worth = hosting(5_000, allocation=ELSEWHERE)
    assert routes(worth) == ON_SMALL
    assert figures(worth) == pytest.approx((23_000, 16_000, 16_000))
    dear = hosting(7_000, allocation=ELSEWHERE)
    assert routes(dear) == ON_MID
    assert figures(dear) == pytest.approx((23_000, 17_000, 17_000))


def test_hosting_of_a_fallback_is_paid_in_any_case() -> None:
    """Triage falls back on it: 7,000 are in today's bill and in every other, and decide nothing."""
    optimum = hosting(7_000)
    assert routes(optimum) == ON_SMALL
    assert figures(optimum) == pytest.approx((30_000, 18_000, 18_000))
    state = optimum.prepared.assessment.state
    assert float(state.figures.spend_per_month) == pytest.approx(optimum.today)
    assert spend_of(optimum.problem, optimum.problem.today) == pytest.approx(optimum.today)


def cached(hit: str, floor: str = "0.9") -> dict[str, str]:
    """Triage with prompt-cache hits; its floor needs both models where none proves it alone."""
    return {
        "demand: {requests: 1000000, input_tokens: 500, output_tokens: 500}\n"
        "    quality: {floor: 0.80}": "demand: {requests: 1000000, input_tokens: 500, "
        f"output_tokens: 500, cached_input_share: {hit}}}\n    quality: {{floor: {floor}}}"
    }


CACHE_PRICES = {
    "input: 10, output: 10": "input: 10, output: 10, cache_read: 2",
    "input: 4, output: 4": "input: 4, output: 4, cache_read: 2",
}


def test_lost_cache_hits_by_hand() -> None:
    """At half of the requests a cache that hits .75 hits 1 − .25^.5 = .5: a quarter is lost.

    A hit saves 500 tokens at 10 − 2 USD per million: 0.004 USD. A quarter of hits lost on half of
    1,000,000 requests is 0.25 × 0.004 × 500,000 = 500 USD a month.
    """
    optimum = solved(allocation=cached("0.75"), catalog=CACHE_PRICES)
    problem = optimum.problem
    (big,) = (
        curve
        for curve in problem.curves
        if problem.names[curve.option] == "acme/big"
        and problem.tasks[problem.task_of[curve.option]] == "triage"
    )
    assert big.at(0.5) == pytest.approx(500)
    assert (big.at(0.0), big.at(1.0)) == (0, 0)


def test_a_split_that_loses_more_hits_than_it_saves_is_not_made() -> None:
    """At 9 USD per million beta/mid is a little cheaper, and proves .90 only beside acme/big.

    78.12% of triage there saves as much of 10,000 − 9,000 without a cache. With .75 hits all of it
    costs 7,000 or 6,375: 78.12% saves 488, and the hits lost cost 413 at acme/big and 240 there.
    """
    close = {**CACHE_PRICES, "input: 4, output: 4": "input: 9, output: 9, cache_read: 2"}
    cold = solved(allocation=cached("0"), catalog=close)
    share = routes(cold)["triage"]["beta/mid"]
    assert share == 78.12
    assert figures(cold)[1] == pytest.approx(10_000 - 10 * share + 2_000 + 5_000)
    warm = solved(allocation=cached("0.75"), catalog=close)
    assert routes(warm) == {"tagging": {"gamma/small": 100.0}}
    assert figures(warm)[1] == pytest.approx(7_000 + 2_000 + 5_000)
    assert warm.solution is not None
    assert extras_of(warm.problem, warm.solution.found)["cache"] == 0
    counted = solved(allocation=cached("0.75"), catalog=CACHE_PRICES)
    assert set(routes(counted)["triage"]) == {"beta/mid", "acme/big"}
    assert counted.solution is not None
    lost = extras_of(counted.problem, counted.solution.found)["cache"]
    assert counted.solution.cost == pytest.approx(counted.solution.spend + lost)
    assert 400 < lost < 500


WHOLE = "  max_models: 1\n"
OWED = contract("acme", "minimum_monthly: 10000, owed_until: 2027-06-30") + WHOLE
ENDED = OWED.replace("2027", "2026")


def test_a_commitment_owed_keeps_consumption_from_being_cash(tmp_path: Path) -> None:
    """10,000 are owed to acme. Triage leaves it: 5,000 of them are then paid for nothing.

    Consumption falls from 23,000 to 11,000, cash from 23,000 to 16,000.
    """
    found = written(tmp_path, OWED)
    last = found.result.stages[-1]
    assert (last.spend_saving, last.cash_saving) == (Decimal(12_000), Decimal(7_000))
    assert last.saving == Decimal(7_000)
    from multillm_gov.rendering.renderers import renderer

    text = " ".join(renderer("text")(found.report).decode().split())
    assert "consumption falls by 12,000 USD. Cash paid falls by 7,000 USD" in text


def test_a_commitment_that_has_ended_frees_the_cash() -> None:
    """A floor of .80 lets writing leave acme as well, for 2,000 at beta/mid instead of 5,000.

    While 10,000 are owed, triage stays and fills them: 10,000 + 2,000 + 2,000. After that nothing
    is left at acme, and nothing is owed: 4,000 + 2,000 + 2,000.
    """
    low = {"quality: {floor: 0.90}": "quality: {floor: 0.80}"}
    assert figures(solved(OWED, allocation=low))[1] == pytest.approx(14_000)
    assert figures(solved(ENDED, allocation=low))[1] == pytest.approx(8_000)
    # Where writing needs acme, the minimum is paid as long as any of it is used.
    assert figures(solved(ENDED))[1] == pytest.approx(16_000)


IN_HOUSE = """\
  scoring:
    route: [{model: acme/hosted}]
    fallbacks: [beta/mid]
    demand: {requests: 1000, input_tokens: 500, output_tokens: 500}
"""


def test_hosting_that_stays_counts_in_shares_of_spend() -> None:
    """Scoring stays at acme/hosted for 9,000: with writing's 5,000 acme has 14,000 of 20,000.

    The others are 4,000 and 2,000. At most 75% is kept as it is; without the hosting acme's share
    would read 5,000 of 11,000, and the limit would cost nothing at 50% either.
    """
    files = shop_files(evidence=NO_SMALL)
    files["allocations/shop.yaml"] += IN_HOUSE
    hosted = acme_model("acme/hosted", 0, "nimbus", "US").replace(
        "    usd_per_million_tokens: {input: 0}\n", "    usd_fixed_per_month: 9000\n"
    )
    files["catalog/models.yaml"] = files["catalog/models.yaml"].replace(
        "clouds:\n", f"{hosted}clouds:\n"
    )

    def limited(share: str) -> Optimum:
        policy = (
            f"  v: {{rule: concentration, level: vendor, weigh_by: spend, max_share: {share}}}\n"
        )
        return optimize_state(assessed({**files, "policies/limits.yaml": f"policies:\n{policy}"}))

    free = limited("0.75")
    assert figures(free) == pytest.approx((32_000, 20_000, 20_000))
    assert free.proposal is not None
    assert routes(free) == ON_SMALL
    tight = limited("0.65")
    assert tight.solution is None or tight.solution.cost > 20_000 + 1
