"""The available scenarios: built-in files, and the company's own, which replace them by name."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import cast

from msgspec import Struct, structs

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.shape import convert
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import UsageError
from multillm_gov.plugins import plugin_files
from multillm_gov.portfolio.scenario import PlacedScenario, Scenario, ScenarioFile, Shock

_HINT = "Write SCENARIO.PARAMETER=VALUE, such as `provider-outage.hours=6`."
BUILT_IN = "built in"


class ParameterSetting(Struct, frozen=True, kw_only=True):
    """One parameter set."""

    scenario: str
    shock: int | None
    """Position of the shock, from 1; ``None``: all shocks with the parameter, else all shocks."""
    key: str
    value: object
    text: str


def parse_setting(text: str) -> ParameterSetting:
    """Read one ``--set``.

    Raises:
        UsageError: not of that form, no such parameter, or a value that it cannot have.
    """
    left, equals, written = text.partition("=")
    path, _, key = left.rpartition(".")
    if not equals or not path or not key:
        raise UsageError(f"`{text}` sets nothing", _HINT)
    head, _, tail = path.rpartition(".")
    shock = int(tail) if head and tail.isdigit() and len(tail) < 4 else None
    if key not in Shock.__struct_fields__ or key == "kind":
        names = ", ".join(name for name in Shock.__struct_fields__ if name != "kind")
        raise UsageError(f"A shock has no parameter `{key}`", f"It has {names}.")
    value = _value(key, written, text)
    return ParameterSetting(
        scenario=path if shock is None else head, shock=shock, key=key, value=value, text=text
    )


def _value(key: str, written: str, text: str) -> object:
    """The value as a scenario file would have it; checked by the same schema."""
    file = SourceFile("--set", f"kind: outage\n{key}: {written}\n".encode())
    document, flaws = read_document(file)
    shock, misfits = (
        convert(document, (), Shock) if document is not None and not flaws else (None, ())
    )
    if shock is None:
        lines = next((flaw.message for flaw in (*misfits, *flaws)), "not a value")
        raise UsageError(f"`{text}` cannot be set: {lines}", _HINT)
    return getattr(shock, key)


class BookedScenario(Struct, frozen=True, kw_only=True):
    """A scenario under its name, and where it is from."""

    name: str
    scenario: Scenario
    source: str = BUILT_IN
    """``built in``, or the file it is written in."""
    settings: tuple[str, ...] = ()
    """Parameters set for this run, as given: ``hours=6``."""


def _with(booked: BookedScenario, setting: ParameterSetting) -> BookedScenario:
    shocks = booked.scenario.shocks
    if setting.shock is not None:
        if not 1 <= setting.shock <= len(shocks):
            raise UsageError(
                f"`{booked.name}` has no shock {setting.shock}", f"It has {len(shocks)}."
            )
        meant = {setting.shock - 1}
    else:
        having = {
            index for index, shock in enumerate(shocks) if getattr(shock, setting.key) is not None
        }
        meant = having or set(range(len(shocks)))
    changed = tuple(
        structs.replace(shock, **{setting.key: setting.value}) if index in meant else shock
        for index, shock in enumerate(shocks)
    )
    text = setting.text.removeprefix(f"{booked.name}.")
    return structs.replace(
        booked,
        scenario=structs.replace(booked.scenario, shocks=changed),
        settings=(*booked.settings, text),
    )


def with_settings(
    every: tuple[BookedScenario, ...], settings: Iterable[ParameterSetting]
) -> tuple[BookedScenario, ...]:
    """The scenarios with the parameters set, the later of two holding.

    Raises:
        UsageError: no such scenario, or no such shock in it.
    """
    by_name = {booked.name: booked for booked in every}
    for setting in settings:
        booked = by_name.get(setting.scenario)
        if booked is None:
            raise UsageError(
                f"There is no scenario `{setting.scenario}`",
                "`govern stress --list` names them all.",
            )
        by_name[setting.scenario] = _with(booked, setting)
    return tuple(by_name[booked.name] for booked in every)


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
    scenarios_by_name: dict[str, BookedScenario] = {booked.name: booked for booked in built_in()}
    written = set()
    for placed in own:
        if placed.name not in written:
            written.add(placed.name)
            scenarios_by_name[placed.name] = BookedScenario(
                name=placed.name, scenario=placed.scenario, source=placed.place.path
            )
    return tuple(scenarios_by_name.values())


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
            meant = f"Did you mean {' or '.join(f'`{text}`' for text in near)}? " if near else ""
            raise UsageError(
                f"There is no scenario `{name}`", f"{meant}`govern stress --list` names them all."
            )
        chosen.append(by_name[name])
    return tuple(chosen)
