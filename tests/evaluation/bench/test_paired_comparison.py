import csv
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.evaluation.bench.outcomes import CaseOutcome
from multillm_gov.evaluation.bench.paired_comparison import Margins, compare_models

NAMES = ("old", "new")


def side(verdicts, scores=None, weight=1.0):
    graded = scores or [None] * len(verdicts)
    return [
        CaseOutcome(case=f"c{number}", accepted=verdict, score=score, weight=weight)
        for number, (verdict, score) in enumerate(zip(verdicts, graded, strict=True))
    ]


def cells(both, only_old, only_new, neither):
    old = [1.0] * (both + only_old) + [0.0] * (only_new + neither)
    new = [1.0] * both + [0.0] * only_old + [1.0] * only_new + [0.0] * neither
    return side(old), side(new)


def test_public_answers_of_two_models_as_the_method_counts_them(corpus):
    with (corpus / "benchmarks" / "routellm_mmlu_by_subject.csv").open() as file:
        rows = [
            {key: value if key == "subject" else int(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        ]
    both, only_mixtral = (
        sum(row[key] for row in rows) for key in ("both_correct", "only_mixtral_correct")
    )
    neither, total = (sum(row[key] for row in rows) for key in ("neither_correct", "n"))
    only_gpt = total - both - only_mixtral - neither
    assert (total, neither) == (14_042, 1_985)
    gpt, mixtral = both + only_gpt, both + only_mixtral
    phi = (both * neither - only_gpt * only_mixtral) / sqrt(
        gpt * (total - gpt) * mixtral * (total - mixtral)
    )
    assert phi == pytest.approx(0.43, abs=0.005)
    found = compare_models(
        ("GPT-4", "Mixtral"), *cells(both, only_gpt, only_mixtral, neither), Margins()
    )
    assert (found.test.only_first, found.test.only_second) == (only_gpt, only_mixtral)
    assert found.test.p_value < 1e-100
    assert found.finding == "worse"
    assert found.difference.mean == pytest.approx((mixtral - gpt) / total)
    assert found.difference.low < found.difference.mean < found.difference.high < 0


def test_a_subject_that_tells_the_two_apart_and_one_that_does_not(corpus):
    with (corpus / "benchmarks" / "routellm_mmlu_by_subject.csv").open() as file:
        rows = {
            row.pop("subject"): {key: int(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        }

    def of(subject):
        row = rows[subject]
        only_gpt = row["gpt4_correct"] - row["both_correct"]
        return compare_models(
            NAMES,
            *cells(
                row["both_correct"], only_gpt, row["only_mixtral_correct"], row["neither_correct"]
            ),
            Margins(),
        )

    assert of("abstract_algebra").finding == "worse"
    chemistry = of("college_chemistry")
    assert (chemistry.test.only_first, chemistry.test.only_second) == (14, 15)
    assert chemistry.finding == "no clear difference"
    assert chemistry.needed > 100


def test_few_cases_that_agree_do_not_show_that_it_is_not_worse():
    assert compare_models(NAMES, *cells(5, 0, 0, 0), Margins()).finding == "no clear difference"
    assert compare_models(NAMES, *cells(400, 0, 0, 0), Margins()).finding == "not worse"


def test_the_margin_decides_what_is_not_worse():
    sides = cells(300, 6, 6, 88)
    assert compare_models(NAMES, *sides, Margins(non_inferiority=0.03)).finding == "not worse"
    assert (
        compare_models(NAMES, *sides, Margins(non_inferiority=0.01)).finding
        == "no clear difference"
    )


def test_better_needs_more_than_a_better_score():
    assert compare_models(NAMES, *cells(40, 4, 8, 8), Margins()).finding == "no clear difference"
    assert compare_models(NAMES, *cells(40, 4, 40, 8), Margins()).finding == "better"


def test_the_best_of_many_challengers_needs_more_to_be_better():
    sides = cells(60, 8, 22, 10)
    assert compare_models(NAMES, *sides, Margins()).finding == "better"
    many = compare_models(NAMES, *sides, Margins(comparisons=20))
    assert many.finding == "not worse"
    assert many.difference.low > 0


def test_only_cases_that_both_have_a_verdict_on_are_paired():
    old = side([1.0, None, 0.0, 1.0])
    new = side([1.0, 1.0, None, 0.0])
    found = compare_models(NAMES, old, new, Margins())
    assert found.cases == 2
    assert compare_models(NAMES, old[1:2], new, Margins()).finding == "no common case"


def test_cases_of_several_samples_are_no_counts():
    found = compare_models(NAMES, side([0.5] * 60), side([1.0] * 60), Margins())
    assert found.test is None
    assert found.finding == "better"


def test_graded_scores_are_compared_by_bootstrap():
    old = side([1.0] * 60, [0.70 + 0.001 * number for number in range(60)])
    new = side([1.0] * 60, [0.80 + 0.001 * number for number in range(60)])
    found = compare_models(NAMES, old, new, Margins())
    assert found.graded.low > 0.09
    assert compare_models(NAMES, old, new, Margins()) == found
    assert compare_models(NAMES, old[:10], new[:10], Margins()).graded is None


def test_preferences_are_wins_ties_and_losses():
    found = compare_models(
        NAMES, *cells(10, 0, 0, 0), Margins(), ["second"] * 9 + ["first"] + ["tie"] * 4
    )
    assert (found.preferences.challenger, found.preferences.incumbent, found.preferences.ties) == (
        9,
        1,
        4,
    )
    assert found.preferences.p_value == pytest.approx(22 / 1024)


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])), min_size=1, max_size=60
    )
)
def test_changing_sides_changes_the_sign(pairs):
    old, new = side([one for one, _ in pairs]), side([other for _, other in pairs])
    found, mirrored = (
        compare_models(NAMES, old, new, Margins()),
        compare_models(NAMES, new, old, Margins()),
    )
    assert found.difference.mean == pytest.approx(-mirrored.difference.mean)
    opposite = {"better": "worse", "worse": "better"}
    if found.finding in opposite:
        assert mirrored.finding == opposite[found.finding]
    assert found.bound >= found.difference.low
