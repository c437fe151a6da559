"""The available scenarios: built-in files, and the company's own, which replace them by name."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import cast

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.shape import convert
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import UsageError
from multillm_gov.plugins import plugin_files
from multillm_gov.portfolio.scenario import PlacedScenario, Scenario, ScenarioFile

BUILT_IN = "built in"


class BookedScenario(Struct, frozen=True, kw_only=True):
    """A scenario under its name, and where it is from."""

    name: str
    scenario: Scenario
    source: str = BUILT_IN
    """``built in``, or the file it is written in."""
    settings: tuple[str, ...] = ()
    """Parameters set for this run, as given: ``hours=6``."""


@cache
def built_in() -> tuple[BookedScenario, ...]:
    """Every scenario that ships with the package, in file order (method 9, S1 to S12).

    Raises:
        ValueError: a file of the book is not sound: a defect of the book.
    """
    files = plugin_files("multillm_gov.risk.stress.book", ".yaml").values()
    return tuple(booked for file in files for booked in _read(file))


def _read(path: Path) -> Iterator[BookedScenario]:
    name = path.name
    data = cast("bytes", __spec__.loader.get_data(str(path)))  # type: ignore[union-attr]
    document, flaws = read_document(SourceFile(name, data))
    file, misfits = convert(document, (), ScenarioFile) if document is not None else (None, ())
    if file is None or flaws:
        raise ValueError(f"{name}: {(*flaws, *misfits)}")
    for key, scenario in file.scenarios.items():
        yield BookedScenario(name=key, scenario=scenario)


def scenarios_of(own: Iterable[PlacedScenario]) -> tuple[BookedScenario, ...]:
    """The built-in scenarios, each replaced by an own one of its name; then further own ones.

    Where two own ones share a name the first holds; `govern check` says so.
    """
    found: dict[str, BookedScenario] = {booked.name: booked for booked in built_in()}
    written = set()
    for placed in own:
        if placed.name not in written:
            written.add(placed.name)
            found[placed.name] = BookedScenario(
                name=placed.name, scenario=placed.scenario, source=placed.place.path
            )
    return tuple(found.values())


def choose(every: tuple[BookedScenario, ...], names: Iterable[str]) -> tuple[BookedScenario, ...]:
    """The scenarios named, each once, in the order requested.

    Raises:
        UsageError: there is none of a name.
    """
    by_name = {booked.name: booked for booked in every}
    chosen = []
    for name in dict.fromkeys(names):
        if name not in by_name:
            from difflib import get_close_matches

            near = get_close_matches(name, by_name, n=2, cutoff=0.5)
            meant = f"Did you mean {' or '.join(f'`{one}`' for one in near)}? " if near else ""
            raise UsageError(
                f"There is no scenario `{name}`", f"{meant}`govern stress --list` names them all."
            )
        chosen.append(by_name[name])
    return tuple(chosen)
