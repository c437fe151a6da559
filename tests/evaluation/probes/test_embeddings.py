"""Embeddings: shape, rank stability against a stored reference, and what a reference keeps."""

import math
import random
from datetime import date
from statistics import correlation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.evaluation.client import Call
from multillm_gov.evaluation.probes.check import Observation, all_checks, observed
from multillm_gov.evaluation.probes.judging import fresh_reference, probe_record
from multillm_gov.evaluation.probes.references import (
    compare_vectors,
    digest_of,
    make_reference,
    spearman,
)
from multillm_gov.portfolio.allocation import RouteEntry

INPUTS = tuple(f"sentence {number}" for number in range(8))


def vectors(seed=1, noise=0.0, dimensions=256, scale=1.0):
    dice, shaking = random.Random(seed), random.Random(99)
    made = []
    for _ in INPUTS:
        vector = [dice.gauss(0, 1) + noise * shaking.gauss(0, 1) for _ in range(dimensions)]
        length = math.hypot(*vector)
        made.append(tuple(scale * number / length for number in vector))
    return tuple(made)


@pytest.fixture
def probe(make_probe, make_facts):
    model = "openai/text-embedding-3-large"
    return make_probe(
        {"mode": "embedding", "route": (RouteEntry(model=model),)},
        model=model,
        facts=make_facts(model, "text-embedding-3-large"),
        kind="embedding",
        calls=(Call(model=model, mode="embedding", inputs=INPUTS),),
        samples=1,
        origin="generic",
    )


@pytest.fixture
def observe(make_answer):
    def seen_in(probe, *sets):
        given = {
            "text": "",
            "output_tokens": None,
            "finish_reason": "",
            "served_model": "text-embedding-3-large",
        }
        return Observation(
            probe=probe,
            seen=tuple(observed(probe, make_answer(vectors=each, **given), 1) for each in sets),
        )

    return seen_in


def verdicts(observation):
    found = {check.name: check.judge(observation) for check in all_checks()}
    return {name: result.verdict for name, result in found.items() if result is not None}


def test_the_first_probe_makes_the_reference(probe, observe):
    observation = observe(probe, vectors())
    record = probe_record(observation, {})
    assert record.verdict == "pass", "shape and reachability are judged whatever the inputs are"
    assert (record.dimensions, record.rank_stability) == (256, None)
    assert "from the next probe on" in record.notes[-1]
    reference = fresh_reference(observation)
    assert reference.inputs == tuple(map(digest_of, INPUTS))
    assert len(reference.vectors) == 8
    assert not any(text in repr(reference) for text in INPUTS)


def reference_of(made):
    return make_reference("t", "m", date(2026, 10, 1), INPUTS, made)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (vectors(), "pass"),
        (vectors(noise=0.02), "pass"),
        (vectors(noise=1.0), "contract"),
        (vectors(seed=2), "contract"),
        (vectors(scale=1.05), "contract"),
        (tuple(tuple(-number for number in vector) for vector in vectors()), "contract"),
    ],
)
def test_stability_against_the_reference(probe, observe, altered, today, expected):
    observation = observe(altered(probe, reference=reference_of(vectors())), today)
    assert verdicts(observation)["stability"] == expected
    record = probe_record(observation, {})
    assert record.verdict == expected
    assert -1 <= record.rank_stability <= 1
    assert fresh_reference(observation) is None


def test_a_rotated_space_ranks_alike_and_fits_no_stored_index(probe, observe, altered):
    turned = tuple(tuple(reversed(vector)) for vector in vectors())
    agreement = compare_vectors(reference_of(vectors()), turned)
    assert agreement.ranks > 0.98
    assert agreement.least_cosine < 0.5
    observation = observe(altered(probe, reference=reference_of(vectors())), turned)
    assert verdicts(observation)["stability"] == "contract"


def test_another_dimension_is_told(probe, observe, altered):
    observation = observe(
        altered(probe, reference=reference_of(vectors())), vectors(dimensions=128)
    )
    assert verdicts(observation)["vectors"] == "contract"
    assert verdicts(observation)["stability"] == "inconclusive"


@pytest.mark.parametrize(
    "flawed",
    [
        vectors()[:7],
        (*vectors()[:7], vectors()[7][:100]),
        (*vectors()[:7], (0.0,) * 256),
        (*vectors()[:7], (math.nan,) * 256),
        ((),) * 8,
        (),
    ],
)
def test_vectors_that_cannot_be_used(probe, observe, flawed):
    assert verdicts(observe(probe, flawed))["vectors"] == "contract"


def test_eight_bits_a_number_are_enough():
    agreement = compare_vectors(reference_of(vectors(dimensions=3072)), vectors(dimensions=3072))
    assert agreement.ranks > 0.995
    assert agreement.least_cosine > 0.999
    assert agreement.norm_ratio == pytest.approx(1)


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=30))
def test_spearman_is_the_correlation_of_mean_ranks(pairs):
    first, second = zip(*pairs, strict=True)
    if len(set(first)) > 1 and len(set(second)) > 1:
        ranks = [
            [sum(other < each for other in side) + (side.count(each) - 1) / 2 for each in side]
            for side in (first, second)
        ]
        assert spearman(first, second) == pytest.approx(correlation(*ranks))
    else:
        assert spearman(first, second) == (1.0 if len(set(first)) == len(set(second)) == 1 else 0.0)
