"""The book of rules, found by presence: a file ``gov301_concentration.py`` is rule GOV301, `concentration`."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from re import compile as pattern

from msgspec import Struct

from multillm_gov.rules import book
from multillm_gov.rules.engine.controls import with_controls
from multillm_gov.rules.engine.rule import Rule

_MODULE = pattern(r"(gov\d{3})_([a-z0-9]+(?:_[a-z0-9]+)*)\.py")


def rule_names(folders: Iterable[str] | None = None) -> dict[str, str]:
    """Names by id, ordered by id, read from the file names alone.

    Raises:
        ValueError: two files claim one id or one name: a defect of the book.
    """
    names: dict[str, str] = {}
    for file in sorted(
        file.name for folder in folders or book.__path__ for file in Path(folder).iterdir()
    ):
        found = _MODULE.fullmatch(file)
        if found is None:
            continue
        rule, name = found[1].upper(), found[2].replace("_", "-")
        if rule in names or name in names.values():
            raise ValueError(f"two rules claim {rule} or {name!r}")
        names[rule] = name
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
    module = import_module(f"{book.__name__}.{identifier.lower()}_{name.replace('-', '_')}")
    rule: Rule = module.RULE
    if (rule.id, rule.name) != (identifier, name):
        raise ValueError(f"{module.__name__} declares {rule.id} {rule.name!r}")
    return with_controls(rule)
