"""What applies where a policy leaves a parameter out: the default of its rule."""

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from multillm_gov.rules.engine.registry import find_rule

if TYPE_CHECKING:
    from multillm_gov.changes.direction import RuleFacts


@cache
def rule_facts(name: str) -> "RuleFacts":
    """The rule's name, its parameters' defaults as YAML would hold them, and their directions."""
    from multillm_gov.changes.direction import RuleFacts

    rule = find_rule(name)
    if rule is None:
        return RuleFacts(name=name)
    defaults = {
        field.name: _default(field.default, field.default_factory)
        for field in fields(rule.parameters)
    }
    return RuleFacts(
        name=rule.name,
        defaults={key: value for key, value in defaults.items() if value is not None},
        tighter=rule.tighter,
    )


def _default(value: object, factory: object) -> object:
    if value is NODEFAULT:
        value = factory() if callable(factory) else None
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple | frozenset | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, Struct):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return str(value) if isinstance(value, str) else value
