"""Writing a new route into an allocation file, with every other byte as it was."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.scalars import format_scalar
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.location import Pointer

_REMARK = re.compile(r"[ \t]+#[^\r\n]*")
_BREAK = re.compile(r"\r\n?|\n")
_BOM = b"\xef\xbb\xbf"
Route = Sequence[tuple[str, Decimal]]
"""Model and weight in percent."""


def with_route(
    file: SourceFile, task: str, route: Route, fallbacks: Sequence[str]
) -> SourceFile | None:
    """The file with another route and other fallbacks of one task class.

    Where the same models keep their order, only their weights are replaced. Of a list with an item
    a line, items that stay keep their lines and the comments above and behind them; a list between
    brackets is written anew.

    Returns:
        ``None`` where the file cannot be read, or its layout leaves no safe place.
    """
    document, _ = read_document(file)
    pointer: Pointer = ("task_classes", task)
    if document is None:
        return None
    try:
        declared = document.data["task_classes"][task]
        edits = [*_route_edits(document, pointer, declared, route)]
        edits += _fallback_edits(document, pointer, declared, fallbacks)
    except (KeyError, IndexError, TypeError):
        return None
    text = document.source.content
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    prefix = _BOM if file.data.startswith(_BOM) else b""
    amended = SourceFile(file.path, prefix + text.encode("utf-8", "surrogatepass"))
    return amended if _is_proved(document, amended, pointer, (route, fallbacks)) else None


Edit = tuple[int, int, str]


def _route_edits(
    document: Document, pointer: Pointer, declared: dict[str, Any], route: Route
) -> list[Edit]:
    legs = declared["route"]
    place = (*pointer, "route")
    if [entry["model"] for entry in legs] == [model for model, _ in route] and all(
        "weight" in entry for entry in legs
    ):
        return [
            (*document.offsets((*place, index, "weight")), _number(weight))
            for index, (_, weight) in enumerate(route)
            if Decimal(str(legs[index]["weight"])) != weight
        ]
    alone = len(route) == 1
    items = [
        f"{{model: {format_scalar(model)}}}"
        if alone
        else f"{{model: {format_scalar(model)}, weight: {_number(weight)}}}"
        for model, weight in route
    ]
    places = [(*place, index) for index in range(len(legs))]
    if document.source.content[document.offsets(place)[0]] == "[":
        return [_list_edit(document, place, items)]
    old = dict(zip((entry["model"] for entry in legs), places, strict=True))
    weights = {
        old[model]: _weight_edits(document, old[model], weight)
        for model, weight in route
        if model in old
    }
    wanted = [(old.get(model), item) for (model, _), item in zip(route, items, strict=True)]
    return [_items_edit(document, places, wanted, weights)]


def _weight_edits(document: Document, pointer: Pointer, weight: Decimal) -> list[Edit]:
    """Another weight of a route entry; none where it has it, or is alone without one."""
    entry = document.data
    for step in pointer:
        entry = entry[step]
    if Decimal(str(entry.get("weight", 100))) == weight:
        return []
    if "weight" in entry:
        return [(*document.offsets((*pointer, "weight")), _number(weight))]
    start, end = document.offsets(pointer)[0], document.offsets((*pointer, "model"))[1]
    if document.source.content[start] == "{":
        return [(end, end, f", weight: {_number(weight)}")]
    column = document.source.position(start)[1]
    line = f"{' ' * column}weight: {_number(weight)}{_newline(document.source.content)}"
    return [(start, start, line.lstrip() + " " * column)]


def _items_edit(
    document: Document,
    places: Sequence[Pointer],
    wanted: Sequence[tuple[Pointer | None, str]],
    inside: dict[Pointer, list[Edit]],
) -> Edit:
    """A list with an item a line: those that stay keep their lines, each with its own edits."""
    text = document.source.content
    newline = _newline(text)
    lines = _item_lines(document, places)
    first = document.offsets(places[0])[0]
    dash = text.rfind("-", 0, first)
    indent = text[text.rfind("\n", 0, dash) + 1 : dash]
    parts = []
    for pointer, item in wanted:
        if pointer is None:
            parts.append(f"{indent}- {item}")
            continue
        start, end = lines[pointer]
        for from_, to, new in sorted(inside.get(pointer, ()), reverse=True):
            text_of = text[start:from_] + new + text[to:end]
            text = text[:start] + text_of + text[end:]
            end = start + len(text_of)
        parts.append(text[start:end])
        text = document.source.content
    return lines[places[0]][0], lines[places[-1]][1], newline.join(parts)


def _item_lines(document: Document, places: Sequence[Pointer]) -> dict[Pointer, tuple[int, int]]:
    """Each item's lines with the comment lines above it, without the last line break."""
    text = document.source.content
    value: Any = document.data
    for step in places[0][:-1]:
        value = value[step]
    ends = [_end(document, pointer, value[pointer[-1]]) for pointer in places]
    past = [_line_end(text, end) for end in ends]
    start = text.rfind("\n", 0, document.offsets(places[0])[0]) + 1
    while start and text[text.rfind("\n", 0, start - 1) + 1 : start].lstrip().startswith("#"):
        start = text.rfind("\n", 0, start - 1) + 1
    starts = [start]
    starts += [end + len(_BREAK.match(text, end)[0]) for end in past[:-1]]  # type: ignore[index]
    return {pointer: (start, end) for pointer, start, end in zip(places, starts, past, strict=True)}


def _line_end(text: str, offset: int) -> int:
    """Where the line of an offset ends, or the one before it, where it starts one."""
    if offset and text[offset - 1] in "\r\n":
        return len(text[:offset].rstrip("\r\n"))
    match = _BREAK.search(text, offset)
    return match.start() if match else len(text)


def _fallback_edits(
    document: Document, pointer: Pointer, declared: dict[str, Any], fallbacks: Sequence[str]
) -> list[Edit]:
    if list(declared.get("fallbacks") or ()) == list(fallbacks):
        return []
    items = [format_scalar(model) for model in fallbacks]
    if declared.get("fallbacks"):
        place: Pointer = (*pointer, "fallbacks")
        if document.source.content[document.offsets(place)[0]] == "[" or not items:
            return [_list_edit(document, place, items)]
        places = [(*place, index) for index in range(len(declared["fallbacks"]))]
        old = dict(zip(declared["fallbacks"], places, strict=True))
        wanted = [(old.get(name), item) for name, item in zip(fallbacks, items, strict=True)]
        return [_items_edit(document, places, wanted, {})]
    if "fallbacks" in declared:
        start, end = document.offsets((*pointer, "fallbacks"))
        space = "" if start < end or document.source.content[start - 1] == " " else " "
        return [(start, end, f"{space}[{', '.join(items)}]")]
    text = document.source.content
    end = _end(document, (*pointer, "route"), declared["route"])
    entry = f"fallbacks: [{', '.join(items)}]"
    if text[document.offsets(pointer)[0]] == "{":
        return [(end, end, f", {entry}")]
    column = document.locate((*pointer, "route"), on_key=True).column - 1
    remark = _REMARK.match(text, end)
    end = remark.end() if remark else end
    return [(end, end, f"{_newline(text)}{' ' * column}{entry}")]


def _list_edit(document: Document, pointer: Pointer, items: list[str]) -> Edit:
    """Replace a list in its own style: between brackets, or an item a line."""
    text = document.source.content
    start, _ = document.offsets(pointer)
    value = document.data
    for step in pointer:
        value = value[step]
    end = _end(document, pointer, value)
    if text[start] == "[" or not items:
        return start, end, f"[{', '.join(items)}]"
    column = document.source.position(start)[1]
    return start, end, f"{_newline(text)}{' ' * column}".join(f"- {item}" for item in items)


def _end(document: Document, pointer: Pointer, value: object) -> int:
    """Where a value's own text ends: a block list reaches up to whatever follows it."""
    start, end = document.offsets(pointer)
    if document.source.content[start : start + 1] in {"[", "{"}:
        return end
    if isinstance(value, list) and value:
        return _end(document, (*pointer, len(value) - 1), value[-1])
    if isinstance(value, dict) and value:
        key = list(value)[-1]
        return _end(document, (*pointer, key), value[key])
    return end


def _newline(text: str) -> str:
    match = _BREAK.search(text)
    return match[0] if match else "\n"


def _number(weight: Decimal) -> str:
    return f"{weight.normalize():f}"


def _is_proved(
    before: Document,
    amended: SourceFile,
    pointer: Pointer,
    wanted: tuple[Route, Sequence[str]],
) -> bool:
    """Whether the text reads as the new route, and everything else as before."""
    read, flaws = read_document(amended)
    if read is None or flaws:
        return False
    route, fallbacks = wanted
    task = read.data["task_classes"][pointer[1]]
    legs = [(entry["model"], Decimal(str(entry.get("weight", 100)))) for entry in task["route"]]
    if legs != list(route) or list(task.get("fallbacks") or ()) != list(fallbacks):
        return False
    return _without(before.data, pointer) == _without(read.data, pointer)


def _without(data: dict[str, Any], pointer: Pointer) -> dict[str, Any]:
    """The data without the route and the fallbacks of one task class."""
    tasks = dict(data["task_classes"])
    task = {
        key: value for key, value in tasks[pointer[1]].items() if key not in {"route", "fallbacks"}
    }
    return {**data, "task_classes": {**tasks, pointer[1]: task}}
