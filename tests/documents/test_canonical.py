"""Digests of plain data."""

import json
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.documents.canonical import canonical, digest

DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


def test_the_digest_is_the_one_of_the_canonical_text():
    assert canonical({"b": [1.50, "é"], "a": None}) == '{"a":null,"b":[15e-1,"\\u00e9"]}'
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    "same", [(1, 1.0, Decimal("1.00")), (100, 1e2, Decimal("1E+2")), (0, -0.0, Decimal("0.000"))]
)
def test_numbers_count_by_value(same):
    assert len({digest(value) for value in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (None, ""),
        ("1", 1),
        ([], {}),
        ([1, 2], [2, 1]),
        (1, -1),
        (10, 1),
        (["a,b"], ["a", "b"]),
    ],
)
def test_different_data_differ(one, other):
    assert digest(one) != digest(other)


def test_a_decimal_keeps_all_its_digits_in_any_context():
    number = Decimal("0.1234567890123456789012345678901234567890")
    with localcontext(prec=5):
        short = digest(number)
    assert short == digest(number)
    assert short != digest(number + Decimal("1e-40"))


@given(DATA)
def test_order_and_writing_do_not_matter(data):
    again = json.loads(json.dumps(data))
    assert digest(data) == digest(again)
    if isinstance(data, dict):
        assert digest(dict(reversed(data.items()))) == digest(data)
    json.loads(canonical(data))


@given(DATA, DATA)
def test_equal_digests_mean_equal_data(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert not same or digest(one) == digest(other)
    if digest(one) == digest(other):
        assert json.loads(canonical(one), parse_int=Decimal) == json.loads(
            canonical(other), parse_int=Decimal
        )


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), {1: 2}, {1, 2}, object()]
)
def test_what_is_no_plain_data_has_no_digest(value):
    with pytest.raises(ValueError):
        digest(value)
