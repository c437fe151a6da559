"""Whose file it is: every reader looks at the beginning, and exactly one may take it."""

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.usage.reader import FeedRefusal, Sample, load_reader, reader_names
from multillm_gov.words import code, join_code


def recognize_producer(sample: Sample, name: str, wanted: str = "") -> str:
    """The name of the reader for a file.

    Args:
        sample: The beginning of the file.
        name: The file's, for messages.
        wanted: A reader the user names; it may still refuse.

    Raises:
        SourceError: no reader knows the file, several do, or the one that does refuses it.
        UsageError: there is no reader of the wanted name.
    """
    names = (wanted,) if wanted else reader_names()
    verdicts = {name: load_reader(name).recognize(sample) for name in names}
    taken = [each for each, verdict in verdicts.items() if verdict is True]
    if len(taken) == 1:
        return taken[0]
    if taken:
        raise SourceError(
            f"{code(name)} could be of {join_code(taken)}", "Name one: `--from PRODUCER`."
        )
    for each, verdict in verdicts.items():
        if isinstance(verdict, FeedRefusal):
            title = load_reader(each).contract.title
            raise SourceError(
                f"{code(name)} is refused as {title}: it {verdict.reason}",
                "Export it again, or map its columns: `--column day=COLUMN`.",
            )
    raise _unknown(sample, name, wanted)


def _unknown(sample: Sample, name: str, wanted: str) -> SourceError | UsageError:
    columns = join_code(sample.columns[:8]) or "no columns"
    if wanted:
        title = load_reader(wanted).contract.title
        return SourceError(
            f"{code(name)} is not of {title}: it has {columns}",
            "Leave `--from` out to have the producer recognized.",
        )
    return SourceError(
        f"No reader knows {code(name)}: it has {columns}",
        "Map its columns: `--column day=COLUMN --column effective_cost=COLUMN --currency USD`, "
        f"or name the producer: --from {'|'.join(reader_names())}.",
    )
