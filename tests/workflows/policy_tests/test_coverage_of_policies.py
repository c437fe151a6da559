"""What the cases of a portfolio leave out: policies that never fire or pass, limits without a case
next to them."""

from typing import Any

import pytest

from multillm_gov.workflows.policy_tests.coverage import percent
from multillm_gov.workflows.policy_tests.output import render

ROUTE = (
    "{task_classes: {triage: {route: [{model: claude-haiku-4-5, weight: %d}, {model: "
    "gpt-5-mini, weight: %d}]}}}"
)


def _sides(run: Any) -> dict[str, tuple[bool, bool]]:
    return {
        f"{one.policy}.{one.limit}".rstrip("."): (one.outside, one.inside) for one in run.covered
    }


def _route(weight: int) -> str:
    return ROUTE % (weight, 100 - weight)


@pytest.mark.parametrize(
    ("weight", "expect", "policy", "limit"),
    [
        (50, "none", (False, True), (False, False)),  # 0.54 would still pass
        (56, "none", (False, True), (False, True)),  # 0.54 would not
        (60, "none", (False, True), (False, True)),
        (62, "[{policy: one-vendor}]", (True, False), (True, False)),  # 0.66 would pass
        (80, "[{policy: one-vendor}]", (True, False), (False, False)),  # 0.66 would not
    ],
)
def test_a_case_lies_next_to_a_limit_when_a_tenth_decides(
    weight: int, expect: str, policy: tuple[bool, bool], limit: tuple[bool, bool], tested: Any
) -> None:
    run = tested(
        f"  - {{name: c, overlay: {_route(weight)}, only: [one-vendor], expect: {expect}}}\n",
        coverage=True,
    )
    assert run.exit_code == 0
    assert _sides(run) == {
        "capped": (False, False),
        "one-vendor": policy,
        "one-vendor.max_share": limit,
    }
    assert run.coverage_percent == 100 * (sum(policy) + sum(limit)) // 6


def test_whole_numbers_move_by_at_least_one(tested: Any) -> None:
    files = {
        "policies/own.yaml": "policies:\n  soon: {rule: retiring-soon, lead_days: 5, notice_days: "
        "0}\n",
        "catalog/models.yaml": "models:\n  gpt-5-mini: {retirement: {date: 2027-06-10}}\n"
        "  claude-haiku-4-5: {retirement: {date: 2028-06-10}}\n",
    }
    cases = """\
  - {name: near, as_of: 2027-06-05, expect: [{policy: soon, subject: triage}]}
  - {name: far, as_of: 2027-06-04, only: [soon], expect: none}
"""
    run = tested(cases, files, coverage=True)
    assert run.exit_code == 0, render(run, "text").decode()
    assert _sides(run) == {
        "soon": (True, True),
        "soon.lead_days": (True, True),
        "soon.notice_days": (
            False,
            True,
        ),  # a notice of -1 days is not taken, so nothing can vanish
    }


def test_cases_that_fail_cover_nothing(tested: Any) -> None:
    run = tested("  - {name: c, only: [capped], expect: [{policy: capped}]}\n", coverage=True)
    assert run.exit_code == 1
    assert not any(any(sides) for sides in _sides(run).values())
    assert run.coverage_percent == 0


def test_a_case_about_everything_exercises_no_policy_by_name(tested: Any) -> None:
    run = tested(
        "  - {name: c, overlay: {task_classes: {triage: {tags: [a]}}}, only: [cap-missing], "
        "expect: none}\n",
        coverage=True,
    )
    assert _sides(run)["capped"] == (False, True), (
        "a rule's name stands for the policies of that rule"
    )
    run = tested("  - {name: c, only: [GOV701], expect: none}\n", coverage=True)
    assert not any(any(sides) for sides in _sides(run).values())


def test_the_gate_counts_sides_of_all(tested: Any) -> None:
    cases = f"  - {{name: c, overlay: {_route(62)}, expect: [{{policy: one-vendor}}]}}\n"
    assert tested(cases, min_coverage=33).exit_code == 0
    low = tested(cases, min_coverage=34)
    assert low.exit_code == 1
    told = render(low, "text").decode()
    assert "Coverage: 33% (minimum 34%)" in told
    assert "never exercised       capped (policies/own.yaml:2:3)" in told
    assert (
        "limit not approached  one-vendor.max_share: no case just passes (policies/own.yaml:4:3)"
        in told
    )


def test_nothing_to_cover_is_covered() -> None:
    assert percent(()) == 100
