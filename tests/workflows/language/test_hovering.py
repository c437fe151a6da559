"""What is told of a word, and that foreign text stays text."""

from pathlib import Path

import pytest

from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.workflows.language.hover import hover

ROOT = Path(__file__).parents[3]


def over(path: str, text: str, word: str, assessment: Assessment) -> str:
    hint = hover(path, text, text.index(word) + len(word) // 2, assessment.state)
    if hint is None:
        return ""
    assert word in text[hint.start : hint.end]
    return hint.markdown


@pytest.mark.parametrize(
    ("path", "word", "said"),
    [
        ("allocations/marketing.yaml", "anthropic/claude-sonnet-4-6", "- vendor: anthropic"),
        ("allocations/marketing.yaml", "gemini/gemini-3.5-flash", "per million tokens"),
        ("allocations/marketing.yaml", "long-form-content", "- value at stake: 45,000 USD a month"),
        ("allocations/marketing.yaml", "monthly", "`monthly`: "),
        ("allocations/marketing.yaml", "customer-facing", "`tags`: "),
        ("policies/portfolio.yaml", "concentration\n", "Parameters:"),
        ("policies/portfolio.yaml", "cloud-concentration", "- enforcement: `advisory`"),
        ("policies/portfolio.yaml", "max_share", "`max_share`: "),
        ("policies/portfolio.yaml", "hard-mandatory", "One of `advisory`"),
        ("catalog/models.yaml", "custom/lead-scorer-v3", "- fixed cost: 1,150 USD a month"),
        (
            "catalog/models.yaml",
            "openai/gpt-5.4-mini-2026-03-17",
            "`openai/gpt-5.4-mini-2026-03-17`",
        ),
        ("govern.yaml", "migration_lead_days", "`migration_lead_days`: "),
    ],
)
def test_words_of_the_starter_portfolio(
    path: str, word: str, said: str, assessment: Assessment
) -> None:
    text = (ROOT / path).read_text()
    hint = hover(path, text, text.index(word) + 2, assessment.state)
    assert hint is not None
    assert said in hint.markdown


def test_a_waiver_leads_to_its_policy(assessment: Assessment) -> None:
    text = "waivers:\n  - {policy: cloud-concentration, subject: long-form-content}\n"
    assert "Policy **`cloud-concentration`**" in over(
        "policies/x.yaml", text, "cloud-concentration", assessment
    )
    assert "Task class **`long-form-content`**" in over(
        "policies/x.yaml", text, "long-form-content", assessment
    )


def test_a_text_that_is_no_yaml_still_explains_names(assessment: Assessment) -> None:
    text = "policies:\n  p:\n    rule: cap-missing\n   odd: [\n"
    assert "**GOV403**" in over("policies/x.yaml", text, "cap-missing", assessment)


def test_an_unknown_model_gets_near_names(assessment: Assessment) -> None:
    text = "task_classes: {a: {route: [{model: anthropic/claude-sonet-4-6}]}}"
    told = over("allocations/x.yaml", text, "anthropic/claude-sonet-4-6", assessment)
    assert "is not in the catalog" in told
    assert "`anthropic/claude-sonnet-4-6`" in told


@pytest.mark.parametrize(
    "name", ["![](http://x.invalid/a.png)", "](command:x)", "<img src=x>", "a`b ![](http://x)"]
)
def test_a_foreign_name_is_never_markup(name: str, assessment: Assessment) -> None:
    text = f"task_classes: {{a: {{route: [{{model: '{name}'}}]}}}}"
    told = over("allocations/x.yaml", text, name, assessment)
    outside_code = "".join(told.split("`")[::2])
    assert "](" not in outside_code
    assert "<" not in outside_code


def test_a_pattern_of_names_is_not_called_unknown(assessment: Assessment) -> None:
    text = "policies:\n  p:\n    rule: model-not-allowed\n    deny: {models: [gpt-9*]}\n"
    assert "not a model" not in over("policies/x.yaml", text, "gpt-9*", assessment)
