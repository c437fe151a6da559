"""Completions at the cursor: names that the portfolio and catalog know, keys and words."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.errors import CatalogError
from multillm_gov.rendering.markup.escaping import inline
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.state.state import State
from multillm_gov.workflows.language.cursor import Cursor, cursors_at
from multillm_gov.workflows.language.hover_cards import price_in_brief
from multillm_gov.workflows.language.roles import Role, role_of, shape_at, takes_policies

MOST_OFFERED = 60
"""Words offered at once; an editor asks again as more is typed."""

What = Literal["model", "rule", "name", "key", "word"]


class Offer(Struct, frozen=True, kw_only=True):
    """A word that can be written."""

    label: str
    what: What
    detail: str = ""
    markdown: str = ""
    follow: str = ""
    """What stands after a key: the colon, and the start of what belongs to it."""


class Offers(Struct, frozen=True, kw_only=True):
    """Words best first, and the part of the text they replace, by offsets."""

    offers: tuple[Offer, ...]
    start: int
    end: int
    complete: bool
    """Whether there are no more that fit what is typed."""


def complete(path: str, text: str, offset: int, assessment: Assessment) -> Offers | None:
    """Completions at an offset of a file's text; ``None``: nothing is known of that place."""
    for cursor in cursors_at(path, text, offset):
        offers = list(
            _keys(cursor)
            if cursor.on_key
            else _values(cursor, assessment, text[cursor.start : offset])
        )
        typed = text[cursor.start : offset].lower()
        fitting = [offer for offer in offers if typed in offer.label.lower()]
        if fitting:
            # A stable sort: among equals the order stays that of the source.
            fitting.sort(key=lambda offer: not offer.label.lower().startswith(typed))
            return Offers(
                offers=tuple(fitting[:MOST_OFFERED]),
                start=cursor.start,
                end=cursor.end,
                complete=len(fitting) <= MOST_OFFERED,
            )
    return None


def _keys(cursor: Cursor) -> Iterator[Offer]:
    shape = shape_at(cursor.kind, cursor.pointer, cursor.data)
    there = cursor.siblings
    for name, inner in shape.keys.items() if shape is not None else ():
        if name not in there:
            follow = "" if cursor.followed else ":" if inner.opens == "mapping" else ": "
            yield Offer(
                label=name,
                what="key",
                detail=inner.opens,
                markdown=inline(inner.description),
                follow=follow,
            )


def _values(cursor: Cursor, assessment: Assessment, typed: str) -> Iterator[Offer]:
    role = role_of(cursor.kind, cursor.pointer)
    if role is None:
        shape = shape_at(cursor.kind, cursor.pointer, cursor.data)
        for word in shape.values if shape is not None else ():
            yield Offer(label=word, what="word")
    elif role is Role.MODEL:
        yield from _models(typed, assessment.state)
    elif role is Role.RULE:
        yield from _rules()
    else:
        for name, detail in _names(role, assessment):
            yield Offer(label=name, what="name", detail=detail)


def _models(typed: str, state: State) -> Iterator[Offer]:
    """Models that hold what is typed, those in use first; what has retired is not offered.

    One more than can be shown, so that the caller sees that there are more.
    """
    used = {model for task in state.portfolio.task_classes for model in task.models}
    word = typed.lower()
    try:
        known: Iterable[str] = state.catalog.names
    except CatalogError:  # without a price map what the portfolio itself names remains
        known = ()
    fitting = [name for name in {*used, *known} if word in name.lower()]
    fitting.sort(
        key=lambda name: (not name.lower().startswith(word), name not in used, len(name), name)
    )
    count = 0
    for name in fitting:
        facts = _facts(name, state)
        if facts is None or facts.retired_on(state.as_of):
            continue
        yield Offer(label=name, what="model", detail=price_in_brief(facts))
        count += 1
        if count > MOST_OFFERED:
            return


def _facts(name: str, state: State) -> ModelFacts | None:
    try:
        return state.catalog.find(name)
    except CatalogError:
        return None


def _rules() -> Iterator[Offer]:
    """Names before ids: a policy reads better with them."""
    rules = [rule for rule in all_rules() if takes_policies(rule)]
    for rule in rules:
        yield Offer(
            label=rule.name,
            what="rule",
            detail=f"{rule.id}: {rule.title}",
            markdown=inline(rule.why),
        )
    for rule in rules:
        yield Offer(
            label=rule.id,
            what="rule",
            detail=f"{rule.name}: {rule.title}",
            markdown=inline(rule.why),
        )


def _names(role: Role, assessment: Assessment) -> list[tuple[str, str]]:
    """Names that the portfolio declares, each with one line about it."""
    portfolio = assessment.state.portfolio
    tasks = [(task.name, task.declared.purpose) for task in portfolio.task_classes]
    if role is Role.TASK_CLASS:
        return tasks
    if role is Role.SUBJECT:
        texts = sorted(
            {finding.subject for finding in assessment.findings} - {name for name, _ in tasks}
        )
        return [*tasks, *((subject, "subject of a finding") for subject in texts if subject)]
    if role is Role.POLICY:
        policies = [
            (policy.name, f"policy of {policy.declared.rule}") for policy in portfolio.policies
        ]
        return [
            *policies,
            *((rule.name, f"{rule.id}: {rule.title}") for rule in all_rules() if rule.waivable),
        ]
    if role is Role.OWNER:
        owners = {
            *portfolio.settings.owners,
            *(task.owner for task in portfolio.task_classes if task.owner),
        }
        return [(owner, "owner") for owner in sorted(owners)]
    return [
        (tag, "tag")
        for tag in sorted({tag for task in portfolio.task_classes for tag in task.declared.tags})
    ]
