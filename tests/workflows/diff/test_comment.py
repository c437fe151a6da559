"""The comment on a pull request: six situations as goldens, and what each of them must say."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from multillm_gov.rendering.markup.budget import TextPart, assemble

GOLDEN = Path(__file__).parent / "golden"
Run = Callable[..., Result]
Edit = Callable[[str, str, str], None]
BOARD = "appetite: {max_vendor_share_of_spend: 0.5, max_monthly_spend: 1500}\n"
Golden = Callable[[str, str], None]
PRICE = ("{input: 4, output: 4}", "{input: 4.1545455, output: 4}")
"""The 110 million input tokens of a month cost 17 USD more."""


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare with a stored comment, digests and commits masked; or store it when asked to."""

    def compare(name: str, text: str) -> None:
        masked = re.sub(r"\b[0-9a-f]{64}\b", "SHA-256", text)
        masked = re.sub(r"\b[0-9a-f]{10}(?:[0-9a-f]{30})?\b", "COMMIT", masked)
        masked = re.sub(r"(\| LiteLLM \| `)[^`]+", r"\1RELEASE", masked)
        path = GOLDEN / name
        if request.config.getoption("--refresh-golden", default=False):
            path.write_text(masked)
        assert masked == path.read_text()

    return compare


@pytest.fixture
def comment(run: Run) -> Callable[..., str]:
    def call(*words: str, code: int | None = None) -> str:
        result = run(*words, "--format", "markdown")
        assert result.exit_code in ({0, 1} if code is None else {code}), result.output
        assert len(result.stdout) < 65_536
        return result.stdout

    return call


def first_line(text: str) -> str:
    marker, *lines = text.splitlines()
    assert re.fullmatch(r"<!-- govern( [\w/%.]+)? -->", marker)
    return next(line for line in lines if not line.startswith("<!--"))


def above_the_fold(text: str) -> str:
    assert text.count("<details>") == text.count("</details>") <= 1, "one fold"
    return text.partition("<details>")[0]


def table(text: str) -> list[list[str]]:
    """The one table above the fold, without its head."""
    rows = [line for line in above_the_fold(text).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_nothing(repository: Path, comment: Callable[..., str], golden: Golden) -> None:
    text = comment("HEAD", code=0)
    assert first_line(text) == "### govern: no changes"
    assert "<details>" not in text
    golden("nothing.md", text)


def test_a_price(repository: Path, git: Any, edit: Edit, comment: Any, golden: Golden) -> None:
    with (repository / "govern.yaml").open("a") as file:
        file.write("appetite: {max_price_shock_share: 0.5}\n")
    git("commit", "-qam", "A limit that the portfolio keeps")
    edit("catalog/models.yaml", *PRICE)
    text = comment("HEAD", code=0)
    assert first_line(text) == "### govern: +17.00 USD a month (+1.5%) · no limit crossed"
    assert table(text)[0][0] == "Forecast spend per month"
    golden("price.md", text)


def test_a_loosened_limit(
    repository: Path, git: Any, edit: Edit, comment: Any, golden: Golden
) -> None:
    edit("policies/p.yaml", "max_share: 0.75", "max_share: 0.9")
    with (repository / "govern.yaml").open("a") as file:
        file.write(BOARD)
    git("commit", "-qam", "A limit of the board")
    edit("govern.yaml", "max_vendor_share_of_spend: 0.5", "max_vendor_share_of_spend: 0.7")
    edit("policies/p.yaml", "max_share: 0.9", "max_share: 0.95")
    text = comment("HEAD")
    assert first_line(text).startswith("### govern: 2 safeguards loosened · ")
    (largest,) = table(text)
    assert largest[-1] == "at most 70.0% (was 50.0%, exceeded)", "it passes for the new limit alone"
    assert "board limit on the largest vendor's share of spend 50.0% → 70.0%" in text
    golden("loosened.md", text)


def test_a_removed_fallback(repository: Path, edit: Edit, comment: Any, golden: Golden) -> None:
    edit("allocations/a.yaml", "    fallbacks: [custom/gamma]\n", "")
    text = comment("HEAD")
    assert first_line(text).startswith("### govern: 1 safeguard loosened · outage loss, ")
    labels = [row[0] for row in table(text)]
    assert {"Outage loss, 1 year in 20", "Usable fallbacks"} <= set(labels)
    assert "loses its only fallback `custom/gamma`" in above_the_fold(text)
    assert "fallback `custom/gamma` removed (loosened" in text
    golden("fallback.md", text)


def test_the_first_portfolio(folder: Path, git: Any, comment: Any, golden: Golden) -> None:
    git("init", "-q", "-b", "main")
    (folder / "README").write_text("Nothing governed yet.\n")
    git("add", "README")
    git("commit", "-q", "-m", "Start")
    text = comment("HEAD")
    assert "the first portfolio: forecast 1,146 USD a month" in first_line(text)
    for wrong in ("loosened", "tightened", "up 1,146", "→"):
        assert wrong not in above_the_fold(text).replace("` → `", "")
    golden("first.md", text)


def test_two_hundred_changes(repository: Path, git: Any, comment: Any, golden: Golden) -> None:
    names = [f"task-{number:03}" for number in range(200)]

    def write(cap: int) -> None:
        tasks = "".join(
            f"  {name}:\n    cost_of_wrong_model: {{value_at_stake: {1000 + index}}}\n"
            "    route: [{model: custom/beta}]\n    fallbacks: [custom/gamma]\n"
            "    demand: {requests: 1000, input_tokens: 200, output_tokens: 10}\n"
            f"    spend_cap: {{monthly: {cap}}}\n"
            "    review: {last: 2026-11-01, every_months: 3}\n"
            for index, name in enumerate(names)
        )
        (repository / "allocations/b.yaml").write_text(f"owner: growth\ntask_classes:\n{tasks}")

    write(100)
    git("add", "-A")
    git("commit", "-q", "-m", "Two hundred task classes")
    write(200)
    text = comment("HEAD")
    assert first_line(text).startswith("### govern: 200 safeguards loosened")
    sentences = re.findall(r"^\d\. `(task-\d+)`", above_the_fold(text), re.MULTILINE)
    assert sentences == ["task-199", "task-198", "task-197"], "worst money first"
    assert len(above_the_fold(text)) < 2_000
    golden("many.md", text)


def test_hard_mandatory_limits_come_first(repository: Path, git: Any, comment: Any) -> None:
    advisory = "".join(
        f"  a{number:02}: {{rule: concentration, level: vendor, max_share: 0.995, "
        "enforcement: advisory}\n"
        for number in range(25)
    )
    binding = (
        "  vendor-limit: {rule: concentration, level: vendor, max_share: 0.9, "
        "enforcement: hard-mandatory}\n"
    )
    path = repository / "policies/p.yaml"
    path.write_text("policies:\n" + advisory + binding)
    git("commit", "-qam", "Limits")
    loosened = (
        path.read_text().replace("0.995", "0.996").replace("max_share: 0.9,", "max_share: 1,")
    )
    path.write_text(loosened)
    text = comment("HEAD")
    assert "26 safeguards loosened (1 hard-mandatory)" in first_line(text)
    first = re.search(r"^1\. (.*)$", text, re.MULTILINE)
    assert first
    assert first[1].startswith("1 hard-mandatory limit loosened: `vendor-limit` max_share 0.9 → 1.")
    changes = [line for line in text.splitlines() if line.startswith("- **`")]
    assert changes[0].startswith("- **`vendor-limit` max_share 0.9 → 1 (loosened)**")
    assert len(changes) == 26


def test_a_comment_names_its_portfolio_with_paths_from_the_top(
    folder: Path, edit: Edit, git: Any, comment: Any
) -> None:
    git("init", "-q", "-b", "main", "..")
    git("add", "-A")
    git("commit", "-q", "-m", "Start")
    edit("allocations/a.yaml", "monthly: 2000", "monthly: 3000")
    text = comment("HEAD")
    assert first_line(text).startswith("### govern `portfolio`: ")
    assert "`portfolio/allocations/a.yaml:" in text
    assert " `allocations/a.yaml:" not in text


def test_no_python_in_what_people_and_programs_read(
    repository: Path, git: Any, edit: Edit, comment: Any, told: Callable[..., dict[str, Any]]
) -> None:
    with (repository / "govern.yaml").open("a") as file:
        file.write(
            "risk:\n  dependencies:\n    proxy: {kind: gateway, description: The proxy}\n"
            "  max_outage_loss_share: 0.01\n"
        )
    git("commit", "-qam", "A proxy")
    edit("govern.yaml", "description: The proxy", "description: All requests pass it")
    edit("govern.yaml", "max_outage_loss_share: 0.01", "max_outage_loss_share: 0.02")
    text = comment("HEAD")
    report = told("HEAD")
    assert [(each["aspect"], each["direction"]) for each in report["changes"]] == [
        ("risk.max_outage_loss_share", "loosened"),
        ("risk.dependencies.proxy.description", "changed"),
    ]
    assert "The proxy → All requests pass it" in text
    assert "board limit on the outage loss of 1 year in 20 0.01 → 0.02" in text
    for python in ("Risk(", "Dependency(", "{'", "None", "()", "Decimal"):
        assert python not in text
        assert python not in str(report["changes"]).replace("None", "").replace("{'", "")


def test_findings_of_one_cause_are_one_line(
    repository: Path, git: Any, comment: Callable[..., str]
) -> None:
    """A route to a retired model without a fallback and over its cap: one change, one line."""
    catalog = repository / "catalog/models.yaml"
    text = catalog.read_text()
    beta = text[text.index("  custom/beta:") :].partition("  custom/gamma:")[0]
    old = beta.replace("custom/beta", "custom/old").replace("input: 4", "input: 400")
    retired = "    retirement: {date: 2026-01-01, source: announcement}\n"
    catalog.write_text(text + old.rstrip("\n") + f"\n{retired}")
    git("commit", "-qam", "a model that nobody routes to")
    allocation = repository / "allocations/a.yaml"
    changed = allocation.read_text().replace(
        "route: [{model: custom/beta}]", "route: [{model: custom/old}]"
    )
    assert changed != allocation.read_text()
    allocation.write_text(changed)
    text = comment("HEAD", code=1)
    listed = text.partition("#### New findings\n")[2].partition("####")[0]
    lines = [line for line in listed.splitlines() if line.startswith("- ")]
    (line,) = [line for line in lines if "GOV102" in line]
    assert line.startswith("- **error** `GOV102`")
    assert "; with it `GOV401`" in line
    assert not [other for other in lines if other != line and "scoring" in other]


def test_rows_that_did_not_move_are_counted_only(
    repository: Path, edit: Edit, comment: Any
) -> None:
    edit("allocations/a.yaml", "requests: 100000", "requests: 110000")
    text = comment("HEAD")
    assert all(row[1] != row[2] for row in table(text))
    assert re.search(r"^\d other figures did not move", text, re.MULTILINE)


def test_weights_are_one_short_cell(repository: Path, edit: Edit, comment: Any) -> None:
    edit("allocations/a.yaml", "alpha, weight: 70", "alpha, weight: 85")
    edit("allocations/a.yaml", "beta, weight: 30", "beta, weight: 15")
    assert "`custom/alpha` 70 → 85%, `custom/beta` 30 → 15%" in comment("HEAD")


def test_a_move_changes_no_cost(repository: Path, edit: Edit, comment: Any) -> None:
    edit("allocations/a.yaml", "  scoring:", "  lead-scores:")
    text = comment("HEAD")
    assert "moved: `scoring` → `lead-scores` (no cost change)" in text
    assert "USD a month" not in first_line(text)


def test_places_link_to_the_host(
    repository: Path, edit: Edit, git: Any, comment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("allocations/a.yaml", "    fallbacks: [custom/gamma]\n", "")
    edit(
        "policies/p.yaml",
        "  capped:\n    rule: cap-missing\n",
        "  capped:\n    rule: owner-missing\n",
    )
    url = "https://git.example/acme/ai"
    assert url not in comment("HEAD", "--repository-url", url), "the tree is not a commit"
    git("commit", "-qam", "Change")
    base, head = git("rev-parse", "HEAD~1"), git("rev-parse", "HEAD")
    text = comment("HEAD~1..HEAD", "--repository-url", url)
    assert f"]({url}/blob/{head}/policies/p.yaml#L" in text
    assert f"/blob/{head}/allocations/a.yaml#L" in text
    monkeypatch.setenv("CI_PROJECT_URL", "https://code.example/acme/ai")
    assert f"(https://code.example/acme/ai/-/blob/{head}/" in comment("HEAD~1..HEAD")
    monkeypatch.delenv("CI_PROJECT_URL")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/ai")
    assert f"(https://github.com/acme/ai/blob/{head}/" in comment("HEAD~1..HEAD")
    assert base


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://a b", "https://u:p@host/x", "https://x/)[", "ftp://x", "//x"],
)
def test_no_other_address_becomes_a_link(
    url: str, repository: Path, edit: Edit, git: Any, comment: Any
) -> None:
    edit("allocations/a.yaml", "monthly: 2000", "monthly: 3000")
    git("commit", "-qam", "Change")
    assert "](" not in comment("HEAD~1..HEAD", "--repository-url", url)


def test_who_must_approve(repository: Path, edit: Edit, git: Any, comment: Any) -> None:
    edit("policies/p.yaml", "    max_share: 0.75\n", "    max_share: 0.75\n    approvers: [cfo]\n")
    owners = repository / ".github/CODEOWNERS"
    owners.parent.mkdir()
    owners.write_text("* @org/everyone\n/policies/ @org/risk  # the limits\n")
    git("add", "-A")
    git("commit", "-qm", "Owners")
    edit("policies/p.yaml", "max_share: 0.75", "max_share: 0.9")
    edit("allocations/a.yaml", "monthly: 2000", "monthly: 3000")
    owners.write_text("* @mallory\n")
    text = comment("HEAD")
    (line,) = [line for line in text.splitlines() if line.startswith("**Must approve:**")]
    assert "`cfo` for the loosened policy `spread`" in line
    assert "code owner `@org/risk` for `policies/p.yaml`" in line
    assert "code owner `@org/everyone` for `allocations/a.yaml`" in line
    assert "mallory" not in text, "a change cannot choose who reviews it"


LIMITS = """\
spend_change:
  increase: {silence: {amount: 20, share: 0.05}, warning: {share: 0.1}, failure: {amount: 500}}
  decrease: {failure: {share: 0.2}}
"""


@pytest.mark.parametrize(
    ("requests", "silent", "found"),
    [
        ("100100", True, ""),
        ("106000", False, ""),
        ("120000", False, "warning"),
        ("200000", False, "error"),
        ("50000", False, "error"),
    ],
)
def test_thresholds_of_silence_warning_and_failure(
    requests: str, silent: bool, found: str, repository: Path, git: Any, edit: Edit, run: Run
) -> None:
    with (repository / "govern.yaml").open("a") as file:
        file.write(LIMITS)
    git("commit", "-qam", "Thresholds")
    edit("allocations/a.yaml", "requests: 100000", f"requests: {requests}")
    edit("govern.yaml", LIMITS, LIMITS.replace("share: 0.2", "share: 0.9"))
    result = run("HEAD", "--format", "markdown")
    loosened = "1 safeguard loosened" in result.stdout
    assert loosened, "a change cannot lift the threshold that it has to pass"
    grades = re.findall(r"- \*\*(\w+)\*\* `GOV415` the forecast", result.stdout)
    assert set(grades) == ({found} if found else set())
    assert result.exit_code == (1 if found == "error" else 0)
    edit("govern.yaml", "share: 0.9", "share: 0.2")
    result = run("HEAD", "--format", "markdown")
    assert ("<!-- govern: below the threshold of silence -->" in result.stdout) is silent
    assert result.exit_code == (1 if found == "error" else 0)


def test_a_cost_that_is_not_known_is_never_silent(
    repository: Path, git: Any, edit: Edit, run: Run
) -> None:
    with (repository / "govern.yaml").open("a") as file:
        file.write(LIMITS)
    git("commit", "-qam", "Thresholds")
    edit("allocations/a.yaml", ", output_tokens: 500", "")
    for format_name in ("markdown", "text"):
        shown = " ".join(run("HEAD", "--format", format_name).stdout.split())
        assert "the cost of `writing` is not known" in shown
        assert "below the threshold of silence" not in shown
        assert "down" not in shown.partition("Findings")[0].partition("the cost of")[0]


def test_a_comment_too_long_says_what_was_cut() -> None:
    parts = [
        TextPart(pieces=("<details>",)),
        TextPart(pieces=tuple("x" * 100 for _ in range(50)), noun="change"),
        TextPart(pieces=("</details>",)),
    ]
    text = assemble(parts, 2_000, "govern diff --format json")
    assert len(text) <= 2_000
    assert text.index("</details>") < text.index("Left out")
    assert "changes. `govern diff --format json` has everything." in text
