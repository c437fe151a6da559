"""What an unknown key is answered with: its spelling, or how to say what it means."""

import pytest

from multillm_gov.documents.wording import _WANTED, closest, how_to_say
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


def test_every_advice_stands_beside_keys_that_exist():
    objects = [
        list(node.get("properties", {}))
        for name in schema_names()
        for node in (schema_of(name), *schema_of(name).get("$defs", {}).values())
    ]
    assert len(_WANTED) >= 20
    for key, (sibling, _) in _WANTED.items():
        places = [known for known in objects if sibling in known]
        assert places, key
        for known in places:
            assert key in known or how_to_say(key, known), key


def test_an_advice_is_given_only_where_its_key_may_stand():
    assert how_to_say("budget", TASK_CLASS).startswith("write `spend_cap: {monthly:")
    assert how_to_say("Max-Cost", TASK_CLASS)
    assert how_to_say("budget", ["model", "weight"]) == ""
    assert how_to_say("flavour", TASK_CLASS) == ""
