"""From documents to the company's own scenarios."""

from multillm_gov.documents.document import Document
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert, sound_entries
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
        every = (
            file.scenarios.items()
            if file is not None
            else sound_entries(documents[path], "scenarios", Scenario)
        )
        placed.extend(
            PlacedScenario(name=name, scenario=scenario, place=Place(path, ("scenarios", name)))
            for name, scenario in every
        )
    return tuple(placed), tuple(flaws)
