"""``digest: current`` in the approvals of a case stands for the digest of its subject as
declared."""

import re
from collections.abc import Mapping

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.portfolio.loading import load_portfolio
from multillm_gov.rules.engine.approvals import Contents
from multillm_gov.rules.engine.registry import parameters_type

_CURRENT = re.compile(
    r"(?P<before>subject: \"?(?P<subject>(?:task_class|policy):[\w-]+)\"?,?\s+digest: )current\b"
)


def with_current_digests(files: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    """The files with each ``current`` replaced by the digest it stands for."""
    texts = {path: text for path, text in files.items() if isinstance(text, str)}
    if not any(map(_CURRENT.search, texts.values())):
        return dict(files)
    sources = [SourceFile(path, text.encode()) for path, text in texts.items()]
    read = {source.path: read_document(source)[0] for source in sources}
    documents = {path: document for path, document in read.items() if document is not None}
    contents = Contents(load_portfolio(documents)[0], documents, parameters_type)

    def digest(match: re.Match[str]) -> str:
        return f'{match["before"]}"{contents.digest(match["subject"])}"'

    return {**files, **{path: _CURRENT.sub(digest, text) for path, text in texts.items()}}
