from decimal import Decimal

import pytest

from multillm_gov.evaluation.bench.outcomes import CaseOutcome, leaderboard_entry


def outcomes(accepted, rejected, inconclusive=0, **options):
    verdicts = [1.0] * accepted + [0.0] * rejected + [None] * inconclusive
    return [
        CaseOutcome(case=f"c{number}", accepted=one, **options)
        for number, one in enumerate(verdicts)
    ]


def test_the_share_of_the_method_with_its_wilson_interval():
    entry = leaderboard_entry("m", outcomes(450, 50), seed=1)
    assert entry.share == pytest.approx(0.9)
    assert (entry.low, entry.high) == pytest.approx((0.870578, 0.923322), abs=5e-7)


def test_what_could_not_be_judged_counts_neither_way_and_is_told():
    entry = leaderboard_entry("m", outcomes(8, 2, 5), seed=1)
    assert (entry.share, entry.scored, entry.inconclusive) == (0.8, 10, 5)


def test_nothing_judged_is_no_score():
    entry = leaderboard_entry("m", outcomes(0, 0, 3), seed=1)
    assert entry.share is None
    assert (entry.scored, entry.inconclusive) == (0, 3)


def test_what_an_accepted_answer_costs_includes_the_rejected_ones():
    entry = leaderboard_entry("m", outcomes(3, 1, seconds=(2.0,), usd=Decimal("0.01")), seed=1)
    assert entry.usd == Decimal("0.04")
    assert round(entry.usd_per_accepted, 6) == Decimal("0.013333")
    assert entry.seconds_per_accepted == pytest.approx(8 / 3)
    assert entry.p50_seconds == 2.0
    assert entry.p95_seconds is None


def test_a_cost_that_is_not_known_is_not_free():
    one = [
        CaseOutcome(case="a", accepted=1.0, usd=None),
        CaseOutcome(case="b", accepted=1.0, usd=Decimal(1)),
    ]
    entry = leaderboard_entry("m", one, seed=1)
    assert entry.usd is None
    assert entry.usd_per_accepted is None


def test_weights_move_the_share_and_widen_the_interval():
    light = [CaseOutcome(case=f"l{number}", accepted=0.0) for number in range(50)]
    heavy = [CaseOutcome(case=f"h{number}", accepted=1.0, weight=9.0) for number in range(50)]
    entry = leaderboard_entry("m", light + heavy, seed=1)
    assert entry.share == pytest.approx(0.9)
    assert entry.effective == pytest.approx(500**2 / (50 + 50 * 81))
    even = leaderboard_entry("m", outcomes(90, 10), seed=1)
    assert entry.high - entry.low > even.high - even.low


def test_graded_scores_have_an_interval_of_their_own():
    graded = [
        CaseOutcome(case=f"c{number}", accepted=1.0, score=0.7 + 0.01 * (number % 20))
        for number in range(100)
    ]
    entry = leaderboard_entry("m", graded, seed=1)
    assert entry.graded == pytest.approx(0.795)
    assert entry.graded_low < 0.795 < entry.graded_high
    assert entry.graded_high - entry.graded_low < 0.05
    few = leaderboard_entry("m", graded[:5], seed=1)
    assert few.graded_high - few.graded_low > 0.3
    assert leaderboard_entry("m", outcomes(5, 5, score=1.0), seed=1).graded is None
