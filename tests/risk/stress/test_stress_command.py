"""``govern stress`` from end to end: real processes, real folders, real revisions."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from multillm_gov.plugins import plugin_names
from multillm_gov.portfolio.scenario import SHOCKS
from multillm_gov.rendering.public.publishing import report_schema
from multillm_gov.rendering.renderers import formats

DAY = "2026-11-24"
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
OWN = """\
scenarios:
  beta-gone:
    title: Beta is gone
    because: It was bought
    shocks:
      - {kind: withdrawal, level: vendor, entity: beta, days: 73}
  repricing:
    title: Ours
    shocks:
      - {kind: repricing, level: vendor, entity: acme, factor: 1.10}
"""
EVERY = [
    "scenarios", "dependencies", "reverse", "simulation", "convergence", "retirements", "assumptions"  # noqa: E501
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, catalog: str, allocation: str) -> Path:
    for path, text in {
        "allocations/a.yaml": allocation,
        "catalog/models.yaml": catalog,
        "govern.yaml": "organization: Example Industries\n",
        "scenarios/own.yaml": OWN,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def stressed(govern: Run, folder: Path) -> Callable[..., bytes]:
    def run(*arguments: str, code: int = 0) -> bytes:
        done = govern("stress", "--as-of", DAY, *arguments, cwd=folder)
        assert done.returncode == code, done.stderr.decode()
        return done.stdout if code == 0 else done.stderr

    return run


def test_the_whole_report_holds_every_part_and_no_verdict(stressed: Callable[..., bytes]) -> None:
    report = json.loads(stressed("--format", "json", "--years", "500"))
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    assert (report["kind"], report["findings"], report["verdict"]["exit_code"]) == ("stress", [], 0)
    assert [section["id"] for section in report["sections"]] == EVERY
    assert all(section["blocks"] for section in report["sections"])
    heat = next(block for block in report["sections"][0]["blocks"] if block["type"] == "heat")
    assert heat["columns"] == ["articles", "scoring", "filtering"], "most value at stake first"
    rows = {row["label"]: [cell["text"] for cell in row["cells"]] for row in heat["rows"]}
    assert rows["repricing"] == ["600", "–", "–"], "the own one: 10% of 6,000"
    assert "gateway-outage" not in rows, "there is no gateway"
    assert report["checked"]["scenarios"] == 15
    assert report["headline"][0]["number"] > 0


def test_what_a_scenario_costs_is_not_known_without_a_price(
    stressed: Callable[..., bytes], folder: Path, allocation: str
) -> None:
    """Never "costs nothing", and never green: no cap can be judged."""
    text = allocation.replace(", input_tokens: 1000", "").replace("value_at_stake", "comment_")
    lines = [line for line in text.splitlines() if "comment_" not in line]
    (folder / "allocations/a.yaml").write_text("\n".join(lines))
    report = json.loads(stressed("--format", "json", "--no-simulation"))
    figures = {metric["id"]: metric for metric in report["headline"]}
    assert "is not known" in report["summary"]
    for name, value in (
        ("worst-scenario", "not known"),
        ("scenarios-over-caps", "not judged"),
        ("already-broken", "not judged"),
    ):
        assert (figures[name]["value"], figures[name]["status"]) == (value, "neutral")
        assert "whose cost is not known" in figures[name]["note"]


def test_the_same_call_gives_the_same_bytes(stressed: Callable[..., bytes]) -> None:
    assert stressed("--format", "markdown", "--years", "300") == stressed(
        "--format", "markdown", "--years", "300"
    )
    assert stressed("--years", "300") != stressed("--years", "300", "--seed", "2")


def test_without_simulation_nothing_is_simulated(stressed: Callable[..., bytes]) -> None:
    report = json.loads(stressed("--format", "json", "--no-simulation"))
    assert [section["id"] for section in report["sections"]] == [
        "scenarios",
        "dependencies",
        "reverse",
        "retirements",
    ]


@pytest.mark.parametrize("name", sorted(set(formats()) - {"pdf"}))
def test_every_format_tells_it(stressed: Callable[..., bytes], name: str) -> None:
    told = stressed("--format", name, "--years", "200")
    assert told
    if name in {"text", "markdown", "html"}:
        assert b"repricing" in told
        assert b"articles" in told


@pytest.mark.pdf
def test_a_pdf_is_written(stressed: Callable[..., bytes], folder: Path) -> None:
    stressed("--output", "risk.pdf", "--years", "200")
    assert (folder / "risk.pdf").read_bytes().startswith(b"%PDF-")


def test_named_scenarios_are_told_in_full(stressed: Callable[..., bytes]) -> None:
    text = stressed("beta-gone").decode()
    assert "Beta is gone (beta-gone)" in text
    assert "It was bought" in text
    assert "Defined in `scenarios/own.yaml`." in text
    assert "withdrawal of vendor beta, days 73" in text
    assert "Worst case: vendor beta" in text
    assert "87,600" in text, "36,500 over 2.4 months"
    assert "Single points of failure" not in text
    every = stressed("--all").decode()
    assert "(beta-gone)" in every
    assert "(provider-outage)" in every


def test_a_parameter_is_set_for_one_run(stressed: Callable[..., bytes]) -> None:
    def at_risk(*arguments: str) -> float:
        report = json.loads(stressed("provider-outage", "--format", "json", *arguments))
        return float(report["headline"][0]["number"])

    assert at_risk("--set", "provider-outage.hours=8.8") == pytest.approx(2 * at_risk())
    assert (
        "`hours=8.8`" in stressed("provider-outage", "--set", "provider-outage.hours=8.8").decode()
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["beta-gon"], "Did you mean `beta-gone`?"),
        (["--set", "hours=6"], "sets nothing"),
        (["--set", "provider-outage.hours=never"], "cannot be set"),
        (["--years", "5"], "--years"),
    ],
)
def test_a_wrong_call_is_told(
    stressed: Callable[..., bytes], arguments: list[str], said: str
) -> None:
    assert said in stressed(*arguments, code=2).decode()


def test_scenarios_are_listed_with_their_source(stressed: Callable[..., bytes]) -> None:
    lines = stressed("--list").decode().splitlines()
    assert len(lines) == 15
    assert lines[0].split(maxsplit=1) == ["provider-outage", "Provider outage (built in)"]
    assert [line.split()[0] for line in lines if "scenarios/own.yaml" in line] == [
        "repricing",
        "beta-gone",
    ]


def test_two_revisions_are_compared(govern: Run, checkout, folder: Path, allocation: str) -> None:  # type: ignore[no-untyped-def]
    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.yaml")}
    base = checkout.commit(files)
    weaker = allocation.replace("    fallbacks: [beta/y]\n", "", 1)
    head = checkout.commit({"allocations/a.yaml": weaker})
    done = govern(
        "stress",
        "--base",
        base,
        "--at",
        head,
        "--as-of",
        DAY,
        "--years",
        "400",
        "--format",
        "json",
        cwd=checkout.folder,
    )
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    assert (report["base"], report["revision"]) == (base, head)
    comparison = report["sections"][0]
    assert comparison["id"] == "comparison"
    tables = {block["title"]: block for block in comparison["blocks"] if block["type"] == "table"}
    [worst] = [title for title in tables if title.startswith("Value at risk")]
    outage = next(row for row in tables[worst]["rows"] if row[0]["text"] == "provider-outage")
    assert [cell["text"] for cell in outage] == [
        "provider-outage",
        "provider beta → provider acme",
        "220",
        "440",
        "+220",
    ]
    assert outage[0]["status"] == "bad"
    unmoved = next(row for row in tables[worst]["rows"] if row[0]["text"] == "repricing")
    assert [cell["text"] for cell in unmoved][2:] == ["600", "600", "–"]
    year = {row[0]["text"]: row for row in tables["A year (USD)"]["rows"]}
    assert year["Outage loss, expected"][3]["text"].startswith("+")
    assert year["Spend, expected"][3]["text"] == "0", (
        "the same random numbers: what is equal cancels out"
    )
    assert report["headline"][0]["before"]
    assert "With the change, 6 scenarios cost more and 0 cost less." in report["summary"]
    few = govern(
        "stress", "repricing", "--base", base, "--at", head, "--as-of", DAY, cwd=checkout.folder
    ).stdout
    assert b"Scenarios that exceed a cap: 0 of 1 before, 0 of 1 after." in few
    same = govern(
        "stress",
        "--base",
        head,
        "--at",
        head,
        "--as-of",
        DAY,
        "--years",
        "400",
        "--all",
        cwd=checkout.folder,
    )
    assert b"No breaking point moved." in same.stdout


def test_breaks_are_counted_whichever_case_breaks_them(
    stressed: Callable[..., bytes], folder: Path
) -> None:
    """+35% at acme costs most and breaks nothing; at beta, which costs less, scoring's cap of 4,000
    breaks."""
    (folder / "scenarios" / "own.yaml").unlink()
    (folder / "govern.yaml").write_text("appetite: {max_price_shock_share: 0.7}\n")
    allocations = folder / "allocations" / "a.yaml"
    allocations.write_text(allocations.read_text().replace("monthly: 7000", "monthly: 9000"))
    for arguments in (("repricing",), ()):
        report = json.loads(stressed(*arguments, "--no-simulation", "--format", "json"))
        caps = next(one for one in report["headline"] if one["id"] == "scenarios-over-caps")
        assert caps["number"] == (1 if arguments else 2), (
            "severe-repricing hits the largest alone, which breaks"
        )
    told = " ".join(stressed("repricing").decode().split())
    assert (
        "The most expensive case breaks no cap and no floor that holds without the shock." in told
    )
    assert (
        "1 limit broken in other cases: - vendor beta: `scoring`: monthly cap, 4,050 USD a "
        "month; the limit is 4,000 USD a month" in told
    )
    glance = json.loads(stressed("--no-simulation", "--format", "json"))
    [section] = [one for one in glance["sections"] if one["id"] == "scenarios"]
    table = next(
        one for one in section["blocks"] if one.get("title", "").startswith("Limits broken")
    )
    row = next(one for one in table["rows"] if one[0]["text"] == "repricing")
    assert (row[1]["text"], row[1]["status"]) == ("1 at vendor beta", "bad")


HOSTILE = """\
scenarios:
  vast:
    title: "Vast <b>figures</b> `of` |pipes| ${{ secrets.X }}"
    shocks:
      - {kind: outage, level: provider, entity: each, hours: 1000000000}
      - {kind: repricing, level: vendor, entity: each, factor: 1000000000}
      - {kind: demand-growth, factor: 1000000000, days: 1000000000}
      - {kind: token-growth, factor: 1000000000}
      - {kind: rate-limit, level: cloud, entity: each, factor: 0.000000001, tries: 20, at_peak: true}
      - {kind: quality-drift, level: model, entity: each, points: 1}
      - {kind: tone-drift, level: jurisdiction, entity: each, ratio: 1000000000, review_cost: 1000000000000000}
      - {kind: cap-exhausted, level: task_class, entity: each, day: 1, hard: false}
      - {kind: retirement, level: family, entity: each, notice_days: 0}
  beyond-counting:
    title: Every factor at its most, for longer than the sun shines
    shocks:
      - {kind: repricing, factor: 1000000000, days: 1000000000}
      - {kind: repricing, factor: 1000000000, days: 1000000000}
      - {kind: demand-growth, factor: 1000000000, days: 1000000000}
      - {kind: token-growth, factor: 1000000000, days: 1000000000}
  nobody:
    title: Nobody
    shocks: [{kind: outage, level: provider, entity: nobody, hours: 1}]
  broken:
    title: Broken
    shocks: [{kind: outage, hours: 2e9}]
"""  # noqa: E501


def test_a_hostile_file_is_bounded_and_told(
    govern: Run, stressed: Callable[..., bytes], folder: Path
) -> None:
    (folder / "scenarios" / "hostile.yaml").write_text(HOSTILE)
    report = json.loads(stressed("vast", "--format", "json"))
    assert "could not be read in full" in report["summary"], "one scenario of the file is left out"
    assert b"USD of added cost" in stressed("beyond-counting")
    assert stressed("--years", "200", "--format", "html")
    assert all(float(metric["number"]) >= 0 for metric in report["headline"])
    assert "No task class is affected." in stressed("vast", "nobody").decode()
    assert b"<b>figures" not in stressed("vast", "--format", "html")
    done = govern("check", "--as-of", DAY, "--format", "json", cwd=folder)
    found = [
        (each["rule"], each["location"]["line"]) for each in json.loads(done.stdout)["findings"]
    ]
    lines = HOSTILE.splitlines()
    too_many = next(number for number, line in enumerate(lines, 1) if "2e9" in line)
    unknown = next(number for number, line in enumerate(lines, 1) if "entity: nobody" in line)
    assert ("GOV003", too_many) in found
    assert ("GOV006", unknown) in found


def test_shocks_of_every_kind_are_found_in_the_hostile_file() -> None:
    assert all(f"kind: {kind}" in HOSTILE or kind == "withdrawal" for kind in plugin_names(SHOCKS))


def test_an_empty_portfolio_is_told_as_such(govern: Run, tmp_path: Path) -> None:
    (tmp_path / "govern.yaml").write_text("organization: Nobody\n")
    done = govern("stress", "--as-of", DAY, "--years", "200", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert b"No scenario affects anything" in done.stdout


def test_check_imports_nothing_of_it(folder: Path) -> None:
    program = (
        "import sys\nfrom multillm_gov.__main__ import main\nmain(['check', '--as-of', "
        "'2026-11-24'])\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, check=True
    )
    modules = set(done.stderr.decode().split())
    assert "multillm_gov.portfolio.scenario" in modules
    parts = {
        "stress",
        "tally",
        "preparing",
        "variants",
        "scenario_book",
        "retirement",
        "simulation",
        "reverse",
    }
    assert not modules & {f"multillm_gov.risk.{part}" for part in parts}
    assert not {name for name in modules if name.startswith("multillm_gov.risk.stress.shocks")}
    assert "numpy" not in modules


def test_thousands_of_scenarios_are_bounded(stressed: Callable[..., bytes], folder: Path) -> None:
    lines = [
        f"  s{n}: {{title: T, shocks: [{{kind: outage, level: provider, hours: 1}}]}}"
        for n in range(3_000)
    ]
    (folder / "scenarios" / "many.yaml").write_text("scenarios:\n" + "\n".join(lines) + "\n")
    text = stressed("--no-simulation").decode()
    assert "2,974 further scenarios not shown" in text
    assert "provider acme" in stressed("s2999").decode(), "a named one is run"


def test_the_list_shows_nothing_that_steers_a_terminal(
    stressed: Callable[..., bytes], folder: Path
) -> None:
    key = "sk-ant-api03-aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5oQ7sU9wY1aC3eG5iK7mO9qS1uW3yA5cE7gI9kM1oQ3sU5wY7aC9eG1iK3m-AA"  # noqa: E501
    secret = f"  own: {{title: 'Key {key}', shocks: [{{kind: outage, hours: 1}}]}}\n"
    (folder / "scenarios" / "secret.yaml").write_text("scenarios:\n" + secret)
    listed = stressed("--list").decode()
    assert "own" in listed
    assert key not in listed
    assert key not in stressed("own").decode()
