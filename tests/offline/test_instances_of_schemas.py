"""Minimal instances must satisfy the schemas they are made for; another library judges."""

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.offline.instances import minimal_instance
from multillm_gov.offline.patterns import text_matching

SCHEMAS: dict[str, dict[str, Any]] = {
    "nested": {
        "type": "object",
        "properties": {
            "lines": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/line"}},
            "total": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.25},
        },
        "required": ["lines", "total"],
        "$defs": {
            "line": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"},
                    "n": {"type": "integer"},
                },
                "required": ["sku", "n"],
                "additionalProperties": False,
            }
        },
    },
    "choices": {"anyOf": [{"type": "null"}, {"type": "string"}]},
    "one of": {"oneOf": [{"const": 7}, {"type": "string"}]},
    "all of": {
        "allOf": [
            {
                "type": "object",
                "properties": {"a": {"type": "integer", "minimum": 5}},
                "required": ["a"],
            },
            {"properties": {"b": {"enum": ["x", "y"]}}, "required": ["b"]},
        ]
    },
    "bounds": {
        "type": "object",
        "properties": {
            "low": {"type": "integer", "minimum": 3, "maximum": 9},
            "high": {"type": "integer", "maximum": -4},
            "above": {"type": "integer", "exclusiveMinimum": 10, "multipleOf": 4},
            "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            "text": {"type": "string", "minLength": 12, "maxLength": 12},
            "short": {"type": "string", "maxLength": 2},
        },
        "required": ["low", "high", "above", "share", "text", "short"],
    },
    "formats": {
        "type": "object",
        "properties": {
            name: {"type": "string", "format": name}
            for name in ("date", "date-time", "email", "uuid", "ipv4")
        },
        "required": ["date", "date-time", "email", "uuid", "ipv4"],
    },
    "tuple": {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "boolean"}],
        "minItems": 3,
    },
    "unique": {
        "type": "array",
        "items": {"enum": ["a", "b", "c"]},
        "minItems": 3,
        "uniqueItems": True,
    },
    "unique numbers": {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": 4,
        "uniqueItems": True,
    },
    "several types": {"type": ["string", "null"], "minLength": 1},
    "few properties": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "minProperties": 2,
    },
    "no type": {
        "properties": {"a": {"items": {"type": "string"}, "minItems": 1}},
        "required": ["a"],
    },
    "nothing said": {},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_instance_satisfies_its_schema(name: str) -> None:
    instance = minimal_instance(SCHEMAS[name])
    validator = jsonschema.Draft202012Validator(
        SCHEMAS[name], format_checker=jsonschema.FormatChecker()
    )
    assert not list(validator.iter_errors(instance)), instance
    json.dumps(instance)


def test_bounds_told_in_words_are_kept_like_any_others() -> None:
    """As LiteLLM moves them there for vendors whose structured output does not take them."""
    told = {
        "n": {
            "type": "integer",
            "description": "How many. Note: minimum value: 3, maximum value: 9.",
        },
        "x": {
            "type": "number",
            "description": "Note: exclusive minimum value: 0.5, must be a multiple of 0.25.",
        },
        "s": {"type": "string", "description": "Note: minimum length: 6, maximum length: 6."},
        "l": {
            "type": "array",
            "items": {"enum": ["a", "b"]},
            "description": "Note: minimum number of items: 2, all array items must be unique.",
        },
        "plain": {"type": "integer", "description": "minimum value: 5 is only mentioned"},
    }
    meant = {
        "n": {"type": "integer", "minimum": 3, "maximum": 9},
        "x": {"type": "number", "exclusiveMinimum": 0.5, "multipleOf": 0.25},
        "s": {"type": "string", "minLength": 6, "maxLength": 6},
        "l": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": True},
        "plain": {"const": 0},
    }
    instance = minimal_instance({"type": "object", "properties": told, "required": sorted(told)})
    jsonschema.validate(
        instance, {"type": "object", "properties": meant, "required": sorted(meant)}
    )


def test_a_schema_that_never_ends_does_end() -> None:
    endless = {
        "$ref": "#/$defs/a",
        "$defs": {"a": {"properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}},
    }
    assert json.dumps(minimal_instance(endless))
    assert minimal_instance({"$ref": "#"}) is None
    assert (
        len(
            json.dumps(
                minimal_instance({"type": "array", "minItems": 10**9, "items": {"type": "null"}})
            )
        )
        < 5000
    )
    assert len(json.dumps(minimal_instance({"type": "string", "minLength": 10**9}))) < 20_000


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{2}\d{6}$",
        r"^(?:yes|no)$",
        r"^\w+@\w+\.com$",
        r"^[^a-z]+$",
        r"^\d{4}-(0[1-9]|1[0-2])$",
        r"x{3,5}y?",
        r"^\S+\s\S+$",
        r".*",
        r"^[A-Za-z0-9_.-]{1,64}$",
    ],
)
@pytest.mark.parametrize("least", [0, 1])
def test_a_text_matches_its_pattern(pattern: str, least: int) -> None:
    assert re.search(pattern, text_matching(pattern, least))


def test_patterns_that_are_none_or_too_much_get_a_filler() -> None:
    for pattern in ("(", "a" * 600, r"(?=b)a", "(" * 400):
        assert text_matching(pattern, 3) == "xxx"
    assert len(text_matching("(a{200}){200}")) <= 10_000


_LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer", "minimum": 2},
        {"type": "boolean"},
        {"type": "null"},
        {"enum": [1, "a", None]},
        {"type": "number", "maximum": -0.5},
    ]
)
_SCHEMAS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda part, count: {"type": "array", "items": part, "minItems": count},
            inner,
            st.integers(0, 3),
        ),
        st.builds(
            lambda parts: {"type": "object", "properties": parts, "required": sorted(parts)},
            st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
        ),
        st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(_SCHEMAS)
def test_any_such_schema_gets_an_instance_that_satisfies_it(schema: dict[str, Any]) -> None:
    jsonschema.validate(minimal_instance(schema), schema)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "properties",
                        "required",
                        "items",
                        "anyOf",
                        "allOf",
                        "enum",
                        "$ref",
                        "minItems",
                        "pattern",
                        "minimum",
                        "multipleOf",
                        "minLength",
                        "prefixItems",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=25,
    )
)
def test_nonsense_breaks_nothing(schema: object) -> None:
    if isinstance(schema, dict):
        json.dumps(minimal_instance(schema), default=str)
