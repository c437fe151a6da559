"""Which policies speak of a task class, and whether one escaped a policy by changing itself."""

from collections.abc import Iterable, Iterator

from multillm_gov.changes.change import Change, ChangeKind, Direction
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.policy import EVERYTHING, Policy, Scope

MOST_PAIRS = 1_000_000
"""Most pairs of a changed task class and a policy compared: bounds the time to seconds."""
_SHOWN = 5
_KEYS = ("task_classes", "owners", "classifications", "tags")


def covers(scope: Scope, task: TaskClass) -> bool:
    """Whether a task class matches every key of a scope and not its exceptions."""
    if scope.exceptions is not None and covers(scope.exceptions, task):
        return False
    return (
        (not scope.task_classes or task.name in scope.task_classes)
        and (not scope.owners or task.owner in scope.owners)
        and (
            not scope.classifications or task.declared.data.classification in scope.classifications
        )
        and (not scope.tags or not set(scope.tags).isdisjoint(task.declared.tags))
    )


def scope_direction(before: Scope, after: Scope) -> Direction:
    """Widening tightens, narrowing loosens; both at once prove nothing."""
    moves: set[Direction | None] = set()
    if before.exceptions != after.exceptions:
        moves.add(_exceptions_direction(before.exceptions, after.exceptions))
    for key in _KEYS:
        old, new = set(getattr(before, key)), set(getattr(after, key))
        if old == new:
            continue
        if not new or (old and old < new):
            moves.add(Direction.TIGHTENED)
        elif not old or new < old:
            moves.add(Direction.LOOSENED)
        else:
            return Direction.CHANGED
    proved = moves - {None}
    return proved.pop() or Direction.CHANGED if len(proved) == 1 else Direction.CHANGED


def _exceptions_direction(before: Scope | None, after: Scope | None) -> Direction | None:
    """Excepting more task classes loosens; ``None`` where the same are excepted."""
    if before is None or after is None:
        return Direction.LOOSENED if before is None else Direction.TIGHTENED
    if format_scope(before) == format_scope(after):
        return None
    return scope_direction(before, after).opposite


def format_scope(scope: Scope) -> str:
    """``owners growth, sales; tags eu``, or every task class."""
    keys = [(key, getattr(scope, key)) for key in _KEYS]
    parts = [
        f"{key.replace('_', ' ')} {', '.join(sorted(set(values)))}"
        for key, values in keys
        if values
    ]
    spelled = "; ".join(parts) or "every task class"
    return (
        spelled
        if scope.exceptions is None
        else f"{spelled}, except {format_scope(scope.exceptions)}"
    )


def compare_coverage(
    tasks: Iterable[tuple[TaskClass, TaskClass]], policies: Iterable[tuple[Policy, Policy]]
) -> Iterator[Change]:
    """Task classes that left or entered the unchanged scope of a policy.

    A scope that changed is a change of the policy; this is about task classes that changed their
    owner, tags, classification or name. At most `MOST_PAIRS` are looked at; what is left out is
    said.
    """
    steady = [
        (old, new)
        for old, new in policies
        if old.declared.applies_to == new.declared.applies_to
        and new.declared.applies_to != EVERYTHING
    ]
    moved = (
        [(old, new) for old, new in tasks if _selectors(old) != _selectors(new)] if steady else []
    )
    seen = min(len(steady), MOST_PAIRS // max(len(moved), 1))
    for policy, _ in steady[seen:]:
        note = (
            f"{len(moved):,} task classes and {len(steady):,} policies are too many to compare: "
            "not looked into"
        )
        yield Change(
            kind=ChangeKind.COVERAGE, subject=policy.name, label="task classes covered", note=note
        )
    for _, new in steady[:seen]:
        scope = new.declared.applies_to
        sides = [
            (covers(scope, before), covers(scope, after), before, after) for before, after in moved
        ]
        left = [(before, after) for was, is_now, before, after in sides if was and not is_now]
        entered = [(before, after) for was, is_now, before, after in sides if is_now and not was]
        if left:
            yield _change(new, left, Direction.LOOSENED)
        if entered:
            yield _change(new, entered, Direction.TIGHTENED)


def _change(
    policy: Policy, tasks: list[tuple[TaskClass, TaskClass]], direction: Direction
) -> Change:
    loosened = direction is Direction.LOOSENED
    names = sorted(pair[0 if loosened else 1].name for pair in tasks)
    rest = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    shown = f"{', '.join(names[:_SHOWN])}{rest}"
    first = min(tasks, key=lambda pair: pair[0 if loosened else 1].name)
    return Change(
        kind=ChangeKind.COVERAGE,
        subject=policy.name,
        label="task classes covered",
        direction=direction,
        before=shown if loosened else "",
        after="" if loosened else shown,
        before_figure=len(names) if loosened else 0,
        after_figure=0 if loosened else len(names),
        place_before=first[0].place.key(),
        place_after=first[1].place.key(),
        note=f"they {'no longer match' if loosened else 'now match'}: "
        f"{format_scope(policy.declared.applies_to)}",
    )


def _selectors(task: TaskClass) -> tuple[object, ...]:
    """Everything of a task class that a scope can select by."""
    return task.name, task.owner, task.declared.data.classification, frozenset(task.declared.tags)
