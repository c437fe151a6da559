"""What can be written where; ``|`` is the cursor, in texts as they look while one types."""

import pytest

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.errors import CatalogError
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.workflows.language.completion import MOST_OFFERED, Offers, complete
from multillm_gov.workflows.language.workspace import assess_workspace

TASK = "task_classes:\n  a:\n    "


def at_cursor(kind: str, text: str, assessment: Assessment) -> Offers | None:
    offset = text.index("|")
    return complete(f"{kind}/x.yaml", text.replace("|", "", 1), offset, assessment)


@pytest.mark.parametrize(
    "text",
    [
        "route: [{model: mistral/mistral-large-4|",
        "route: [{model: mistral/mistral-large-4|}]\n    purpose: x\n",
        "route: [{model: 'mistral/mistral-large-4|'}]\n",
        'route: [{model: "mistral/mistral-large-4|\n    purpose: x\n',
        "route:\n      - model: mistral/mistral-large-4|\n",
        "route:\n      - {model: mistral/mistral-la|rge-4-0}\n",
        "route: []\n    fallbacks: [mistral/mistral-large-4|",
        "route: []\n    fallbacks:\n      - large-4-|\n",
        "route: []\n    fallbacks:\n      - gpt-5 # it's {one\n      - large-4-|\n    purpose: [\n",
    ],
)
def test_models_are_found_in_half_written_texts(text: str, assessment: Assessment) -> None:
    found = at_cursor("allocations", TASK + text, assessment)
    assert found is not None
    assert found.offers[0].label == "mistral/mistral-large-4-0"
    assert found.offers[0].detail == "0.7 / 2.1 USD per million tokens"
    whole = (TASK + text).replace("|", "", 1)
    assert whole[found.start : found.end].removeprefix("mistral/mistral-") in (
        "large-4",
        "large-4-",
        "large-4-0",
    )


def test_models_are_bounded_and_the_retired_left_out(assessment: Assessment) -> None:
    found = at_cursor("allocations", f"{TASK}route: [{{model: gpt|}}]\n", assessment)
    assert found is not None
    assert len(found.offers) == MOST_OFFERED
    assert not found.complete
    for offer in found.offers:
        facts = assessment.state.catalog.find(offer.label)
        assert facts is not None
        assert not facts.retired_on(assessment.state.as_of)
    prefixed = [offer.label.startswith("gpt") for offer in found.offers]
    assert prefixed == sorted(prefixed, reverse=True)


def test_without_a_price_map_the_portfolios_own_models_remain(
    assessment: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from multillm_gov.workflows.language import workspace

    def absent() -> PriceMap:
        raise CatalogError("LiteLLM is not installed, so no model prices are known.")

    monkeypatch.setattr(workspace, "price_map", absent)
    from pathlib import Path

    root = Path(__file__).parents[3]
    locked = assess_workspace(root, {}, as_of=assessment.state.as_of)
    found = at_cursor("allocations", f"{TASK}route: [{{model: |}}]\n", locked)
    assert found is not None
    assert {offer.label for offer in found.offers} == {
        model for task in assessment.state.portfolio.task_classes for model in task.models
    }


@pytest.mark.parametrize(
    ("kind", "text", "first"),
    [
        ("allocations", "|", ["task_classes:", "owner: "]),
        ("allocations", "own|", ["owner: "]),
        ("allocations", f"{TASK}|", ["route: ", "title: ", "purpose: "]),
        ("allocations", f"{TASK}|\n    route: []\n", ["title: ", "purpose: ", "owner: "]),
        ("allocations", f"{TASK}route: []\n    spend|", ["spend_cap:"]),
        ("allocations", f"{TASK}spend|: 1\n", ["spend_cap"]),
        ("allocations", f"{TASK}route:\n      - |\n", ["model: ", "weight: "]),
        ("allocations", f"{TASK}route: [{{model: x, |}}]\n", ["weight: "]),
        ("allocations", f"{TASK}mode: |\n", ["audio_speech", "audio_transcription"]),
        ("allocations", f"{TASK}needs: {{capabilities: [vi|", ["vision"]),
        ("allocations", f"{TASK}data: {{classification: conf|", ["confidential"]),
        ("policies", "policies:\n  p:\n    rule: GOV20|", ["GOV201", "GOV202"]),
        (
            "policies",
            "policies:\n  p:\n    rule: concentration\n    |\n",
            ["level: ", "weigh_by: "],
        ),
        (
            "policies",
            "policies:\n  p:\n    rule: concentration\n    level: |\n",
            ["cloud", "family"],
        ),
        ("policies", "policies:\n  p:\n    enforcement: h|\n", ["hard-mandatory"]),
        (
            "policies",
            "policies:\n  p:\n    applies_to: {task_classes: [long|",
            ["long-form-content"],
        ),
        ("policies", "policies:\n  p:\n    applies_to: {except: {tags: [real|", ["real-time"]),
        ("policies", "waivers:\n  - policy: vendor-c|\n", ["vendor-concentration"]),
        ("policies", "waivers:\n  - {policy: x, subject: long|\n", ["long-form-content"]),
        ("catalog", "models:\n  x: {base: custom/|", ["custom/lead-scorer-v3"]),
        ("evidence", "records:\n  - task_class: real|\n", ["realtime-personalization"]),
    ],
)
def test_what_the_place_takes_is_offered(
    kind: str, text: str, first: list[str], assessment: Assessment
) -> None:
    found = at_cursor(kind, text, assessment)
    assert found is not None
    assert [offer.label + offer.follow for offer in found.offers][: len(first)] == first


def test_only_rules_that_take_a_policy_are_offered_for_one(assessment: Assessment) -> None:
    found = at_cursor("policies", "policies:\n  p:\n    rule: |\n", assessment)
    assert found is not None
    offered = {offer.label for offer in found.offers}
    for rule in all_rules():
        if rule.scope in {"files", "waivers"}:
            assert rule.name not in offered


@pytest.mark.parametrize(
    "text", ["a: {b: [|", "x: |", "task_classes: {a: {purpose: |", "a: b\n c|: [d\n", "'|"]
)
def test_where_nothing_is_known_nothing_is_offered(text: str, assessment: Assessment) -> None:
    assert at_cursor("allocations", text, assessment) is None


def test_a_file_that_is_not_governed_gets_nothing(assessment: Assessment) -> None:
    assert complete("README.md", "owner", 3, assessment) is None
    assert complete("prompts/x.md", "owner", 3, assessment) is None
