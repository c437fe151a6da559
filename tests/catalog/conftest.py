"""The real price map, its history, and small made-up ones."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.catalog.lookup import LayeredCatalog, open_catalog
from multillm_gov.catalog.overrides import Overrides, load_overrides
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.finding import Flaw
from multillm_gov.sources.price_map import read_price_map


@pytest.fixture(scope="session")
def price_map() -> PriceMap:
    """As installed."""
    return read_price_map()


@pytest.fixture(scope="session")
def history(corpus: Path) -> dict[str, PriceMap]:
    """LiteLLM's price maps at five dates."""
    files = sorted((corpus / "prices").glob("BerriAI__litellm__model_prices@*.json"))
    assert len(files) == 5
    return {file.stem[-10:]: PriceMap("0", file.read_bytes()) for file in files}


@pytest.fixture(scope="session")
def as_of() -> date:
    return date(2026, 11, 24)


@pytest.fixture(scope="session")
def small_map() -> Callable[..., PriceMap]:
    """A price map from entries given by keyword or mapping."""

    def make(entries: dict[str, Any], version: str = "99.0.0") -> PriceMap:
        return PriceMap(version, json.dumps(entries).encode())

    return make


@pytest.fixture(scope="session")
def overrides() -> Callable[..., tuple[Overrides, tuple[Flaw, ...]]]:
    """Overrides from YAML texts by path."""

    def load(*texts: str) -> tuple[Overrides, tuple[Flaw, ...]]:
        documents = {}
        for number, text in enumerate(texts):
            path = f"catalog/{number}.yaml"
            document, flaws = read_document(SourceFile(path, text.encode()))
            assert document is not None
            assert not flaws
            documents[path] = document
        return load_overrides(documents)

    return load


@pytest.fixture(scope="session")
def catalog(price_map: PriceMap, as_of: date) -> LayeredCatalog:
    """The installed price map alone."""
    return open_catalog(Overrides(), None, lambda: price_map, as_of)
