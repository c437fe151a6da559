"""Every rule's cases: small files in, findings as file:line:column, severity and words out."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from multillm_gov.finding import Finding
from multillm_gov.rules.engine.judgment import judge
from multillm_gov.rules.engine.registry import all_rules, find_rule, rule_names

_HERE = Path(__file__).parent


def _cases() -> list[Any]:
    """Each case of each file, after the rule that the file names."""
    files = {
        file.stem: yaml.safe_load(file.read_text("utf-8"))
        for file in sorted(_HERE.glob("gov[0-9][0-9][0-9].yaml"))
    }
    return [
        pytest.param(data["rule"], case, id=f"{stem}-{case['name']}")
        for stem, data in files.items()
        for case in data["cases"]
    ]


@pytest.mark.parametrize(("rule_id", "case"), _cases())
def test_case(rule_id: str, case: dict[str, Any], assessed: Any) -> None:
    rule = find_rule(rule_id)
    assert rule is not None
    as_of = case.get("as_of", date(2026, 11, 24))
    base = assessed(case["base"], as_of, case.get("lock", ())) if "base" in case else None
    state = assessed(case["files"], as_of, case.get("lock", ()), moved=case.get("moved"), base=base)
    found = [finding for finding in state.findings if finding.rule == rule_id]
    wanted = case.get("findings", [])
    assert len(found) == len(wanted), "\n".join(f"{one.location} {one.message}" for one in found)
    for one, expected in zip(found, wanted, strict=True):
        _assert_finding(one, expected)
    if (
        rule.scope != "waivers" and rule_id != "GOV003"
    ):  # these two speak of what other rules did or take
        alone = judge(state.state, rules=(rule,), base=base.state if base else None).findings
        assert [(one.location, one.message) for one in alone if one.rule == rule_id] == [
            (one.location, one.message) for one in found
        ]


def _assert_finding(finding: Finding, expected: dict[str, Any]) -> None:
    assert (str(finding.location), finding.severity.label) == (
        expected["at"],
        expected["severity"],
    ), finding.message
    for key in ("message", "risk", "remedy", "subject", "policy"):
        if key in expected:
            assert expected[key] in getattr(finding, key)
    assert ("waived" in expected) == (finding.waiver is not None)
    for name, value in expected.get("figures", {}).items():
        figure = finding.figures[name]
        assert (float(figure) if isinstance(value, float) else figure) == pytest.approx(value)
    assert finding.remedy
    assert finding.location.source_line or finding.rule in {"GOV001", "GOV009", "GOV013", "GOV015"}


@pytest.mark.parametrize("rule_id", rule_names())
def test_each_rule_has_a_passing_and_a_failing_case(rule_id: str) -> None:
    file = _HERE / f"{rule_id.lower()}.yaml"
    assert file.is_file(), f"write {file.name}: small files in, findings out"
    data = yaml.safe_load(file.read_text("utf-8"))
    assert data["rule"] == rule_id
    outcomes = {case["name"]: "fail" if case.get("findings") else "pass" for case in data["cases"]}
    assert {"pass", "fail"} <= set(outcomes.values()), "a case that passes and one that fails"
    assert [name for name, word in outcomes.items() if not name.startswith(f"{word} - ")] == []


def test_no_cases_without_a_rule() -> None:
    assert {file.stem.upper() for file in _HERE.glob("gov*.yaml")} == set(rule_names())


@pytest.mark.parametrize(
    "rule", [pytest.param(rule, id=rule.id) for rule in all_rules() if rule.violating]
)
def test_the_example_violates_the_rule_and_the_mended_one_does_not(
    rule: Any, assessed: Any, split_files: Any
) -> None:
    assert rule.id in {finding.rule for finding in assessed(split_files(rule.violating)).findings}
    mended = assessed(split_files(rule.compliant)).findings
    assert rule.id not in {finding.rule for finding in mended}
    assert not [
        str(one.location) + one.message for one in mended if one.rule.startswith(("GOV0", "GOV101"))
    ]


def test_only_rules_that_text_cannot_violate_have_no_example() -> None:
    """Bytes that are no text, files never read, a generated lock, and changes, which take two
    states."""
    without = {rule.id for rule in all_rules() if not rule.violating}
    failing = {
        rule_id: [
            case
            for case in yaml.safe_load(file.read_text("utf-8"))["cases"]
            if case.get("findings")
        ]
        for rule_id in rule_names()
        if (file := _HERE / f"{rule_id.lower()}.yaml").is_file()
    }
    needing_more = {
        rule_id
        for rule_id, cases in failing.items()
        if all(case.keys() & {"lock", "base"} for case in cases)
    }
    assert without == {"GOV009", "GOV013", "GOV015", *needing_more}


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in all_rules()])
def test_the_page_is_complete(rule: Any) -> None:
    for text in (rule.title, rule.one, rule.many, rule.short_title):
        assert text[0].isupper() or text.startswith("{")
        assert "`" not in text
        assert not text.endswith(".")
    assert len(rule.title) <= 60
    assert len(rule.short_title) <= 40
    assert rule.id not in rule.short_title
    assert "-" not in rule.name or rule.name not in rule.short_title
    assert rule.many.count("{count}") == 1
    assert rule.summary(["a {b}"]) == rule.one.replace("{subject}", "a {b}")
    assert rule.summary(["a", "b"]) == rule.many.replace("{count}", "2")
    assert rule.requirement.endswith(".")
    assert rule.requirement[0].isupper()
    assert set(rule.tighter) == set(rule.parameters.__struct_fields__)
    assert len(rule.why) > 60
    assert rule.why.endswith(".")
    assert rule.remediation.endswith(".")
    assert (rule.scope == "files") == (rule.family == 0 and rule.id != "GOV007")
    for control in rule.controls:
        assert control.startswith(
            ("NIST-AI-RMF ", "NIST-AI-600-1 ", "ISO-42001 A.", "EU-AI-Act Art. ", "DORA Art. ")
        )
