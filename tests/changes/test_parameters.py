"""Directions of parameters: the convention, every parameter of the rule book, and whatever a hostile file holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from multillm_gov.changes.change import Direction
from multillm_gov.changes.parameters import format_parameter, parameter_direction
from multillm_gov.rules.engine.registry import all_rules

LOOSENED, TIGHTENED, CHANGED = Direction.LOOSENED, Direction.TIGHTENED, Direction.CHANGED
NO_DIRECTION = {
    *(
        "about",
        "asserted",
        "classifications",
        "level",
        "message",
        "over",
        "per",
        "remedy",
        "subject",
        "tags",
        "weigh_by",
    ),
}
"""Parameters of which no value is stricter than another."""
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
    ("name", "before", "after", "direction"),
    [
        ("max_share", 0.5, 0.6, LOOSENED),
        ("max_share", None, 0.6, TIGHTENED),
        ("max_share", 0.5, None, LOOSENED),
        ("min_sample_size", 200, 100, LOOSENED),
        ("min_value_at_stake", 0, 10_000, LOOSENED),
        ("min_value_at_stake", None, 10_000, LOOSENED),
        ("lead_days", 90, 30, LOOSENED),
        ("lead_days", None, 30, CHANGED),
        ("fallbacks", True, False, LOOSENED),
        ("levels", ["vendor", "cloud"], ["vendor"], LOOSENED),
        ("levels", ["vendor"], ["cloud"], CHANGED),
        ("levels", 5, 6, CHANGED),
        ("residency", ["EU"], [], LOOSENED),
        ("residency", ["EU"], ["EU", "US"], LOOSENED),
        ("max_top_n", {"n": 2, "share": 0.8}, {"n": 2, "share": 0.9}, LOOSENED),
        ("max_top_n", {"n": 2, "share": 0.8}, {"n": 3, "share": 0.8}, CHANGED),
        ("max_top_n", {"n": 2, "share": 0.8}, None, LOOSENED),
        ("allowed_models", ["a", "b"], ["a"], TIGHTENED),
        ("allowed_models", ["a"], None, LOOSENED),
        ("exempt_owners", None, ["growth"], LOOSENED),
        ("names", [], ["openai"], LOOSENED),
        ("names", ["openai"], ["openai", "google"], TIGHTENED),
        ("identity", "git", None, LOOSENED),
        ("when", None, "task.owner == 'growth'", LOOSENED),
        ("when", "a", "b", CHANGED),
        ("allow_preview", False, True, LOOSENED),
        ("require_schema", True, None, LOOSENED),
        ("anything", 1, 2, CHANGED),
        ("max_share", "much", 0.5, CHANGED),
        ("max_share", True, 0.5, CHANGED),
    ],
)
def test_direction(name, before, after, direction):
    assert parameter_direction(name, before, after) is direction
    assert parameter_direction(name, after, before) is direction.opposite


def test_every_parameter_of_the_rule_book_has_a_direction_or_is_known_to_have_none():
    undirected = {
        field.name
        for rule in all_rules()
        for field in fields(rule.parameters)
        if not {LOOSENED, TIGHTENED}
        & {
            parameter_direction(field.name, *pair)
            for pair in (
                (1, 2),
                (False, True),
                (["a"], ["a", "b"]),
                (None, "a"),
                ({"share": 1}, {"share": 2}),
            )
        }
    }
    assert undirected <= NO_DIRECTION


@given(
    st.sampled_from(["max_x", "min_x", "levels", "allowed", "require_x", "every_months", "odd"]),
    values,
    values,
)
def test_no_value_breaks_it_and_backwards_is_the_opposite(name, before, after):
    forward, backward = (
        parameter_direction(name, before, after),
        parameter_direction(name, after, before),
    )
    assert forward is backward.opposite
    assert isinstance(format_parameter(before), str)
