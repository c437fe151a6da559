"""From documents to benchmark cases by task class."""

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert
from multillm_gov.finding import Flaw
from multillm_gov.location import Place
from multillm_gov.portfolio.evals import EvalFile, PlacedEvals


def load_evals(documents: dict[str, Document]) -> tuple[tuple[PlacedEvals, ...], tuple[Flaw, ...]]:
    """Load every file of cases that is sound, ordered by path; the others are located flaws."""
    flaws: list[Flaw] = []
    placed: list[PlacedEvals] = []
    for path in sorted(documents):
        if kind_of(path) == "evals":
            file, found = convert(documents[path], (), EvalFile)
            flaws.extend(found)
            if file is not None:
                placed.append(PlacedEvals(file=file, place=Place(path)))
    return tuple(placed), tuple(flaws)
