"""What an editor shows of the word under the cursor."""

import re

from msgspec import Struct

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.layout import Kind, kind_of
from multillm_gov.documents.pointing import Spot, spot_at
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.location import Pointer
from multillm_gov.rendering.markup.escaping import code, inline
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.state.state import State
from multillm_gov.workflows.language.cursor import cursor_at
from multillm_gov.workflows.language.hover_cards import (
    model_card,
    policy_card,
    rule_card,
    task_card,
    unknown_model,
)
from multillm_gov.workflows.language.roles import Role, policy_rule, role_of, shape_at

_PATTERN = re.compile(r"[*?]")
"""What makes a model in a policy's list a pattern of names."""


class Hint(Struct, frozen=True):
    """Markdown about a part of a text, by offsets of its first character and past its last one."""

    markdown: str
    start: int
    end: int


def hover(path: str, text: str, offset: int, state: State) -> Hint | None:
    """What is known of the word at an offset, in a text that may be ahead of the assessment.

    Raises:
        CatalogError: the price map is needed and cannot be read.
    """
    kind = kind_of(path)
    if kind is None:
        return None
    document, _ = read_document(SourceFile(path, text.encode("utf-8", "surrogatepass")))
    if document is None:
        return _half_written(path, text, offset, state)
    spot = spot_at(document, offset)
    markdown = _explained(kind, document, spot, state) if spot is not None else ""
    return Hint(markdown, spot.start, spot.end) if spot is not None and markdown else None


def _half_written(path: str, text: str, offset: int, state: State) -> Hint | None:
    """What a word names in a text that is no YAML as it stands."""
    cursor = cursor_at(path, text, offset)
    role = (
        role_of(cursor.kind, cursor.pointer) if cursor is not None and not cursor.on_key else None
    )
    if cursor is None or role is None or cursor.start == cursor.end:
        return None
    markdown = named(role, text[cursor.start : cursor.end], state)
    return Hint(markdown, cursor.start, cursor.end) if markdown else None


def _explained(kind: Kind, document: Document, spot: Spot, state: State) -> str:
    if spot.on_key:
        return _key(kind, spot.pointer, document.data, state)
    value = _value(document.data, spot.pointer)
    role = role_of(kind, spot.pointer)
    text = named(role, value, state) if role is not None and isinstance(value, str) else ""
    return text or _about(kind, spot.pointer, document.data)


def _key(kind: Kind, pointer: Pointer, data: object, state: State) -> str:
    """A name that is declared by standing as a key; else what its schema says of the key."""
    match (kind, *pointer):
        case ("allocation", "task_classes", str(name)):
            return named(Role.TASK_CLASS, name, state)
        case ("policy", "policies", str(name)):
            rule = policy_rule(data, name)
            return named(Role.POLICY, name, state) or (rule_card(rule) if rule else "")
        case ("catalog", "models", str(name)):
            return named(Role.MODEL, name, state)
    return _about(kind, pointer, data)


def named(role: Role, name: str, state: State) -> str:
    """What is known under a name; empty: nothing, or nothing that a reader would want to know.

    Raises:
        CatalogError: the price map is needed and cannot be read.
    """
    if role is Role.MODEL:
        return _model(name, state)
    if role in {Role.TASK_CLASS, Role.SUBJECT}:
        task = next((task for task in state.figures.tasks if task.task.name == name), None)
        return task_card(task, state.figures.currency) if task else ""
    if role in {Role.RULE, Role.POLICY}:
        policy = next((policy for policy in state.portfolio.policies if policy.name == name), None)
        if role is Role.POLICY and policy is not None:
            return policy_card(policy, find_rule(policy.declared.rule))
        rule = find_rule(name)
        return rule_card(rule) if rule else ""
    return ""


def _model(name: str, state: State) -> str:
    facts = state.catalog.find(name)
    if facts is not None:
        lead = state.portfolio.settings.migration_lead_days
        return model_card(facts, state.catalog, state.as_of, lead)
    return "" if _PATTERN.search(name) else unknown_model(name, state.catalog.suggest(name))


def _about(kind: Kind, pointer: Pointer, data: object) -> str:
    """What the schema says of a key, or of the list that an item stands in."""
    while pointer and isinstance(pointer[-1], int):
        pointer = pointer[:-1]
    shape = shape_at(kind, pointer, data) if pointer else None
    if shape is None or not (shape.description or shape.values):
        return ""
    allowed = f"One of {', '.join(map(code, shape.values))}." if shape.values else ""
    return " ".join(
        part for part in (f"{code(str(pointer[-1]))}:", inline(shape.description), allowed) if part
    )


def _value(data: object, pointer: Pointer) -> object:
    for step in pointer:
        data = data[step]  # type: ignore[index] # the route was found in this very data
    return data
