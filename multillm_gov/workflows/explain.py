"""``govern explain`` and ``govern rules``: pages of the rule book."""

from typing import Literal

from multillm_gov.errors import UsageError
from multillm_gov.rules.registry import all_rules, find_rule, rule_names
from multillm_gov.rules.rule import Rule
from multillm_gov.rules.spelling import LONGEST, near
from multillm_gov.workflows.rule_pages import (
    as_json,
    book_markdown,
    book_text,
    page_data,
    page_markdown,
    page_text,
)

Form = Literal["text", "markdown", "json"]


def explain(rule: str, form: Form = "text") -> str:
    """One rule's page; ``rule`` is an id (in any case) or a name.

    Raises:
        UsageError: there is no such rule.
    """
    found = find_rule(rule.strip())
    if found is None:
        known = [name for pair in rule_names().items() for name in pair]
        meant = near(rule.upper(), known) or near(rule.lower(), known)
        raise UsageError(f"There is no rule `{rule[:LONGEST]}`{meant}.", "Run `govern rules` to list them all.")
    if form == "json":
        return as_json(page_data(found))
    return page_markdown(found) if form == "markdown" else page_text(found)


def list_rules(family: int | None = None, form: Form = "text") -> str:
    """The book, or one family of it.

    Raises:
        UsageError: no rule is of that family.
    """
    rules: tuple[Rule, ...] = tuple(rule for rule in all_rules() if family is None or rule.family == family)
    if not rules:
        raise UsageError(f"There is no rule of family {family}.", "Run `govern rules` to list them all.")
    if form == "json":
        return as_json([page_data(rule) for rule in rules])
    return book_markdown(rules) if form == "markdown" else book_text(rules)
