"""Portfolios whose names are hard to set: long, wide, in other scripts, many."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from portfolios import acme_model

SCRIPTS = "株式会社例 עברית العربية Ελλάδα 🏦 Holding"
CAPITALS = "KUNDENBESCHWERDEKLASSIFIZIERUNG"
LONG = "a-task-class-" + "with-a-name-of-a-hundred-characters-" * 2 + "that-goes-on"


def portfolio(names: list[str], vendors: int, organization: str) -> dict[str, str]:
    """A task class for each name, over so many vendors, each with a cap that some exceed."""
    suppliers = [f"vendor-{n:02d}-with-a-long-corporate-name" for n in range(vendors)]
    models = [f"{name}/model-{n}-2026-03-05" for n, name in enumerate(suppliers)]
    catalog = "models:\n" + "".join(
        acme_model(model, 1 + n % 7, f"cloud-{n % 5}", ("US", "FR", "DE")[n % 3])
        for n, model in enumerate(models)
    )
    classes = "".join(
        f"  {name}:\n"
        f"    purpose: Drafts for {name}\n"
        f"    route: [{{model: {models[n % vendors]}}}]\n"
        f"    fallbacks: [{models[(n + 1) % vendors]}]\n"
        f"    cost_of_wrong_model: {{value_at_stake: {1234567 + 1000 * n}}}\n"
        f"    demand: {{requests: {1_000_000 + 12345 * n}, input_tokens: 1000}}\n"
        f"    spend_cap: {{monthly: {2000 + 50 * n}}}\n"
        for n, name in enumerate(names)
    )
    return {
        "govern.yaml": f"organization: {organization}\nmigration_lead_days: 90\n",
        "allocations/all.yaml": f"owner: {CAPITALS}\ntask_classes:\n{classes}",
        "catalog/models.yaml": catalog,
    }


HARD = [CAPITALS.lower(), LONG, "MORTGAGEAPPLICATIONDOCUMENTS".lower(), "w" * 60, "x"]
CASES: Mapping[str, dict[str, str]] = {
    "hard names": portfolio(HARD, 3, CAPITALS * 3),
    "25 vendors": portfolio([f"class-{n:02d}" for n in range(25)], 25, "Example"),
    "200 task classes": portfolio(
        [f"customer-service-conversation-summary-number-{n:03d}" for n in range(200)], 7, "Example"
    ),
}


@pytest.fixture(scope="module", params=CASES)
def hard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one such portfolio."""
    folder = tmp_path_factory.mktemp("hard")
    for path, text in CASES[request.param].items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder
