"""The pages of the book: `govern explain`, `govern rules`, and docs/rules.md."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from multillm_gov.cli.shared.terminal import fit_text
from multillm_gov.errors import UsageError
from multillm_gov.rules.engine.registry import all_rules, find_rule, rule_names
from multillm_gov.workflows.pages.explain import RuleFilter, explain, list_rules
from multillm_gov.workflows.pages.parameters import parameters_of

_HEADINGS = [
    "What it checks",
    "Why it matters",
    "Example",
    "Compliant",
    "Parameters",
    "Controls",
]
_DOCS = Path(__file__).parents[2] / "docs" / "rules.md"


_SPEND = RuleFilter(family=4)


def test_the_committed_book_is_current() -> None:
    assert _DOCS.read_text("utf-8") == list_rules("markdown"), (
        "run: govern rules --format markdown > docs/rules.md"
    )


@pytest.mark.parametrize("rule_id", rule_names())
def test_a_page_says_everything_in_every_format(rule_id: str) -> None:
    rule = find_rule(rule_id)
    assert rule is not None
    text, markdown, data = (
        explain(rule_id),
        explain(rule.name, "markdown"),
        json.loads(explain(rule_id, "json")),
    )
    flat = " ".join(text.split())
    texts = (rule.id, rule.name, rule.title, rule.requirement, rule.why, rule.remediation)
    for expected in (*texts, rule.decision, *rule.controls):
        assert " ".join(expected.split()) in flat
        assert expected in markdown
    for block in (rule.violating, rule.compliant):
        assert all(f"    {line}\n" in text for line in block.splitlines() if line)
        assert block in markdown
    assert data["violating"] == rule.violating
    assert [one["name"] for one in data["parameters"]] == [one.name for one in parameters_of(rule)]
    assert all(
        f"  {one.name}: " in text and f"`{one.name}`" in markdown for one in parameters_of(rule)
    )
    assert max(map(len, text.splitlines())) <= 120
    assert [line for line in text.splitlines() if line in _HEADINGS] == _HEADINGS
    assert [line[5:] for line in markdown.splitlines() if line.startswith("#### ")] == _HEADINGS


def test_parameters_tell_type_range_default_and_need() -> None:
    by_name: dict[str, Any] = {
        (rule.id, one.name): (one.type, one.default, one.required)
        for rule in all_rules()
        for one in parameters_of(rule)
    }
    assert by_name["GOV301", "max_share"] == ("number from 0 to 1", "", False)
    assert by_name["GOV301", "max_top_n.n"] == ("whole number from 1 to 100", "", True)
    assert by_name["GOV301", "weigh_by"] == (
        "one of `requests`, `spend`, `value_at_stake`",
        "spend",
        False,
    )
    assert by_name["GOV202", "levels"][1] == "[vendor, provider, cloud]"
    assert by_name["GOV401", "warn_at_share"] == ("number from 0 to 1", "0.9", False)
    assert by_name["GOV501", "fallbacks"] == ("`true` or `false`", "true", False)
    assert by_name["GOV403", "min_forecast"] == ("number, 0 or more", "0", False)


def test_every_parameter_is_described() -> None:
    assert [
        (rule.id, one.name)
        for rule in all_rules()
        for one in parameters_of(rule)
        if not one.description
    ] == []


def test_defaults_on_the_page_are_the_ones_that_judge(assessed: Any) -> None:
    """A policy that writes every default out finds what the standing rule finds."""
    allocation = """\
task_classes:
  triage:
    route: [{model: gpt-5-2025-08-07}]
    fallbacks: [gpt-5-mini]
    quality: {floor: 0.9}
    demand: {requests: 95000, input_tokens: 800}
    spend_cap: {monthly: 100}
"""
    standing = assessed({"allocations/a.yaml": allocation})
    for rule in all_rules():
        written = {
            one.name: yaml.safe_load(one.default) for one in parameters_of(rule) if one.default
        }
        if not written or not rule.enabled_by_default:
            continue
        policy = yaml.safe_dump({"policies": {"p": {"rule": rule.name, **written}}})
        asked = assessed({"allocations/a.yaml": allocation, "policies/p.yaml": policy})
        assert [one.message for one in asked.findings if one.rule == rule.id] == [
            one.message for one in standing.findings if one.rule == rule.id
        ]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("fallback-mising", "fallback-missing"),
        ("gov20", "GOV20"),
        ("Concentration", "concentration"),
        ("qqq", ""),
    ],
)
def test_an_unknown_rule_is_wrong_usage_with_near_names(word: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        explain(word)
    assert f"`{word}`" in caught.value.message
    assert ("did you mean" in caught.value.message) == bool(near)
    assert near in caught.value.message
    assert "govern rules" in caught.value.hint


def test_the_list_can_be_narrowed_to_a_family() -> None:
    spend = json.loads(list_rules("json", _SPEND))
    assert {rule["family"] for rule in spend} == {"Spend"}
    assert all(
        line.startswith(("  GOV4", "Spend", "* ", "`govern", " " * 40))
        for line in list_rules(selection=_SPEND).splitlines()
        if line
    )
    assert "### GOV301" not in list_rules("markdown", _SPEND)
    with pytest.raises(UsageError):
        list_rules(selection=RuleFilter(family=8, text="no such words"))


def test_the_list_fits_80_columns_and_keeps_its_columns_apart() -> None:
    text = list_rules()
    assert max(map(len, text.splitlines())) <= 80
    for rule in all_rules():
        marks = ("" if rule.enabled_by_default else "*") + ("+" if rule.safe_fix else "")
        grade = rule.severity.label + marks
        assert [line.split()[:3] for line in text.splitlines() if f" {rule.id} " in line] == [
            [rule.id, grade, rule.name]
        ]
    assert " ".join(find_rule("GOV207").title.split()) in " ".join(text.split())


def test_the_commands_print_and_exit(govern: Any, tmp_path: Path) -> None:
    page = govern("explain", "gov301", cwd=tmp_path)
    assert (page.returncode, page.stderr) == (0, b"")
    assert page.stdout.decode() == f"{fit_text(explain('GOV301'), 80)}\n"
    listed = govern("rules", "--family", "3", "--format", "json", cwd=tmp_path)
    assert [rule["id"] for rule in json.loads(listed.stdout)] == [
        rule_id for rule_id in rule_names() if rule_id.startswith("GOV3")
    ]
    unknown = govern("explain", "nonsense", cwd=tmp_path)
    assert unknown.returncode == 2
    assert unknown.stdout == b""
    for name in ("explain", "rules"):
        shown = govern(name, "--help", cwd=tmp_path)
        assert shown.returncode == 0
        assert b"Examples:" in shown.stdout
