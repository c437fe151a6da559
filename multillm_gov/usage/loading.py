"""From documents to records of actual spend, by task class and by owner."""

from collections import defaultdict
from collections.abc import Iterable

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert, sound_entries
from multillm_gov.finding import Flaw
from multillm_gov.location import Place
from multillm_gov.usage.record import Actual, Actuals, PlacedActual, UsageFile


def load_usage(documents: dict[str, Document]) -> tuple[Actuals, tuple[Flaw, ...]]:
    """Load every record that is sound; the others are located flaws. Of two records of one day the later holds."""
    flaws: list[Flaw] = []
    task_classes: defaultdict[str, list[PlacedActual]] = defaultdict(list)
    owners: defaultdict[str, list[PlacedActual]] = defaultdict(list)
    for path in sorted(documents):
        if kind_of(path) != "usage":
            continue
        document = documents[path]
        file, found = convert(document, (), UsageFile)
        flaws.extend(found)
        for index, actual in (
            enumerate(file.actuals)
            if file is not None
            else sound_entries(document, "actuals", Actual)
        ):
            placed = PlacedActual(actual=actual, place=Place(path, ("actuals", index)))
            if actual.task_class is not None:
                task_classes[actual.task_class].append(placed)
            elif actual.owner is not None:
                owners[actual.owner].append(placed)
    actuals = Actuals(
        task_classes={name: _newest_first(group) for name, group in task_classes.items()},
        owners={name: _newest_first(group) for name, group in owners.items()},
    )
    return actuals, tuple(flaws)


def _newest_first(group: Iterable[PlacedActual]) -> tuple[PlacedActual, ...]:
    return tuple(sorted(group, key=lambda placed: placed.actual.through)[::-1])
