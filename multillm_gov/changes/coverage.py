"""Which policies speak of a task class, and whether one escaped a policy by changing itself."""

from collections.abc import Iterable, Iterator

from multillm_gov.changes.change import Change, Direction, Kind
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.policy import EVERYTHING, Policy, Scope

_KEYS = ("task_classes", "owners", "classifications", "tags")


def covers(scope: Scope, task: TaskClass) -> bool:
    """Whether a task class matches every key of a scope and not its exceptions; an empty scope is everything."""
    if scope.exceptions is not None and covers(scope.exceptions, task):
        return False
    return (
        (not scope.task_classes or task.name in scope.task_classes)
        and (not scope.owners or task.owner in scope.owners)
        and (not scope.classifications or task.declared.data.classification in scope.classifications)
        and (not scope.tags or not set(scope.tags).isdisjoint(task.declared.tags))
    )


def scope_direction(before: Scope, after: Scope) -> Direction:
    """Widened tightens, narrowed loosens; widened by one key and narrowed by another proves nothing."""
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
    """Excepting more task classes loosens; ``None`` where the same are excepted, spelled otherwise."""
    if before is None or after is None:
        return Direction.LOOSENED if before is None else Direction.TIGHTENED
    if spell_scope(before) == spell_scope(after):
        return None
    return scope_direction(before, after).opposite


def spell_scope(scope: Scope) -> str:
    """``owners growth, sales; tags eu``, or everything; a list's order and repetitions mean nothing."""
    keys = [(key, getattr(scope, key)) for key in _KEYS]
    parts = [f"{key.replace('_', ' ')} {', '.join(sorted(set(values)))}" for key, values in keys if values]
    spelled = "; ".join(parts) or "every task class"
    return spelled if scope.exceptions is None else f"{spelled}, except {spell_scope(scope.exceptions)}"


def compare_coverage(
    tasks: Iterable[tuple[TaskClass, TaskClass]], policies: Iterable[tuple[Policy, Policy]]
) -> Iterator[Change]:
    """Task classes that left or entered the scope of a policy whose scope is the same in both states.

    A scope that changed is a change of the policy; this is about a task class that changed its owner, tags,
    classification or name.
    """
    steady = [
        (old, new)
        for old, new in policies
        if old.declared.applies_to == new.declared.applies_to and new.declared.applies_to != EVERYTHING
    ]
    moved = [(old, new) for old, new in tasks if _selectors(old) != _selectors(new)] if steady else []
    for before, after in moved:
        for old, new in steady:
            was, is_now = covers(old.declared.applies_to, before), covers(new.declared.applies_to, after)
            if was != is_now:
                yield Change(
                    kind=Kind.COVERAGE,
                    subject=after.name,
                    label=f"policy {new.name}",
                    aspect=new.name,
                    direction=Direction.LOOSENED if was else Direction.TIGHTENED,
                    before="applies" if was else "does not apply",
                    after="applies" if is_now else "does not apply",
                    place_before=before.place.key(),
                    place_after=after.place.key(),
                    note=f"the policy selects {spell_scope(new.declared.applies_to)}",
                )


def _selectors(task: TaskClass) -> tuple[object, ...]:
    """Everything of a task class that a scope can select by."""
    return task.name, task.owner, task.declared.data.classification, frozenset(task.declared.tags)
