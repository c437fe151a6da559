"""YAML of other programs, read as PyYAML's safe loader reads it, with the place of every value.

Governed files follow strict rules (`composing`). A gateway's file does not: it has anchors, merge
keys, YAML 1.1 words such as `yes`, and the last of two equal keys holds. What is read here is what
the other program sees; nothing is built that the safe loader would refuse, and no alias is copied.
"""

from contextlib import suppress
from typing import cast

from yaml import YAMLError

from multillm_gov.documents.decoding import decode
from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.flaw_list import FlawList, StopReadingError
from multillm_gov.documents.foreign.building import DataBuilder
from multillm_gov.finding import Flaw


def read_foreign(file: SourceFile) -> tuple[Document | None, tuple[Flaw, ...]]:
    """Read another program's YAML (or JSON) in bounded time, running nothing.

    Returns:
        The document and what is wrong with the file: ``syntax`` and ``unreadable-file`` leave no
        document, ``duplicate-key`` does. A file without content holds ``None``. Days and times are
        `Moment` texts; keys that are no text keep their spelling.

    Raises:
        MissingExtraError: PyYAML was installed without its C parser.
    """
    source = decode(file)
    if isinstance(source, Flaw):
        return None, (source,)
    flaws = FlawList(source)
    builder = DataBuilder(flaws)
    try:
        builder.build(source.content)
    except YAMLError as error:
        from multillm_gov.documents.syntax import ParserError, stop_at_error

        with suppress(StopReadingError):
            stop_at_error(cast("ParserError", error), flaws)
    except StopReadingError:
        pass
    if flaws.refused:
        return None, tuple(flaws.flaws)
    top = builder.top
    if top is None:
        return Document(source, None, {}), tuple(flaws.flaws)
    return Document(source, top.value, builder.marks, (top.start, top.end)), tuple(flaws.flaws)
