"""GOV018: every declared move names a task class of before and one of now."""

from collections import Counter
from collections.abc import Iterator

from multillm_gov.documents.layout import kind_of
from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.allocation import PlacedMove
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield moves to no task class, of one that is still there, twice, or against the content."""
    moves = context.state.portfolio.moves
    if not moves or any(kind_of(flaw.location.path) == "allocation" for flaw in context.flaws):
        return
    former = Counter(move.declared.old for move in moves)
    names = {task.name for task in context.state.portfolio.task_classes}
    compared = _against_base(context)
    for move in moves:
        old, new = move.declared.old, move.declared.new
        if old in names:
            yield _violation(move, "from", f"{code(old)} is still a task class")
        elif new not in names and new not in former:
            yield _violation(move, "to", f"there is no task class {code(new)}")
        elif former[old] > 1:
            yield _violation(move, "from", f"{code(old)} is moved more than once")
        elif old in compared:
            yield _violation(move, "from", compared[old])


def _against_base(context: RuleContext) -> dict[str, str]:
    """By former name, why a move matches nothing of the state compared with.

    One made earlier, which that state has behind it, is none.
    """
    if context.base is None:
        return {}
    from multillm_gov.changes.pairing import declared_moves

    then, now = context.base.portfolio, context.state.portfolio
    before = {task.name for task in then.task_classes}
    behind = before | {move.declared.old for move in then.moves}
    behind |= {move.declared.new for move in now.moves if move.declared.old in before}
    why = {
        move.declared.old: f"the state compared with has no task class {code(move.declared.old)}"
        for move in now.moves
        if move.declared.old not in behind and move.declared.new not in before
    }
    for old, (new, likelier) in declared_moves(then, now).items():
        if likelier:
            why[old] = (
                f"{code(likelier)} has more in common with {code(old)} than {code(new)}, and is "
                "compared with it"
            )
    return why


def _violation(move: PlacedMove, key: str, why: str) -> Violation:
    return Violation(
        message=f"the move from {code(move.declared.old)} to {code(move.declared.new)} matches "
        f"nothing: {why}",
        place=move.place.at(key),
        subject=move.declared.new,
        remedy="Correct the name, or remove the entry.",
        risk="The comparison shows one task class removed and another added, and limits that name "
        "the former one do not apply to the new one.",
    )


RULE = Rule(
    id="GOV018",
    name="move-without-effect",
    title="Declared move that matches nothing",
    one="One declared move matches no task class",
    many="{count} declared moves match no task class",
    short_title="Moves that match nothing",
    requirement="Every declared move names a task class of before and one of now.",
    why=(
        "A move declares that a task class has another name, so that what policies of "
        "the base say of the former name holds for it and no cost is taken for new. Where content "
        "shows another task class to be the former one, content decides: a move cannot free a "
        "task class of its limits."
    ),
    remediation="Correct the names below `moved`, or remove the entry.",
    severity=Severity.WARNING,
    check=check,
    scope="files",
)
