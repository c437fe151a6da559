"""Which task class, policy or waiver of one state is which of the other, renamed ones included."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar

from msgspec import Struct

from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.policy import Policy
from multillm_gov.portfolio.portfolio import Portfolio

T = TypeVar("T")
Named = TypeVar("Named", TaskClass, Policy)
Likeness = Callable[[Named], Hashable]
"""A key under which two nouns count as the same; ``None``: too little is declared to tell."""


class Pairs(Struct, Generic[T], frozen=True, kw_only=True):
    """The members of two collections, matched."""

    same: tuple[tuple[T, T], ...]
    """Before and after, by equal name."""
    renamed: tuple[tuple[T, T], ...]
    removed: tuple[T, ...]
    added: tuple[T, ...]

    @property
    def both(self) -> tuple[tuple[T, T], ...]:
        """All that exist in both states."""
        return self.same + self.renamed


def pair(
    before: Sequence[Named],
    after: Sequence[Named],
    likenesses: Sequence[Likeness[Named]],
    moves: Mapping[str, str] = MappingProxyType({}),
) -> Pairs[Named]:
    """Match by name, then by ``moves``, then what is left by each likeness, strictest first.

    Linear: members are looked up by key, never compared with each other. Within one key, members
    pair in order of name, so the result is the same whichever state comes first.
    """
    old = {member.name: member for member in before}
    new = {member.name: member for member in after}
    same = tuple((member, new[name]) for name, member in old.items() if name in new)
    gone = {name: member for name, member in old.items() if name not in new}
    fresh = {name: member for name, member in new.items() if name not in old}
    renamed = [
        (gone.pop(name), fresh.pop(target))
        for name, target in moves.items()
        if name in gone and target in fresh
    ]
    for likeness in likenesses:
        if not gone or not fresh:
            break
        matches = _match(gone.values(), fresh.values(), likeness)
        renamed.extend(matches)
        for policy, other in matches:
            del gone[policy.name], fresh[other.name]
    return Pairs(
        same=same, renamed=tuple(renamed), removed=tuple(gone.values()), added=tuple(fresh.values())
    )


def _match(
    gone: Iterable[Named], fresh: Iterable[Named], likeness: Likeness[Named]
) -> list[tuple[Named, Named]]:
    waiting: defaultdict[Hashable, list[Named]] = defaultdict(list)
    for member in sorted(gone, key=lambda member: member.name):
        key = likeness(member)
        if key is not None:
            waiting[key].append(member)
    for members in waiting.values():
        members.reverse()
    matches: list[tuple[Named, Named]] = []
    for member in sorted(fresh, key=lambda member: member.name):
        key = likeness(member)
        if key is not None and waiting.get(key):
            matches.append((waiting[key].pop(), member))
    return matches


def _whole(task: TaskClass) -> Hashable:
    return task.declared, task.owner


def _route_and_demand(task: TaskClass) -> Hashable:
    declared = task.declared
    return (declared.route, declared.fallbacks, declared.demand) if declared.demand else None


def _route_and_purpose(task: TaskClass) -> Hashable:
    declared = task.declared
    return (declared.route, declared.purpose, declared.prompt) if declared.purpose else None


def _demand_and_purpose(task: TaskClass) -> Hashable:
    declared = task.declared
    known = declared.purpose and declared.demand
    return (declared.demand, declared.purpose, declared.prompt) if known else None


TASK_CLASS_LIKENESSES: tuple[Likeness[TaskClass], ...] = (
    _whole,
    _route_and_demand,
    _route_and_purpose,
    _demand_and_purpose,
)
"""Everything equal; else two of route, demand and purpose."""


def pair_task_classes(before: Portfolio, after: Portfolio) -> Pairs[TaskClass]:
    """Match task classes by name, then as the later portfolio declares moves, then by content."""
    return pair(
        before.task_classes,
        after.task_classes,
        TASK_CLASS_LIKENESSES,
        {old: new for old, (new, better) in declared_moves(before, after).items() if not better},
    )


def declared_moves(before: Portfolio, after: Portfolio) -> dict[str, tuple[str, str]]:
    """Moves that apply to two portfolios: the former name, the name now, and a likelier one.

    A likelier one (else empty) is another new task class that has more in common with the former
    one: then the move would take limits from where its content went, and content decides.
    """
    old = {task.name: task for task in before.task_classes}
    new = {task.name: task for task in after.task_classes if task.name not in old}
    moves = {move.declared.old: move.declared.new for move in after.moves}
    values_by_name: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    kept_names = {task.name for task in after.task_classes}
    for name in sorted(moves.keys() & old.keys() - kept_names):
        target = _last(name, moves)
        if target in new and target not in taken:
            taken.add(target)
            values_by_name[name] = target, _likelier(old[name], target, new) if len(new) > 1 else ""
    return values_by_name


def _last(name: str, moves: Mapping[str, str]) -> str:
    """Where a chain of moves ends; a circle ends where it closes."""
    seen = {name}
    while name in moves and moves[name] not in seen:
        name = moves[name]
        seen.add(name)
    return name


def _likelier(was: TaskClass, target: str, new: Mapping[str, TaskClass]) -> str:
    for likeness in TASK_CLASS_LIKENESSES:
        key = likeness(was)
        alike = [name for name, task in new.items() if key is not None and likeness(task) == key]
        if alike:
            return "" if target in alike else min(alike)
    return ""


def pair_policies(before: Sequence[Policy], after: Sequence[Policy]) -> Pairs[Policy]:
    """Match policies by name, then by equal rule, parameters, enforcement and scope."""
    return pair(before, after, (_rule_and_limits,))


def _rule_and_limits(policy: Policy) -> Hashable:
    declared = policy.declared
    limits = tuple(sorted((name, repr(value)) for name, value in policy.parameters.items()))
    return declared.rule, limits, declared.enforcement, declared.applies_to
