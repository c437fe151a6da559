"""Three opinions of random mutations of sound files: the decoder, the schema engine and the
reference validator.

Four exceptions are known, and none lets a bad value pass as a good one:

- Shares of one whole must add up, which no schema can say: the decoder alone refuses them.
- ``$`` in a pattern also matches before a last line break to Python (decoder, reference), not to
the engine.
- The engine takes the year 0 for one; decoder and reference do not, and the decoder's words are
told.
- The reference takes a compact date (20261001) as Python 3.11 does; decoder and engine take
year-month-day only.

Whole floats (1.0 for an integer), on which the decoder would differ too, never reach it: the reader
makes integers.
"""

import copy
import json

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.schema import json_schema
from multillm_gov.documents.shape import convert
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.evidence.record import EvidenceFile
from multillm_gov.portfolio.allocation import AllocationFile
from multillm_gov.portfolio.policy import PolicyFile
from multillm_gov.portfolio.settings import Settings

ALLOCATION = {
    "owner": "growth",
    "task_classes": {
        "t": {
            "route": [{"model": "a/b", "weight": 70}, {"model": "c", "weight": 30.5}],
            "purpose": "mails",
            "mode": "chat",
            "fallbacks": ["d"],
            "cost_of_wrong_model": {"effect": "drift", "value_at_stake": 45000},
            "demand": {
                "requests": 1200,
                "input_tokens": 10,
                "cached_input_share": 0.4,
                "sizes": [{"share": 1, "input_tokens": 3}],
                "service_tier": "batch",
            },
            "spend_cap": {"monthly": 9000, "per_request": 0.08},
            "quality": {"floor": 0.8},
            "latency": {"p95_seconds": 8},
            "data": {"classification": "internal", "residency": ["EU", "US"]},
            "needs": {"capabilities": ["vision"], "context_tokens": 100},
            "review": {"last": "2026-10-01", "every_months": 3},
            "tags": ["x"],
        }
    },
}
SETTINGS = {
    "organization": "X",
    "currency": "EUR",
    "exchange": {"usd_per_unit": 1.1, "as_of": "2026-10-01"},
    "appetite": {
        "max_vendor_share_of_spend": 0.5,
        "min_effective_vendors": 1.5,
        "max_monthly_spend": 10,
    },
    "fail_on": "error",
    "migration_lead_days": 30,
}
POLICIES = {
    "policies": {"p": {"rule": "concentration", "max_share": 0.5}},
    "waivers": [
        {"policy": "p", "subject": "s", "reason": "r", "approved_by": "a", "expires": "2026-12-31"}
    ],
}
EVIDENCE = {
    "records": [
        {
            "task_class": "t",
            "model": "m",
            "date": "2026-10-01",
            "sample_size": 3,
            "score": 0.9,
            "origin": "public",
        }
    ]
}
KINDS = [
    (AllocationFile, ALLOCATION),
    (Settings, SETTINGS),
    (PolicyFile, POLICIES),
    (EvidenceFile, EVIDENCE),
]

WORDS = ["", "x", "EU", "eu", "chat", "é", "a b", "x" * 101, "x" * 201]
DATES = ["2026-02-29", "2024-02-29", "2026-1-1", "0001-01-01"]
NUMBERS = [0, 1, -1, 3, 101, 10**12, 10**16, 10**25, 0.5, 1.5, -0.1, 1e20, 1e-9]
CONTAINERS = [
    [],
    {},
    [1],
    ["EU"],
    {"a": 1},
    {"model": "m"},
    [{"model": "m"}],
    {"requests": 1},
    {"floor": 1},
]
VALUES = st.sampled_from([None, True, False, *WORDS, *DATES, *NUMBERS, *CONTAINERS])
KEYS = st.sampled_from(
    ["route", "model", "weight", "owner", "x", "quality", "floor", "a b", "requests", "policies"]
)


def spots(data, pointer=()):
    yield pointer
    for step in (
        data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    ):
        yield from spots(data[step], (*pointer, step))


def mutate(data, pointer, action, value, key):
    """One change at a pointer: replace, remove, add below, rename."""
    if not pointer:
        return value if action == "replace" else data
    container = data
    for step in pointer[:-1]:
        container = container[step]
    last = pointer[-1]
    if action == "replace":
        container[last] = value
    elif action == "remove":
        del container[last]
    elif isinstance(container, dict):
        container[key] = value if action == "add" else container.pop(last)
    else:
        container.append(value)
    return data


@st.composite
def mutants(draw):
    kind, data = draw(st.sampled_from(KINDS))
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(0, 3))):
        pointer = draw(st.sampled_from(list(spots(data))))
        action = draw(st.sampled_from(["replace", "replace", "remove", "add", "rename"]))
        data = mutate(data, pointer, action, copy.deepcopy(draw(VALUES)), draw(KEYS))
    return kind, data


@pytest.fixture(scope="module")
def opinions():
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    found = {}
    for kind, _ in KINDS:
        schema = json_schema(kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        found[kind] = (
            jsonschema_rs.Draft202012Validator(schema, validate_formats=True),
            jsonschema.Draft202012Validator(schema, format_checker=checker),
        )
    return found


@settings(max_examples=400, deadline=None)
@given(mutants())
def test_all_three_agree_and_every_misfit_is_explained(opinions, mutant):
    kind, data = mutant
    document, flaws = read_document(SourceFile("a.json", json.dumps(data).encode()))
    assert flaws == ()
    engine, reference = opinions[kind]
    value, flaws = convert(document, (), kind)
    accepted = engine.is_valid(document.data)
    assert accepted is reference.is_valid(document.data)
    if accepted and flaws:
        assert value is None
        assert all("add up to" in flaw.message for flaw in flaws)
        return
    assert accepted is (value is not None)
    assert accepted is (not flaws)
    for flaw in flaws:
        assert not flaw.message.startswith(("Expected", "Object", "Invalid")), (
            "the decoder's own words"
        )
        assert flaw.location.line == 1
        assert (
            1
            <= flaw.location.column
            <= flaw.location.end_column
            <= len(document.source.content) + 1
        )


def test_the_known_exceptions_are_still_the_only_ones(opinions):
    engine, reference = opinions[Settings]
    broken = {"currency": "EUR\n"}
    assert (engine.is_valid(broken), reference.is_valid(broken)) == (False, True)
    ancient = {"exchange": {"usd_per_unit": 1, "as_of": "0000-01-01"}}
    assert (engine.is_valid(ancient), reference.is_valid(ancient)) == (True, False)
    document, _ = read_document(SourceFile("a.json", json.dumps(ancient).encode()))
    value, (flaw,) = convert(document, (), Settings)
    assert value is None
    assert flaw.message == "there is no such date"
    assert flaw.location.column == document.source.content.index('"0000') + 1
    compact = {"exchange": {"usd_per_unit": 1, "as_of": "20261001"}}
    assert not engine.is_valid(compact)
    document, _ = read_document(SourceFile("a.json", json.dumps(compact).encode()))
    assert convert(document, (), Settings)[0] is None
