"""The rule book, found by presence: ``gov301_concentration.py`` is GOV301, `concentration`."""

import re

from msgspec import Struct

from multillm_gov.plugins import load_plugin, plugin_names
from multillm_gov.rules.engine.controls import with_controls
from multillm_gov.rules.engine.rule import Rule

_BOOK = "multillm_gov.rules.book"
_MEMBER = re.compile(r"(gov\d{3})-(.+)")


def rule_names() -> dict[str, str]:
    """Names by id, ordered by id, read from the file names alone.

    Raises:
        ValueError: two files claim one id or one name: a defect of the book.
    """
    names: dict[str, str] = {}
    for rule in filter(None, map(_MEMBER.fullmatch, plugin_names(_BOOK))):
        identifier, name = rule[1].upper(), rule[2]
        if identifier in names or name in names.values():
            raise ValueError(f"two rules claim {identifier} or {name!r}")
        names[identifier] = name
    return names


def all_rules() -> tuple[Rule, ...]:
    """Every rule of the book, ordered by id.

    Raises:
        ValueError: a file's name and its rule differ, or two rules claim one flaw: a defect of the
            book.
    """
    rules = tuple(_load(rule, name) for rule, name in rule_names().items())
    claims = [rule.claims for rule in rules if rule.claims]
    if len(claims) != len(set(claims)):
        raise ValueError(f"two rules claim one kind of flaw: {sorted(claims)}")
    return rules


def find_rule(id_or_name: str) -> Rule | None:
    """The rule with an id (in any case) or a name; only its own file is imported."""
    wanted = id_or_name.upper()
    for rule, name in rule_names().items():
        if wanted == rule or id_or_name == name:
            return _load(rule, name)
    return None


def parameters_type(id_or_name: str) -> tuple[str, type[Struct]] | None:
    """The id of a rule and the type of its parameters; ``None``: there is no such rule."""
    rule = find_rule(id_or_name)
    return (rule.id, rule.parameters) if rule else None


def _load(identifier: str, name: str) -> Rule:
    module = load_plugin(_BOOK, f"{identifier.lower()}-{name}")
    rule: Rule = module.RULE
    if (rule.id, rule.name) != (identifier, name):
        raise ValueError(f"{module.__name__} declares {rule.id} {rule.name!r}")
    return with_controls(rule)
