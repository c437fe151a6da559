"""Configuration files that people run, none of them written for us."""

import pytest
import yaml

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document


def outline(value):
    """Structure and keys, without scalars."""
    if isinstance(value, dict):
        return {key: outline(inner) for key, inner in value.items()}
    return [outline(inner) for inner in value] if isinstance(value, list) else None


@pytest.fixture(scope="module")
def files(corpus):
    return sorted(
        path
        for folder in ("litellm_configs", "litellm_official")
        for path in (corpus / folder).rglob("*.yaml")
    )


def test_they_are_read_as_pyyaml_reads_them_or_refused_for_a_reason(files):
    sound = 0
    kinds = set()
    for path in files:
        data = path.read_bytes()
        document, flaws = read_document(SourceFile(path.name, data))
        kinds.update(flaw.kind for flaw in flaws)
        for flaw in flaws:
            assert flaw.location.source_line == data.decode().splitlines()[flaw.location.line - 1]
        if not flaws:
            sound += 1
            plain = yaml.load(data, yaml.CBaseLoader)  # noqa: S506 - makes texts, lists and maps
            assert outline(document.data) == outline(plain or {}), path.name
        if document is None:
            with pytest.raises(yaml.YAMLError):
                yaml.load(data, yaml.CSafeLoader)
    # Most of the others write `True`, which is no JSON.
    assert sound > 0.6 * len(files)
    assert kinds <= {"syntax", "unsafe-yaml", "ambiguous-scalar", "duplicate-key"}
