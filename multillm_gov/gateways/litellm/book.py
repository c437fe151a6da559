"""The rules of gateway lint, found by presence: ``gov811_fallback_dangling.py`` is GOV811."""

import re

from multillm_gov.gateways.litellm.rule import LintRule
from multillm_gov.plugins import load_plugin, plugin_names

_BOOK = "multillm_gov.gateways.litellm.rules"
_MEMBER = re.compile(r"(gov8\d{2})-(.+)")


def lint_rule_names() -> dict[str, str]:
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


def all_lint_rules() -> tuple[LintRule, ...]:
    """Every rule, ordered by id."""
    return tuple(_load(rule, name) for rule, name in lint_rule_names().items())


def find_lint_rule(id_or_name: str) -> LintRule | None:
    """The rule with an id (in any case) or a name; only its own file is imported."""
    wanted = id_or_name.upper()
    for rule, name in lint_rule_names().items():
        if wanted == rule or id_or_name == name:
            return _load(rule, name)
    return None


def _load(identifier: str, name: str) -> LintRule:
    module = load_plugin(_BOOK, f"{identifier.lower()}-{name}")
    rule: LintRule = module.RULE
    if (rule.id, rule.name) != (identifier, name):
        raise ValueError(f"{module.__name__} declares {rule.id} {rule.name!r}")
    return rule
