"""``govern catalog`` as a process, on real files."""

import json

import pytest

from multillm_gov.documents.layout import LOCK

ALLOCATION = """
owner: team
task_classes:
  a: {route: [{model: openai/gpt-4o}], fallbacks: [anthropic/claude-3-5-sonnet-20241022]}
  b: {route: [{model: custom/own}, {model: no/such-model}]}
"""
CATALOG = (
    "models: {custom/own: {mode: chat, usd_per_million_tokens: {input: 2}}, tuned: {base: "
    "gpt-4.1-mini}}\n"
)


@pytest.fixture
def portfolio(tmp_path):
    for path, text in {"allocations/a.yaml": ALLOCATION, "catalog/m.yaml": CATALOG}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_show_tells_everything_of_a_past_model(govern, tmp_path):
    done = govern(
        "catalog",
        "show",
        "anthropic/claude-3-5-sonnet-20241022",
        "--as-of",
        "2026-11-24",
        cwd=tmp_path,
    )
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    for told in (
        "2025-10-28",
        "https://docs.anthropic.com",
        "claude-sonnet",
        "input 3.00 USD",
        "200,000 tokens",
        "the move",
    ):
        assert told in text
    for level in ("model", "family", "vendor", "provider", "cloud", "jurisdiction"):
        assert f"  {level} " in text


def test_show_tells_tiers(govern, tmp_path):
    text = govern("catalog", "show", "gemini/gemini-2.5-pro", cwd=tmp_path).stdout.decode()
    assert "above 200,000" in text
    assert "batch" in text


def test_show_as_json_is_exact(govern, tmp_path):
    done = govern("catalog", "show", "gpt-4o", "--format", "json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert told["exposure"]["vendor"] == "openai"
    assert told["price"]["standard"]["input"] == "0.0000025"
    assert told["lifecycle"]["floating_alias"] is True


def test_show_of_an_unknown_model_suggests(govern, tmp_path):
    done = govern("catalog", "show", "anthropic/claude-sonet-4-6", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"anthropic/claude-sonnet-4-6" in done.stderr


def test_a_file_that_is_refused_is_not_passed_over_in_silence(govern, portfolio):
    declared = 'models: {gpt-4o: {retirement: {date: 2027-01-01, source: "told \\u202e"}}}\n'
    (portfolio / "catalog" / "m.yaml").write_text(declared)
    done = govern("catalog", "show", "gpt-4o", cwd=portfolio)
    assert done.returncode == 0
    assert b"govern check" in done.stderr


def test_control_characters_never_reach_the_terminal(govern, portfolio):
    done = govern("catalog", "show", "evil\u009b2J\x1b[2J\u202e", cwd=portfolio)
    assert done.returncode == 2
    assert not {"\x1b", "\u009b", "\u202e"} & set((done.stdout + done.stderr).decode())


def test_search_filters_and_limits(govern, tmp_path):
    done = govern(
        "catalog",
        "search",
        "sonnet",
        "--provider",
        "anthropic",
        "--as-of",
        "2026-11-24",
        "--limit",
        "2",
        cwd=tmp_path,
    )
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    # Too wide for one line each: the name stands above the rest.
    names, rest = lines[::2], lines[1::2]
    assert (names[0], len(names), len(rest)) == ("model", 3, 3)
    assert all("sonnet" in name for name in names[1:])
    assert all(line.split()[0] == "anthropic" for line in rest[1:])
    assert b"more" in done.stderr


def test_search_by_capability_as_json(govern, tmp_path):
    done = govern(
        *("catalog", "search", "--mode", "embedding", "--vendor", "mistral", "--format", "json"),
        cwd=tmp_path,
    )
    found = json.loads(done.stdout)
    assert found
    assert {one["mode"] for one in found} == {"embedding"}
    assert {one["exposure"]["vendor"] for one in found} == {"mistral"}
    seeing = json.loads(
        govern(
            "catalog",
            "search",
            "gemini",
            "--capability",
            "vision",
            "--format",
            "json",
            cwd=tmp_path,
        ).stdout
    )
    assert seeing
    assert all("vision" in one["capabilities"] for one in seeing)


@pytest.mark.parametrize("arguments", [("--unresolved",), ("list", "--unresolved")])
def test_unresolved_entries_are_listed(govern, tmp_path, arguments):
    done = govern("catalog", *arguments, cwd=tmp_path)
    names = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert "together-ai-up-to-4b" in names, "it prices a size class and names no model"
    assert len(names) < 50
    assert b"chat and embedding entries" in done.stderr


def test_lock_is_written_checked_and_stable(govern, portfolio):
    first = govern("catalog", "lock", "--as-of", "2026-11-24", cwd=portfolio)
    assert first.returncode == 0, first.stderr
    assert b"no/such-model" in first.stderr
    data = (portfolio / LOCK).read_bytes()
    told = json.loads(data)
    assert set(told["models"]) >= {
        "openai/gpt-4o",
        "anthropic/claude-3-5-sonnet-20241022",
        "gpt-4.1-mini",
    }
    assert told["own"] == ["custom/own", "tuned"]
    assert govern("catalog", "lock", "--check", cwd=portfolio).returncode == 0
    again = govern("catalog", "lock", "--as-of", "2026-11-24", cwd=portfolio)
    assert again.stdout == b""
    assert (portfolio / LOCK).read_bytes() == data


def test_a_lock_left_behind_fails_the_check_and_says_why(govern, portfolio):
    govern("catalog", "lock", "--as-of", "2026-11-24", cwd=portfolio)
    allocation = portfolio / "allocations" / "a.yaml"
    allocation.write_text(allocation.read_text().replace("openai/gpt-4o", "openai/gpt-4.1"))
    before = (portfolio / LOCK).read_bytes()
    done = govern("catalog", "lock", "--check", cwd=portfolio)
    assert done.returncode == 1
    assert (portfolio / LOCK).read_bytes() == before
    told = done.stdout.decode().splitlines()
    assert {"openai/gpt-4.1: added", "openai/gpt-4o: removed"} <= set(told)
    # A lock holds successors too, and which they are is the installed price map's to say.
    govern("catalog", "lock", "--as-of", "2026-11-24", cwd=portfolio)
    old, new = (
        set(json.loads(data)["models"]) for data in (before, (portfolio / LOCK).read_bytes())
    )
    moved = dict.fromkeys(new - old, "added") | dict.fromkeys(old - new, "removed")
    assert told == [f"{name}: {moved[name]}" for name in sorted(moved)]


def test_no_lock_or_a_garbled_one_fails_the_check(govern, portfolio):
    assert govern("catalog", "lock", "--check", cwd=portfolio).returncode == 1
    (portfolio / LOCK).write_bytes(b"{}")
    assert govern("catalog", "lock", "--check", cwd=portfolio).returncode == 1
    assert govern("catalog", "show", "gpt-4o", cwd=portfolio).returncode == 3
    assert govern("catalog", "lock", cwd=portfolio).returncode == 0
    assert govern("catalog", "show", "gpt-4o", cwd=portfolio).returncode == 0


def test_lock_outside_a_portfolio_is_no_success(govern, tmp_path):
    done = govern("catalog", "lock", cwd=tmp_path)
    assert done.returncode == 3
    assert b"govern init" in done.stderr


def test_a_lock_is_never_written_through_a_link(govern, portfolio, tmp_path_factory):
    target = tmp_path_factory.mktemp("elsewhere") / "target"
    target.write_text("precious")
    (portfolio / LOCK).symlink_to(target)
    assert govern("catalog", "lock", cwd=portfolio).returncode == 3
    assert target.read_text() == "precious"


@pytest.mark.parametrize("arguments", [(), ("show",), ("search",), ("lock",), ("list",)])
def test_help_has_examples(govern, tmp_path, arguments):
    done = govern("catalog", *arguments, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert b"Examples:" in done.stdout


def test_without_a_subcommand_it_is_wrong_usage(govern, tmp_path):
    assert govern("catalog", cwd=tmp_path).returncode == 2


def test_a_prompt_is_no_yaml_that_could_hide_models(govern, portfolio):
    prompt = portfolio / "prompts" / "a.md"
    prompt.parent.mkdir(exist_ok=True)
    prompt.write_text("---\nversion: 1\n---\nAnswer: {{ unbalanced [ and: not yaml\n")
    assert govern("catalog", "lock", "--as-of", "2026-11-24", cwd=portfolio).returncode == 0
