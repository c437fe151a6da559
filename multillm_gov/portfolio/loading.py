"""From documents to the portfolio: what is sound is loaded, what is not becomes a located flaw."""

from collections.abc import Iterable, Iterator
from typing import Any

from multillm_gov.documents.document import Document, locate
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.shape import convert, sound_entries
from multillm_gov.finding import Flaw
from multillm_gov.location import Place, Pointer
from multillm_gov.portfolio.allocation import (
    AllocationFile,
    Move,
    PlacedMove,
    TaskClass,
    TaskClassDeclaration,
)
from multillm_gov.portfolio.policy import (
    Approval,
    PlacedApproval,
    PlacedWaiver,
    Policy,
    PolicyDeclaration,
    PolicyFile,
    Waiver,
)
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.portfolio.settings import Settings

MOST_MODEL_USES = 150_000
"""Route entries and fallbacks of a whole portfolio; reports stay within 1 GiB with as many."""
_COMMON_KEYS = frozenset(PolicyDeclaration.__struct_fields__)


def load_portfolio(
    documents: dict[str, Document],
    known: Portfolio | None = None,
    unchanged: frozenset[str] = frozenset(),
) -> tuple[Portfolio, tuple[Flaw, ...]]:
    """Load settings, task classes, policies and waivers from documents by path.

    ``unchanged`` names paths whose documents are the very ones ``known`` was loaded from, without a
    flaw: their task classes are taken over. A name used twice keeps its first place; the second is
    a flaw. So is the first task class with which routes and fallbacks exceed `MOST_MODEL_USES`; it
    and those after it are left out.
    """
    flaws: list[Flaw] = []
    tasks: dict[str, TaskClass] = {}
    moves: list[PlacedMove] = []
    policies: dict[str, Policy] = {}
    waivers: list[PlacedWaiver] = []
    approvals: list[PlacedApproval] = []
    settings = Settings()
    task_class_by_name = _by_path(known, unchanged)
    uses = 0
    for path in sorted(documents):
        document = documents[path]
        kind = kind_of(path)
        if kind == "settings":
            settings = _settings(document, flaws)
        elif kind == "allocation" and uses <= MOST_MODEL_USES:
            classes = tuple(task_class_by_name.get(path) or _task_classes(document, flaws))
            uses += sum(len(task.models) for task in classes)
            _unique(tasks, ((task.name, task) for task in classes), documents, "task class", flaws)
            moves.extend(
                PlacedMove(declared=move, place=Place(path, ("moved", index)))
                for index, move in sound_entries(document, "moved", Move)
            )
        elif kind == "policy":
            file = _policy_file(document, flaws)
            _unique(
                policies, ((policy.name, policy) for policy in file[0]), documents, "policy", flaws
            )
            waivers.extend(file[1])
            approvals.extend(file[2])
    portfolio = Portfolio(
        settings=settings,
        task_classes=_within_bounds(tasks.values(), documents, flaws),
        moves=tuple(moves),
        policies=tuple(policies.values()),
        waivers=tuple(waivers),
        approvals=tuple(approvals),
    )
    return portfolio, tuple(flaws)


def _by_path(known: Portfolio | None, unchanged: frozenset[str]) -> dict[str, list[TaskClass]]:
    task_class_by_name: dict[str, list[TaskClass]] = {}
    for task in known.task_classes if known else ():
        if task.place.path in unchanged:
            task_class_by_name.setdefault(task.place.path, []).append(task)
    return task_class_by_name


def _settings(document: Document, flaws: list[Flaw]) -> Settings:
    settings, matching_flaws = convert(document, (), Settings)
    flaws.extend(matching_flaws)
    if settings is None:
        # One mistake must not put every other setting back to its default, or limits would silently
        # move.
        settings = (
            convert(document, (), Settings, value=_sound_keys(document, ()), explain=False)[0]
            or Settings()
        )
    return settings


def _sound_keys(document: Document, pointer: Pointer) -> dict[str, Any]:
    """The keys of `govern.yaml` that are sound by themselves, the appetite's one by one."""
    data = document.data if isinstance(document.data, dict) else {}
    written = data.get(pointer[0]) if pointer else data
    sound: dict[str, Any] = {}
    for key, value in written.items() if isinstance(written, dict) else ():
        kept_names = (
            _sound_keys(document, ("appetite",)) if not pointer and key == "appetite" else value
        )
        whole = {"appetite": {key: kept_names}} if pointer else {key: kept_names}
        if convert(document, (), Settings, value=whole, explain=False)[0] is not None:
            sound[key] = kept_names
    return sound


def _task_classes(document: Document, flaws: list[Flaw]) -> Iterator[TaskClass]:
    file, matching_flaws = convert(document, (), AllocationFile)
    flaws.extend(matching_flaws)
    if file is not None:
        owner, declared = file.owner, file.task_classes
    else:
        data = document.data if isinstance(document.data, dict) else {}
        owner = data["owner"] if isinstance(data.get("owner"), str) else None
        declared = dict(sound_entries(document, "task_classes", TaskClassDeclaration))
    for name, entry in declared.items():
        yield TaskClass(
            name=name,
            owner=entry.owner or owner,
            declared=entry,
            place=Place(document.path, ("task_classes", name)),
        )


def _within_bounds(
    tasks: Iterable[TaskClass], documents: dict[str, Document], flaws: list[Flaw]
) -> tuple[TaskClass, ...]:
    """The task classes up to `MOST_MODEL_USES`; a flaw where the rest starts."""
    known = tuple(tasks)
    used = 0
    for number, task in enumerate(known):
        used += len(task.models)
        if used > MOST_MODEL_USES:
            flaws.append(
                Flaw(
                    kind="unreadable-file",
                    message=f"the portfolio has more than {MOST_MODEL_USES:,} route entries and "
                    "fallbacks; no task class from here on is read",
                    location=locate(task.place.key(), documents),
                    remedy="Shorten lists of fallbacks, or split the portfolio into several "
                    "folders, each judged by a call of its own (`-C FOLDER`).",
                )
            )
            return known[:number]
    return known


def _policy_file(
    document: Document, flaws: list[Flaw]
) -> tuple[list[Policy], list[PlacedWaiver], list[PlacedApproval]]:
    file, matching_flaws = convert(document, (), PolicyFile)
    flaws.extend(matching_flaws)
    data = document.data if isinstance(document.data, dict) else {}
    written = data.get("policies")
    policies = [
        policy
        for name in (written if isinstance(written, dict) else {})
        if (policy := _policy(document, name, flaws)) is not None
    ]
    waivers = enumerate(file.waivers) if file else sound_entries(document, "waivers", Waiver)
    approvals = (
        enumerate(file.approvals) if file else sound_entries(document, "approvals", Approval)
    )
    return (
        policies,
        [
            PlacedWaiver(declared=each, place=Place(document.path, ("waivers", index)))
            for index, each in waivers
        ],
        [
            PlacedApproval(declared=each, place=Place(document.path, ("approvals", index)))
            for index, each in approvals
        ],
    )


def _policy(document: Document, name: str, flaws: list[Flaw]) -> Policy | None:
    written = document.data["policies"][name]
    if not isinstance(written, dict):
        return None
    pointer = ("policies", name)
    common = {key: value for key, value in written.items() if key in _COMMON_KEYS}
    declared, matching_flaws = convert(document, pointer, PolicyDeclaration, value=common)
    flaws.extend(matching_flaws)
    if declared is None:
        return None
    parameters = {key: value for key, value in written.items() if key not in _COMMON_KEYS}
    return Policy(
        name=name, declared=declared, parameters=parameters, place=Place(document.path, pointer)
    )


def _unique(
    into: dict[str, Any],
    named: Iterable[tuple[str, Any]],
    documents: dict[str, Document],
    what: str,
    flaws: list[Flaw],
) -> None:
    for name, noun in named:
        first = into.setdefault(name, noun)
        if first is not noun:
            place = locate(first.place.key(), documents)
            flaws.append(
                Flaw(
                    kind="duplicate-name",
                    message=f"{what} `{name}` is already defined at {place}; this one is not used",
                    location=locate(noun.place.key(), documents),
                    remedy=f"Rename or remove one of the two definitions of `{name}`.",
                    subject=name,
                )
            )
