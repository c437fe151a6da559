"""Reading from a text, and the shapes of what comes back."""

from collections.abc import Callable
from typing import Any

import pytest

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.finding import Flaw

Read = Callable[[str | bytes], tuple[Document | None, tuple[Flaw, ...]]]


@pytest.fixture(scope="session")
def read() -> Read:
    def read_text(text: str | bytes) -> tuple[Document | None, tuple[Flaw, ...]]:
        return read_document(
            SourceFile("allocations/a.yaml", text if isinstance(text, bytes) else text.encode())
        )

    return read_text


@pytest.fixture(scope="session")
def load(read: Read) -> Callable[[str | bytes], Any]:
    """Data of a sound text."""

    def load_text(text: str | bytes) -> Any:
        document, flaws = read(text)
        assert flaws == ()
        assert document is not None
        return document.data

    return load_text
