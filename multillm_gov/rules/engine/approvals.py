"""What an approval is bound to: the digest of what a task class or a policy declares.

Two declarations that mean the same have one digest: comments, layout and order of keys do not
count, a key written with its default value counts as not written, and ``1.0`` is 1. Order within a
list counts. A task class's effective owner counts, wherever it is written; the day of its last
review does not, since recording a review changes nothing that was approved. What a name refers to
(a prompt's bytes, a model's price) is not part of it.
"""

from collections.abc import Callable, Collection
from datetime import date
from enum import Enum
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from multillm_gov.documents.canonical import digest
from multillm_gov.documents.document import Document
from multillm_gov.documents.shape import convert
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.policy import Policy
from multillm_gov.portfolio.portfolio import Portfolio

ParametersLookup = Callable[[str], tuple[str, type[Struct]] | None]
"""From a rule's name or id to its id and the type of its parameters; ``None``: no such rule."""

TASK_CLASS = "task_class:"
POLICY = "policy:"


class Contents:
    """The digests of one state's task classes and policies, computed once on demand."""

    def __init__(
        self, portfolio: Portfolio, documents: dict[str, Document], rules: ParametersLookup
    ) -> None:
        self._portfolio = portfolio
        self._documents = documents
        self._rules = rules
        self._nouns: dict[str, TaskClass | Policy] = {}
        self._known: dict[str, str] = {}

    @property
    def subjects(self) -> Collection[str]:
        """``task_class:NAME`` and ``policy:NAME`` of everything that can be approved."""
        if not self._nouns:
            self._nouns.update(
                {f"{TASK_CLASS}{task.name}": task for task in self._portfolio.task_classes}
            )
            self._nouns.update(
                {f"{POLICY}{policy.name}": policy for policy in self._portfolio.policies}
            )
        return self._nouns.keys()

    def digest(self, subject: str) -> str:
        """The digest of a subject's current content; empty where there is no such subject."""
        if subject not in self.subjects:
            return ""
        if subject not in self._known:
            noun = self._nouns[subject]
            self._known[subject] = (
                task_class_digest(noun)
                if isinstance(noun, TaskClass)
                else policy_digest(noun, self._documents, self._rules)
            )
        return self._known[subject]


def task_class_digest(task: TaskClass) -> str:
    """``sha256:…`` of a task class as governed."""
    declared = _declared(replace(task.declared, owner=None))
    declared.get("review", {}).pop("last", None)
    return f"sha256:{digest({'task_class': task.name, 'owner': task.owner, **declared})}"


def policy_digest(policy: Policy, documents: dict[str, Document], rules: ParametersLookup) -> str:
    """``sha256:…`` of a policy, its rule by id; unreadable parameters count as written."""
    rule = rules(policy.declared.rule)
    parameters: object = policy.parameters
    if rule is not None:
        document = documents[policy.place.path]
        typed, _ = convert(
            document, policy.place.pointer, rule[1], policy.parameters, explain=False
        )
        parameters = policy.parameters if typed is None else _declared(typed)
    declared = {
        **_declared(policy.declared),
        "rule": rule[0] if rule else policy.declared.rule,
    }
    return f"sha256:{digest({'policy': policy.name, **declared, 'parameters': parameters})}"


def _declared(value: Struct) -> dict[str, Any]:
    """The keys of a typed value that differ from their defaults, as YAML names them."""
    plain = {}
    for field in fields(value):
        current = getattr(value, field.name)
        default = field.default
        if default is NODEFAULT and field.default_factory is not NODEFAULT:
            default = field.default_factory()
        if default is NODEFAULT or current != default:
            plain[field.encode_name] = _plain(current)
    return plain


def _plain(value: object) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, Struct):
        return _declared(value)
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, frozenset | set):
        return sorted((_plain(entry) for entry in value), key=msgspec.json.encode)
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
