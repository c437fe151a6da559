"""From documents to the company's own scenarios."""

from collections.abc import Iterator

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert
from multillm_gov.finding import Flaw
from multillm_gov.location import Place
from multillm_gov.portfolio.scenario import PlacedScenario, Scenario, ScenarioFile


def load_scenarios(
    documents: dict[str, Document],
) -> tuple[tuple[PlacedScenario, ...], tuple[Flaw, ...]]:
    """Load every scenario that is sound, in order of file path, then of appearance; the others are located flaws."""
    flaws: list[Flaw] = []
    placed: list[PlacedScenario] = []
    for path in sorted(documents):
        if kind_of(path) != "scenario":
            continue
        file, found = convert(documents[path], (), ScenarioFile)
        flaws.extend(found)
        every = file.scenarios.items() if file is not None else _sound(documents[path])
        placed.extend(
            PlacedScenario(name=name, scenario=scenario, place=Place(path, ("scenarios", name)))
            for name, scenario in every
        )
    return tuple(placed), tuple(flaws)


def _sound(document: Document) -> Iterator[tuple[str, Scenario]]:
    """One broken scenario must not hide the others: load each that is sound by itself."""
    written = document.data.get("scenarios") if isinstance(document.data, dict) else None
    for name in written if isinstance(written, dict) else ():
        scenario, _ = convert(document, ("scenarios", name), Scenario, explain=False)
        if scenario is not None:
            yield str(name), scenario
