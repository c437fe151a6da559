"""The command itself: the real LiteLLM against the server that ships with the product."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from multillm_gov.measures.stylometry import FUNCTION_WORDS
from multillm_gov.offline.script import Script, ScriptRule
from multillm_gov.offline.serving import Server, serve

pytestmark = pytest.mark.litellm
DAY = "2026-11-24"
ARTICLES = {
    "allocations/a.yaml": """\
owner: content
task_classes:
  articles:
    route: [{model: openai/gpt-5.4, weight: 60}, {model: custom/writer, weight: 40}]
    demand: {requests: 1000, input_tokens: 50, output_tokens: 900, max_output_tokens: 4000}
    quality: {floor: 0.5}
""",
    "catalog/models.yaml": """\
models:
  custom/writer:
    mode: chat
    usd_per_million_tokens: {input: 0.5, output: 2}
    endpoint: {model: openai/writer, environment: WRITER}
""",
    "evals/capitals.yaml": "task_class: articles\nscorer: {kind: regex, pattern: '[a-z]'}\ncases:\n"
    + "".join(
        f"  - {{id: case-{number}, input: 'Write article number {number:03}.'}}\n"
        for number in range(24)
    ),
}
_PLAIN = [1 / rank for rank in range(1, len(FUNCTION_WORDS) + 1)]
_OTHER = _PLAIN[12:] + _PLAIN[:12]


def voice(model: str, seed: int, weights: list[float]) -> tuple[ScriptRule, ...]:
    """An article a case, drawn from one writer's function words."""
    random = Random(seed)
    return tuple(
        ScriptRule(
            model=f"*{model}",
            contains=f"number {number:03}.",
            text=" ".join(random.choices(FUNCTION_WORDS, weights, k=300)),
        )
        for number in range(24)
    )


def tone(folder: Path, model: str) -> float | None:
    records = json.loads((folder / "evidence/current.json").read_text())["records"]
    ratio: float | None = next(one for one in records if one["model"] == model).get("tone_ratio")
    return ratio


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.fixture
def bench(govern_with_litellm, server):
    """Run ``govern bench`` against the server as if it were the providers: what it answers is
    evidence."""
    env = {
        "OPENAI_API_KEY": "planted-key-of-the-environment",
        "OPENAI_BASE_URL": server.base_url("openai"),
        "WRITER_API_BASE": server.base_url("compatible"),
    }

    def run(folder, *arguments, day=DAY, command="bench"):
        return govern_with_litellm(command, "--as-of", day, *arguments, cwd=folder, env=env)

    return run


def test_offline_the_whole_flow_runs_without_keys_and_writes_no_evidence(
    govern_with_litellm, portfolio
):
    folder = portfolio()
    done = govern_with_litellm("bench", "--offline", "--as-of", DAY, cwd=folder)
    told = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "Leaderboard" in told
    assert "Is a challenger better than openai/gpt-5.4?" in told
    assert "No evidence was written." in told
    assert not (folder / "evidence").exists()


def test_judges_and_embedding_models_are_asked_through_litellm_too(govern_with_litellm, portfolio):
    evals = """\
task_class: capitals
scorer: {kind: rubric, judge: mistral/mistral-large-2512, rubric: Names the capital.}
cases:
  - {id: france, input: Capital of France?}
  - id: spain
    input: Capital of Spain?
    expected: Madrid
    scorer: {kind: similarity, embedding: openai/text-embedding-3-small}
"""
    done = govern_with_litellm(
        "bench",
        "--offline",
        "--pairwise",
        "--as-of",
        DAY,
        "--format",
        "json",
        cwd=portfolio({"evals/capitals.yaml": evals}),
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    # 2 cases for 2 models, each judged (twice by the judge, once by the embedding), and one pair in
    # both positions.
    assert "12 calls" in told["summary"]
    assert [one["scored"] for one in told["scores"]] == [2, 2]
    assert "The judge preferred it" in json.dumps(told["sections"])


def test_every_format_takes_it(govern_with_litellm, portfolio, tmp_path):
    folder = portfolio()
    formats = ("text", "json", "markdown", "html", "junit", "sarif")
    arguments = [f"--format={name}={tmp_path / name}" for name in formats]
    done = govern_with_litellm("bench", "--offline", "--as-of", DAY, *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "json").read_text())
    assert told["kind"] == "bench"
    scores = {one["model"]: one for one in told["scores"]}
    assert set(scores) == {"openai/gpt-5.4", "anthropic/claude-haiku-4-5"}
    assert scores["openai/gpt-5.4"]["is_incumbent"]
    assert scores["anthropic/claude-haiku-4-5"]["paired"] == scores["openai/gpt-5.4"]["scored"] == 4
    assert all((tmp_path / name).stat().st_size for name in formats)


def test_a_cassette_gives_the_same_leaderboard_and_sends_nothing(
    govern_with_litellm, portfolio, tmp_path
):
    folder, tape = portfolio(), tmp_path / "tape.jsonl"
    recorded = govern_with_litellm(
        "bench", "--offline", "--record", tape, "--as-of", DAY, "--format", "json", cwd=folder
    )
    assert recorded.returncode == 0, recorded.stderr
    replayed = govern_with_litellm(
        "bench", "--replay", tape, "--as-of", DAY, "--format", "json", cwd=folder
    )
    assert replayed.returncode == 0, replayed.stderr
    one, other = (json.loads(done.stdout)["sections"] for done in (recorded, replayed))
    assert one == other


def test_results_become_evidence_that_check_relies_on(bench, server, portfolio, tmp_path):
    folder, told_in_json = portfolio(ARTICLES), tmp_path / "told.json"
    server.play(Script(rules=(*voice("gpt-5.4", 1, _PLAIN), *voice("writer", 2, _OTHER))))
    done = bench(folder, "--max-usd", "20", "--format=text", f"--format=json={told_in_json}")
    told = " ".join(done.stdout.decode().split())
    assert done.returncode == 0, done.stderr
    assert "distinct styles" in json.dumps(json.loads(told_in_json.read_text())["sections"])
    assert "~ distinct 39." in told
    assert "count as" in told
    records = json.loads((folder / "evidence" / "current.json").read_text())["records"]
    assert [record["model"] for record in records] == ["custom/writer", "openai/gpt-5.4"]
    record = records[1]
    assert record["paired_with"] == ["custom/writer"]
    assert (record["sample_size"], record["score"], record["source"]) == (24, 1, "govern bench")
    assert len(record["writing_style"]["first"]) == len(FUNCTION_WORDS)
    assert (
        sum(record["writing_style"]["first"]) + sum(record["writing_style"]["second"]) == 24 * 300
    )
    assert record["low"] < 1
    # Counts are all that is kept: no answer's words stand in any file of the evidence, and no key.
    written = b"".join(
        file.read_bytes() for file in (folder / "evidence").rglob("*") if file.is_file()
    )
    answer = voice("gpt-5.4", 1, _PLAIN)[0].text or ""
    assert answer[:60].encode() not in written
    assert b"planted-key" not in written
    assert b"planted-key" not in done.stdout + done.stderr


def test_a_silent_update_of_a_models_voice_becomes_a_finding(
    bench, govern_with_litellm, server, portfolio
):
    files = {**ARTICLES, "policies/tone.yaml": "policies:\n  voice: {rule: tone-drift}\n"}
    folder = portfolio(files)
    server.play(Script(rules=(*voice("gpt-5.4", 1, _PLAIN), *voice("writer", 2, _OTHER))))
    assert bench(folder, "--max-usd", "20", day="2026-10-01").returncode == 0
    # The writer stays as it was; the other model is silently another one.
    server.play(Script(rules=(*voice("gpt-5.4", 3, _OTHER), *voice("writer", 4, _OTHER))))
    again = bench(folder, "--max-usd", "20")
    told = " ".join(again.stdout.decode().split())
    assert "its tone drifted" in told
    assert "custom/writer against its answers of 2026-10-01: ratio" in told
    records = {
        one["model"]: one
        for one in json.loads((folder / "evidence/current.json").read_text())["records"]
    }
    assert records["openai/gpt-5.4"]["tone_ratio"] > 3
    assert records["openai/gpt-5.4"]["tone_since"] == "2026-10-01"
    assert records["custom/writer"]["tone_ratio"] < 1.5
    checked = govern_with_litellm("check", "--as-of", DAY, "--format", "json", cwd=folder)
    findings = [one for one in json.loads(checked.stdout)["findings"] if one["rule"] == "GOV509"]
    assert len(findings) == 1
    assert "openai/gpt-5.4" in findings[0]["message"]
    # Running again does not make the new tone the usual one; a person does.
    bench(folder, "--max-usd", "20", day="2026-11-25")
    assert tone(folder, "openai/gpt-5.4") > 3
    bench(folder, "--max-usd", "20", "--accept-tone", day="2026-11-26")
    assert tone(folder, "openai/gpt-5.4") is None
    bench(folder, "--max-usd", "20", day="2026-11-27")
    assert tone(folder, "openai/gpt-5.4") < 1.5


def test_a_plan_imports_no_litellm(portfolio):
    program = (
        "import sys\nfrom multillm_gov.__main__ import main\n"
        "code = main(['bench', '--plan', '--max-usd', '9', '--as-of', '2026-11-24'])\n"
        "print(code, 'litellm' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=portfolio(), capture_output=True, check=True
    )
    assert done.stderr.split()[:2] == [b"0", b"False"], done.stderr
    assert b"Benchmark plan" in done.stdout


def test_a_plan_that_is_too_dear_is_told_and_refused(govern_with_litellm, portfolio):
    folder = portfolio()
    done = govern_with_litellm("bench", "--plan", "--max-usd", "0.0001", "--as-of", DAY, cwd=folder)
    assert done.returncode == 3
    assert b"Benchmark plan" in done.stdout
    assert b"may cost" in done.stderr
    assert not (folder / "evidence").exists()


def test_a_model_that_nobody_could_judge_leaves_the_job_undone(bench, server, portfolio):
    folder = portfolio()
    server.play(Script(rules=(ScriptRule(mode="chat", fault="quota"),)))
    done = bench(folder, "--model", "openai/gpt-5.4-mini")
    assert done.returncode == 3, done.stdout
    assert "could not be judged" in done.stdout.decode()
    assert "credentials" in done.stdout.decode()
    assert not (folder / "evidence").exists()
