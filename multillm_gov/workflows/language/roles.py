"""Roles of places in governed files: a name of a model, rule or policy, or a key."""

from enum import StrEnum
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.declarations import CatalogFile
from multillm_gov.documents.layout import Kind
from multillm_gov.documents.schema import cached_schema
from multillm_gov.evidence.incident import IncidentFile
from multillm_gov.evidence.record import EvidenceFile
from multillm_gov.location import Pointer
from multillm_gov.portfolio.allocation import AllocationFile
from multillm_gov.portfolio.evals import EvalFile
from multillm_gov.portfolio.policy import PolicyDeclaration, PolicyFile
from multillm_gov.portfolio.scenario import ScenarioFile
from multillm_gov.portfolio.settings import Settings
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.rules.engine.rule import Rule
from multillm_gov.usage.record import UsageFile

_FILES: dict[str, type[Struct]] = {
    "allocation": AllocationFile,
    "catalog": CatalogFile,
    "evals": EvalFile,
    "evidence": EvidenceFile,
    "incidents": IncidentFile,
    "policy": PolicyFile,
    "scenario": ScenarioFile,
    "settings": Settings,
    "usage": UsageFile,
}
_FILE_RULES = frozenset({"files", "waivers"})


class Role(StrEnum):
    """What a scalar names."""

    MODEL = "model"
    RULE = "rule"
    POLICY = "policy"
    TASK_CLASS = "task class"
    SUBJECT = "subject"
    OWNER = "owner"
    TAG = "tag"


def role_of(kind: Kind, pointer: Pointer) -> Role | None:  # noqa: C901, PLR0911, PLR0912 - one table of shapes
    """What the value at a route names; ``None``: nothing that the portfolio knows by name."""
    match (kind, *pointer):
        case ("allocation", "task_classes", _, "route", int(), "model"):
            return Role.MODEL
        case ("allocation", "task_classes", _, "fallbacks", int()):
            return Role.MODEL
        case ("allocation", "owner") | ("allocation", "task_classes", _, "owner"):
            return Role.OWNER
        case ("allocation", "task_classes", _, "tags", int()):
            return Role.TAG
        case ("policy", "policies", _, "rule"):
            return Role.RULE
        case ("policy", "policies", _, "applies_to", *_, "task_classes", int()):
            return Role.TASK_CLASS
        case ("policy", "policies", _, "applies_to", *_, "owners", int()):
            return Role.OWNER
        case ("policy", "policies", _, "applies_to", *_, "tags", int()):
            return Role.TAG
        case ("policy", "policies", *_, "models", int()):
            return Role.MODEL
        case ("policy", "waivers", int(), "policy"):
            return Role.POLICY
        case ("policy", "waivers", int(), "subject"):
            return Role.SUBJECT
        case ("catalog", "models", _, "base" | "successor"):
            return Role.MODEL
        case ("evidence", "records", int(), "model") | (
            "evidence",
            "records",
            int(),
            "paired_with",
            int(),
        ):
            return Role.MODEL
        case ("evidence", "records" | "drills", int(), "task_class"):
            return Role.TASK_CLASS
    return None


def takes_policies(rule: Rule) -> bool:
    """Whether a policy may be an instance of the rule; those about files and waivers may not."""
    return rule.scope not in _FILE_RULES


def policy_rule(data: object, name: object) -> Rule | None:
    """The rule that a policy of a policy file names, if there is one of that name."""
    policies = data.get("policies") if isinstance(data, dict) else None
    policy = policies.get(name) if isinstance(policies, dict) else None
    rule = policy.get("rule") if isinstance(policy, dict) else None
    return find_rule(rule) if isinstance(rule, str) else None


class SchemaShape:
    """The part of a JSON Schema that holds at a route; references and "or nothing" seen through."""

    def __init__(self, node: dict[str, Any], definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.node = self._seen(node)
        self.description = str(node.get("description") or self.node.get("description", ""))

    @property
    def keys(self) -> dict[str, "SchemaShape"]:
        """The keys that a mapping may have, in the order declared."""
        return {
            name: SchemaShape(node, self.definitions)
            for name, node in self.node.get("properties", {}).items()
        }

    @property
    def values(self) -> tuple[str, ...]:
        """What may be written at a route; ``data`` is the file's."""
        if self.node.get("type") == "boolean":
            return ("true", "false")
        return tuple(value for value in self.node.get("enum", ()) if isinstance(value, str))

    @property
    def opens(self) -> str:
        """What stands after a key of this shape: ``mapping``, ``list`` or ``scalar``."""
        return {"object": "mapping", "array": "list"}.get(str(self.node.get("type")), "scalar")

    def below(self, step: str | int) -> "SchemaShape":
        """The shape one step down; one that allows anything where nothing is declared."""
        if isinstance(step, int):
            node = self.node.get("items", {})
        else:
            node = self.node.get("properties", {}).get(
                step, self.node.get("additionalProperties", {})
            )
        return SchemaShape(node if isinstance(node, dict) else {}, self.definitions)

    def _seen(self, node: dict[str, Any]) -> dict[str, Any]:
        for choice in node.get("anyOf", ()):
            if choice.get("type") != "null":
                return self._seen(choice)
        reference = node.get("$ref")
        return self._seen(self.definitions[reference.rpartition("/")[2]]) if reference else node


def shape_at(kind: Kind, pointer: Pointer, data: object) -> SchemaShape | None:
    """What may be written at a route; ``data``: the file's."""
    if kind not in _FILES:
        return None
    shapes = [_shape(_FILES[kind])]
    steps = pointer
    if kind == "policy" and len(pointer) > 1 and pointer[0] == "policies":
        rule = policy_rule(data, pointer[1])
        shapes = [_shape(PolicyDeclaration), *([_shape(rule.parameters)] if rule else [])]
        steps = pointer[2:]
    if not steps:
        return shapes[0] if len(shapes) == 1 else _merged(shapes)
    shape = next(
        (shape for shape in shapes if steps[0] in shape.node.get("properties", {})), shapes[0]
    )
    for step in steps:
        shape = shape.below(step)
    return shape


def _shape(kind: type[Struct]) -> SchemaShape:
    schema = cached_schema(kind)
    return SchemaShape(schema, schema.get("$defs", {}))


def _merged(shapes: list[SchemaShape]) -> SchemaShape:
    """A policy's common keys after its rule's own: the latter are what one looks for."""
    first, own = (shape.node["properties"] for shape in shapes)
    definitions = {**cached_schema(PolicyDeclaration).get("$defs", {}), **shapes[1].definitions}
    rest = {name: node for name, node in first.items() if name != "rule"}
    return SchemaShape(
        {"type": "object", "properties": {"rule": first["rule"], **own, **rest}}, definitions
    )
