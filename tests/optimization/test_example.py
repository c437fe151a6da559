"""The public spend table under `examples/`: dead models are found, the claim gets an interval."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from multillm_gov.workflows.check import check
from multillm_gov.workflows.optimization.optimum import Optimum
from multillm_gov.workflows.optimization.proposing import optimize_state
from multillm_gov.workflows.optimization.what_if import assume
from multillm_gov.workflows.states import assess_folder

EXAMPLE = Path(__file__).parents[2] / "examples" / "public-spend-table"
DAY = date(2026, 4, 21)
ON_OPENAI = {
    "gpt-5.1": (
        *("conversation-processing", "conversation-action-items"),
        *("conversation-structure", "conversation-apps"),
    ),
    "gpt-4.1-mini": ("memories", "other", "remaining-features"),
}
CLAIMED = {"gpt-5.1": "gemini/gemini-2.5-pro", "gpt-4.1-mini": "gemini/gemini-2.5-flash-lite"}
OPENAI_SPEND = 4_400
PRICES = {"gpt-5.1": (2.0, 10.0), "gpt-4.1-mini": (0.4, 1.6)}
"""US dollars per million tokens, as the requests of the example were derived from."""


def test_the_dead_models_are_found() -> None:
    report = check((), as_of=DAY, root=EXAMPLE)
    assert report.verdict.exit_code == 1
    dead = [one.message for one in report.findings if one.rule == "GOV102" and one.active]
    assert len(dead) == 2
    for name in ("google/gemini-flash-1.5-8b", "anthropic/claude-3.5-sonnet"):
        assert any(f"`openrouter/{name}` was retired" in message for message in dead)


def test_nothing_moves_without_results() -> None:
    optimum = optimize_state(assess_folder(EXAMPLE, as_of=DAY))
    assert optimum.moves == ()
    assert len(optimum.prepared.inputs.options.held) == 13


def test_the_published_shares_are_rebuilt() -> None:
    figures = assess_folder(EXAMPLE, as_of=DAY).state.figures
    spend = {task.task.name: float(task.spend_per_month or 0) for task in figures.tasks}
    openai = sum(spend[name] for names in ON_OPENAI.values() for name in names)
    assert openai == pytest.approx(OPENAI_SPEND, rel=1e-3)
    published = {"conversation-processing": 0.263, "other": 0.266, "memories": 0.046}
    published |= {"conversation-action-items": 0.13, "conversation-structure": 0.102}
    for name, share in published.items():
        assert spend[name] / openai == pytest.approx(share, abs=5e-4), name


def saving(folder: Path, tokens: tuple[int, int], *, stated: bool) -> float:
    """Saved of the OpenAI spend if every claimed model were as good as what it replaces.

    The spend of every feature stays as published: requests follow from it, the size of a request
    and the price.
    """
    catalog, features = folder / "catalog/models.yaml", folder / "allocations/features.yaml"
    if not stated:
        text = catalog.read_text()
        catalog.write_text(text[: text.index("  # As the issue states it")])
    features.write_text(_with_sizes(features.read_text(), tokens, stated=stated))
    assumptions = tuple(
        f"model:{model}@{task}=0.9"
        for old, tasks in ON_OPENAI.items()
        for task in tasks
        for model in (old, CLAIMED[old])
    )
    state = assess_folder(folder, as_of=DAY)
    optimum: Optimum = optimize_state(assume(state.state, assumptions), on_files=False)
    assert optimum.solution is not None
    spend = {task.task.name: float(task.spend_per_month or 0) for task in state.state.figures.tasks}
    openai = sum(spend[name] for names in ON_OPENAI.values() for name in names)
    assert openai == pytest.approx(OPENAI_SPEND, rel=1e-3)
    return (optimum.today - optimum.solution.cost) / openai


def _with_sizes(text: str, tokens: tuple[int, int], *, stated: bool) -> str:
    def resized(match: re.Match[str]) -> str:
        model, requests = match[1], int(match[3])
        prices = PRICES.get(model)
        if prices is None:
            return match[0]
        own = prices if stated or model != "gpt-5.1" else (1.25, 10.0)
        old = 2_000 * prices[0] + 500 * prices[1]
        new = tokens[0] * own[0] + tokens[1] * own[1]
        demand = f"requests: {round(requests * old / new)}, input_tokens: {tokens[0]}"
        return f"{model}{match[2]}{demand}, output_tokens: {tokens[1]}}}"

    pattern = (
        r"(gpt-[\w.-]+)(}\]\n    demand: {)requests: (\d+), input_tokens: 2000, output_tokens: 500}"
    )
    return re.sub(pattern, resized, text)


def test_the_claim_gets_an_interval(tmp_path: Path) -> None:
    """At equal quality, which nobody has shown, over what was not published: as README says.

    Neither the size of a request nor the price of `gpt-5.1` is certain. The saving is linear in the
    share of the bill that is input, so that the corners bound it.
    """
    found = {}
    for number, tokens in enumerate(((20_000, 1), (1, 5_000), (2_000, 500))):
        for stated in (True, False):
            folder = tmp_path / f"{number}{stated}"
            shutil.copytree(EXAMPLE, folder)
            found[tokens, stated] = saving(folder, tokens, stated=stated)
    # Of the OpenAI spend 58.2% is gpt-5.1, 41.8% gpt-4.1-mini; Flash-Lite costs a quarter of it.
    mini, dear = 0.418 * 0.75, 0.582 * 0.375
    assert found[(20_000, 1), True] == pytest.approx(mini + dear, abs=2e-4)
    assert found[(1, 5_000), True] == pytest.approx(mini, abs=2e-4)
    assert found[(20_000, 1), False] == pytest.approx(mini, abs=2e-4)
    assert found[(2_000, 500), True] == pytest.approx(mini + 0.582 * 1_500 / 9_000, abs=2e-4)
    low, high = min(found.values()), max(found.values())
    readme = (EXAMPLE / "README.md").read_text()
    assert f"between {low * 100:.0f}% and {high * 100:.0f}%" in " ".join(readme.split())
