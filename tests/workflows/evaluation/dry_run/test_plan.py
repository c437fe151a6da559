"""The plan: what it tells, what it refuses, and that it neither loads LiteLLM nor sends
anything."""

import json
import subprocess
import sys
from pathlib import Path

from multillm_gov import exits


def plan_of(done):
    return json.loads(done.stdout)


def rows(report):
    return [
        {column["title"]: cell["text"] for column, cell in zip(table["columns"], row, strict=True)}
        for section in report["sections"]
        for table in section["blocks"]
        for row in table["rows"]
    ]


def test_the_plan_lists_every_probe_with_its_worst_case_and_its_keys(dry_run, server):
    done = dry_run("--plan", "--format", "json", env={"OPENAI_API_KEY": ""})
    assert done.returncode == exits.CLEAN, done.stderr
    report = plan_of(done)
    assert [section["title"] for section in report["sections"]] == ["triage", "search"]
    told = {row["Model"]: row for row in rows(report)}
    assert set(told) == {"openai/gpt-5.4", "custom/sorter", "openai/text-embedding-3-small"}
    assert told["openai/gpt-5.4"]["Use"] == "route"
    assert told["openai/gpt-5.4"]["Calls"] == "3"
    assert told["openai/gpt-5.4"]["Input"] == "prompt"
    assert told["openai/gpt-5.4"]["Keys"] == "OPENAI_API_KEY (not set)"
    assert told["custom/sorter"]["Use"] == "fallback"
    assert (
        told["custom/sorter"]["Keys"]
        == "SORTER_API_BASE, SORTER_API_KEY (not set, may be left out)"
    )
    assert "Not set: OPENAI_API_KEY." in report["summary"]
    assert server.journal.entries == ()


def test_a_key_that_is_set_is_never_shown(dry_run, environment):
    done = dry_run("--plan")
    assert environment["OPENAI_API_KEY"].encode() not in done.stdout + done.stderr
    assert b"OPENAI_API_KEY" in done.stdout


def test_the_plan_does_not_load_litellm(portfolio: Path):
    program = (
        "import json, sys\nfrom multillm_gov.__main__ import main\n"
        "code = main(['dry-run', '--plan'])\nprint(json.dumps([code, *sys.modules]), "
        "file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=portfolio, capture_output=True, check=True
    )
    code, *modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    assert not {"litellm", "httpx", "openai", "aiohttp", "uvicorn"} & set(modules)


def test_what_may_cost_too_much_is_refused_before_the_first_call(dry_run, server):
    for arguments in ((), ("--plan",)):
        done = dry_run("--max-usd", "0.001", *arguments)
        assert done.returncode == exits.UNABLE
        assert b"--max-usd allows 0.001 USD" in done.stderr
        assert b"Pass --max-usd 0.0" in done.stderr
        assert b"--samples" in done.stderr
    assert server.journal.entries == ()


def test_a_limit_that_is_named_in_the_refusal_is_enough(dry_run):
    refused = dry_run("--max-usd", "0.001")
    wanted = refused.stderr.decode().partition("Pass --max-usd ")[2].partition(",")[0]
    assert dry_run("--plan", "--max-usd", wanted).returncode == exits.CLEAN


def test_an_unknown_price_is_never_free(dry_run, portfolio: Path, server):
    path = portfolio / "catalog/models.yaml"
    path.write_text(path.read_text().replace("base: openai/gpt-5.4-mini", "mode: chat"))
    done = dry_run()
    assert done.returncode == exits.UNABLE
    assert b"no price for `custom/sorter`" in done.stderr
    assert b"--allow-unknown-price" in done.stderr
    assert server.journal.entries == ()
    planned = plan_of(dry_run("--plan", "--allow-unknown-price", "--format", "json"))
    assert "What 1 probe cost is not known and not counted." in planned["summary"]
    assert {row["Model"]: row["At most"] for row in rows(planned)}[
        "custom/sorter"
    ] == "price not known"


def test_less_can_be_asked_for(dry_run):
    assert {
        row["Model"] for row in rows(plan_of(dry_run("--plan", "--format", "json", "search")))
    } == {"openai/text-embedding-3-small"}
    assert {
        row["Model"]
        for row in rows(plan_of(dry_run("--plan", "-f", "json", "--model", "custom/sorter")))
    } == {"custom/sorter"}
    kinds = [
        (row["Model"], row["Kind"])
        for row in rows(plan_of(dry_run("--plan", "-f", "json", "--kind", "stream")))
    ]
    assert kinds == [("openai/gpt-5.4", "stream"), ("custom/sorter", "stream")]


def test_a_name_that_is_not_there_is_wrong_usage(dry_run):
    done = dry_run("--plan", "triag")
    assert done.returncode == exits.USAGE
    assert b"Did you mean `triage`?" in done.stderr
    assert dry_run("--plan", "--model", "openai/gpt-5").returncode == exits.USAGE
    assert dry_run("--max-usd", "much").returncode == exits.USAGE


def test_nothing_to_probe_is_no_success(dry_run):
    done = dry_run("--plan", "search", "--kind", "answer")
    assert done.returncode == exits.UNABLE
    assert b"There is nothing to probe" in done.stderr


def test_a_task_class_without_inputs_is_marked(dry_run, portfolio: Path):
    path = portfolio / "allocations/support.yaml"
    path.write_text(path.read_text().replace("    prompt: prompts/triage.md\n", ""))
    told = {
        row["Model"]: row["Input"] for row in rows(plan_of(dry_run("--plan", "--format", "json")))
    }
    assert told["openai/gpt-5.4"] == "generic"


def test_benchmark_cases_stand_in_for_canaries(dry_run, portfolio: Path):
    path = portfolio / "allocations/support.yaml"
    path.write_text(path.read_text().replace("    prompt: prompts/triage.md\n", ""))
    (portfolio / "evals").mkdir()
    cases = "task_class: triage\ncases:\n  - {id: a, input: My bill is wrong, expected: billing}\n"
    (portfolio / "evals/triage.yaml").write_text(cases)
    told = {
        row["Model"]: row["Input"] for row in rows(plan_of(dry_run("--plan", "--format", "json")))
    }
    assert told["openai/gpt-5.4"] == "evals"


def test_modes_without_a_probe_are_left_out_and_said(dry_run, portfolio: Path):
    path = portfolio / "allocations/support.yaml"
    path.write_text(
        path.read_text() + "  voice:\n    mode: audio_speech\n    route: [{model: openai/tts-1}]\n"
    )
    assert (
        "Left out: `voice`, mode `audio_speech` has no probe."
        in plan_of(dry_run("--plan", "-f", "json"))["summary"]
    )


def test_a_run_that_would_leave_out_a_broken_file_is_refused(dry_run, portfolio: Path):
    (portfolio / "allocations/other.yaml").write_text("task_classes:\n  other: {rout: []}\n")
    done = dry_run("--plan")
    assert done.returncode == exits.UNABLE
    assert (
        b"`allocations/other.yaml` cannot be read, so the dry-run would be incomplete"
        in done.stderr
    )
    assert dry_run("--plan", "triage").returncode == exits.CLEAN
    (portfolio / "allocations/other.yaml").unlink()
    (portfolio / "prompts/triage.md").write_text("---\nvariables: {ticket: {}}\n---\n{{ tickt }}\n")
    assert (
        b"`prompts/triage.md` cannot be read, so the dry-run would be incomplete"
        in dry_run("--plan").stderr
    )
