"""`govern test`: overlays on the real line, expectations, differences that tell, and hostile
files."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from multillm_gov.errors import SourceError
from multillm_gov.workflows.policy_tests.output import render
from multillm_gov.workflows.policy_tests.running import run_policy_tests

PAGE = (Path(__file__).parents[3] / "docs" / "policy-tests.md").read_text("utf-8")


def _told(run: Any) -> list[str]:
    return render(run, "text").decode().splitlines()


def test_the_documented_example_says_what_the_page_says(write: Any, govern: Any) -> None:
    text = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    parts = re.split(r"^# (\S+\.yaml)\n", text, flags=re.MULTILINE)
    root = write(dict(zip(parts[1::2], parts[2::2], strict=True)))
    done = govern("test", "--coverage", "--as-of", "2026-11-24", cwd=root)
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.decode() == re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[0]


def test_a_difference_names_what_is_missing_and_what_nobody_expects(tested: Any) -> None:
    run = tested("""\
  - name: typo
    overlay:
      task_classes:
        triage: {spend_cap: null}
    expect: [{policy: capped, subject: triaje, severity: warning}]
""")
    assert run.exit_code == 1
    failed, missing, unexpected = _told(run)[1:4]
    assert failed == "  FAIL  typo"
    assert missing == (
        "        - missing:    a warning of policy `capped` on `triaje` (expected at "
        "tests/policies/cases.yaml:2:11)"
    )
    assert unexpected.startswith(
        "        + unexpected: error GOV403 `cap-missing` of policy `capped` on `triage`: `triage`"
    )
    assert unexpected.endswith("(tests/policies/cases.yaml:5:9)")


OVERLAYS = [
    (
        "{task_classes: {triage: {spend_cap: {monthly: 1}}}}",
        "{rule: GOV401, subject: triage, severity: error}",
    ),
    (
        "{task_classes: {triage: {review: {last: 2020-01-01}}}}",
        "{rule: review-overdue, subject: triage}",
    ),
    (
        "{task_classes: {new: {owner: o, route: [{model: gpt-5-mini}], demand: {requests: 9}}}}",
        "{policy: capped, subject: new}",
    ),
    (
        "{policies: {one-vendor: {max_share: 0.4}}}",
        (
            "{policy: one-vendor, subject: 'vendor:anthropic'}, {policy: one-vendor, subject: "
            "'vendor:openai'}"
        ),
    ),
    (
        (
            "{policies: {capped: null, other: {rule: concentration, weigh_by: requests, max_hhi: "
            "4000}}}"
        ),
        "{policy: other}",
    ),
    ("{settings: {appetite: {max_monthly_spend: 1}}}", "{rule: GOV405, message: allows 1.00 USD}"),
    (
        "{catalog: {models: {gpt-5-mini: {retirement: {date: 2026-12-01}}}}}",
        "{rule: retiring-soon, subject: triage, message: 2026-12-01}",
    ),
    (
        """{task_classes: {triage: {quality: {floor: 0.9}}}, evidence: {records: [
            {task_class: triage, model: gpt-5-mini, date: 2026-11-01, sample_size: 500, score: 0.5}]}}""",  # noqa: E501
        "{rule: GOV502, subject: triage}",
    ),
    (
        """{task_classes: {triage: {spend_cap: null}}, waivers: [
            {policy: capped, subject: triage, reason: r, approved_by: cfo, expires: 2027-01-01}]}""",  # noqa: E501
        "{policy: capped, subject: triage, waived: true}",
    ),
]


@pytest.mark.parametrize(("overlay", "expected"), OVERLAYS)
def test_every_part_of_a_portfolio_can_be_overlaid(
    overlay: str, expected: str, tested: Any
) -> None:
    run = tested(f"  - {{name: c, overlay: {overlay}, expect: [{expected}]}}\n")
    assert run.exit_code == 0, _told(run)
    without = tested(f"  - {{name: c, expect: [{expected}]}}\n")
    assert without.failed == 1, "the overlay is what brings it"


def test_null_removes_what_the_portfolio_has(tested: Any) -> None:
    files = {
        "policies/waivers.yaml": "waivers:\n"
        "  - {policy: cap-missing, subject: bare, reason: r, approved_by: cfo, expires: "
        "2027-01-01}\n",
        "allocations/bare.yaml": "owner: o\ntask_classes:\n  bare:\n    route: [{model: "
        "gpt-5-mini}]\n"
        "    demand: {requests: 9}\n",
    }
    run = tested(
        """\
  - {name: waived, only: [capped], expect: none}
  - {name: bare, overlay: {waivers: null}, expect: [{policy: capped, subject: bare}]}
  - {name: gone, overlay: {waivers: null, task_classes: {bare: null}}, only: [capped], expect: none}
""",
        files,
    )
    assert run.exit_code == 0, _told(run)


def test_what_an_overlay_leaves_alone_keeps_its_own_place(tested: Any) -> None:
    files = {
        "allocations/support.yaml": "owner: o\ntask_classes:\n  one:\n    route: [{model: x}]\n"
        "  two:\n    route: [{model: gpt-5-mini}]\n"
    }
    run = tested(
        "  - {name: c, overlay: {task_classes: {two: {tags: [a]}}}, only: [GOV101], expect: "
        "none}\n",
        files,
    )
    (found,) = run.outcomes[0].unexpected
    assert str(found.location) == "allocations/support.yaml:4:21"
    assert found.location.source_line == "    route: [{model: x}]"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (("{name: c, overlay: {task_classes: {triage: {spend_cap: {montly: 5}}}}, only: [capped], "
         "expect: none}"),
         "cases.yaml:2:61)"),
        ("{name: c, only: [cappd], expect: none}", ("`cappd` is not a policy of this portfolio or a "  # noqa: E501
                                                   "rule (did you")),
        ("{name: c, expect: [{policy: nobody}]}", "`nobody` is not a policy"),
        (("{name: c, overlay: {task_classes: {gone: null}}, only: [capped], expect: "
         "none}"), "`gone` cannot be removed"),
        (("{name: c, overlay: {policies: {new: {rule: custom, assert: task.nmae}}}, only: [capped], "  # noqa: E501
         "expect: none}"),
         "`task.nmae` cannot be read over `task_class`"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_case_fails_it_and_is_never_taken_for_a_pass(
    case: str, said: str, tested: Any
) -> None:
    run = tested(f"  - {case}\n")
    assert run.exit_code == 1
    assert any(said in line for line in _told(run)), _told(run)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cases:\n  - {name: c, expects: none}\n", "unknown key `expects`"),
        ("cases:\n  - {name: c, expect: [{subject: x}]}\n", "Expected `policy` or `rule`"),
        ("cases: [\n", "a value is missing"),
        ("cases:\n  - {name: &a c, expect: none}\n", "anchor"),
        ("cases: []\n", "cases"),
    ],
)
def test_a_broken_file_of_cases_is_told_at_its_place_and_fails(
    text: str, said: str, tested: Any
) -> None:
    run = tested(
        "  - {name: sound, only: [capped], expect: none}\n", {"tests/policies/broken.yaml": text}
    )
    assert run.exit_code == 1
    assert [outcome.passed for outcome in run.outcomes] == [True]
    assert any(
        line.startswith("tests/policies/broken.yaml:") and said in line for line in _told(run)
    ), _told(run)


def test_a_policy_that_cannot_be_read_passes_no_case(tested: Any) -> None:
    files = {"policies/own.yaml": "policies:\n  capped: {rule: cap-missing, min_forcast: 5}\n"}
    run = tested("  - {name: c, only: [capped], expect: none}\n", files)
    (found,) = run.outcomes[0].unexpected
    assert (found.rule, str(found.location)) == ("GOV003", "policies/own.yaml:2:31")


def test_cases_behind_links_are_not_read(tested: Any, write: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("cases: [{name: c, expect: none}]\n")
    (tmp_path / "tests" / "policies").mkdir(parents=True)
    (tmp_path / "tests" / "policies" / "link.yaml").symlink_to(outside)
    run = tested("  - {name: sound, only: [capped], expect: none}\n")
    assert [flaw.location.path for flaw in run.flaws] == ["tests/policies/link.yaml"]
    assert run.exit_code == 1


def test_a_linked_tests_folder_is_not_entered(write: Any, tmp_path: Path) -> None:
    root = write({"allocations/a.yaml": "task_classes: {}\n"})
    elsewhere = tmp_path / "elsewhere" / "policies"
    elsewhere.mkdir(parents=True)
    (elsewhere / "c.yaml").write_text("cases: [{name: c, expect: none}]\n")
    (root / "tests").symlink_to(elsewhere.parent)
    run = run_policy_tests([], root=root, as_of=date(2026, 11, 24))
    assert run.outcomes == ()
    assert [flaw.location.path for flaw in run.flaws] == ["tests"]


def test_without_a_case_there_is_no_verdict(write: Any) -> None:
    root = write({"allocations/a.yaml": "task_classes: {}\n"})
    with pytest.raises(SourceError, match="No policy test"):
        run_policy_tests([], root=root, as_of=date(2026, 11, 24))


def test_paths_choose_cases(tested: Any, tmp_path: Path) -> None:
    case = "  - {name: %s, only: [capped], expect: none}\n"
    tested(case % "first", {"tests/policies/deep/more.yaml": "cases:\n" + case % "second"})
    for path, names in (
        ("tests/policies/deep", ["second"]),
        ("tests/policies/cases.yaml", ["first"]),
        (".", ["first", "second"]),
    ):
        run = run_policy_tests([tmp_path / path], root=tmp_path, as_of=date(2026, 11, 24))
        assert [outcome.name for outcome in run.outcomes] == names


def test_expect_none_alone_is_about_the_gate(tested: Any) -> None:
    run = tested(
        "  - {name: c, overlay: {task_classes: {triage: {route: [{model: nobody}]}}}, expect: "
        "none}\n"
    )
    assert "GOV101" in {finding.rule for finding in run.outcomes[0].unexpected}
    lenient = {"govern.yaml": "fail_on: never\n"}
    run = tested(
        "  - {name: c, overlay: {task_classes: {triage: {route: [{model: nobody}]}}}, expect: "
        "none}\n",
        lenient,
    )
    assert run.failed == 1, "a gate that never fails still means errors"


def test_an_expectation_that_says_little_takes_nothing_from_one_that_says_more(tested: Any) -> None:
    run = tested("""\
  - name: c
    overlay: {policies: {one-vendor: {max_share: 0.4}}}
    expect: [{policy: one-vendor}, {policy: one-vendor, subject: "vendor:anthropic"}]
""")
    assert run.exit_code == 0, _told(run)


def test_data_and_junit_tell_the_same(tested: Any) -> None:
    run = tested("""\
  - {name: "good <&>", only: [capped], expect: none}
  - {name: "bad %% ]]>", expect: [{policy: capped}]}
""")
    data = json.loads(render(run, "json"))
    assert [(case["name"], case["passed"]) for case in data["cases"]] == [
        ("good <&>", True),
        ("bad %% ]]>", False),
    ]
    assert data["exit_code"] == run.exit_code == 1
    assert "coverage" not in data
    suites = ET.fromstring(render(run, "junit"))  # noqa: S314 - our own
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    assert [(case.get("name"), len(case)) for case in suites.iter("testcase")] == [
        ("good <&>", 0),
        ("bad %% ]]>", 1),
    ]


def test_the_starter_brings_cases_that_pass(tmp_path: Path, govern: Any) -> None:
    assert govern("init", "--as-of", "2026-11-24", cwd=tmp_path).returncode == 0
    done = govern("test", "--as-of", "2027-08-01", "--min-coverage", "20", cwd=tmp_path)
    assert done.returncode == 0, done.stdout.decode()
    low = govern(
        "test",
        "--as-of",
        "2026-11-24",
        "--min-coverage",
        "99",
        "--format",
        "junit",
        "-o",
        "t.xml",
        cwd=tmp_path,
    )
    assert low.returncode == 1
    assert (tmp_path / "t.xml").read_text().startswith("<?xml")
