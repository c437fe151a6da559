"""``govern waive`` from end to end: what it writes, what it leaves, what it refuses."""

import json

import pytest

TODAY = ("--as-of", "2026-11-24")
TERMS = ("--reason", "contract: pending # 7", "--expires", "2027-03-31", "--approved-by", "cfo")


@pytest.fixture
def waive(govern, portfolio):
    def run(*arguments):
        return govern("waive", *arguments, *TODAY, cwd=portfolio.folder)

    return run


@pytest.fixture
def check(govern, portfolio):
    def run(as_of="2026-11-24"):
        done = govern("check", "--format", "json", "--as-of", as_of, cwd=portfolio.folder)
        return json.loads(done.stdout)["findings"]

    return run


def of(findings, rule):
    return [finding for finding in findings if finding["rule"] == rule]


def test_a_waiver_is_written_and_every_other_byte_stays(waive, check, portfolio, files):
    done = waive("fallbacks:triage", *TERMS, "--ticket", "RISK-7")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (
        done.stdout
        == b"policies/p.yaml:13: waived `fallbacks` for `triage` until 2027-03-31: 1 finding\n"
    )
    entry = (
        '  - {policy: fallbacks, subject: triage, reason: "contract: pending # 7", approved_by: '
        "cfo, "
        "expires: 2027-03-31, ticket: RISK-7}\n"
    )
    block = (
        '  - policy: fallbacks\n    subject: triage\n    reason: "contract: pending # 7"\n    '
        "approved_by: cfo\n"
        "    expires: 2027-03-31\n    ticket: RISK-7\n"
    )
    assert len(entry) > 120
    expected = files["policies/p.yaml"].replace(
        "waivers: []  # none so far\n", f"waivers:  # none so far\n{block}"
    )
    assert (portfolio.folder / "policies/p.yaml").read_text() == expected
    (finding,) = of(check(), "GOV201")
    assert finding["waiver"]["kind"] == "waiver"
    assert (finding["waiver"]["approved_by"], finding["waiver"]["ticket"]) == ("cfo", "RISK-7")
    assert of(check("2027-03-30"), "GOV705")
    assert of(check("2027-04-01"), "GOV703")


@pytest.mark.parametrize(
    "form",
    ["fingerprint", "first digits", "GOV201:triage", "gov201:triage", "fallback-missing:triage"],
)
def test_each_way_to_name_a_finding(waive, check, form):
    digits = of(check(), "GOV201")[0]["fingerprint"]
    asked = {"fingerprint": digits, "first digits": digits[:8]}.get(form, form)
    assert waive(asked, *TERMS).returncode == 0
    assert of(check(), "GOV201")[0]["waiver"]["reason"] == "contract: pending # 7"


def test_a_waiver_is_renewed_in_its_place(waive, check, portfolio):
    assert waive("GOV201:triage", *TERMS).returncode == 0
    once = (portfolio.folder / "policies/p.yaml").read_text()
    done = waive(
        *(
            "fallback-missing:triage",
            "--reason",
            "longer",
            "--expires",
            "2027-06-30",
            "--approved-by",
            "cro",
        ),
        *("--ticket", "R-1"),
    )
    assert b"renewed" in done.stdout
    twice = (portfolio.folder / "policies/p.yaml").read_text()
    assert twice.count("policy: GOV201") == 1
    changed = {line for line in twice.splitlines() if line not in once.splitlines()}
    assert len(changed) <= 4
    assert of(check(), "GOV201")[0]["waiver"]["expires"] == "2027-06-30"
    assert not of(check(), "GOV703")


def test_the_first_waiver_makes_its_file(waive, portfolio, files):
    portfolio.write({"policies/p.yaml": files["policies/p.yaml"].partition("waivers:")[0]})
    done = waive("fallbacks:triage", *TERMS)
    assert done.stdout.startswith(b"policies/waivers.yaml:3: waived")
    first = (portfolio.folder / "policies/waivers.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../.govern/schemas/policy.schema.json"


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (("fallbacks:triaje", *TERMS), "There is no finding", "Did you mean `fallbacks:triage`"),
        (("0123456789abcdef", *TERMS), "There is no finding", "fingerprints"),
        (
            ("fallbacks:triage", *TERMS[:2], "--expires", "2026-11-23", *TERMS[4:]),
            "is past",
            "last day",
        ),
        (
            ("fallbacks:triage", *TERMS[:4], "--approved-by", "cto"),
            "may not waive `fallbacks`, only `cfo` and `cro`",
            "--approved-by 'cfo'",
        ),
        (("fallbacks:triage", "--reason", "…", *TERMS[2:]), "--reason says nothing", ""),
        (("fallbacks:triage", "--reason", "a\nb", *TERMS[2:]), "one line", ""),
        (("fallbacks:triage", "--reason", "a\u202eb", *TERMS[2:]), "visible characters", ""),
    ],
)
def test_refusals(waive, portfolio, files, arguments, said, hint):
    done = waive(*arguments)
    told = done.stderr.decode()
    assert done.returncode == 2
    assert said in told
    assert hint in told
    assert (portfolio.folder / "policies/p.yaml").read_text() == files["policies/p.yaml"]


def test_what_is_hard_mandatory_or_about_files_cannot_be_waived(waive, check, portfolio, files):
    capless = files["allocations/a.yaml"].replace(
        "    spend_cap: {monthly: 100}\n", "    purpose: a\n    purpose: b\n"
    )
    portfolio.write({"allocations/a.yaml": capless})
    assert b"`capped` is hard-mandatory" in waive("GOV403:triage", *TERMS).stderr
    assert b"cannot be waived" in waive(of(check(), "GOV002")[0]["fingerprint"], *TERMS).stderr
    assert (portfolio.folder / "policies/p.yaml").read_text() == files["policies/p.yaml"]


def test_a_file_without_a_safe_place_is_refused_with_the_entry_to_write(waive, portfolio, files):
    broken = "waivers: [\n"
    without = files["policies/p.yaml"].partition("waivers:")[0]
    portfolio.write({"policies/p.yaml": without, "policies/waivers.yaml": broken})
    done = waive("fallbacks:triage", *TERMS)
    assert done.returncode == 3
    assert b"write it below `waivers` yourself: `- {policy: fallbacks" in done.stderr
    assert (portfolio.folder / "policies/waivers.yaml").read_text() == broken


def test_an_ignored_finding_is_told_in_every_format(govern, portfolio, files):
    text = files["allocations/a.yaml"].replace(
        "# first line", "# govern: ignore GOV701 because founded today"
    )
    portfolio.write({"allocations/a.yaml": text})
    told = {
        name: govern("check", "--format", name, *TODAY, cwd=portfolio.folder).stdout.decode()
        for name in ("text", "json", "sarif", "markdown")
    }
    assert "ignored warning[GOV701]" in told["text"]
    assert "founded today" in told["text"]
    (finding,) = of(json.loads(told["json"])["findings"], "GOV701")
    assert finding["waiver"]["kind"] == "ignored in file"
    assert finding["waiver"]["location"]["line"] == 4
    run = json.loads(told["sarif"])["runs"][0]
    assert not [each for each in run["results"] if each["ruleId"] == "GOV701"]
    (waived,) = run["properties"]["waived"]
    assert (waived["ruleId"], waived["kind"]) == ("GOV701", "inSource")
    assert "Ignored in file (not needed): founded today" in told["markdown"]
    assert not of(json.loads(told["json"])["findings"], "GOV709")
