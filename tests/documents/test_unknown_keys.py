"""What an unknown key is answered with: its spelling, or how to say what it means."""

import re

import pytest

from multillm_gov.documents.wanted_keys import _ELSEWHERE, _WANTED, how_to_say
from multillm_gov.documents.wording import closest
from multillm_gov.workflows.schema import schema_names, schema_of

TASK_CLASS = list(schema_of("allocation")["$defs"]["TaskClassDeclaration"]["properties"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ruote", "route"),
        ("spend-cap", "spend_cap"),
        ("spendCap", "spend_cap"),
        ("fallback", "fallbacks"),
        ("latencey", "latency"),
        ("qualtiy", "quality"),
        ("outptu_schema", "output_schema"),
    ],
)
def test_a_misspelling_is_named(typed, meant):
    assert closest(typed, TASK_CLASS) == meant


@pytest.mark.parametrize(
    "typed",
    ["rate", "promote", "need_approval", "cost", "dates", "x", "", "spend_limit", "answers_by"],
)
def test_a_key_of_another_meaning_is_no_spelling(typed):
    assert closest(typed, TASK_CLASS) == ""


def _objects():
    for name in schema_names():
        schema = schema_of(name)
        for node in (schema, *schema.get("$defs", {}).values()):
            yield list(node.get("properties", {}))


def test_every_place_of_an_advice_exists():
    objects = list(_objects())
    for key, ((sibling, where), advice) in [*_WANTED.items(), *_ELSEWHERE.items()]:
        assert not sibling or any(sibling in known for known in objects), key
        assert bool(sibling) is bool(where), key
        assert how_to_say(key, [sibling]) == advice, key


WANTED_MOST = [
    "max_tokens",
    "rpm",
    "tpm",
    "quality_floor",
    "residency",
    "retries",
    "temperature",
    "region",
    "provider",
    "budget",
    "fallback",
    "model",
    "models",
    "timeout",
    "api_key",
    "api_base",
    "price",
    "weight",
    "system_prompt",
    "rate_limit",
    "max_retries",
    "top_p",
]


@pytest.mark.parametrize("key", WANTED_MOST)
def test_the_most_wanted_keys_are_answered_wherever_they_are_no_key(key):
    for known in filter(None, _objects()):
        assert key in known or closest(key, known) or how_to_say(key, known), known


def test_an_advice_names_the_place_where_it_is_another():
    assert how_to_say("budget", TASK_CLASS).startswith("write `spend_cap: {monthly:")
    assert how_to_say("Max-Cost", TASK_CLASS)
    assert how_to_say("budget", ["model", "weight"]).startswith("in the task class write")
    assert how_to_say("rpm", TASK_CLASS).startswith("at the model, in `catalog/` write")
    assert "max_monthly_spend" in how_to_say("budget", ["appetite", "currency"])
    assert how_to_say("flavour", TASK_CLASS) == ""


def test_every_key_of_the_examples_in_an_advice_exists():
    every = {key for known in _objects() for key in known}
    for key, (_, advice) in [*_WANTED.items(), *_ELSEWHERE.items()]:
        for code in re.findall(r"`([^`]+)`", advice):
            for named in re.findall(r"(\w+): ", code):
                assert named in every, (key, named)


def test_all_known_keys_are_listed(govern, tmp_path):
    (tmp_path / "allocations").mkdir()
    (tmp_path / "allocations/a.yaml").write_text(
        "task_classes:\n  t:\n    route: [{model: gpt-5-mini, max_tokens: 5}]\n    flavour: 1\n"
        "    fallback: [gpt-5-mini]\n"
    )
    text = " ".join(govern("check", cwd=tmp_path).stdout.decode().split())
    for key in TASK_CLASS:
        assert f"`{key}`" in text
    assert "in the task class write `demand: {output_tokens: N, max_output_tokens: N}`" in text
    assert "did you mean `fallbacks`?" in text
    assert "…;" not in text
