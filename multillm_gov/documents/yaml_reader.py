"""Reading one governed file: strict YAML, JSON included, with the place of every key and value."""

from multillm_gov.documents.composing import compose
from multillm_gov.documents.decoding import HIDDEN, decode
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.flaw_list import FlawList, StopReadingError
from multillm_gov.finding import Flaw


def read_document(file: SourceFile) -> tuple[Document | None, tuple[Flaw, ...]]:
    """Read a file of any content, in bounded time, without running anything it names.

    Returns:
        The document and what is wrong with the file. There is no document where what was read
        cannot be trusted to be what a reader of the file sees (no text, no YAML, aliases, tags,
        hidden characters). Duplicate keys (the first holds) and ambiguous scalars (kept as text)
        leave it usable. A file without content is an empty mapping.

    Raises:
        MissingExtraError: PyYAML was installed without its C parser.
    """
    source = decode(file)
    if isinstance(source, Flaw):
        return None, (source,)
    flaws = FlawList(source)
    try:
        if not source.content.isascii():
            _refuse_hidden(flaws)
    except StopReadingError:
        return None, tuple(flaws.flaws)
    composed = compose(flaws)
    if flaws.refused:
        return None, tuple(flaws.flaws)
    document = Document(source, composed.value, composed.marks, composed.span)
    return document, tuple(flaws.flaws)


def _refuse_hidden(flaws: FlawList) -> None:
    for match in HIDDEN.finditer(flaws.source.content):
        flaws.refuse(
            "unsafe-yaml",
            f"invisible character U+{ord(match[0]):04X}: a reader sees another text than the tool",
            "Remove it.",
            *match.span(),
        )
