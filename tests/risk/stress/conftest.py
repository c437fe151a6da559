"""Portfolios small enough to work out by hand, stressed through the public functions."""

from collections.abc import Callable, Mapping

import pytest

from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.workflows.init import init
from multillm_gov.workflows.states import assess_folder
from portfolios import ACME_ALLOCATION, ACME_CATALOG, AS_OF, acme_model, assessed, retiring

CATALOG = retiring(ACME_CATALOG, "acme/x2") + acme_model("acme/x2", 9, "nimbus", "US")
Judged = Callable[..., Assessment]
Made = Callable[..., StressContext]


@pytest.fixture(scope="session")
def judged() -> Judged:
    """An assessment of the portfolio above with some files changed, or left out where they are
    empty."""

    def build(changed: Mapping[str, str] | None = None) -> Assessment:
        texts = {
            "allocations/a.yaml": ACME_ALLOCATION,
            "catalog/models.yaml": CATALOG,
            **(changed or {}),
        }
        return assessed(texts)

    return build


@pytest.fixture(scope="session")
def made(judged: Judged) -> Made:
    """The same, ready to be stressed."""

    def build(changed: Mapping[str, str] | None = None) -> StressContext:
        state = judged(changed).state
        assert not state.flaws, state.flaws
        return stress_context(state)

    return build


@pytest.fixture(scope="session")
def catalog() -> str:
    """The text of its catalog."""
    return CATALOG


@pytest.fixture(scope="session")
def allocation() -> str:
    """The text of its allocations."""
    return ACME_ALLOCATION


@pytest.fixture(scope="session")
def in_context() -> Callable[[Assessment], StressContext]:
    """Make a state ready to be stressed."""
    return stress_context


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """What `govern init` writes, as of the day its reviews are dated."""
    folder = tmp_path_factory.mktemp("starter")
    init(folder, as_of=AS_OF)
    return assess_folder(folder, as_of=AS_OF)
