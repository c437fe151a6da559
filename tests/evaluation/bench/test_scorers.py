import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.errors import UsageError
from multillm_gov.evaluation.bench.scoring import (
    Expectation,
    Score,
    Unscorable,
    score_text,
)
from multillm_gov.portfolio.evals import Scorer
from multillm_gov.units import Positive, Share


def scored(answer, expected, kind, *, schema=None, **options):
    held = Expectation(expected=expected, scorer=Scorer(kind=kind, **options), output_schema=schema)
    return score_text(answer, held)


def test_an_unknown_scorer_is_refused():
    with pytest.raises(UsageError, match="scorer `nothing`"):
        scored("a", "a", "nothing")


@pytest.mark.parametrize(
    ("answer", "expected", "options", "value"),
    [
        (" yes\n", "yes", {}, 1),
        ("Yes", "yes", {}, 0),
        ("YES", "yes", {"ignore_case": True}, 1),
        ("42", 42, {}, 1),
        ("true", True, {}, 1),
        ("yes.", "yes", {}, 0),
    ],
)
def test_exact(answer, expected, options, value):
    assert scored(answer, expected, "exact", **options).value == value


@pytest.mark.parametrize(
    ("answer", "expected", "tolerance", "value"),
    [
        ("The sum is 1,234.50 USD", 1234.5, None, 1),
        ("first 3, then 4", 4, None, 1),
        ("about 9.99", 10, "0.02", 1),
        ("about 9.97", 10, "0.02", 0),
        ("−5 degrees", -5, None, 1),
        ("1e3", 1000, None, 1),
        ("none at all", 1, None, 0),
    ],
)
def test_numeric(answer, expected, tolerance, value):
    options = {"tolerance": Positive(tolerance)} if tolerance else {}
    assert scored(answer, expected, "numeric", **options).value == value


def test_regex_runs_in_linear_time_and_refuses_what_does_not():
    assert scored("order A-17 shipped", None, "regex", pattern=r"[A-Z]-\d+").value == 1
    assert scored("ORDER", "order", "regex", ignore_case=True).value == 1
    assert scored("a" * 50_000 + "b", None, "regex", pattern="^(a+)+$").value == 0
    assert isinstance(scored("x", None, "regex", pattern=r"(?=x)x"), Unscorable)
    assert isinstance(scored("x", None, "regex", pattern=r"(x)\1"), Unscorable)
    assert isinstance(scored("x", None, "regex", pattern="("), Unscorable)


def test_json_schema_takes_the_task_classs_or_the_cases_own():
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    assert scored('{"id": 1}', None, "json-schema", schema=schema).value == 1
    assert scored('{"id": "1"}', schema, "json-schema").value == 0
    assert scored('```json\n{"id": 1}\n```', schema, "json-schema").value == 0
    assert isinstance(scored("{}", None, "json-schema"), Unscorable)
    assert isinstance(scored("{}", {"type": 5}, "json-schema"), Unscorable)


def test_fields_by_hand():
    expected = {"name": "Ada", "year": 1815, "tags": ["b", "a"]}
    whole = scored('{"tags": ["a", "b"], "year": 1815.0, "name": " Ada "}', expected, "fields")
    assert (whole.value, whole.accepted) == (1, True)
    # Three of four expected leaves, four given: P = R = 3/4.
    half = scored(
        '{"tags": ["a", "b"], "year": 1816, "name": "Ada"}',
        expected,
        "fields",
        threshold=Share("0.7"),
    )
    assert half == Score(value=0.75, accepted=True)
    # Two of four expected, two given: P = 1, R = 1/2.
    assert scored('{"tags": ["a", "b"]}', expected, "fields").value == pytest.approx(2 / 3)
    assert scored("no json", expected, "fields").value == 0
    assert scored("[" * 100_000, expected, "fields").value == 0


values = st.recursive(
    st.none() | st.booleans() | st.integers(-100, 100) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.text(max_size=4), values, max_size=5),
    st.dictionaries(st.text(max_size=4), values, max_size=5),
)
def test_fields_is_one_for_itself_and_the_same_both_ways(one, other):
    assert scored(json.dumps(one), one, "fields").value == 1
    assert (
        scored(json.dumps(other), one, "fields").value
        == scored(json.dumps(one), other, "fields").value
    )


@pytest.mark.parametrize(
    ("kind", "expected"), [("exact", {}), ("numeric", "many"), ("numeric", True), ("fields", "x")]
)
def test_a_case_that_cannot_be_scored_is_told_from_a_wrong_answer(kind, expected):
    assert isinstance(scored("x", expected, kind), Unscorable)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/schema.json", "file:///etc/hostname"])
def test_a_schema_of_a_pull_request_fetches_nothing(address):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        schema = {"$ref": address.format(port=listening.getsockname()[1])}
        assert isinstance(scored("{}", schema, "json-schema"), Unscorable)
        with pytest.raises(TimeoutError):
            listening.accept()
