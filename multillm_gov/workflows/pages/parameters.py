"""The parameters of a rule as its page shows them: name, type, default, meaning."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.schema import json_schema
from multillm_gov.portfolio.policy import Tighter
from multillm_gov.rules.engine.rule import Rule

_SWITCH = "`true` or `false`"


class Parameter(Struct, frozen=True, kw_only=True):
    """One key that a policy of the rule may have."""

    name: str
    type: str
    """``number from 0 to 1``, ``one of `spend`, `requests```."""
    default: str
    """As YAML; empty: it has none, or nothing is limited unless it is given."""
    required: bool
    description: str
    tighter: str = ""
    """Which values are tighter; empty where none is, and for the parts of a mapping."""


_TIGHTER: dict[Tighter, str] = {
    "lower": "lower",
    "higher": "higher",
    "lower_or_none": "lower",
    "lower_or_setting": "lower",
    "higher_or_setting": "higher",
    "fewer": "fewer entries",
    "more": "more entries",
    "more_or_none": "more entries, or none",
    "present": "given",
    "absent": "not given",
    "never": "",
}


def parameters_of(rule: Rule) -> tuple[Parameter, ...]:
    """The parameters in the order declared; those of a mapping are named ``outer.inner``."""
    schema = json_schema(rule.parameters)
    return tuple(
        replace(parameter, tighter=_tighter(rule, parameter))
        for parameter in _walk(schema, schema.get("$defs", {}), "")
    )


def _tighter(rule: Rule, parameter: Parameter) -> str:
    direction = rule.tighter.get(parameter.name, "never")
    if parameter.type == _SWITCH and direction in {"present", "absent"}:
        return "`true`" if direction == "present" else "`false`"
    return _TIGHTER[direction]


def _walk(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> list[Parameter]:
    parameters: list[Parameter] = []
    for name, written in schema.get("properties", {}).items():
        node = resolved(written, definitions)
        default = written.get("default")
        parameters.append(
            Parameter(
                name=prefix + name,
                type=type_of(node, definitions),
                default="" if default is None else format_default(default),
                required=name in schema.get("required", ()),
                description=written.get("description") or node.get("description", ""),
            )
        )
        parameters += _walk(node, definitions, f"{prefix}{name}.")
    return parameters


def resolved(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference, and behind "or nothing"."""
    for choice in node.get("anyOf", ()):
        if choice.get("type") != "null":
            return resolved(choice, definitions)
    reference = node.get("$ref")
    return definitions[reference.rpartition("/")[2]] if reference else node


def type_of(node: dict[str, Any], definitions: dict[str, Any]) -> str:
    """The type of a schema node in words, such as ``list of text``."""
    if "enum" in node:
        return f"one of {', '.join(f'`{value}`' for value in node['enum'])}"
    kind = node.get("type", "any")
    if kind == "array":
        return f"list of {type_of(resolved(node['items'], definitions), definitions)}"
    if kind in {"number", "integer"}:
        return _range("whole number" if kind == "integer" else "number", node)
    return {"boolean": _SWITCH, "object": "mapping", "string": "text"}.get(kind, str(kind))


def _range(kind: str, node: dict[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if "exclusiveMinimum" in node:
        return f"{kind} above {node['exclusiveMinimum']:,}" + (
            "" if high is None else f", at most {high:,}"
        )
    if low is None or high is None:
        return kind
    return f"{kind}, {low:,} or more" if high >= 10**12 else f"{kind} from {low:,} to {high:,}"


def format_default(value: object) -> str:
    """A default value as it is written in YAML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return str(value)
