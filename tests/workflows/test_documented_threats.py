"""The page of threats names tests and rules that exist."""

import re
from pathlib import Path

from multillm_gov.rules.engine.registry import find_rule

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/threats.md").read_text(encoding="utf-8")


def test_each_path_is_held_by_a_test_that_exists():
    named = set(re.findall(r"`(tests/[\w/.]+)`", PAGE))
    assert len(named) > 10
    assert not [path for path in sorted(named) if not (ROOT / path).exists()]


def test_each_rule_exists():
    assert all(find_rule(name) for name in re.findall(r"\bGOV\d{3}\b", PAGE))


def test_each_path_of_a_table_names_what_holds_it():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]
    assert [row for row in rows if "`tests/" not in row] == [
        "| path | at most | held by |",
        "| who | writes | at most | held by |",
    ]
