"""What makes a cheaper model count as one that meets every floor."""

from typing import Any

import pytest

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: claude-sonnet-4-6}]
    fallbacks: [gemini/gemini-2.5-flash]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
    quality: {floor: 0.9}
    latency: {p95_seconds: 4}
"""
SOUND = {
    "task_class": "triage",
    "model": "claude-haiku-4-5-20251001",
    "date": "2026-11-02",
    "sample_size": 200,
    "score": 0.9,
    "p95_seconds": 4,
}


def _found(assessed: Any, record: dict[str, object], policies: str = "") -> list[Any]:
    written = ", ".join(f"{key}: {value}" for key, value in record.items())
    files = {
        "allocations/a.yaml": ALLOCATION,
        "evidence/e.yaml": f"records:\n  - {{{written}}}\n",
        "policies/p.yaml": f"policies:\n  savings: {{rule: cheaper-model-exists}}\n{policies}",
        "catalog/c.yaml": "models:\n  custom/tuned: {base: claude-haiku-4-5-20251001, "
        "usd_fixed_per_month: 100}\n",
    }
    return [one for one in assessed(files).findings if one.rule == "GOV409"]


def test_a_sound_record_on_every_limit_counts(assessed: Any) -> None:
    (found,) = _found(assessed, SOUND)
    assert found.figures["saving_per_month"] == 600


@pytest.mark.parametrize(
    "flaw",
    [
        {"score": 0.899},
        {"sample_size": 199},
        {"date": "2026-05-01"},
        {"date": "2026-11-25"},
        {"origin": "vendor"},
        {"origin": "public"},
        {"p95_seconds": 4.1},
        {"task_class": "other"},
        {"model": "gpt-5-mini-2025-08-07"},
        {"model": "gemini/gemma-3-27b-it"},
        {"model": "nobody/knows"},
        {"model": "cohere/embed-v4.0"},
    ],
    ids=lambda flaw: "-".join(f"{key} {value}" for key, value in flaw.items()),
)
def test_one_thing_amiss_and_it_does_not_count(assessed: Any, flaw: dict[str, object]) -> None:
    """Two of the models are retiring within days or have no price; an embedding model cannot
    chat."""
    assert _found(assessed, {**SOUND, **flaw}) == []


@pytest.mark.parametrize(
    "policy",
    [
        "{rule: model-not-allowed, allow: {models: [claude-sonnet-4-6, gemini/*]}}",
        "{rule: residency, residency: [EU], jurisdictions: [EU]}",
        "{rule: fallback-not-independent, levels: [family]}",
    ],
)
def test_a_policy_that_holds_today_must_hold_then(assessed: Any, policy: str) -> None:
    """The first is broken by the move, the second by both alike, the third by neither."""
    found = _found(assessed, SOUND, f"  other: {policy}\n")
    assert bool(found) != policy.startswith("{rule: model")


def test_hosting_that_is_not_paid_for_yet_eats_the_saving(assessed: Any) -> None:
    """Reserved capacity bills 100 USD a month and no tokens."""
    (found,) = _found(assessed, {**SOUND, "model": "custom/tuned"})
    assert found.figures["saving_per_month"] == 800


def test_a_fallback_changes_places_with_the_routed_model(assessed: Any) -> None:
    """Moving to one's only fallback must not look like having no fallback left."""
    (found,) = _found(assessed, {**SOUND, "model": "gemini/gemini-2.5-flash"})
    assert found.figures["model"] == "gemini/gemini-2.5-flash"
