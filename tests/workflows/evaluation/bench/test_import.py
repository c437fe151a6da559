import csv
import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "evidence" / "data"
DAY = "2026-11-24"
GPT, HAIKU = "openai/gpt-5.4", "anthropic/claude-haiku-4-5"


def imported(govern, folder, *arguments):
    return govern("bench", "import", *arguments, "--as-of", DAY, cwd=folder)


def records(folder):
    return {
        one["model"]: one
        for one in json.loads((folder / "evidence/current.json").read_text())["records"]
    }


def table(folder, rows):
    path = folder / "scores.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_table_becomes_paired_evidence_and_a_leaderboard(govern, portfolio):
    folder = portfolio()
    rows = [["model", "case", "accepted", "score", "seconds", "usd"]]
    rows += [["theirs", f"c{number}", number % 10 > 0, "", 1.5, 0.001] for number in range(200)]
    rows += [["haiku", f"c{number}", number % 10 > 3, "", 0.5, 0.0001] for number in range(200)]
    rows += [["haiku", "c200", "", "", 0.5, 0.0001]]
    arguments = (
        "--task",
        "capitals",
        "--model-map",
        f"theirs={GPT}",
        "--model-map",
        f"haiku={HAIKU}",
    )
    done = imported(govern, folder, table(folder, rows), *arguments, "--date", "2026-11-02")
    told = " ".join(done.stdout.decode().split())
    assert done.returncode == 0, done.stderr
    assert f"{HAIKU} is worse than {GPT}: −30.0 points" in told
    assert "1 case, no verdict from the other tool" in told
    found = records(folder)
    assert found[GPT]["score"] == 0.9
    assert found[GPT]["date"] == "2026-11-02"
    assert found[GPT]["paired_with"] == [HAIKU]
    assert found[GPT]["source"] == "scores.csv"
    assert found[GPT]["p95_seconds"] == 1.5
    assert found[GPT]["usd_per_accepted"] == pytest.approx(0.2 / 180)
    assert found[HAIKU]["inconclusive"] == 1
    assert found[HAIKU]["sample_size"] == 200
    # What was imported is loaded again as it stands.
    assert b"GOV003" not in govern("check", "--as-of", DAY, "--format", "json", cwd=folder).stdout


def test_what_promptfoo_wrote_is_taken(govern, portfolio):
    folder = portfolio()
    done = imported(
        govern,
        folder,
        DATA / "promptfoo.json",
        "--from",
        "promptfoo",
        "--task",
        "capitals",
        "--no-write",
    )
    assert done.returncode in {0, 3}, done.stderr
    assert "Leaderboard" in done.stdout.decode()
    assert "No evidence was written." in done.stdout.decode()
    assert not (folder / "evidence").exists()


def test_what_inspect_wrote_is_taken(govern, portfolio):
    folder = portfolio()
    done = imported(
        govern, folder, DATA / "inspect.json", "--from", "inspect", "--task", "capitals"
    )
    assert done.returncode == 0, done.stderr
    assert "Nothing is known of `mockllm/model`" in " ".join(done.stdout.decode().split())
    assert records(folder)["mockllm/model"]["source"] == "inspect.json"


def test_samples_of_one_case_are_one_case(govern, portfolio):
    folder = portfolio()
    rows = [
        ["model", "case", "accepted"],
        *[[GPT, "a", one] for one in ("yes", "no", "yes", "yes")],
        [GPT, "b", "yes"],
    ]
    assert imported(govern, folder, table(folder, rows), "--task", "capitals").returncode == 0
    assert records(folder)[GPT]["sample_size"] == 2
    assert records(folder)[GPT]["score"] == 0.875


def test_only_the_named_task_class_is_taken(govern, portfolio):
    folder = portfolio()
    rows = [
        ["model", "case", "accepted", "task_class"],
        [GPT, "a", "yes", "capitals"],
        [GPT, "b", "no", "other"],
    ]
    assert imported(govern, folder, table(folder, rows), "--task", "capitals").returncode == 0
    assert records(folder)[GPT]["score"] == 1
    everything = imported(govern, folder, table(folder, rows))
    assert everything.returncode == 2
    assert b"no task class `other`" in everything.stderr


def test_the_public_leaderboard_of_a_vendor_stays_what_it_is(govern, portfolio):
    folder = portfolio()
    rows = [["model", "case", "accepted"], *[[GPT, f"c{number}", "yes"] for number in range(40)]]
    assert (
        imported(
            govern, folder, table(folder, rows), "--task", "capitals", "--origin", "vendor"
        ).returncode
        == 0
    )
    assert records(folder)[GPT]["origin"] == "vendor"


@pytest.mark.parametrize(
    ("rows", "arguments", "code", "said"),
    [
        ([["model", "case", "accepted"], [GPT, "a", "yes"]], (), 2, "do not name a task class"),
        ([["model", "case"], [GPT, "a"]], ("--task", "capitals"), 3, "names no column"),
        ([["model", "case", "accepted"]], ("--task", "capitals"), 3, "has no result for"),
        (
            [["model", "case", "accepted"], [GPT, "a", "yes"]],
            ("--task", "capitals", "--model-map", "x"),
            2,
            "THEIRS=OURS",
        ),
    ],
)
def test_what_cannot_be_taken_is_said(govern, portfolio, rows, arguments, code, said):
    folder = portfolio()
    done = imported(govern, folder, table(folder, rows), *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr.decode()
    assert not (folder / "evidence").exists()


def test_names_from_the_file_stay_one_visible_line(govern, portfolio):
    folder = portfolio()
    rows = [["model", "case", "accepted"], ["evil\x1b[31m\nname", "a", "yes"]]
    done = imported(govern, folder, table(folder, rows), "--task", "capitals")
    assert done.returncode == 0, done.stderr
    assert b"\x1b" not in done.stdout
    assert "\\u001b" not in (folder / "evidence/current.json").read_text()


def test_two_public_models_on_real_questions(govern, portfolio, corpus):
    """Joint counts of 57 subjects, told as cases: GPT-4 against Mixtral 8x7B (RouteLLM,
    Apache-2.0)."""
    folder = portfolio()
    rows = [["model", "case", "accepted"]]
    with (corpus / "benchmarks" / "routellm_mmlu_by_subject.csv").open() as file:
        for row in csv.DictReader(file):
            both, mixtral, neither = (
                int(row[key]) for key in ("both_correct", "only_mixtral_correct", "neither_correct")
            )
            gpt = int(row["n"]) - both - mixtral - neither
            verdicts = [(1, 1)] * both + [(1, 0)] * gpt + [(0, 1)] * mixtral + [(0, 0)] * neither
            for number, (one, other) in enumerate(verdicts):
                case = f"{row['subject']} {number}"
                rows += [[GPT, case, bool(one)], [HAIKU, case, bool(other)]]
    done = imported(govern, folder, table(folder, rows), "--task", "capitals")
    assert done.returncode == 0, done.stderr
    assert records(folder)[GPT]["sample_size"] == 14_042
    assert f"{HAIKU} is worse than {GPT}" in done.stdout.decode()
    assert "< 0.001" in done.stdout.decode()
