"""What the engine adds to a rule: scope, severity, waivers, places, order, identities, bounds."""

from collections.abc import Iterator
from typing import Any

import pytest

from multillm_gov.finding import Enforcement, Severity, Violation
from multillm_gov.rules.engine.judgment import MOST_FINDINGS, judge
from multillm_gov.rules.engine.planning import MOST_POLICIES
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext

TASKS = """\
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    tags: [batch]
    data: {classification: restricted}
  replies:
    owner: sales
    route: [{model: claude-haiku-4-5}]
  search:
    route: [{model: claude-haiku-4-5}]
"""


def _found(state: Any, rule: str) -> list[Any]:
    return [finding for finding in state.findings if rule in (finding.rule, finding.name)]


def _subjects(state: Any, rule: str) -> dict[str, str]:
    return {finding.subject: finding.policy for finding in _found(state, rule)}


def _waiver(policy: str, subject: str = "triage", expires: str = "2027-01-31") -> str:
    return (
        f"  - {{policy: {policy}, subject: {subject}, reason: r, approved_by: cio, expires: "
        f"{expires}}}\n"
    )


@pytest.mark.parametrize(
    ("scope", "subjects"),
    [
        ("{}", {"triage", "replies", "search"}),
        ("{task_classes: [triage, search]}", {"triage", "search"}),
        ("{owners: [sales]}", {"replies"}),
        ("{classifications: [restricted]}", {"triage"}),
        ("{tags: [batch]}", {"triage"}),
        ("{owners: [support], tags: [batch]}", {"triage"}),
        ("{owners: [sales], tags: [batch]}", set()),
        ("{except: {owners: [sales]}}", {"triage", "search"}),
        ("{owners: [support], except: {task_classes: [search]}}", {"triage"}),
    ],
)
def test_scope_selects_and_the_standing_rule_judges_the_rest(
    assessed: Any, scope: str, subjects: set[str]
) -> None:
    policies = f"policies:\n  capped:\n    rule: cap-missing\n    applies_to: {scope}\n"
    found = _subjects(
        assessed({"allocations/a.yaml": TASKS, "policies/p.yaml": policies}), "cap-missing"
    )
    assert {name for name, policy in found.items() if policy == "capped"} == subjects
    assert set(found) == {"triage", "replies", "search"}


def test_several_policies_use_one_rule_each_with_its_own_parameters(assessed: Any) -> None:
    policies = """\
policies:
  strict: {rule: cap-missing, applies_to: {owners: [support]}, enforcement: hard-mandatory}
  lenient: {rule: GOV403, applies_to: {task_classes: [triage, replies]}, min_forecast: 10, enforcement: advisory}
"""  # noqa: E501
    tasks = TASKS.replace(
        "tags: [batch]", "demand: {requests: 1, input_tokens: 1, output_tokens: 1}"
    )
    found = _found(assessed({"allocations/a.yaml": tasks, "policies/p.yaml": policies}), "GOV403")
    assert {(one.subject, one.policy, one.severity) for one in found} == {
        ("triage", "strict", Severity.ERROR),
        ("search", "strict", Severity.ERROR),
        ("replies", "lenient", Severity.WARNING),
    }


def test_a_broken_policy_switches_no_standing_rule_off(assessed: Any) -> None:
    for body in (
        "{rule: cap-missing, min_forecast: much}",
        "{rule: cap-missin}",
        "{rule: GOV403, enforcement: never}",
    ):
        state = assessed(
            {"allocations/a.yaml": TASKS, "policies/p.yaml": f"policies:\n  capped: {body}\n"}
        )
        assert _subjects(state, "GOV403") == {"triage": "", "replies": "", "search": ""}
        assert [
            one.location.path for one in state.findings if one.rule in {"GOV003", "GOV006"}
        ] == ["policies/p.yaml"]


@pytest.mark.parametrize(
    ("enforcement", "severity"),
    [
        ("advisory", Severity.WARNING),
        ("soft-mandatory", Severity.ERROR),
        ("hard-mandatory", Severity.ERROR),
    ],
)
def test_enforcement_sets_the_severity_and_the_policy_is_carried(
    assessed: Any, enforcement: str, severity: Severity
) -> None:
    policies = f"""\
policies:
  named:
    rule: owner-missing
    enforcement: {enforcement}
    because: Somebody must answer
    controls: [NIST-AI-RMF GOVERN 2.1, House rule 7]
"""
    tasks = "task_classes:\n  triage:\n    route: [{model: claude-haiku-4-5}]\n"
    (found,) = _found(
        assessed({"allocations/a.yaml": tasks, "policies/p.yaml": policies}), "GOV702"
    )
    assert found.severity is severity
    assert (found.policy, found.enforcement, found.because) == (
        "named",
        Enforcement(enforcement),
        "Somebody must answer",
    )
    assert found.controls[:2] == ("NIST-AI-RMF GOVERN 2.1", "House rule 7")
    assert len(set(found.controls)) == len(found.controls) > 2
    assert [str(related.location) for related in found.related] == ["policies/p.yaml:2:3"]


def test_a_violation_graded_by_its_rule_keeps_its_grade_and_advice_never_exceeds_a_warning(
    assessed: Any,
) -> None:
    graded = _rule(lambda case: [_violation(case, name, Severity.NOTE) for name in ("triage",)])
    plain = _rule(lambda case: [_violation(case, "triage")])
    for rule, enforcement, expected in (
        (graded, "hard-mandatory", Severity.NOTE),
        (graded, "advisory", Severity.NOTE),
        (plain, "advisory", Severity.WARNING),
        (plain, "hard-mandatory", Severity.ERROR),
    ):
        policies = f"policies:\n  p: {{rule: everything, enforcement: {enforcement}}}\n"
        assert [one.severity for one in _judged(assessed, rule, policies)] == [expected]


def test_a_waiver_covers_its_subject_up_to_its_last_day(assessed: Any) -> None:
    for name in ("capped", "cap-missing", "GOV403"):
        policies = "policies:\n  capped: {rule: cap-missing}\nwaivers:\n" + _waiver(
            name, expires="2026-11-24"
        )
        found = {one.subject: one for one in _found(_state(assessed, policies), "GOV403")}
        assert not found["triage"].active
        assert found["triage"].waiver.approved_by == "cio"
        assert str(found["triage"].waiver.location) == "policies/p.yaml:4:5"
        assert found["replies"].active
        assert found["search"].active


def test_expired_void_and_idle_waivers_cover_nothing_and_are_told(assessed: Any) -> None:
    for policies, said in (
        (
            "waivers:\n" + _waiver("cap-missing", expires="2026-11-23"),
            "expired on 2026-11-23, 1 day ago",
        ),
        (
            "policies:\n  capped: {rule: cap-missing, enforcement: hard-mandatory}\nwaivers:\n"
            + _waiver("capped"),
            "void",
        ),
        (
            "policies:\n  capped: {rule: cap-missing, enforcement: hard-mandatory}\nwaivers:\n"
            + _waiver("GOV403"),
            "void",
        ),
        ("waivers:\n" + _waiver("cap-missing", subject="somebody"), "matches no finding"),
    ):
        state = _state(assessed, policies)
        assert all(one.active for one in _found(state, "GOV403"))
        (told,) = _found(state, "GOV703")
        assert said in told.message


def test_findings_about_files_cannot_be_waived(assessed: Any) -> None:
    files = {
        "allocations/a.yaml": TASKS.replace("tags:", "tag:"),
        "policies/p.yaml": "waivers:\n" + _waiver("GOV003"),
    }
    state = assessed(files)
    assert [one.active for one in _found(state, "GOV003")] == [True]
    assert "void" in _found(state, "GOV703")[0].message


def test_order_is_by_place_then_rule_whatever_the_order_of_files_and_rules(assessed: Any) -> None:
    files = {
        "allocations/b.yaml": TASKS.replace("triage", "t2")
        .replace("replies", "r2")
        .replace("search", "s2")
    }
    files |= {"allocations/a.yaml": TASKS.replace("owner: support\n", "")}
    state = assessed(files)
    keys = [
        (one.location.path, one.location.line, one.location.column, one.rule, one.subject)
        for one in state.findings
    ]
    assert keys == sorted(keys)
    again = assessed(dict(reversed(files.items())))
    assert again.findings == state.findings


def test_fingerprints_are_unique_and_survive_reformatting_and_moved_lines(assessed: Any) -> None:
    spread = "# a comment\n\n" + TASKS.replace(
        "route: [{model: claude-haiku-4-5}]", "route:\n      -   model: 'claude-haiku-4-5'\n"
    )
    before, after = (
        assessed({"allocations/a.yaml": TASKS}),
        assessed({"allocations/a.yaml": spread}),
    )
    prints = [one.fingerprint for one in before.findings]
    assert len(set(prints)) == len(prints) > 10
    assert sorted(prints) == sorted(one.fingerprint for one in after.findings)
    moved = {one.location.line for one in after.findings} - {
        one.location.line for one in before.findings
    }
    assert moved


def test_equal_violations_get_numbers_so_that_no_fingerprint_repeats(assessed: Any) -> None:
    twice = TASKS.replace("tags: [batch]", "fallbacks: [zzz, zzz]")
    found = _found(assessed({"allocations/a.yaml": twice}), "GOV101")
    assert len({one.fingerprint for one in found}) == len(found) == 2
    assert found[1].fingerprint == f"{found[0].fingerprint}-2"


def test_a_rule_lists_a_bounded_number_of_findings_and_counts_the_rest(assessed: Any) -> None:
    def check(case: RuleContext, _: Nothing) -> Iterator[Violation]:
        for number in range(MOST_FINDINGS + 7):
            last = number == MOST_FINDINGS + 6
            yield _violation(case, f"s{number}", Severity.ERROR if last else Severity.NOTE)

    found = _judged(assessed, _rule(check), "waivers: []\n")
    assert len(found) == MOST_FINDINGS + 1
    (rest,) = [one for one in found if one.figures.get("findings_not_listed")]
    assert rest.figures == {"findings_not_listed": 7}
    assert rest.severity is Severity.ERROR
    assert "7 more findings of `everything`" in rest.message


def test_waived_findings_beyond_the_bound_do_not_weigh(assessed: Any) -> None:
    def check(case: RuleContext, _: Nothing) -> Iterator[Violation]:
        for number in range(MOST_FINDINGS + 1):
            yield _violation(case, "last" if number == MOST_FINDINGS else "s")

    found = _judged(assessed, _rule(check), "waivers:\n" + _waiver("everything", "last"))
    (rest,) = [one for one in found if one.figures.get("findings_not_listed")]
    assert rest.severity is Severity.NOTE


def test_policies_beyond_the_bound_are_told_and_not_judged(assessed: Any) -> None:
    many = "".join(
        f"  p{number:05}: {{rule: owner-missing}}\n" for number in range(MOST_POLICIES + 3)
    )
    state = assessed({"allocations/a.yaml": TASKS, "policies/p.yaml": f"policies:\n{many}"})
    (told,) = _found(state, "GOV003")
    assert told.location.line == MOST_POLICIES + 2
    assert f"{MOST_POLICIES:,} are judged" in told.message


def test_a_policy_scoped_to_part_leaves_a_portfolio_rule_standing(assessed: Any) -> None:
    files = {
        "allocations/a.yaml": TASKS.replace(
            "tags: [batch]", "demand: {requests: 1000000, input_tokens: 500, output_tokens: 100}"
        ),
        "govern.yaml": "appetite: {max_monthly_spend: 10}\n",
    }
    part = (
        "policies:\n  part: {rule: GOV405, max_monthly: 5, applies_to: {task_classes: [triage]}}\n"
    )
    whole = "policies:\n  whole: {rule: GOV405, max_monthly: 5}\n"
    assert sorted(
        one.policy for one in _found(assessed({**files, "policies/p.yaml": part}), "GOV405")
    ) == ["", "part"]
    assert [
        one.policy for one in _found(assessed({**files, "policies/p.yaml": whole}), "GOV405")
    ] == ["whole"]


def _state(assessed: Any, policies: str) -> Any:
    return assessed({"allocations/a.yaml": TASKS, "policies/p.yaml": policies})


def _rule(check: Any) -> Rule:
    return Rule(
        id="GOV999",
        name="everything",
        title="Nothing is right",
        one="{subject} is wrong",
        many="{count} are wrong",
        short_title="Wrong",
        requirement="All is right.",
        why="A test.",
        remediation="None.",
        severity=Severity.ERROR,
        check=lambda case, parameters: (
            iter(check(case)) if check.__code__.co_argcount == 1 else check(case, parameters)
        ),
    )


def _violation(case: RuleContext, subject: str, severity: Severity | None = None) -> Violation:
    place = case.tasks[0].task.place.key()
    return Violation(
        message="wrong", place=place, subject=subject, remedy="Mend it.", severity=severity
    )


def _judged(assessed: Any, rule: Rule, policies: str) -> tuple[Any, ...]:
    return judge(_state(assessed, policies).state, rules=(rule,)).findings
