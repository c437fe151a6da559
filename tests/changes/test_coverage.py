"""Scopes: the comparison and the judge must agree on which policy speaks of which task class."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.changes.change import Direction
from multillm_gov.changes.coverage import covers, format_scope, scope_direction
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.allocation import Data, RouteEntry, TaskClass, TaskClassDeclaration
from multillm_gov.portfolio.policy import Scope
from multillm_gov.rules.engine.planning import select
from multillm_gov.units import Amount

few = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2).map(tuple)
levels = st.lists(st.sampled_from(["public", "internal"]), max_size=2).map(tuple)
plain = st.builds(Scope, task_classes=few, owners=few, tags=few, classifications=levels)
scopes = st.builds(
    Scope,
    task_classes=few,
    owners=few,
    tags=few,
    classifications=levels,
    exceptions=st.none() | st.none() | plain,
)


@st.composite
def tasks(draw):
    task = TaskClass(
        name=draw(st.sampled_from("abc")),
        owner=draw(st.sampled_from(["a", "b", None])),
        declared=TaskClassDeclaration(
            route=(RouteEntry(model="m"),),
            tags=draw(few),
            data=Data(classification=draw(st.sampled_from(["public", "internal"]))),
        ),
        place=Place("allocations/a.yaml"),
    )
    nothing = Amount()
    return TaskFigures(
        task=task,
        legs=(),
        fallbacks=(),
        requests_per_month=nothing,
        value_at_stake_per_month=nothing,
        spend_per_month=None,
        cost_per_request=None,
        largest_cost_per_request=None,
    )


@given(scopes, tasks())
def test_the_judge_selects_what_the_comparison_says_is_covered(scope, figures):
    assert covers(scope, figures.task) is bool(select((figures,), scope))


@given(scopes, scopes, tasks())
def test_a_direction_is_only_claimed_where_no_task_class_contradicts_it(before, after, figures):
    direction = scope_direction(before, after)
    was, is_now = covers(before, figures.task), covers(after, figures.task)
    if direction is Direction.TIGHTENED:
        assert is_now or not was
    if direction is Direction.LOOSENED:
        assert was or not is_now


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(), "every task class"),
        (Scope(owners=("b", "a"), tags=("x",)), "owners a, b; tags x"),
        (Scope(task_classes=("one",)), "task classes one"),
        (Scope(tags=("eu",), exceptions=Scope(owners=("x",))), "tags eu, except owners x"),
    ],
)
def test_spelling(scope, words):
    assert format_scope(scope) == words


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (Scope(), Scope(exceptions=Scope(owners=("x",))), Direction.LOOSENED),
        (
            Scope(exceptions=Scope(owners=("x",))),
            Scope(exceptions=Scope(owners=("x", "y"))),
            Direction.LOOSENED,
        ),
        (
            Scope(exceptions=Scope(owners=("x",))),
            Scope(exceptions=Scope(owners=("y",))),
            Direction.CHANGED,
        ),
        (Scope(exceptions=Scope(owners=("x",))), Scope(tags=("t",)), Direction.CHANGED),
    ],
)
def test_exceptions_narrow_a_scope(before, after, direction):
    assert scope_direction(before, after) is direction
    assert scope_direction(after, before) is direction.opposite
