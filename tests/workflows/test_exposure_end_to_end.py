"""What commands say of a loss, of money and of what is not known, from YAML to output."""

import json
from pathlib import Path
from textwrap import dedent

import pytest

DAY = "2026-11-30"


@pytest.fixture
def run(govern, tmp_path: Path):
    """Run a command over files and give its standard output."""

    def start(files: dict[str, str], *arguments: str) -> str:
        (tmp_path / "govern.yaml").write_text("organization: T\n")
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(dedent(text))
        done = govern(*arguments, "--as-of", DAY, cwd=tmp_path)
        assert done.returncode in {0, 1}, done.stderr.decode()
        return done.stdout.decode()

    return start


HOSTS = {
    "allocations/a.yaml": """\
        owner: o
        task_classes:
          a:
            route: [{model: azure_ai/mistral-medium-2505}]
            fallbacks: [bedrock/eu.anthropic.claude-sonnet-4-6]
            demand: {requests: 10000, input_tokens: 1000, output_tokens: 300}
            cost_of_wrong_model: {value_at_stake: 100000}
        """
}
OWN = {
    "allocations/a.yaml": """\
        owner: o
        task_classes:
          a:
            route: [{model: hosted_vllm/qwen}]
            demand: {requests: 10000, input_tokens: 1000, output_tokens: 300}
            cost_of_wrong_model: {value_at_stake: 100000}
        """,
    "catalog/m.yaml": """\
        models:
          hosted_vllm/qwen:
            mode: chat
            usd_per_million_tokens: {input: 0, output: 0}
            usd_fixed_per_month: 3000
            max_input_tokens: 32000
            max_output_tokens: 8000
            exposure: {family: qwen, vendor: alibaba, provider: in-house, cloud: in-house, jurisdiction: CN}
        """,  # noqa: E501
}
DEPLOYED = {
    "allocations/a.yaml": """\
        owner: o
        task_classes:
          a:
            route: [{model: bedrock/anthropic.claude-sonnet-4-6}]
            demand: {requests: 10000, input_tokens: 1000, output_tokens: 300}
          b:
            route: [{model: anthropic/claude-sonnet-4-6}]
            demand: {requests: 10000, input_tokens: 1000, output_tokens: 300}
        """
}


def _metrics(output: str) -> dict[str, dict[str, object]]:
    return {metric["id"]: metric for metric in json.loads(output)["headline"]}


def test_losing_the_country_of_both_hosts_stops_the_task_class(run):
    output = " ".join(run(HOSTS, "graph", "--why", "a", "jurisdiction:US").split())
    assert "Without jurisdiction `US` 100.0% of the requests" in output
    assert "provider `azure` → jurisdiction `US`" in output
    assert "vendor `mistral` → jurisdiction `US`" not in output
    of_france = " ".join(run(HOSTS, "graph", "--why", "a", "jurisdiction:FR").split())
    assert "vendor `mistral` → jurisdiction `FR`" in of_france
    stress = run(HOSTS, "stress", "jurisdiction-withdrawn")
    assert "Worst case: jurisdiction US" in stress


def test_the_vendor_of_open_weights_is_not_paid_and_cannot_fail(run):
    graph = " ".join(run(OWN, "graph").split())
    assert "alibaba" not in graph
    assert "jurisdiction `CN`" not in graph
    report = run(OWN, "report", "--audience", "engineering", "--format", "markdown")
    assert "All forecast spend goes to in-house hosting: no vendor is paid." in report
    metrics = _metrics(run(OWN, "check", "--format", "json"))
    assert metrics["largest-vendor-of-spend"]["value"] == "none"
    assert "in-house" in str(metrics["largest-vendor-of-spend"]["note"])


def test_a_cloud_that_is_not_known_is_an_interval_until_it_is_declared(run):
    report = run(DEPLOYED, "report", "--audience", "engineering", "--format", "markdown")
    assert "1.0–2.0 equal clouds" in report
    priced = "Of forecast spend, 100.0% is priced by `anthropic`; `anthropic` bills 50.0%."
    assert priced in report
    assert "Each elsewhere" in report
    known = DEPLOYED | {"catalog/p.yaml": "providers: {anthropic: {cloud: aws}}\n"}
    assert "on 1.0 equal clouds" in run(
        known, "report", "--audience", "engineering", "--format", "markdown"
    )


def test_the_report_names_who_makes_prices_serves_and_hosts_each_model(run):
    report = run(HOSTS, "report", "--audience", "engineering", "--format", "markdown")
    table = report.partition("Parties behind each routed model")[2]
    row = next(line for line in table.splitlines() if line.startswith("| azure_ai/mistral-medium"))
    for text in ("mistral (closed weights)", "azure (billed by microsoft)", "FR, US", "not known"):
        assert text in row
    assert "overlap and do not add up to 100%" in report


def test_weights_of_which_nothing_is_known_are_told_with_both_ends(run):
    files = {
        "allocations/a.yaml": """\
            owner: o
            task_classes:
              a:
                route: [{model: custom/a, weight: 40}, {model: custom/b, weight: 60}]
                demand: {requests: 10000, input_tokens: 1000, output_tokens: 300}
            """,
        "catalog/m.yaml": """\
            models:
              custom/a: {mode: chat, exposure: {vendor: v1, provider: p1, cloud: c1}}
              custom/b: {mode: chat, exposure: {vendor: v2, provider: p1, cloud: c1}}
            """,
    }
    engineers = ("report", "--audience", "engineering", "--format", "markdown")
    told = run(files, *engineers)
    assert "Whether their weights are open is not known for 2 of 2 routed models" in told
    assert "The largest maker carries 60.0% of requests so, and 100.0% if they are open." in told
    files["catalog/m.yaml"] = files["catalog/m.yaml"].replace(
        "cloud: c1", "cloud: c1, weights: open"
    )
    assert "weights are open is not known" not in run(files, *engineers)
