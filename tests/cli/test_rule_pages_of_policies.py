"""`govern explain` of a portfolio's own policies, and `govern rules` narrowed down."""

import json
from pathlib import Path

import pytest

from multillm_gov import exits
from multillm_gov.rules.engine.registry import all_rules

POLICY = """\
policies:
  spread:
    rule: GOV301
    level: vendor
    max_share: 0.7
    applies_to: {owners: [marketing]}
    because: Board resolution 7
    controls: [DORA Art. 29]
    enforcement: hard-mandatory
  concentration: {rule: cap-missing}
  lost: {rule: no-such-rule}
"""


@pytest.fixture
def governed(portfolio: Path) -> Path:
    (portfolio / "policies").mkdir()
    (portfolio / "policies/p.yaml").write_text(POLICY)
    return portfolio


def test_a_policy_is_explained_with_its_own_parameters(govern, governed: Path) -> None:
    done = govern("explain", "spread", cwd=governed)
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (exits.CLEAN, b"")
    assert text.startswith(
        "policy spread (hard-mandatory), policies/p.yaml:2\n\nReason\n  Board resolution 7\n"
    )
    for said in (
        "  owners marketing\n",
        "  DORA Art. 29\n",
        "  max_share: 0.7\n",
        "  weigh_by: spend (default)\n",
    ):
        assert said in text
    assert text.endswith(govern("explain", "GOV301", cwd=governed).stdout.decode())
    assert "\x1b" not in text


def test_as_data_and_markdown_and_from_elsewhere(govern, governed: Path, tmp_path: Path) -> None:
    data = json.loads(
        govern("explain", "spread", "-f", "json", "-C", governed, cwd=tmp_path).stdout
    )
    assert (data["policy"], data["place"], data["rule"]["id"]) == (
        "spread",
        "policies/p.yaml:2",
        "GOV301",
    )
    assert {"name": "max_share", "value": "0.7", "given": True} in data["parameters"]
    markdown = govern("explain", "spread", "-f", "markdown", cwd=governed).stdout.decode()
    assert markdown.startswith("### Policy `spread`\n")
    assert "| `max_share` | `0.7` |" in markdown
    assert "### GOV301 `concentration`" in markdown


def test_a_rule_goes_before_a_policy_of_its_name(govern, governed: Path) -> None:
    assert govern("explain", "concentration", cwd=governed).stdout.startswith(
        b"GOV301 concentration"
    )
    assert govern("explain", "policy:concentration", cwd=governed).stdout.startswith(
        b"policy concentration ("
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("spred", b"No rule or policy is named `spred` (did you mean `spread`?)"),
        ("policy:fallback-missing", b"No policy is named `fallback-missing`"),
        ("lost", b"names an unknown rule: `no-such-rule`"),
        ("x\x1b[31m" + "y" * 500, b"No rule or policy"),
    ],
)
def test_unknown_names(govern, governed: Path, name: str, said: bytes) -> None:
    done = govern("explain", name, cwd=governed)
    assert (done.returncode, done.stdout) == (exits.USAGE, b"")
    assert said in done.stderr
    assert b"\x1b" not in done.stderr


def test_outside_a_portfolio_rules_are_explained_all_the_same(govern, tmp_path: Path) -> None:
    assert govern("explain", "GOV301", cwd=tmp_path).returncode == exits.CLEAN
    assert govern("explain", "spread", cwd=tmp_path).returncode == exits.USAGE


def listed(govern, folder: Path, *words: str) -> set[str]:
    return {
        rule["id"] for rule in json.loads(govern("rules", "-f", "json", *words, cwd=folder).stdout)
    }


def test_rules_are_narrowed_by_each_filter_and_by_all(govern, tmp_path: Path) -> None:
    book = all_rules()
    assert listed(govern, tmp_path) == {rule.id for rule in book}
    standing = listed(govern, tmp_path, "--enabled-by-default")
    assert standing == {rule.id for rule in book if rule.enabled_by_default}
    assert standing | listed(govern, tmp_path, "--policy-only") == {rule.id for rule in book}
    always = listed(govern, tmp_path, "--always")
    assert {"GOV001", "GOV703"} <= always
    assert not always & listed(govern, tmp_path, "--enforceable")
    dora = listed(govern, tmp_path, "--control", "dora art. 28")
    assert (
        dora
        == {rule.id for rule in book if any("DORA Art. 28" in control for control in rule.controls)}
        != set()
    )
    assert "GOV301" in listed(govern, tmp_path, "max_hhi")
    assert listed(govern, tmp_path, "--family", "2", "Fallback", "--enabled-by-default") <= {
        rule.id for rule in book if rule.family == 2 and rule.enabled_by_default
    }
    assert govern("rules", "zzz qqq", cwd=tmp_path).returncode == exits.USAGE
