"""``govern waivers``: states, what the gate would do without each, age and renewals from git."""

import json
import shutil

import pytest

from multillm_gov.rendering.public.publishing import report_schema

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    cost_of_wrong_model: {value_at_stake: 45000}
    spend_cap: {monthly: 100}
  letters:
    route: [{model: claude-haiku-4-5}]
    cost_of_wrong_model: {value_at_stake: 5000}
    spend_cap: {monthly: 100}
"""
POLICIES = """\
policies:
  fallbacks: {rule: fallback-missing, approvers: [cfo, cro]}
  capped: {rule: cap-missing, enforcement: hard-mandatory}
"""
WAIVER = (
    "  - {{policy: {policy}, subject: {subject}, reason: contract pending, approved_by: {by}, "
    "expires: {day}}}\n"
)


def waiver(subject, day="2027-03-31", policy="fallbacks", by="cfo"):
    return WAIVER.format(policy=policy, subject=subject, day=day, by=by)


@pytest.fixture
def portfolio(checkout):
    def commit(*waivers, day):
        checkout.commit(
            {
                "allocations/a.yaml": ALLOCATION,
                "policies/p.yaml": POLICIES + "waivers:\n" + "".join(waivers),
            },
            day,
        )
        return checkout

    return commit


@pytest.fixture
def register(govern, checkout):
    """The waivers of a folder by subject, from the JSON, which its schema accepts."""
    from jsonschema import Draft202012Validator

    def read(*arguments, folder=None, as_of="2026-11-24"):
        done = govern(
            *("waivers", "--format", "json", "--as-of", as_of, *arguments),
            cwd=folder or checkout.folder,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        data = json.loads(done.stdout)
        Draft202012Validator(report_schema()).validate(data)
        assert data["kind"] == "waivers"
        return {(each["policy"], each["subject"]): each for each in data["waivers"]}

    return read


def test_each_state_with_its_reason(portfolio, register, govern):
    portfolio(
        waiver("triage", "2026-12-10"),
        waiver("letters", "2026-11-01"),
        waiver("gone"),
        waiver("portfolio", policy="approval-required"),
        waiver("triage", policy="GOV202"),
        waiver("letters", by="intern"),
        waiver("triage", policy="gov003", by="cto"),
        day="2026-10-01",
    )
    known = register()
    states = {key: (each["state"], each["why"]) for key, each in known.items()}
    assert states["fallbacks", "triage"] == ("ends soon", "16 days left")
    assert states["fallbacks", "gone"] == ("matches nothing", "no such finding")
    assert known["fallbacks", "triage"]["need"] == "would fail without it"
    assert known["fallbacks", "gone"]["need"] == "not needed"
    text = govern("waivers", "--as-of", "2026-11-24", cwd=portfolio(day="2026-10-02").folder)
    assert b"No waivers." in text.stdout


def test_expired_unapproved_and_void_waivers_have_no_effect(portfolio, register):
    folder = portfolio(
        waiver("triage", "2026-11-01"), waiver("letters", by="intern"), day="2026-10-01"
    ).folder
    known = register()
    assert known["fallbacks", "triage"]["state"] == "expired"
    assert known["fallbacks", "triage"]["why"] == "23 days ago; 1 finding counts again"
    assert known["fallbacks", "triage"]["days_left"] == -23
    assert known["fallbacks", "letters"]["state"] == "void"
    assert "`cfo` and `cro`" in known["fallbacks", "letters"]["why"]
    assert {each["need"] for each in known.values()} == {"not needed"}
    allocation = ALLOCATION.replace("    spend_cap: {monthly: 100}\n", "")
    (folder / "allocations/a.yaml").write_text(allocation)
    (folder / "policies/p.yaml").write_text(
        POLICIES + "waivers:\n" + waiver("triage", policy="capped")
    )
    assert register()["capped", "triage"]["state"] == "void"


@pytest.mark.parametrize(
    ("gate", "need"),
    [
        ("note", "would fail without it"),
        ("warning", "would fail without it"),
        ("error", "not needed"),
        ("never", "not needed"),
    ],
)
def test_a_waiver_is_needed_where_what_it_excepts_reaches_the_gate(
    gate, need, portfolio, register, govern
):
    folder = portfolio(waiver("triage", policy="GOV201"), day="2026-10-01").folder
    (folder / "policies/p.yaml").write_text(
        "waivers:\n" + waiver("triage", policy="GOV201", by="cto")
    )
    assert register("--fail-on", gate)["GOV201", "triage"]["need"] == need
    checked = govern(
        *("check", "--format", "json", "--fail-on", gate, "--as-of", "2026-11-24"), cwd=folder
    )
    data = json.loads(checked.stdout)
    (waived,) = [each["waiver"] for each in data["findings"] if each["waiver"]]
    assert waived["need"] == need
    assert [each["need"] for each in data["waivers"]] == [need]
    text = govern("check", "--fail-on", gate, "--as-of", "2026-11-24", cwd=folder).stdout.decode()
    assert f"({need})" in " ".join(text.split())


def test_taking_out_a_needed_waiver_fails_the_gate_and_others_do_not(portfolio, register, govern):
    """What the register says of each waiver holds when it is taken out."""
    listed = {
        ("fallbacks", "triage"): waiver("triage"),
        ("fallbacks", "letters"): waiver("letters"),
        ("fallbacks", "gone"): waiver("gone"),
    }
    folder = portfolio(*listed.values(), day="2026-10-01").folder
    assert govern("check", "--as-of", "2026-11-24", cwd=folder).returncode == 0
    for key, each in register().items():
        rest = "".join(text for other, text in listed.items() if other != key)
        (folder / "policies/p.yaml").write_text(POLICIES + "waivers:\n" + rest)
        failed = govern("check", "--as-of", "2026-11-24", cwd=folder).returncode == 1
        assert failed == (each["need"] == "would fail without it"), key


def test_age_and_renewals_follow_from_the_commits(portfolio, register):
    portfolio(day="2026-05-01")
    portfolio(waiver("triage", "2026-08-31"), day="2026-06-01")
    portfolio(waiver("triage", "2026-10-31"), waiver("letters"), day="2026-07-01")
    portfolio(waiver("letters"), day="2026-08-01")
    folder = portfolio(
        waiver("triage", "2027-01-31", policy="fallbacks"), waiver("letters"), day="2026-09-01"
    ).folder
    known = register()
    triage, letters = known["fallbacks", "triage"], known["fallbacks", "letters"]
    assert (triage["granted"], triage["age_days"], triage["renewals"]) == ("2026-06-01", 176, 2)
    assert (letters["granted"], letters["renewals"]) == ("2026-07-01", 0)
    assert not triage["granted_earlier"]
    text = (folder / "policies/p.yaml").read_text()
    (folder / "policies/p.yaml").write_text(text.replace("2027-01-31", "2027-06-30"))
    assert register()["fallbacks", "triage"]["renewals"] == 3, "a renewal that is not committed"


def test_age_and_renewals_follow_a_portfolio_that_moves(portfolio, register, checkout):
    """From the top into a folder, and on into another; another portfolio's waivers stay its own."""
    portfolio(day="2026-05-01")
    portfolio(waiver("triage", "2026-08-31"), day="2026-06-01")
    other = POLICIES + "waivers:\n" + waiver("letters")
    checkout.commit({"other/policies/p.yaml": other}, "2026-06-10")
    for old, new, day in ((".", "ai", "2026-07-01"), ("ai", "teams/ai", "2026-08-01")):
        (checkout.folder / new).mkdir(parents=True)
        for name in ("allocations", "policies"):
            checkout.git("mv", f"{old}/{name}", f"{new}/{name}")
        checkout.commit({}, day)
    folder = checkout.folder / "teams/ai"
    text = (folder / "policies/p.yaml").read_text().replace("2026-08-31", "2027-01-31")
    checkout.commit({"teams/ai/policies/p.yaml": text + waiver("letters")}, "2026-09-01")
    known = register(folder=folder)
    triage, letters = known["fallbacks", "triage"], known["fallbacks", "letters"]
    assert (triage["granted"], triage["renewals"]) == ("2026-06-01", 1)
    assert letters["granted"] == "2026-09-01", "the other portfolio's is another one"
    assert not triage["granted_earlier"]


def test_a_move_is_seen_although_policies_were_written_anew(portfolio, register, checkout):
    portfolio(waiver("triage", "2026-08-31"), day="2026-06-01")
    folder = checkout.folder / "ai"
    folder.mkdir()
    for name in ("allocations", "policies"):
        checkout.git("mv", name, f"ai/{name}")
    anew = "# Written anew.\n" * 200 + POLICIES + "waivers:\n" + waiver("triage", "2026-12-01")
    checkout.commit({"ai/policies/p.yaml": anew}, "2026-07-01")
    triage = register(folder=folder)["fallbacks", "triage"]
    assert (triage["granted"], triage["renewals"]) == ("2026-06-01", 1)


def test_a_file_taken_from_another_portfolio_brings_no_history(portfolio, register, checkout):
    other = POLICIES + "waivers:\n" + waiver("letters")
    checkout.commit({"other/policies/p.yaml": other, "other/policies/q.yaml": "policies: {}\n"},
                    "2026-05-01")  # fmt: skip
    portfolio(day="2026-06-01")
    folder = checkout.folder / "ai"
    (folder / "policies").mkdir(parents=True)
    checkout.git("mv", "other/policies/p.yaml", "ai/policies/p.yaml")
    allocations = (checkout.folder / "allocations").glob("*.yaml")
    files = {f"ai/allocations/{path.name}": path.read_text() for path in allocations}
    checkout.commit(files, "2026-07-01")
    assert register(folder=folder)["fallbacks", "letters"]["granted"] == "2026-07-01"


def test_a_rule_by_id_or_by_name_is_one_waiver(portfolio, register):
    portfolio(waiver("triage", "2026-12-01", policy="GOV201"), day="2026-06-01")
    portfolio(waiver("triage", "2027-01-01", policy="fallback-missing"), day="2026-07-01")
    known = register()["fallback-missing", "triage"]
    assert (known["granted"], known["renewals"]) == ("2026-06-01", 1)


def test_a_shallow_clone_gives_a_lower_bound_and_no_git_says_not_known(
    portfolio, register, govern, checkout, tmp_path
):
    portfolio(waiver("triage", "2026-12-31"), day="2026-06-01")
    portfolio(waiver("triage", "2027-03-31"), day="2026-07-01")
    clone = checkout.clone(tmp_path / "shallow", "--depth", "1")
    known = register(folder=clone.folder)["fallbacks", "triage"]
    assert known["granted_earlier"] is True
    assert (known["granted"], known["renewals"]) == ("2026-07-01", 0)
    text = govern("waivers", "--as-of", "2026-11-24", cwd=clone.folder).stdout.decode()
    assert "146 days or more" in text
    shutil.rmtree(clone.folder / ".git")
    known = register(folder=clone.folder)["fallbacks", "triage"]
    assert (known["granted"], known["age_days"], known["renewals"]) == ("", None, None)
    text = govern("waivers", "--as-of", "2026-11-24", cwd=clone.folder).stdout.decode()
    assert "not known" in text


def test_a_merge_is_when_a_side_branch_took_effect(portfolio, register, checkout):
    portfolio(day="2026-05-01")
    checkout.git("checkout", "--quiet", "-b", "side")
    portfolio(waiver("triage"), day="2026-06-01")
    checkout.git("checkout", "--quiet", "main")
    checkout.commit({"notes.txt": "x"}, "2026-06-15")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", "2026-07-10T12:00:00+00:00")
        checkout.git("merge", "--quiet", "--no-ff", "--message", "merge", "side")
    assert register()["fallbacks", "triage"]["granted"] == "2026-07-10"


def test_exposure_is_the_value_of_the_task_classes_that_it_concerns(portfolio, register, govern):
    folder = portfolio(
        waiver("triage"), waiver("vendor:anthropic", policy="shares"), day="2026-10-01"
    ).folder
    shares = (
        "  shares: {rule: concentration, level: vendor, max_share: 0.5, "
        "weigh_by: value_at_stake, approvers: [cfo]}\n"
    )
    text = (folder / "policies/p.yaml").read_text()
    (folder / "policies/p.yaml").write_text(text.replace("waivers:", f"{shares}waivers:"))
    known = register()
    assert known["fallbacks", "triage"]["value_per_month"] == "45000"
    vendor = known["shares", "vendor:anthropic"]
    assert (vendor["state"], vendor["covered"]) == ("in force", 1)
    assert (vendor["task_classes"], vendor["value_per_month"]) == (["letters", "triage"], "50000")
    text = govern(
        "waivers", "--as-of", "2026-11-24", "--format", "markdown", cwd=folder
    ).stdout.decode()
    assert "50,000 USD a month at stake" in text
    assert "policies/p.yaml:" in text
