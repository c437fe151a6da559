"""Limits of rules in the register: declared on the rule's page, and of one mind with its findings.

Every case of every rule is judged twice: by the findings, and by where the limits of its policies
and rules stand.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
import yaml

from multillm_gov.finding import Finding, Severity
from multillm_gov.register import LimitRecord
from multillm_gov.rules.book.gov301_concentration import TopShare
from multillm_gov.rules.engine.registry import all_rules, find_rule
from multillm_gov.rules.engine.rule import Rule
from multillm_gov.rules.policy_limits import policy_limits

_HERE = Path(__file__).parent
_LIMITED = tuple(rule for rule in all_rules() if rule.limits)
_ALSO: dict[str, tuple[str, ...]] = {"GOV103": ("GOV102",)}
"""A model that is retired has no days left; another rule reports it."""
_OTHER_DUTIES = {
    "GOV209": "degraded mode",
    "GOV405": "limits nothing|the risk appetite allows",
    "GOV410": "is only a fallback|gets no requests|is in no route",
    "GOV413": "looks inverted|no exchange rate",
    "GOV516": "no longer matches",
    "GOV603": "training",
    "GOV704": "exit plan|alternatives",
}
"""Words of findings about a duty of the rule that has no number."""


def _cases() -> Iterator[Any]:
    for rule in _LIMITED:
        data = yaml.safe_load((_HERE / f"{rule.id.lower()}.yaml").read_text("utf-8"))
        for case in data["cases"]:
            yield pytest.param(rule, case, id=f"{rule.id}-{case['name']}")


def _judged(
    rule: Rule, case: dict[str, Any], assessed: Any
) -> tuple[list[Finding], list[LimitRecord]]:
    as_of = case.get("as_of", date(2026, 11, 24))
    base = assessed(case["base"], as_of, case.get("lock", ())) if "base" in case else None
    state = assessed(case["files"], as_of, case.get("lock", ()), moved=case.get("moved"), base=base)
    records = policy_limits(state, base.state if base else None)
    return list(state.findings), [one for one in records if one.facts["rule"] == rule.id]


@pytest.mark.parametrize(("rule", "case"), [*_cases()])
def test_a_limit_is_outside_exactly_where_its_rule_finds_so(
    rule: Rule, case: dict[str, Any], assessed: Any
) -> None:
    findings, records = _judged(rule, case, assessed)
    rules = (rule.id, *_ALSO.get(rule.id, ()))
    of_rule = [one for one in findings if one.rule in rules]
    for record in records:
        name = record.id.split(":")[1] if record.id.startswith("policy:") else ""
        own = [one for one in of_rule if one.policy == name or one.rule != rule.id]
        if record.judgment == "outside":
            assert own, record
    for finding in of_rule:
        if finding.severity is not Severity.ERROR or finding.rule != rule.id:
            continue
        if any(
            word and word in finding.message for word in _OTHER_DUTIES.get(rule.id, "").split("|")
        ):
            continue
        prefix = f"policy:{finding.policy}:" if finding.policy else f"rule:{rule.id}:"
        judgments = {one.judgment for one in records if one.id.startswith(prefix)}
        assert judgments & {"outside", "not judged"}, (finding.message, records)


def _numeric(kind: object) -> bool:
    parts = [kind, *getattr(kind, "__args__", ())]
    numbers = (int, float, Decimal)
    return any(
        isinstance(part, type) and part is not bool and issubclass(part, (*numbers, TopShare))
        for part in parts
    )


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in all_rules()])
def test_each_number_of_a_policy_is_a_limit_or_said_to_be_none(rule: Rule) -> None:
    hints = get_type_hints(rule.parameters)
    numeric = {
        field.name
        for field in msgspec.structs.fields(rule.parameters)
        if _numeric(hints[field.name])
    }
    assert numeric == (set(rule.limits) & numeric) | set(rule.criteria)
    assert not set(rule.limits) & set(rule.criteria)


def test_a_value_that_is_not_known_is_never_within(assessed: Any) -> None:
    rule = find_rule("GOV503")
    assert rule is not None
    (record,) = (
        one
        for one in policy_limits(assessed({"allocations/a.yaml": _UNMEASURED}))
        if one.id == "rule:GOV503:max_age_days"
    )
    assert (record.value, record.judgment, record.headroom) == (None, "not judged", None)
    assert "triage" in record.reason
    assert record.shipped


_UNMEASURED = """\
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    quality: {floor: 0.9}
"""


def test_the_worst_thing_is_judged_and_named(assessed: Any) -> None:
    files = {
        "allocations/a.yaml": """\
owner: support
task_classes:
  calm:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 1000, input_tokens: 1000, output_tokens: 100}
    spend_cap: {monthly: 15}
  busy:
    route: [{model: claude-haiku-4-5}]
    demand: {requests: 100000, input_tokens: 1000, output_tokens: 100}
    spend_cap: {monthly: 100}
""",
    }
    (record,) = (one for one in policy_limits(assessed(files)) if one.id == "rule:GOV401:cap")
    assert record.value == pytest.approx(1.5)
    assert (record.judgment, record.subject) == ("outside", ("task class", "busy"))
    assert record.headroom == pytest.approx(-0.5)
    assert not record.shipped
    assert not record.of_board
