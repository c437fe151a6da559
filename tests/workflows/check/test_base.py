"""A change is judged by the policies it finds, too: end to end, in a real repository."""

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

from multillm_gov import exits

LEAD = "loosened in this change and used at once: "
ALL_ALPHA = (
    "      - {model: custom/alpha, weight: 70}\n      - {model: custom/beta, weight: 30}\n",
    "      - {model: custom/alpha}\n",
)


def used(report):
    return [finding for finding in report["findings"] if finding["under"]]


def loosen_and_use(edit):
    """All of `writing` on alpha: 72.8% of spend; the limit of 70% raised to 90%."""
    edit("allocations/a.yaml", *ALL_ALPHA)
    edit("policies/p.yaml", "max_share: 0.7", "max_share: 0.9")


def test_nothing_changed_is_clean_and_says_what_it_was_compared_with(
    repository, checkout, check, told
):
    report = told()
    assert (report["verdict"]["exit_code"], used(report)) == (0, [])
    assert report["base"] == report["revision"] == checkout.git("rev-parse", "HEAD")
    assert f"compared with {report['base'][:10]}." in check("--base", "HEAD").stdout.decode()


def test_loosened_and_used_at_once_is_shown_as_exactly_that(
    repository, checkout, edit, check, told
):
    loosen_and_use(edit)
    assert check().returncode == exits.CLEAN, "by its own policies the change is fine"
    report = told()
    assert report["verdict"] | {"notes": 0} == {
        "passed": False, "exit_code": 1, "fail_on": "error", "errors": 1, "warnings": 1, "notes": 0, "waived": 0,  # noqa: E501
    }  # fmt: skip
    (finding,) = used(report)
    assert finding["message"].startswith(f"{LEAD}vendor `alpha` carries 72.8% of spend")
    assert finding["message"].endswith("the limit is 70.0%")
    assert finding["under"] == checkout.git("rev-parse", "HEAD")
    assert (finding["rule"], finding["policy"], finding["severity"]) == (
        "GOV301",
        "spread",
        "error",
    )
    assert (finding["location"]["path"], finding["location"]["line"]) == ("policies/p.yaml", 2)
    assert "accepted in a change of its own first, or have it waived" in finding["remedy"]
    (loosened,) = [finding for finding in report["findings"] if finding["rule"] == "GOV708"]
    assert loosened["message"] == "policy `spread` is loosened: `max_share` 0.7 → 0.9"
    assert (loosened["severity"], loosened["location"]["line"]) == ("warning", 5)


def test_every_format_says_so(repository, checkout, edit, check):
    loosen_and_use(edit)
    done = check(
        *(
            "--base",
            "HEAD",
            "--format",
            "text",
            "--format",
            "markdown=o.md",
            "--format",
            "sarif=o.sarif",
        ),
        *(
            "--format",
            "junit=o.xml",
            "--format",
            "gitlab=o.json",
            "--format",
            "github=o.txt",
            "--format",
            "html=o.html",
        ),
    )
    short = checkout.git("rev-parse", "HEAD")[:10]
    assert done.returncode == exits.FINDINGS
    text = done.stdout.decode()
    assert f"error[GOV301] {LEAD}vendor `alpha`" in text
    assert f"`spread` (soft-mandatory) as of {short}" in text
    markdown = (repository / "o.md").read_text()
    assert f"- **error** `GOV301` {LEAD}vendor `alpha`" in markdown
    assert f"Policy `spread` as of {short}" in markdown
    results = json.loads((repository / "o.sarif").read_text())["runs"][0]["results"]
    (result,) = [result for result in results if "under" in result["properties"]]
    assert result["message"]["text"].startswith(LEAD)
    assert result["level"] == "error"
    assert len({result["partialFingerprints"]["govern/v1"] for result in results}) == len(results)
    (failure,) = ET.parse(repository / "o.xml").iter("failure")  # noqa: S314 - our own output
    assert failure.get("message", "").startswith(LEAD)
    assert any(
        issue["description"].startswith(LEAD)
        for issue in json.loads((repository / "o.json").read_text())
    )
    assert (
        "::error file=policies/p.yaml,line=2,endLine=2,col=3,endColumn=9,title=GOV301 "
        f"concentration::{LEAD}" in (repository / "o.txt").read_text()
    )


def test_using_the_room_in_a_later_change_is_fine(repository, checkout, edit, told):
    edit("policies/p.yaml", "max_share: 0.7", "max_share: 0.9")
    report = told()
    assert (used(report), report["verdict"]["exit_code"]) == ([], 0)
    assert [
        finding["rule"] for finding in report["findings"] if finding["severity"] == "warning"
    ] == ["GOV708"]
    checkout.commit()
    edit("allocations/a.yaml", *ALL_ALPHA)
    report = told()
    assert (used(report), report["verdict"]["exit_code"]) == ([], 0)
    assert len(used(told(base="HEAD~1"))) == 1, "both changes as one"


def test_a_removed_policy_and_a_narrowed_one_still_bite(repository, edit, told):
    edit(
        "policies/p.yaml", "  capped:\n    rule: cap-missing\n    enforcement: hard-mandatory\n", ""
    )
    edit(
        "policies/p.yaml",
        "    rule: fallback-missing\n",
        "    rule: fallback-missing\n    applies_to: {owners: [x]}\n",
    )
    edit("allocations/a.yaml", "    spend_cap: {monthly: 1000}\n", "")
    edit(
        "allocations/a.yaml",
        "    fallbacks: [custom/gamma]\n    demand: {requests: 4",
        "    demand: {requests: 4",
    )
    report = told()
    assert [
        (each["rule"], each["policy"], each["subject"], each["severity"]) for each in used(report)
    ] == [
        ("GOV201", "sheltered", "scoring", "error"),
        ("GOV403", "capped", "scoring", "error"),
    ]
    assert "have it waived" not in used(report)[1]["remedy"], (
        "nobody can waive what is hard-mandatory"
    )
    asked = [each["message"] for each in used(report)[1]["related"]]
    assert "policy `capped` requires it (as of the base)" in asked


def test_a_policy_made_advice_still_bites(repository, edit, told):
    edit("allocations/a.yaml", *ALL_ALPHA)
    edit(
        "policies/p.yaml",
        "max_share: 0.7\n    enforcement: soft-mandatory",
        "max_share: 0.7\n    enforcement: advisory",
    )
    report = told()
    assert [(each["rule"], each["severity"]) for each in used(report)] == [("GOV301", "error")]
    own = [each for each in report["findings"] if each["rule"] == "GOV301" and not each["under"]]
    assert [each["severity"] for each in own] == ["warning"]


def test_a_renamed_policy_or_task_class_is_not_a_loosened_one(repository, checkout, edit, told):
    edit("allocations/a.yaml", *ALL_ALPHA)
    checkout.commit()
    edit("policies/p.yaml", "  spread:", "  vendors:")
    edit("allocations/a.yaml", "  scoring:", "  lead-scoring:")
    assert used(told()) == []


def test_what_was_broken_before_can_be_accepted_but_not_extended(repository, checkout, edit, told):
    """Else a limit that prices broke could never be moved; but moving it leaves no room for
    more."""
    edit("allocations/a.yaml", *ALL_ALPHA)
    checkout.commit()
    edit("policies/p.yaml", "max_share: 0.7", "max_share: 0.95")
    report = told()
    assert (used(report), report["verdict"]["exit_code"]) == ([], 0)
    edit("allocations/a.yaml", "requests: 400000", "requests: 200000")
    assert [each["rule"] for each in used(told())] == ["GOV301"]


def test_a_waiver_lifts_what_is_not_hard_mandatory(repository, edit, told):
    loosen_and_use(edit)
    edit(
        "policies/p.yaml",
        "  capped:\n    rule: cap-missing\n    enforcement: hard",
        "  capped:\n    rule: cap-missing\n    enforcement: soft",
    )
    edit("allocations/a.yaml", "    spend_cap: {monthly: 1000}\n", "")
    with (repository / "policies/p.yaml").open("a") as file:
        file.write(
            "waivers:\n"
            "  - {policy: spread, subject: 'vendor:alpha', reason: r, approved_by: cfo, expires: "
            "2027-01-31}\n"
            "  - {policy: capped, subject: scoring, reason: r, approved_by: cfo, expires: "
            "2027-01-31}\n"
        )
    assert [(each["rule"], each["subject"]) for each in used(told())] == [("GOV403", "scoring")]


def test_the_gate_cannot_be_softened_by_what_it_judges(repository, edit, check):
    loosen_and_use(edit)
    edit("govern.yaml", "organization: Example\n", "organization: Example\nfail_on: never\n")
    assert check().returncode == exits.CLEAN
    assert check("--base", "HEAD").returncode == exits.FINDINGS
    assert check("--base", "HEAD", "--fail-on", "never").returncode == exits.CLEAN, "the caller may"


def test_a_first_portfolio_has_nothing_to_loosen(checkout, govern):
    from pathlib import Path

    checkout.commit({"README.md": "x"})
    checkout.write(
        {
            "allocations/a.yaml": "task_classes:\n  a:\n    route: [{model: claude-haiku-4-5}]\n",
            "govern.yaml": "fail_on: never\n",
        }
    )
    done = govern("check", "--base", "HEAD", "--format", "json", cwd=Path(checkout.folder))
    report = json.loads(done.stdout)
    assert (done.returncode, used(report)) == (exits.CLEAN, [])


def test_paths_narrow_these_findings_too(repository, edit, told):
    loosen_and_use(edit)
    assert used(told("allocations")) == []
    assert len(used(told("policies"))) == 1


def test_a_base_that_cannot_be_is_not_a_verdict(repository, check, govern, tmp_path):
    for base in ("nowhere", "--upload-pack=x", ""):
        done = check("--base", base)
        assert (done.returncode, done.stdout) == (exits.UNABLE, b""), base
        assert b"revision" in done.stderr or b"nowhere" in done.stderr
    (tmp_path / "plain/allocations").mkdir(parents=True)
    assert govern("check", "--base", "HEAD", cwd=tmp_path / "plain").returncode == exits.UNABLE


def test_without_a_base_git_is_not_loaded(repository):
    program = (
        "import sys\nfrom multillm_gov.__main__ import main\nmain(['check', '--fail-on', "
        "'never'])\n"
        "rooms = {name for name in sys.modules if name.startswith(('git', 'subprocess', "
        "'multillm_gov.changes', "
        "'multillm_gov.sources.git'))}\nprint(sorted(rooms), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, check=True
    )
    assert done.stderr.decode().strip() == "[]"


LIMITED = """\
owner: o
task_classes:
  a:
    route: [{model: custom/alpha}]
    fallbacks: [custom/beta]
    demand: {requests: 10000, input_tokens: 1000, output_tokens: 300}
    quality: {floor: 0.9}
    latency: {p95_seconds: 4, timeout_seconds: 10}
    data: {residency: [EU]}
    review: {last: 2026-11-01, every_months: 3}
    spend_cap: {monthly: 100, per_request: 0.01}
"""
LOOSE = """\
owner: o
task_classes:
  a:
    route: [{model: custom/alpha}]
    demand: {requests: 1000000, input_tokens: 1000, output_tokens: 300}
    quality: {floor: 0.2}
    latency: {p95_seconds: 9, timeout_seconds: 30}
    data: {residency: [EU, US]}
    review: {last: 2026-11-01, every_months: 12}
    spend_cap: {monthly: 9000, per_request: 5}
"""


def test_every_loosened_safeguard_of_a_task_class_is_listed_with_both_values(
    repository, checkout, check, told
):
    checkout.commit({"allocations/z.yaml": LIMITED})
    path = repository / "allocations" / "z.yaml"
    path.write_text(LOOSE)
    report = told()
    listed = [each for each in report["findings"] if each["rule"] == "GOV708" and not each["under"]]
    (finding,) = [each for each in listed if each["subject"] == "a"]
    for change in (
        "fallback `custom/beta` removed",
        "`spend_cap.monthly` 100 EUR → 9,000 EUR",
        "`spend_cap.per_request` 0.01 EUR → 5.00 EUR",
        "`quality.floor` 0.9 → 0.2",
        "`latency.p95_seconds` 4 s → 9 s",
        "`latency.timeout_seconds` 10 s → 30 s",
        "`data.residency` EU → EU, US",
        "`review.every_months` every 3 months → every 12 months",
    ):
        assert change.replace("EUR", report["currency"]) in finding["message"], change
    assert {each["rule"] for each in used(report)} == {"GOV201", "GOV401"}
    assert report["verdict"]["exit_code"] == 1


def test_a_fallback_that_would_have_taken_over_is_not_removed_unnoticed(repository, checkout, told):
    checkout.commit({"allocations/z.yaml": LIMITED})
    path = repository / "allocations" / "z.yaml"
    path.write_text(LIMITED.replace("    fallbacks: [custom/beta]\n", ""))
    report = told()
    (finding,) = used(report)
    assert (finding["rule"], finding["severity"]) == ("GOV201", "error")
    assert finding["message"] == f"{LEAD}`a` has no fallback; `custom/beta` is removed"
    assert report["verdict"]["exit_code"] == 1


def test_a_looser_cap_that_nothing_uses_passes(repository, checkout, check, told):
    checkout.commit({"allocations/z.yaml": LIMITED})
    path = repository / "allocations" / "z.yaml"
    path.write_text(LIMITED.replace("monthly: 100,", "monthly: 200,"))
    report = told()
    assert used(report) == []
    assert [each["subject"] for each in report["findings"] if each["rule"] == "GOV708"] == ["a"]


def test_loosened_and_used_at_once_fails_where_the_limit_is_removed(
    repository, checkout, check, told
):
    checkout.commit({"allocations/z.yaml": LIMITED})
    path = repository / "allocations" / "z.yaml"
    without_cap = LOOSE.replace("    spend_cap: {monthly: 9000, per_request: 5}\n", "")
    path.write_text(without_cap)
    report = told()
    assert {each["rule"] for each in used(report)} >= {"GOV401"}
    assert report["verdict"]["exit_code"] == 1
