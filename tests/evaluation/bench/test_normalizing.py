"""Normalizers: found by presence, as declared, harmless to whatever a model answers."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.evaluation.bench.scoring import normalize
from multillm_gov.evaluation.output_schema import OutputSchemaError, compile_schema
from multillm_gov.plugins import plugin_names
from multillm_gov.portfolio.allocation import NORMALIZERS

ALL = plugin_names(NORMALIZERS)
leaves = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=20)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)
)
containers = st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=8), values, max_size=4)
schemas = st.sampled_from(
    [{}, {"type": "object"}, {"type": "array", "items": {"type": "integer"}}, {"type": "string"}]
)


def accept_all(_):
    return True


@given(st.text(max_size=200) | st.text(alphabet='`~[]{}":,0tfn\n', max_size=60), schemas)
def test_no_answer_breaks_them(text, schema):
    misfit = compile_schema(schema)
    reading = normalize(text, ALL, schema, lambda value: misfit(value) is None)
    assert reading is None or misfit(reading.value) is None


@given(values)
def test_json_needs_none_of_them(value):
    reading = normalize(json.dumps(value), ALL, {}, accept_all)
    assert reading is not None
    assert (reading.value, reading.used) == (value, ())


@given(
    containers,
    st.sampled_from(["```", "~~~"]),
    st.sampled_from(["", "json", "JSON "]),
    st.integers(0, 4),
)
def test_fences_are_stripped(value, fence, language, indent):
    text = f"\n{fence}{language}\n{json.dumps(value, indent=indent)}\n{fence}  \n"
    reading = normalize(text, ("strip-fences",), {}, accept_all)
    assert reading is not None
    assert (reading.value, reading.used) == (value, ("strip-fences",))


@given(
    containers,
    st.text(alphabet="abc .,:\n", max_size=40),
    st.text(alphabet="abc .,:\n", max_size=40),
)
def test_json_is_found_in_talk(value, before, after):
    text = f"x{before}{json.dumps(value)}{after}"
    reading = normalize(text, ("extract-json",), {}, accept_all)
    assert reading is not None
    assert (reading.value, reading.used) == (value, ("extract-json",))


COERCED = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "price": {"type": "number"},
        "paid": {"type": "boolean"},
        "note": {"type": "null"},
        "name": {"type": "string"},
        "parts": {"type": "array", "items": {"type": "integer"}},
    },
}


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"count": "12"}, {"count": 12}),
        ({"count": " 1e3 "}, {"count": 1000}),
        ({"price": "18.50"}, {"price": 18.5}),
        ({"paid": "True"}, {"paid": True}),
        ({"note": "null"}, {"note": None}),
        ({"parts": ["1", 2, "3"]}, {"parts": [1, 2, 3]}),
    ],
)
def test_texts_become_what_the_schema_asks_for(given_, expected):
    misfit = compile_schema(COERCED)
    reading = normalize(
        json.dumps(given_), ("coerce",), COERCED, lambda value: misfit(value) is None
    )
    assert reading is not None
    assert (reading.value, reading.used) == (expected, ("coerce",))


@pytest.mark.parametrize(
    "kept",
    [
        {"count": "12 EUR"},
        {"count": "1.5"},
        {"count": "0x10"},
        {"price": "1,5"},
        {"price": "nan"},
        {"paid": "yes"},
    ],
)
def test_what_spells_no_value_exactly_stays_as_it_is(kept):
    misfit = compile_schema(COERCED)
    assert (
        normalize(json.dumps(kept), ("coerce",), COERCED, lambda value: misfit(value) is None)
        is None
    )


def test_a_name_that_looks_like_a_number_stays_a_name():
    reading = normalize(
        '{"name": "12", "count": "3"}', ("coerce",), COERCED, lambda value: value["count"] == 3
    )
    assert reading is not None
    assert reading.value == {"name": "12", "count": 3}


@pytest.mark.parametrize(
    "text",
    ["[" * 1_000_000, "{" * 1_000_000, '{"a": ' * 200_000, "[1," * 500_000, "```\n" * 300_000],
)
def test_hostile_answers_cost_little(text):
    started = time.perf_counter()
    assert normalize(text, ALL, {}, accept_all) is None
    assert time.perf_counter() - started < 20, "a hang, not a figure"


def test_schemas_are_compiled_or_refused():
    with pytest.raises(OutputSchemaError):
        compile_schema({"type": "strange"})
    with pytest.raises(OutputSchemaError):
        compile_schema({"$ref": "https://example.org/schema.json"})
    assert compile_schema({"$defs": {"a": {"type": "integer"}}, "$ref": "#/$defs/a"})(1) is None
