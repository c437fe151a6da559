"""Judging small portfolios by the whole line, with the rules' extract of a price map."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.state.loading import load_state

_MAP = Path(__file__).parents[1] / "data" / "price_map.json"

Judge = Callable[..., Assessment]


@pytest.fixture(scope="session")
def judged() -> Judge:
    """Files by path in, an assessment out."""
    price_map = PriceMap("99.0.2", _MAP.read_bytes())  # no shipped retirement date is newer

    def run(files: Mapping[str, str], as_of: date = date(2026, 11, 24)) -> Assessment:
        sources = [SourceFile(path, text.encode()) for path, text in sorted(files.items())]
        return assess(load_state(sources, as_of=as_of, price_map=lambda: price_map))

    return run


@pytest.fixture(scope="session")
def over() -> Callable[..., Mapping[str, str]]:
    """A portfolio of one task class and one custom policy."""

    def build(policy: str, task: str = "route: [{model: claude-sonnet-4-6}]") -> Mapping[str, str]:
        return {
            "allocations/a.yaml": f"owner: support\ntask_classes:\n  triage: {{{task}}}\n",
            "policies/p.yaml": f"policies:\n  own:\n    rule: custom\n{policy}",
        }

    return build
