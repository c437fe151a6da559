from datetime import date
from pathlib import Path

import pytest

from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.workflows.language.workspace import assess_workspace

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def assessment() -> Assessment:
    """This repository's own portfolio."""
    return assess_workspace(ROOT, {}, as_of=date(2026, 11, 24))
