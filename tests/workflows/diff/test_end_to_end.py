"""From two git states to what a reviewer reads, through the command."""

from multillm_gov.errors import RevisionError, SourceError, UsageError


def changes(report):
    return [
        (c["kind"], c["subject"], c["direction"], c["before"], c["after"])
        for c in report["changes"]
    ]


def test_nothing_changed_is_calm_in_every_format(repository, run, told):
    report = told("HEAD")
    assert report["summary"] == "No changes. 2 task classes and 2 policies unchanged."
    assert report["changes"] == report["sections"] == report["headline"] == report["findings"] == []
    for name in ("text", "markdown", "json"):
        result = run("HEAD", "--format", name)
        assert result.exit_code == 0
        assert "No changes." in result.stdout


def test_the_working_tree_is_compared_with_where_it_left_main(repository, git, edit, told):
    start = git("rev-parse", "HEAD")
    git("switch", "-q", "-c", "topic")
    edit("allocations/a.yaml", "monthly: 2000", "monthly: 3000")
    git("commit", "-qam", "Raise")
    git("switch", "-q", "main")
    edit("allocations/a.yaml", "monthly: 500", "monthly: 400")
    git("commit", "-qam", "Main moves on")
    git("switch", "-q", "topic")
    edit("allocations/a.yaml", "Lead scores", "Scores of leads")
    report = told()
    assert report["base"] == start
    assert report["revision"] == git("rev-parse", "HEAD") + "+"
    assert changes(report) == [
        ("spend-cap", "writing", "loosened", "2,000 USD", "3,000 USD"),
        ("text", "scoring", "changed", "Lead scores", "Scores of leads"),
    ]
    assert ("spend-cap", "scoring", "loosened", "400 USD", "500 USD") in changes(told("main"))
    assert [c["kind"] for c in told("main...topic")["changes"]] == ["spend-cap"]
    assert len(told("main..topic")["changes"]) == 2
    assert changes(told("topic..topic")) == []
    assert changes(told(f"{start}..")) == changes(told("main...HEAD"))


def test_effects_places_and_shares_are_told_to_programs(repository, git, edit, told):
    edit("allocations/a.yaml", "route: [{model: custom/beta}]", "route: [{model: custom/gamma}]")
    (change,) = told("HEAD")["changes"]
    assert change["kind"] == "route"
    assert change["spend_effect_per_month"] == "-168.000000000"
    assert change["location_after"]["path"] == "allocations/a.yaml"
    assert change["location_after"]["line"] == 15
    assert {move["entity"] for move in change["exposure"]} == {"beta", "gamma"}


def test_new_findings_fail_and_old_ones_are_only_counted(repository, git, edit, run, told):
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    git("commit", "-qam", "One finding on main")
    edit("allocations/a.yaml", "    spend_cap: {monthly: 2000}\n", "")
    report = told("HEAD")
    assert [(f["rule"], f["subject"]) for f in report["findings"] if f["severity"] == "error"] == [
        ("GOV403", "writing")
    ]
    assert report["verdict"]["exit_code"] == run("HEAD").exit_code == 1
    assert run("HEAD", "--fail-on", "never").exit_code == 0
    assert (
        "error"
        in next(s for s in report["sections"] if s["id"] == "unchanged")["blocks"][0]["text"]
    )
    git("commit", "-qam", "Two")
    assert run("HEAD").exit_code == 0


def test_mending_is_told_as_resolved(repository, git, edit, told):
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    git("commit", "-qam", "Broken")
    text = (repository / "allocations/a.yaml").read_text()
    (repository / "allocations/a.yaml").write_text(text + "    spend_cap: {monthly: 600}\n")
    report = told("HEAD")
    assert [(f["rule"], f["subject"]) for f in report["resolved"]] == [("GOV403", "scoring")]
    assert report["findings"] == []


def test_loosening_a_policy_does_not_pass_for_mending(repository, git, edit, told):
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    git("commit", "-qam", "Broken")
    edit(
        "policies/p.yaml",
        "    rule: cap-missing\n",
        "    rule: cap-missing\n    min_forecast: 100000\n",
    )
    report = told("HEAD")
    assert report["resolved"] == []
    assert report["sections"][0]["id"] == "loosened"
    excused = next(s for s in report["sections"] if s["id"] == "excused")
    assert not excused["folded"]
    assert "GOV403" in str(excused["blocks"][1])
    assert "no longer enforced" in report["summary"]


def test_a_new_violation_hidden_by_a_looser_policy_is_called_out(repository, edit, told):
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    edit(
        "policies/p.yaml",
        "    rule: cap-missing\n",
        "    rule: cap-missing\n    applies_to: {owners: [nobody]}\n",
    )
    report = told("HEAD")
    assert report["sections"][0]["id"] == "loosened"
    used = [finding for finding in report["findings"] if finding["under"]]
    assert [(f["rule"], f["subject"], f["severity"]) for f in used] == [
        ("GOV403", "scoring", "error")
    ]
    assert report["verdict"]["exit_code"] == 1, "as `govern check --base` says"


def test_a_waiver_excuses_and_does_not_mend(repository, git, edit, told):
    edit("policies/p.yaml", "max_share: 0.75", "max_share: 0.5")
    git("commit", "-qam", "Concentrated")
    waiver = (
        "{policy: spread, subject: 'vendor:alpha', reason: r, approved_by: cfo, expires: "
        "2027-01-31}"
    )
    with (repository / "policies/p.yaml").open("a") as file:
        file.write(f"waivers:\n  - {waiver}\n")
    report = told("HEAD")
    assert ("waiver-added", "spread / vendor:alpha", "loosened") in [c[:3] for c in changes(report)]
    assert report["resolved"] == []
    assert "GOV301" in str(next(s for s in report["sections"] if s["id"] == "excused"))


def test_findings_of_a_renamed_task_class_are_not_new(repository, git, edit, told):
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    git("commit", "-qam", "Broken")
    edit("allocations/a.yaml", "  scoring:", "  lead-scoring:")
    report = told("HEAD")
    assert [c[0] for c in changes(report)] == ["task-class-renamed"]
    assert report["findings"] == report["resolved"] == []


def test_findings_of_a_renamed_policy_are_neither_new_nor_excused(repository, git, edit, told):
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    git("commit", "-qam", "Broken")
    edit("policies/p.yaml", "  capped:", "  every-task-has-a-cap:")
    report = told("HEAD")
    assert [c[0] for c in changes(report)] == ["policy-renamed"]
    assert report["findings"] == report["resolved"] == []
    assert "excused" not in [s["id"] for s in report["sections"]]


def test_a_change_cannot_soften_the_gate_it_has_to_pass(repository, edit, run):
    edit("govern.yaml", "organization: Example\n", "organization: Example\nfail_on: never\n")
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    result = run("HEAD")
    assert result.exit_code == 1
    assert "fail_on" in result.stdout


def test_a_stricter_gate_holds_at_once(repository, edit, run, told):
    edit("govern.yaml", "organization: Example\n", "organization: Example\nfail_on: warning\n")
    edit(
        "allocations/a.yaml",
        "  scoring:\n",
        "  drafting:\n    purpose: Drafts\n    route: [{model: custom/beta}]\n"
        "    demand: {requests: 1, input_tokens: 10, output_tokens: 10}\n"
        "    spend_cap: {monthly: 10}\n  scoring:\n",
    )
    assert {f["severity"] for f in told("HEAD")["findings"]} == {"warning"}
    assert run("HEAD").exit_code == 1
    edit("govern.yaml", "fail_on: warning\n", "")
    assert {f["severity"] for f in told("HEAD")["findings"]} == {"warning"}
    assert run("HEAD").exit_code == 0


def test_a_file_that_can_no_longer_be_read_is_a_finding_and_says_why_its_task_classes_are_gone(
    repository, edit, told
):
    edit("allocations/a.yaml", "owner: growth", "owner: growth\nowner: growth: :")
    report = told("HEAD")
    assert {f["rule"] for f in report["findings"] if f["severity"] == "error"} & {
        "GOV001",
        "GOV002",
    }
    removed = [c for c in report["changes"] if c["kind"] == "task-class-removed"]
    assert {c["note"] for c in removed} == {"its file can no longer be read"}


def test_a_removal_says_whether_the_entry_is_gone_or_only_mistaken(repository, edit, told):
    edit(
        "allocations/a.yaml",
        "fallbacks: [custom/gamma]\n    demand: {requests: 4",
        "fallbck: []\n    demand: {requests: 4",
    )
    (removed,) = [c for c in told("HEAD")["changes"] if c["kind"] == "task-class-removed"]
    assert removed["note"] == "still declared, but with a mistake"


def test_a_removal_beside_another_mistake_is_a_removal(repository, edit, told):
    text = (repository / "allocations/a.yaml").read_text()
    edit("allocations/a.yaml", text[text.index("  scoring:") :], "    data: {residency: [NO]}\n")
    report = told("HEAD")
    assert "GOV004" in {f["rule"] for f in report["findings"]}
    (removed,) = [c for c in report["changes"] if c["kind"] == "task-class-removed"]
    assert (removed["subject"], removed["note"]) == ("scoring", "")


def test_the_first_portfolio_of_a_repository_is_all_new(folder, git, told):
    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "Empty")
    report = told("HEAD")
    assert {c["kind"] for c in report["changes"]} == {"task-class-added", "policy-added", "setting"}


def test_a_portfolio_below_the_top_of_the_repository(tmp_path, folder, git, edit, told):
    top = folder.parent
    git("init", "-q", "-b", "main", str(top))
    git("add", "-A")
    git("commit", "-q", "-m", "Start")
    edit("allocations/a.yaml", "monthly: 2000", "monthly: 1000")
    assert [c[0] for c in changes(told())] == ["spend-cap"]


def test_a_moved_file_with_other_formatting_shows_nothing(repository, edit, told):
    file = repository / "allocations/a.yaml"
    text = file.read_text().replace("owner: growth", "# who\nowner:   growth   # the team")
    (repository / "allocations/sub").mkdir()
    (repository / "allocations/sub/b.yaml").write_text(text)
    file.unlink()
    assert told("HEAD")["summary"].startswith("No changes.")


def test_the_catalog_s_prices_of_both_states_are_told_apart(repository, edit, told):
    edit("catalog/models.yaml", "input: 4, output: 4", "input: 8, output: 8")
    edit("allocations/a.yaml", "requests: 400000", "requests: 200000")
    report = told("HEAD")
    why = next(s for s in report["sections"] if s["id"] == "money")["blocks"][0]
    causes = {row[0]["text"]: row[1]["text"] for row in why["rows"]}
    assert set(causes) == {"New prices, same allocation", "Demand"}
    assert ("model-price", "custom/beta") in [c[:2] for c in changes(report)]


def test_an_exchange_rate_alone_moves_the_forecast(repository, git, edit, told):
    edit(
        "govern.yaml",
        "organization: Example\n",
        "currency: EUR\nexchange: {usd_per_unit: 1.1, as_of: 2026-11-01}\n",
    )
    git("commit", "-qam", "Euros")
    edit("govern.yaml", "usd_per_unit: 1.1", "usd_per_unit: 1.2")
    (change,) = told("HEAD")["changes"]
    assert change["aspect"] == "exchange"
    assert float(change["spend_effect_per_month"]) < 0


def test_bad_calls_say_what_to_do(repository, git, run, folder):
    assert isinstance(run("nowhere").exception, RevisionError)
    assert isinstance(run("main..nowhere").exception, RevisionError)
    assert isinstance(run("--", "--upload-pack=touch x").exception, RevisionError)
    assert isinstance(run("a..b..c").exception, UsageError)
    assert isinstance(run("a...b...c").exception, UsageError)


def test_outside_git_it_says_so(folder, run):
    error = run().exception
    assert isinstance(error, SourceError)
    assert error.hint


def test_an_unborn_branch_says_so(folder, git, run):
    git("init", "-q", "-b", "main")
    assert isinstance(run().exception, RevisionError)


def test_help_has_examples(run):
    result = run("--help")
    assert result.exit_code == 0
    assert "Examples:" in result.output


def test_ten_thousand_changes_still_fit_a_comment(folder, git, run):
    def write(cap: int) -> None:
        tasks = "".join(
            f"  task-{i}:\n    route: [{{model: custom/alpha}}]\n    spend_cap: {{monthly: "
            f"{cap}}}\n"
            f"    purpose: '{'<x>|`*' * 30}{cap}'\n"
            for i in range(2_000)
        )
        (folder / "allocations/a.yaml").write_text(f"task_classes:\n{tasks}")

    write(100)
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "Start")
    write(200)
    comment = run("HEAD", "--format", "markdown").stdout
    assert len(comment) <= 65_536
    assert comment.splitlines()[1].startswith("### govern: 2,000 safeguards loosened")
    assert "- … and 3,900 more changes" in comment, "a cap and a purpose each"
    assert "</details>" in comment


def test_the_declared_default_branch_is_the_base(repository, git, edit, told):
    git("switch", "-q", "-c", "release")
    edit(
        "govern.yaml", "organization: Example\n", "organization: Example\ndefault_branch: release\n"
    )
    git("commit", "-qam", "Declare")
    start = git("rev-parse", "HEAD")
    git("switch", "-q", "-c", "topic")
    edit("allocations/a.yaml", "monthly: 500", "monthly: 400")
    git("commit", "-qam", "Tighten")
    assert told()["base"] == start


def test_revisions_can_be_compared_whatever_the_working_tree_holds(repository, git, edit, told):
    edit("allocations/a.yaml", "monthly: 500", "monthly: 400")
    git("commit", "-qam", "Tighten")
    edit("allocations/a.yaml", "owner: growth", ": : :")
    assert [c[:3] for c in changes(told("HEAD~1..HEAD"))] == [("spend-cap", "scoring", "tightened")]


def test_task_classes_in_another_file_are_told_with_no_cost_change(
    repository, git, edit, run, told
):
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    git("commit", "-qam", "Broken")
    (repository / "allocations/a.yaml").rename(repository / "allocations/b.yaml")
    report = told("HEAD")
    assert report["changes"] == report["findings"] == report["resolved"] == []
    moved = "2 task classes moved from `allocations/a.yaml` to `allocations/b.yaml`, with no cost"
    assert moved in report["summary"]
    for name in ("text", "markdown"):
        result = run("HEAD", "--format", name)
        assert result.exit_code == 0
        assert "with no cost change" in " ".join(result.stdout.split())


def test_a_declared_move_carries_limits_of_the_base_and_a_wrong_one_is_a_finding(
    repository, git, edit, told
):
    """Renamed, rerouted and repurposed at once, which content alone would not recognize."""
    edit("allocations/a.yaml", "  scoring:", "  ranking:")
    edit("allocations/a.yaml", "Lead scores", "Ranks")
    edit("allocations/a.yaml", "route: [{model: custom/beta}]", "route: [{model: custom/gamma}]")
    edit(
        "allocations/a.yaml",
        "task_classes:",
        "moved: [{from: scoring, to: ranking}]\ntask_classes:",
    )
    report = told("HEAD")
    kinds = [c[0] for c in changes(report)]
    assert "task-class-renamed" in kinds
    assert not {"task-class-added", "task-class-removed"} & set(kinds)
    git("commit", "-qam", "Rename")
    edit("allocations/a.yaml", "to: ranking", "to: rankings")
    (finding,) = told("HEAD")["findings"]
    assert finding["rule"] == "GOV018"


def test_the_json_lists_the_waivers_of_what_is_proposed(repository, git, edit, told):
    text = (repository / "policies/p.yaml").read_text()
    waiver = (
        "{policy: GOV201, subject: scoring, reason: tender, approved_by: cio, expires: 2027-03-31}"
    )
    (repository / "policies/p.yaml").write_text(f"{text}waivers:\n  - {waiver}\n")
    report = told("HEAD")
    (listed,) = report["waivers"]
    assert (listed["policy"], listed["subject"], listed["approved_by"]) == (
        "GOV201",
        "scoring",
        "cio",
    )
    assert listed["state"] in {"in force", "matches nothing"}
    assert told("HEAD..HEAD")["waivers"] == []
