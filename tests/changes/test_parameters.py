"""Directions of parameters: the vocabulary, every parameter of the rule book, and whatever a
hostile file holds."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.changes.change import Direction
from multillm_gov.changes.direction import format_parameter, parameter_direction
from multillm_gov.portfolio.policy import Tighter
from multillm_gov.rules.engine.defaults import rule_facts
from multillm_gov.rules.engine.registry import all_rules

LOOSENED, TIGHTENED, CHANGED = Direction.LOOSENED, Direction.TIGHTENED, Direction.CHANGED
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["n", "share"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("tighter", "before", "after", "direction"),
    [
        ("lower", 0.5, 0.6, LOOSENED),
        ("lower", None, 0.6, TIGHTENED),
        ("lower", 0.5, None, LOOSENED),
        ("higher", 200, 100, LOOSENED),
        ("lower_or_none", 0, 10_000, LOOSENED),
        ("lower_or_none", None, 10_000, LOOSENED),
        ("higher_or_setting", 90, 30, LOOSENED),
        ("higher_or_setting", None, 30, CHANGED),
        ("lower_or_setting", 30, None, CHANGED),
        ("present", True, False, LOOSENED),
        ("more", ["vendor", "cloud"], ["vendor"], LOOSENED),
        ("more", ["vendor"], ["cloud"], CHANGED),
        ("more", 5, 6, CHANGED),
        ("more", None, ["vendor"], TIGHTENED),
        ("fewer", ["EU"], [], LOOSENED),
        ("fewer", ["EU"], ["EU", "US"], LOOSENED),
        ("lower", {"n": 2, "share": 0.8}, {"n": 2, "share": 0.9}, LOOSENED),
        ("lower", {"n": 2, "share": 0.8}, {"n": 3, "share": 0.8}, CHANGED),
        ("lower", {"n": 2, "share": 0.8}, None, LOOSENED),
        ("fewer", ["a", "b"], ["a"], TIGHTENED),
        ("fewer", ["a"], None, LOOSENED),
        ("more_or_none", [], ["openai"], LOOSENED),
        ("more_or_none", ["openai"], ["openai", "google"], TIGHTENED),
        ("present", "git", None, LOOSENED),
        ("absent", None, "task.owner == 'growth'", LOOSENED),
        ("absent", "a", "b", CHANGED),
        ("absent", False, True, LOOSENED),
        ("present", True, None, LOOSENED),
        ("never", 1, 2, CHANGED),
        ("lower", "much", 0.5, CHANGED),
        ("lower", True, 0.5, CHANGED),
        ("present", "git", True, CHANGED),
    ],
)
def test_direction(tighter, before, after, direction):
    assert parameter_direction(tighter, before, after) is direction
    assert parameter_direction(tighter, after, before) is direction.opposite


def test_the_direction_of_every_parameter_of_the_rule_book_is_about_values_of_its_type():
    pairs = [(1, 2), (False, True), (["a"], ["a", "b"]), (None, "a"), ({"share": 1}, {"share": 2})]
    for rule in all_rules():
        for name, tighter in rule_facts(rule.name).tighter.items():
            moves = {parameter_direction(tighter, *pair) for pair in pairs}
            assert (tighter == "never") == (moves == {CHANGED}), (rule.id, name)


@given(
    st.sampled_from(get_args(Tighter)),
    values,
    values,
)
def test_no_value_breaks_it_and_backwards_is_the_opposite(tighter, before, after):
    forward, backward = (
        parameter_direction(tighter, before, after),
        parameter_direction(tighter, after, before),
    )
    assert forward is backward.opposite
    assert isinstance(format_parameter(before), str)
