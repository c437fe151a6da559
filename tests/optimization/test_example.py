"""The public spend table under `examples/`: dead models are found, the claim gets an interval."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from multillm_gov.rules.engine.assessment import Assessment
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "example"))


def test_the_dead_models_are_found() -> None:
    report = check((), as_of=DAY, root=EXAMPLE)
    assert report.verdict.exit_code == 1
    dead = {one.subject for one in report.findings if one.rule == "GOV102" and one.active}
    assert len([one for one in report.findings if one.rule == "GOV102"]) == 2
    assert dead


def test_nothing_moves_without_results() -> None:
    optimum = optimize_state(assess_folder(EXAMPLE, as_of=DAY))
    assert optimum.moves == ()
    assert len(optimum.prepared.inputs.options.held) == 11


def saving(state: Assessment) -> float:
    """Saved a month if every claimed model were as good as what it replaces."""
    assumptions = tuple(
        f"model:{model}@{task}=0.9"
        for old, tasks in ON_OPENAI.items()
        for task in tasks
        for model in (old, CLAIMED[old])
    )
    optimum: Optimum = optimize_state(assume(state.state, assumptions), on_files=False)
    assert optimum.solution is not None
    return optimum.today - optimum.solution.cost


def test_the_claim_gets_an_interval(folder: Path) -> None:
    """At equal quality, which nobody has shown: as README says."""
    at_stated_price = saving(assess_folder(folder, as_of=DAY))
    catalog = folder / "catalog" / "models.yaml"
    text = catalog.read_text()
    catalog.write_text(text[: text.index("  # As the issue states it")])
    at_map_price = saving(assess_folder(folder, as_of=DAY))
    found = at_map_price / OPENAI_SPEND, at_stated_price / OPENAI_SPEND
    readme = (EXAMPLE / "README.md").read_text()
    assert found == pytest.approx((0.3135, 0.4105), abs=1e-4)
    assert "31.4%" in readme
    assert "41.1%" in readme
