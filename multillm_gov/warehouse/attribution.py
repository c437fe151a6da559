"""Attribution rules as SQL that every dialect has: CASE, LIKE, and paths into JSON."""

import json
from collections.abc import Iterable

from multillm_gov.usage.attribution import (
    COLUMNS_OF,
    AttributionRule,
    Condition,
    conditions_of,
    patterns_of,
)
from multillm_gov.warehouse.engine import literal


def attribution_sql(rules: tuple[AttributionRule, ...]) -> str:
    """The task class of a row: as given, else by the first rule that matches, else null."""
    cases = " ".join(
        f"WHEN {_condition(rule.when)} THEN {literal(rule.task_class)}" for rule in rules
    )
    return f"COALESCE(task_class_given, CASE {cases} END)" if cases else "task_class_given"


def columns_of_rules(rules: tuple[AttributionRule, ...]) -> tuple[str, ...]:
    """The columns the rules look at."""
    texts: set[str] = set()
    for rule in rules:
        for name, _ in conditions_of(rule.when):
            texts.update(COLUMNS_OF[name])
        if rule.when.tag is not None:
            texts.add("tags")
        if rule.when.metadata:
            texts.update(("tags", "labels"))
    return tuple(sorted(texts))


def _condition(condition: Condition) -> str:
    parts = []
    for name, patterns in conditions_of(condition):
        parts.append(_any(f"{column} {_like(pattern)}" for column in COLUMNS_OF[name]
                          for pattern in patterns))  # fmt: skip
    tags = patterns_of(condition, "tag")
    if tags:
        parts.append("tags LIKE '[%'")
        parts.append(_any(f"tags {_tag(pattern)}" for pattern in tags))
    for key, pattern in (condition.metadata or {}).items():
        path = literal("$." + json.dumps(key))
        parts.append(_any(f"{column} ->> {path} {_like(pattern)}" for column in ("tags", "labels")))
    return " AND ".join(parts)


def _any(parts: Iterable[str]) -> str:
    texts = list(parts)
    return texts[0] if len(texts) == 1 else f"({' OR '.join(texts)})"


def _like(pattern: str) -> str:
    inner = pattern.strip("*")
    if pattern == inner:
        return f"= {literal(pattern)}"
    before = "%" if pattern.startswith("*") else ""
    after = "%" if pattern.endswith("*") else ""
    return f"LIKE {_pattern(before, inner, after)}"


def _tag(pattern: str) -> str:
    """A word inside of a JSON list, as JSON spells it."""
    inner = json.dumps(pattern.strip("*"), ensure_ascii=False)[1:-1]
    before = "" if pattern.startswith("*") else '"'
    after = "" if pattern.endswith("*") else '"'
    return f"LIKE {_pattern('%', before + inner + after, '%')}"


def _pattern(before: str, text: str, after: str) -> str:
    """A LIKE pattern in which the text stands for itself."""
    escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    ending = "" if escaped == text else " ESCAPE '!'"
    return literal(before + escaped + after) + ending
