"""The concentration references to all their digits, beside the printed ones of `test_shares`."""

import pytest

from multillm_gov.measures import shares as measure

REFERENCES = {
    # HHI, N2, normalized HHI, N1, evenness, Gini, CR1 to CR4
    (0.30, 0.30, 0.20, 0.20): (
        *(2600.0, 3.846153846153846, 0.013333333333333345, 3.9202634084155794, 0.9854752972273345),
        *(0.10000000000000009, 0.3, 0.6, 0.8, 1.0),
    ),
    (0.10, 0.09, 0.12, 0.15, 0.12, 0.11, 0.15, 0.16): (
        *(
            1296.0000000000002,
            7.716049382716048,
            0.005257142857142881,
            7.853710795335793,
            0.9911248244168147,
        ),
        *(0.10750000000000015, 0.16, 0.31, 0.46, 0.58),
    ),
    (0.40, 0.30, 0.20, 0.10): (
        *(
            3000.0000000000005,
            3.333333333333333,
            0.06666666666666672,
            3.5961154666243216,
            0.9232196723355077,
        ),
        *(0.25, 0.4, 0.7, 0.9, 1.0),
    ),
    (0.70, 0.15, 0.10, 0.05): (
        *(
            5249.999999999999,
            1.904761904761905,
            0.36666666666666653,
            2.494992146410085,
            0.659517637169433,
        ),
        *(0.5, 0.7, 0.85, 0.95, 1.0),
    ),
    (0.25, 0.25, 0.25, 0.25): (2500.0, 4.0, 0.0, 4.0, 1.0, 0.0, 0.25, 0.5, 0.75, 1.0),
}


@pytest.mark.parametrize("shares", REFERENCES)
def test_concentration_to_the_last_digit(shares: tuple[float, ...]) -> None:
    measured = (
        measure.hhi(shares),
        measure.effective_number(shares),
        measure.normalized_hhi(shares),
        measure.effective_number_shannon(shares),
        measure.evenness(shares),
        measure.gini(shares),
        *(measure.concentration_ratio(shares, count) for count in (1, 2, 3, 4)),
    )
    assert measured == pytest.approx(REFERENCES[shares], rel=1e-12, abs=1e-12)


def test_similarity_to_the_last_digit() -> None:
    similar = ((1, 0.8, 0, 0), (0.8, 1, 0, 0), (0, 0, 1, 0.5), (0, 0, 0.5, 1))
    assert measure.effective_number_similar((0.4, 0.3, 0.2, 0.1), similar) == pytest.approx(
        1.9531249999999996, rel=1e-14
    )
