"""A pull request may be hostile: judging stays linear, and every message and list bounded."""

import time
from calendar import monthrange
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.portfolio.policy import Scope
from multillm_gov.rules.book.gov006_unknown_reference import MOST_HINTS
from multillm_gov.rules.book.gov701_review_overdue import _later
from multillm_gov.rules.engine.judgment import judge
from multillm_gov.rules.engine.planning import select
from multillm_gov.words import LONGEST, code, did_you_mean, join_code

MODELS = ("claude-haiku-4-5-20251001", "gemini/gemini-2.5-pro", "mistral/mistral-large-2512")


def _tasks(count: int) -> str:
    lines = ["owner: support", "task_classes:"]
    for number in range(count):
        first, second, third = (MODELS[(number + step) % 3] for step in range(3))
        lines += [
            f"  t{number:05}:",
            f"    route: [{{model: {first}, weight: 60}}, {{model: {second}, weight: 40}}]",
            f"    fallbacks: [{third}]",
            f"    demand: {{requests: {1000 + number}, input_tokens: 1800, output_tokens: 300}}",
            "    spend_cap: {monthly: 100000, per_request: 1}",
            "    needs: {capabilities: [function_calling]}",
            "    quality: {floor: 0.8}",
            "    review: {last: 2026-11-01}",
        ]
    return "\n".join(lines) + "\n"


def test_judging_is_linear_in_the_task_classes(assessed: Any, lines_run: Any) -> None:
    policies = "policies:\n  c: {rule: concentration, max_share: 0.9}\n  f: {rule: cap-missing}\n"

    def lines(count: int) -> int:
        state = assessed({"allocations/a.yaml": _tasks(count), "policies/p.yaml": policies})
        return lines_run(lambda: judge(state.state))

    lines(1)  # modules met for the first time run their own lines
    assert lines(800) < 8 * 1.1 * lines(100)


def test_a_limit_that_every_entity_breaks_walks_the_task_classes_once(assessed: Any) -> None:
    """One finding per entity must not cost one pass over the portfolio each."""
    count = 1_500
    allocations = "owner: o\ntask_classes:\n" + "".join(
        f"  t{number}: {{route: [{{model: custom/m{number}}}], demand: {{requests: 10}}}}\n"
        for number in range(count)
    )
    catalog = "models:\n" + "".join(
        f"  custom/m{number}: {{mode: chat}}\n" for number in range(count)
    )
    policy = (
        "policies:\n  c: {rule: concentration, level: model, weigh_by: requests, max_share: 0}\n"
    )
    files = {
        "allocations/a.yaml": allocations,
        "catalog/c.yaml": catalog,
        "policies/p.yaml": policy,
    }
    start = time.process_time()
    state = assessed(files)
    assert time.process_time() - start < 30
    found = [one for one in state.findings if one.rule == "GOV301"]
    assert found[-1].figures == {"findings_not_listed": 500} or len(found) == 1_001


@pytest.mark.parametrize(
    "policy",
    [
        "{rule: absolute-exposure, level: vendor, max_added_monthly: 0.0001}",
        "{rule: concentration, level: vendor, weigh_by: spend, max_share: 0}",
        "{rule: concentration-after-loss, level: vendor, max_share: 0}",
        "{rule: exit-plan-missing, level: vendor, above_share: 0}",
    ],
)
def test_judging_is_linear_in_the_entities_that_break_a_limit(
    policy: str, assessed: Any, lines_run: Any
) -> None:
    """Each task class has a vendor of its own: nothing walks all of them for each of them."""

    def lines(count: int) -> int:
        files = {
            "allocations/a.yaml": "owner: o\ntask_classes:\n"
            + "".join(
                f"  t{one}: {{route: [{{model: custom/m{one}}}], fallbacks: [custom/m{one // 2}], "
                f"demand: {{requests: {1_000 + one}, input_tokens: 100, output_tokens: 10}}}}\n"
                for one in range(count)
            ),
            "catalog/c.yaml": "models:\n"
            + "".join(
                f"  custom/m{one}: {{mode: chat, usd_per_million_tokens: {{input: 1, output: 2}}, "
                f"exposure: {{vendor: v{one}, provider: p{one}, cloud: c{one}}}}}\n"
                for one in range(count)
            ),
            "policies/p.yaml": f"policies: {{p: {policy}}}\n",
        }
        state = assessed(files)
        assert any(one.policy == "p" for one in state.findings)
        return lines_run(lambda: judge(state.state))

    lines(1)
    assert lines(400) < 8 * 1.2 * lines(50)


def test_thousands_of_unknown_names_get_few_suggestions(assessed: Any) -> None:
    names = ", ".join(f"triaje{number}" for number in range(300))
    policies = f"policies:\n  p: {{rule: cap-missing, applies_to: {{task_classes: [{names}]}}}}\n"
    allocation = "owner: o\ntask_classes:\n  triage: {route: [{model: claude-haiku-4-5}]}\n"
    state = assessed({"allocations/a.yaml": allocation, "policies/p.yaml": policies})
    found = [one for one in state.findings if one.rule == "GOV006"]
    assert len(found) == 300
    assert sum("did you mean" in one.message for one in found) == MOST_HINTS


def test_a_thousand_waivers_of_one_subject_cost_no_more_than_one(assessed: Any) -> None:
    waiver = (
        "  - {policy: cap-missing, subject: triage, reason: r, approved_by: cio, expires: "
        "2026-12-31}\n"
    )
    allocation = "owner: o\ntask_classes:\n  triage: {route: [{model: claude-haiku-4-5}]}\n"
    state = assessed(
        {"allocations/a.yaml": allocation, "policies/p.yaml": "waivers:\n" + waiver * 1_000}
    )
    (found,) = [one for one in state.findings if one.rule == "GOV403"]
    assert str(found.waiver.location) == "policies/p.yaml:2:5"
    assert not [one for one in state.findings if one.rule == "GOV703"]


def test_long_names_are_cut_in_messages(assessed: Any) -> None:
    allocation = f"owner: o\ntask_classes:\n  triage: {{route: [{{model: {'m' * 200}}}]}}\n"
    (found,) = [
        one for one in assessed({"allocations/a.yaml": allocation}).findings if one.rule == "GOV101"
    ]
    assert len(found.message) < 200
    assert "m" * LONGEST not in found.message


def test_percent_signs_and_braces_in_names_are_only_text(assessed: Any) -> None:
    allocation = (
        "owner: o\ntask_classes:\n  triage: {route: [{model: x}], demand: {requests: 10}}\n"
    )
    catalog = "models:\n  x: {mode: chat, exposure: {vendor: '%s {0} %d'}}\n"
    policy = (
        "policies:\n  c: {rule: concentration, weigh_by: requests, max_share: 0.1, max_hhi: 10}\n"
    )
    state = assessed(
        {"allocations/a.yaml": allocation, "catalog/c.yaml": catalog, "policies/p.yaml": policy}
    )
    found = [one for one in state.findings if one.rule == "GOV301"]
    assert len(found) == 2
    assert all("`%s {0} %d`" in one.message for one in found)


@pytest.mark.parametrize(
    ("words", "said"),
    [((), ""), (("a",), "`a`"), (("a", "b"), "`a` and `b`"), (("a", "b", "c"), "`a`, `b` and `c`")],
)
def test_names_are_listed_as_people_do(words: tuple[str, ...], said: str) -> None:
    assert (join_code(words) if words else "") == said


def test_names_are_cut_and_near_ones_suggested() -> None:
    assert code("x" * LONGEST) == f"`{'x' * LONGEST}`"
    assert len(code("x" * 500)) == LONGEST + 2
    assert did_you_mean("triaje", ["triage", "replies"]) == " (did you mean `triage`?)"
    assert did_you_mean("qqq", ["triage"]) == ""


def test_an_empty_scope_selects_without_a_walk() -> None:
    tasks: Any = (object(), object())
    assert select(tasks, Scope()) is tasks


@pytest.mark.parametrize("as_of", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_like_others(assessed: Any, as_of: date) -> None:
    allocation = f"""\
owner: o
task_classes:
  triage:
    route: [{{model: custom/m}}]
    quality: {{floor: 0.9}}
    review: {{last: {as_of}, every_months: 60}}
"""
    catalog = "models:\n  custom/m: {mode: chat, retirement: {date: 0001-01-02}}\n"
    evidence = (
        f"records:\n  - {{task_class: triage, model: custom/m, date: {as_of}, sample_size: "
        f"1, score: 1}}\n"
    )
    waiver = f"{{policy: slow, subject: triage, reason: r, approved_by: cio, expires: {as_of}}}"
    policy = f"policies:\n  slow: {{rule: retiring-soon, lead_days: 730}}\nwaivers:\n  - {waiver}\n"
    files = {
        "allocations/a.yaml": allocation,
        "catalog/c.yaml": catalog,
        "evidence/e.yaml": evidence,
        "policies/p.yaml": policy,
    }
    found = {one.rule for one in assessed(files, as_of).findings}
    assert "GOV504" in found
    assert not {"GOV701", "GOV003"} & found


@given(st.dates(date(1970, 1, 1), date(2200, 12, 31)), st.integers(1, 60))
def test_a_review_is_due_on_the_same_day_of_a_later_month_or_its_last(
    day: date, months: int
) -> None:
    due = _later(day, months)
    assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == months
    assert due.day == min(day.day, monthrange(due.year, due.month)[1])
