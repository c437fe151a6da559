"""One data file says which published controls each rule supports evidence for, and nothing claims
more."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.rules import book
from multillm_gov.rules.engine.controls import controls_of, find_control, mapping, with_controls
from multillm_gov.rules.engine.registry import all_rules, find_rule, rule_names
from multillm_gov.workflows.pages.explain import explain, list_rules

_ROOT = Path(__file__).parents[2]
_DATA = _ROOT / "multillm_gov" / "rules" / "engine" / "data" / "controls.json"
_ANYTHING_STRONGER = re.compile(
    r"\b(compl(?:y|ies|iant)|certif\w+|satisf\w+|fulfil\w*)\b", re.IGNORECASE
)


def test_no_rule_declares_controls_beside_the_file() -> None:
    declared = [
        file.name
        for folder in book.__path__
        for file in sorted(Path(folder).glob("gov*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "controls"
    ]
    assert declared == [], "move them to multillm_gov/rules/engine/data/controls.json"


def test_every_control_of_a_rule_is_published_and_asks_for_a_duty() -> None:
    known = {
        f"{framework.id} {own}" for framework in mapping().frameworks for own in framework.controls
    }
    asked = {control for duty in mapping().duties.values() for control in duty.controls}
    assert asked == known
    named = {control for controls in mapping().rules.values() for control in controls}
    assert named <= known, sorted(named - known)
    for key, controls in mapping().rules.items():
        assert len(controls) == len(set(controls)), key


def test_the_file_names_rules_and_families_that_exist() -> None:
    rules = set(rule_names())
    assert {key for key in mapping().rules if len(key) > 4} <= rules
    assert {key for key in mapping().rules if len(key) == 4} <= {rule_id[:4] for rule_id in rules}


def test_rules_carry_the_controls_of_the_file_or_of_their_family() -> None:
    raw = json.loads(_DATA.read_text("utf-8"))["rules"]
    for rule in all_rules():
        assert list(rule.controls) == raw.get(rule.id, raw.get(rule.id[:4], []))
        assert find_rule(rule.id) is with_controls(rule) or find_rule(rule.id) is rule
    assert controls_of("GOV399") == tuple(raw["GOV3"])
    assert controls_of("GOV999") == ()


@pytest.mark.parametrize(
    ("control", "words"),
    [
        ("ISO-42001 A.10.3", "Suppliers"),
        ("ISO-42001 A.10.2", "Allocating responsibilities"),
        ("EU-AI-Act Art. 53(1)(b)", "all general-purpose models"),
        ("EU-AI-Act Art. 73", "serious incidents"),
        ("DORA Art. 28(8)", "Exit strategies"),
        ("NIST-AI-RMF GOVERN 6.2", "contingency"),
        ("NIST-AI-600-1 GV-6.2-006", "fallback"),
    ],
)
def test_ids_that_sources_confuse_are_the_published_ones(control: str, words: str) -> None:
    """Third parties are A.10 in ISO/IEC 42001, not A.9; Article 53 is about all models, 55 about
    systemic risk."""
    found = find_control(control)
    assert found is not None
    assert words in found.title
    assert not any(name.startswith("A.9") for one in mapping().frameworks for name in one.controls)
    assert find_control("EU-AI-Act Art. 55") is None


@pytest.mark.parametrize("control", ["ISO-42001 A.9.9", "NIST-AI-RMF", "", "house rule 7"])
def test_an_unknown_control_is_none(control: str) -> None:
    assert find_control(control) is None


def test_a_page_names_the_framework_and_claims_no_more_than_support() -> None:
    text, markdown, data = (
        explain("GOV501"),
        explain("GOV501", "markdown"),
        json.loads(explain("GOV501", "json")),
    )
    assert (
        "Supports evidence for\n  NIST AI Risk Management Framework 1.0\n    NIST-AI-RMF MEASURE "
        "2.3: " in text
    )
    assert (
        "Supports evidence for:\n\n- NIST AI Risk Management Framework 1.0: NIST-AI-RMF MEASURE "
        "2.3 (" in markdown
    )
    shown: list[dict[str, Any]] = data["supports_evidence_for"]
    assert [one["control"] for one in shown] == data["controls"]
    assert {one["framework"] for one in shown} >= {"EU AI Act, Regulation (EU) 2024/1689"}


def test_nothing_claims_that_a_control_is_met() -> None:
    assert _ANYTHING_STRONGER.search(_DATA.read_text("utf-8")) is None
    book_text = list_rules("markdown").replace("#### Compliant", "")
    assert _ANYTHING_STRONGER.search(book_text) is None
    assert all(f"**{one.name}**" in book_text for one in mapping().frameworks)
